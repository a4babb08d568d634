"""`MemoryStore`: a dict. The fastest store, gone with its process and unknown to every other one."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from labsupport.stores.store import IDLE, LIFETIME, Data, TimeOuts, as_text, new_id

_SWEEP_FROM = 1024


@dataclass(slots=True)
class _Record:
    text: str
    end: float
    expiry: float


class MemoryStore:
    """Sessions in the memory of this process; see `Store`.

    `idle` and `lifetime` are seconds, `now` a clock that gives seconds. Threads may share it.
    """

    def __init__(self, *, idle: float = IDLE, lifetime: float = LIFETIME, now: Callable[[], float] = time.time) -> None:
        self._time_outs = TimeOuts(idle, lifetime)
        self._now = now
        self._records: dict[str, _Record] = {}
        self._sweep_at = _SWEEP_FROM
        self._lock = threading.RLock()

    def create(self, data: Data) -> str:
        """See `Store.create`."""
        session_id = new_id()
        self.restore({session_id: data})
        return session_id

    def restore(self, sessions: Mapping[str, Data]) -> None:
        """See `Store.restore`."""
        texts = {session_id: as_text(data) for session_id, data in sessions.items()}
        now = self._now()
        end = self._time_outs.end(now)
        expiry = self._time_outs.expiry(now, end)
        with self._lock:
            self._records.update({session_id: _Record(text, end, expiry) for session_id, text in texts.items()})
            self._sweep()

    def get(self, session_id: str) -> Data | None:
        """See `Store.get`."""
        with self._lock:
            record = self._find(session_id)
            return None if record is None else json.loads(record.text)

    def set(self, session_id: str, data: Data) -> bool:
        """See `Store.set`."""
        text = as_text(data)
        with self._lock:
            record = self._find(session_id)
            if record is None:
                return False
            record.text = text
            return self.touch(session_id)

    def touch(self, session_id: str) -> bool:
        """See `Store.touch`."""
        with self._lock:
            record = self._find(session_id)
            if record is None:
                return False
            record.expiry = self._time_outs.expiry(self._now(), record.end)
            return True

    def destroy(self, session_id: str) -> bool:
        """See `Store.destroy`."""
        with self._lock:
            there = self._find(session_id) is not None
            self._records.pop(session_id, None)
            return there

    def update(self, session_id: str, change: Callable[[Data], object]) -> Data | None:
        """See `Store.update`: here a lock."""
        with self._lock:
            data = self.get(session_id)
            if data is not None:
                change(data)
                self.set(session_id, data)
            return data

    def ids(self) -> tuple[str, ...]:
        """See `Store.ids`."""
        with self._lock:
            return tuple(sorted(each for each in tuple(self._records) if self._find(each)))

    def __len__(self) -> int:
        return len(self.ids())

    @property
    def octets(self) -> int:
        """See `Store.octets`: the dict, its keys and its records."""
        with self._lock:
            kept = (size for key, record in self._records.items() for size in (sys.getsizeof(key), _size(record)))
            return sys.getsizeof(self._records) + sum(kept)

    def close(self) -> None:
        """See `Store.close`; nothing is left to let go of."""

    def _find(self, session_id: str) -> _Record | None:
        record = self._records.get(session_id)
        if record is None or self._now() < record.expiry:
            return record
        del self._records[session_id]
        return None

    def _sweep(self) -> None:
        """Forget what has expired, each time the dict has doubled: nobody asks for those ids again."""
        if len(self._records) >= self._sweep_at:
            self._sweep_at = max(_SWEEP_FROM, 2 * len(self.ids()))


def _size(record: _Record) -> int:
    return sum(map(sys.getsizeof, (record, record.text, record.end, record.expiry)))
