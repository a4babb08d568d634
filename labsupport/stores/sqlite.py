"""`SQLiteStore`: a file that outlives its processes and that several of them share."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping

from labsupport.errors import ReaderError
from labsupport.stores.store import IDLE, LIFETIME, Data, StoreDown, TimeOuts, as_text, new_id

_SCHEMA = """
    CREATE TABLE IF NOT EXISTS session
        (id TEXT PRIMARY KEY, data TEXT NOT NULL, end REAL NOT NULL, expiry REAL NOT NULL);
    CREATE INDEX IF NOT EXISTS session_expiry ON session (expiry);
"""


class SQLiteStore:
    """Sessions in an SQLite database; see `Store`.

    `path` is its file, `:memory:` a database that goes with the store. A write-ahead log with synchronous=NORMAL makes
    a confirmed session outlive the process, though not a power cut. `timeout` is how many seconds an operation waits
    for another process. Threads may share a store. Raises ReaderError for a file that is no database.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] = ":memory:",
        *,
        idle: float = IDLE,
        lifetime: float = LIFETIME,
        now: Callable[[], float] = time.time,
        timeout: float = 0.3,
    ) -> None:
        self._time_outs = TimeOuts(idle, lifetime)
        self._now = now
        self._lock = threading.RLock()
        self._path = os.fspath(path)
        self._connection = _open(self._path, timeout)

    def create(self, data: Data) -> str:
        """See `Store.create`."""
        session_id = new_id()
        self.restore({session_id: data})
        return session_id

    def restore(self, sessions: Mapping[str, Data]) -> None:
        """See `Store.restore`. Forgets what has expired."""
        now = self._now()
        end = self._time_outs.end(now)
        expiry = self._time_outs.expiry(now, end)
        rows = [(session_id, as_text(data), end, expiry) for session_id, data in sessions.items()]
        with self._transaction() as database:
            database.execute("DELETE FROM session WHERE expiry <= ?", (now,))
            database.executemany("INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?)", rows)

    def get(self, session_id: str) -> Data | None:
        """See `Store.get`."""
        with self._answering() as database:
            row = database.execute(
                "SELECT data FROM session WHERE id = ? AND expiry > ?", (session_id, self._now())
            ).fetchone()
        return json.loads(row[0]) if row else None

    def set(self, session_id: str, data: Data) -> bool:
        """See `Store.set`."""
        return self._write(session_id, "data = ?,", as_text(data))

    def touch(self, session_id: str) -> bool:
        """See `Store.touch`."""
        return self._write(session_id, "")

    def destroy(self, session_id: str) -> bool:
        """See `Store.destroy`."""
        with self._answering() as database:
            gone = database.execute("DELETE FROM session WHERE id = ? RETURNING expiry", (session_id,)).fetchall()
        return any(expiry > self._now() for (expiry,) in gone)

    def update(self, session_id: str, change: Callable[[Data], object]) -> Data | None:
        """See `Store.update`: here a transaction that takes the write lock before it reads."""
        with self._transaction():
            data = self.get(session_id)
            if data is not None:
                change(data)
                self.set(session_id, data)
        return data

    def ids(self) -> tuple[str, ...]:
        """See `Store.ids`."""
        with self._answering() as database:
            found = database.execute("SELECT id FROM session WHERE expiry > ? ORDER BY id", (self._now(),)).fetchall()
        return tuple(session_id for (session_id,) in found)

    def __len__(self) -> int:
        return len(self.ids())

    @property
    def octets(self) -> int:
        """See `Store.octets`: the pages in use."""
        with self._answering() as database:
            count, free, size = (
                database.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            )
        return int((count - free) * size)

    def close(self) -> None:
        """See `Store.close`. A database in memory is gone."""
        with self._lock:
            self._connection.close()

    def _write(self, session_id: str, assignment: str, *values: str) -> bool:
        now = self._now()
        with self._answering() as database:
            done = database.execute(
                f"UPDATE session SET {assignment} expiry = min(?, end) WHERE id = ? AND expiry > ?",
                (*values, now + self._time_outs.idle, session_id, now),
            )
            return done.rowcount == 1

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._answering() as database:
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
                database.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    database.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _answering(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one thread at a time."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.OperationalError as error:
                raise StoreDown(f"SQLite does not answer: {error} ({self._path})") from error
            except sqlite3.ProgrammingError as error:
                raise StoreDown(f"this store was closed ({self._path})") from error


def _open(path: str, timeout: float) -> sqlite3.Connection:
    """A connection in autocommit mode: transactions are begun where they are needed."""
    try:
        connection = sqlite3.connect(path, timeout=timeout, isolation_level=None, check_same_thread=False)
    except sqlite3.OperationalError as error:
        raise ReaderError(f"{path!r} cannot be opened ({error}); give a file in a folder you may write to") from None
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_SCHEMA)
    except sqlite3.DatabaseError as error:
        connection.close()
        raise ReaderError(f"{path!r} cannot keep sessions ({error}); give a new file") from None
    return connection
