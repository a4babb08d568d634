"""What every session store can do, and what all of them agree on: ids, text, and two time-outs."""

from __future__ import annotations

import json
import reprlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from labsupport.errors import ReaderError

Data = dict[str, Any]
"""What one session holds: a JSON object."""

ID_OCTETS = 24
"""Random octets of an id, 192 bits; OWASP asks for 64 bits at least."""


class Store(Protocol):
    """Keeps the data of sessions under unguessable ids.

    A session is there from `create` until `destroy`, until nobody has touched it for the idle time-out, or until the
    end of its lifetime, whichever comes first; an id that is not there gives None or False. What an operation has
    returned is confirmed: every later operation sees it. Each raises `StoreDown` where the store does not answer.
    """

    def create(self, data: Data) -> str:
        """Keep data under a new random id, which is returned. Raises ReaderError for what JSON cannot hold."""

    def restore(self, sessions: Mapping[str, Data]) -> None:
        """Keep sessions under ids that another store gave them, as new ones."""

    def get(self, session_id: str) -> Data | None:
        """The data, as a dict of the caller's own."""

    def set(self, session_id: str, data: Data) -> bool:
        """Write all of the data, whatever is there now; the idle time begins anew. A destroyed one stays destroyed."""

    def touch(self, session_id: str) -> bool:
        """Let the idle time begin anew."""

    def destroy(self, session_id: str) -> bool:
        """End a session; False where none was there."""

    def update(self, session_id: str, change: Callable[[Data], object]) -> Data | None:
        """Read, `change` in place and write as one step that no other operation interrupts; returns the new data.

        `change` may be called again with fresher data, so it has no other effect.
        """

    def ids(self) -> tuple[str, ...]:
        """The ids of all sessions that are there, sorted."""

    def __len__(self) -> int:
        """How many sessions are there."""

    @property
    def octets(self) -> int:
        """What the sessions take in the store, its own bookkeeping included."""

    def close(self) -> None:
        """Let go of the store; what it keeps on a server or in a file stays there."""


class StoreDown(RuntimeError):
    """The store gave no answer in time; nothing is known about what was asked of it last."""


@dataclass(frozen=True, slots=True)
class TimeOuts:
    """How long a session lasts, in seconds: `idle` since it was last used, `lifetime` since it was created.

    Infinity for no limit. Raises ReaderError for what is no positive number. (OWASP Session Management Cheat Sheet,
    Idle Timeout, Absolute Timeout)
    """

    idle: float
    lifetime: float

    def __post_init__(self) -> None:
        times: dict[str, object] = {"idle": self.idle, "lifetime": self.lifetime}
        for name, seconds in times.items():
            if not isinstance(seconds, int | float) or not seconds > 0:
                raise ReaderError(f"{name}={seconds!r} is no time; give seconds above 0, or math.inf for no limit")

    def end(self, now: float) -> float:
        """When the lifetime of a session ends that is created now."""
        return now + self.lifetime

    def expiry(self, now: float, end: float) -> float:
        """When a session ends that is used now and not again."""
        return min(now + self.idle, end)


IDLE = 30 * 60.0
LIFETIME = 8 * 60 * 60.0
"""The defaults of all stores: half an hour, and a working day."""


_NO_JSON = (TypeError, ValueError, RecursionError)


def new_id() -> str:
    """Octets from the system's generator for secrets, 32 characters of base64url."""
    return secrets.token_urlsafe(ID_OCTETS)


def as_text(data: object) -> str:
    """The JSON text that a store keeps. Raises ReaderError that names what JSON cannot hold."""
    if not isinstance(data, dict):
        raise ReaderError(f"a session holds a dict, not {data!r}")
    for name in data:
        if not isinstance(name, str):
            raise ReaderError(f"the name {name!r} in a session is no string; JSON has no other names")
    try:
        return _json(data)
    except _NO_JSON:
        name, error = next(_faults(data))
        shown = f"{name}={reprlib.repr(data[name])}".encode(errors="backslashreplace").decode()
        raise ReaderError(f"JSON cannot hold {shown}: {error}") from None


def _faults(data: Data) -> Iterator[tuple[str, Exception]]:
    """The names of what JSON cannot hold, and why."""
    for name, value in data.items():
        try:
            _json({name: value})
        except _NO_JSON as error:
            yield name, error


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text.encode()  # half a character (a lone surrogate) has no octets
    return text
