"""Where sessions are kept: one protocol over a dict, SQLite and a real Redis, and Flask's `session` on top of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labsupport.faces import loaded_on_use

if TYPE_CHECKING:
    from labsupport.stores.memory import MemoryStore as MemoryStore
    from labsupport.stores.redis import RedisStore as RedisStore
    from labsupport.stores.redis_server import RedisServer as RedisServer
    from labsupport.stores.sessions import ServerSessions as ServerSessions
    from labsupport.stores.sqlite import SQLiteStore as SQLiteStore
    from labsupport.stores.store import Store as Store
    from labsupport.stores.store import StoreDown as StoreDown
    from labsupport.stores.watched import Call as Call
    from labsupport.stores.watched import Watched as Watched
    from labsupport.stores.watched import overheard as overheard

_HOMES = {
    "Call": "watched",
    "MemoryStore": "memory",
    "RedisServer": "redis_server",
    "RedisStore": "redis",
    "SQLiteStore": "sqlite",
    "ServerSessions": "sessions",
    "Store": "store",
    "StoreDown": "store",
    "Watched": "watched",
    "overheard": "watched",
}

__all__ = sorted(_HOMES)
__getattr__, __dir__ = loaded_on_use(__name__, _HOMES)
