"""`RedisStore`: sessions on a Redis or Valkey server, which all replicas of an application share."""

from __future__ import annotations

import contextlib
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from labsupport.errors import ReaderError
from labsupport.stores.store import IDLE, LIFETIME, Data, StoreDown, TimeOuts, as_text, new_id

if TYPE_CHECKING:
    from redis import Redis

# A hash for each session: `data`, and `end`, the millisecond its lifetime ends. Redis itself forgets it in time.
# Redis runs a script as one step: nobody destroys the session between the look and the write.
_USE = """
    local lasts = redis.call('HGET', KEYS[1], 'end')
    if not lasts then return 0 end
    if ARGV[2] then redis.call('HSET', KEYS[1], 'data', ARGV[2]) end
    local expiry = math.min(tonumber(ARGV[1]), tonumber(lasts))
    if expiry < math.huge then redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', expiry)) end
    return 1
"""
_FILL = """
    for n, key in ipairs(KEYS) do
        redis.call('HSET', key, 'data', ARGV[n + 2], 'end', ARGV[1])
        if ARGV[2] ~= 'inf' then redis.call('PEXPIREAT', key, ARGV[2]) end
    end
"""
_PREFIX = "session:"
_NEVER = "inf"
_AT_ONCE = 500
"""Sessions that one script writes: the server answers it within the time-out."""


class RedisStore:
    """Sessions on a Redis or Valkey server; see `Store`.

    `timeout` is how many seconds it waits for the server in each step. Redis's own clock decides when a session ends.
    Threads may share a store, and processes a server. Raises ReaderError for what is no URL of a server.
    """

    def __init__(self, url: str, *, idle: float = IDLE, lifetime: float = LIFETIME, timeout: float = 0.3) -> None:
        self._time_outs = TimeOuts(idle, lifetime)
        self._redis = _client(url, timeout)
        self._use, self._fill = map(self._redis.register_script, (_USE, _FILL))

    def create(self, data: Data) -> str:
        """See `Store.create`."""
        session_id = new_id()
        self.restore({session_id: data})
        return session_id

    def restore(self, sessions: Mapping[str, Data]) -> None:
        """See `Store.restore`. Many of them take more than one step."""
        texts = [(_PREFIX + session_id, as_text(data)) for session_id, data in sessions.items()]
        now = time.time()
        end = self._time_outs.end(now)
        times = (_milliseconds(end), _milliseconds(self._time_outs.expiry(now, end)))
        with self._answering():
            for start in range(0, len(texts), _AT_ONCE):
                keys, values = zip(*texts[start : start + _AT_ONCE], strict=True)
                self._fill(keys=keys, args=[*times, *values])

    def get(self, session_id: str) -> Data | None:
        """See `Store.get`."""
        with self._answering() as redis:
            text: Any = redis.hget(_PREFIX + session_id, "data")
        return None if text is None else json.loads(text)

    def set(self, session_id: str, data: Data) -> bool:
        """See `Store.set`."""
        return self._write(session_id, as_text(data))

    def touch(self, session_id: str) -> bool:
        """See `Store.touch`."""
        return self._write(session_id)

    def destroy(self, session_id: str) -> bool:
        """See `Store.destroy`."""
        with self._answering() as redis:
            return bool(redis.delete(_PREFIX + session_id))

    def update(self, session_id: str, change: Callable[[Data], object]) -> Data | None:
        """See `Store.update`: here WATCH, MULTI and EXEC, again and again until nobody else wrote in between."""
        from redis import WatchError

        key = _PREFIX + session_id
        with self._answering() as redis, redis.pipeline(transaction=True) as steps:
            while True:
                steps.watch(key)  # type: ignore[no-untyped-call]
                text: Any = steps.hget(key, "data")
                if text is None:
                    return None
                data: Data = json.loads(text)
                change(data)
                steps.multi()
                self._use(keys=[key], args=[self._idle_until(), as_text(data)], client=steps)
                with contextlib.suppress(WatchError):
                    steps.execute()
                    return data

    def ids(self) -> tuple[str, ...]:
        """See `Store.ids`."""
        with self._answering() as redis:
            return tuple(sorted(key.removeprefix(_PREFIX) for key in redis.scan_iter(_PREFIX + "*", count=1000)))

    def __len__(self) -> int:
        return len(self.ids())

    @property
    def octets(self) -> int:
        """See `Store.octets`: what the server allocated since it was started (`used_memory_dataset`)."""
        with self._answering() as redis:
            return int(redis.info("memory")["used_memory_dataset"])

    def close(self) -> None:
        """See `Store.close`."""
        self._redis.close()

    def _write(self, session_id: str, *text: str) -> bool:
        with self._answering():
            return bool(self._use(keys=[_PREFIX + session_id], args=[self._idle_until(), *text]))

    def _idle_until(self) -> str:
        return _milliseconds(time.time() + self._time_outs.idle)

    @contextlib.contextmanager
    def _answering(self) -> Iterator[Redis]:
        from redis import RedisError

        try:
            yield self._redis
        except RedisError as error:
            raise StoreDown(f"Redis does not answer: {error}") from error


def _milliseconds(seconds: float) -> str:
    return _NEVER if seconds == math.inf else str(round(seconds * 1000))


def _client(url: str, timeout: float) -> Redis:
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    try:
        return Redis.from_url(url, socket_timeout=timeout, socket_connect_timeout=timeout, decode_responses=True,
                              retry=Retry(NoBackoff(), 0))
    except ValueError as error:
        raise ReaderError(f"{url!r} is no address of a Redis server ({error}); give RedisServer().url") from None
