"""`Watched`: a store that notes what is asked of it, and the story of browser, application and store as messages."""

from __future__ import annotations

import copy
import itertools
import re
import string
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from labsupport.records import Exchange, Message
from labsupport.stores.store import Data, Store


@dataclass(frozen=True, slots=True)
class Call:
    """One operation of a store: what was asked, what the store answered, and when (nanoseconds since the epoch).

    `data` is what was handed over, None for nothing; `result` what came back, or the exception.
    """

    operation: str
    session_id: str
    data: Data | None
    result: Any
    when_ns: int = field(repr=False)
    done_ns: int = field(repr=False)


class Watched:
    """A store whose `calls` are noted; each operation is that of the store behind it, see `Store`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._calls: list[Call] = []

    @property
    def calls(self) -> tuple[Call, ...]:
        """The operations so far, in the order in which they ended."""
        return tuple(self._calls)

    def clear(self) -> None:
        """Forget the calls so far."""
        self._calls.clear()

    def create(self, data: Data) -> str:
        """See `Store.create`."""
        result: str = self._note("create", "", data, lambda: self._store.create(data))
        return result

    def restore(self, sessions: Mapping[str, Data]) -> None:
        """See `Store.restore`; noted once for each session."""
        for session_id, data in sessions.items():
            self._note("restore", session_id, data, partial(self._store.restore, {session_id: data}))

    def get(self, session_id: str) -> Data | None:
        """See `Store.get`."""
        result: Data | None = self._note("get", session_id, None, lambda: self._store.get(session_id))
        return result

    def set(self, session_id: str, data: Data) -> bool:
        """See `Store.set`."""
        return bool(self._note("set", session_id, data, lambda: self._store.set(session_id, data)))

    def touch(self, session_id: str) -> bool:
        """See `Store.touch`."""
        return bool(self._note("touch", session_id, None, lambda: self._store.touch(session_id)))

    def destroy(self, session_id: str) -> bool:
        """See `Store.destroy`."""
        return bool(self._note("destroy", session_id, None, lambda: self._store.destroy(session_id)))

    def update(self, session_id: str, change: Callable[[Data], object]) -> Data | None:
        """See `Store.update`."""
        result: Data | None = self._note("update", session_id, None, lambda: self._store.update(session_id, change))
        return result

    def ids(self) -> tuple[str, ...]:
        """See `Store.ids`; not noted."""
        return self._store.ids()

    def __len__(self) -> int:
        return len(self._store)

    @property
    def octets(self) -> int:
        """See `Store.octets`; not noted."""
        return self._store.octets

    def close(self) -> None:
        """See `Store.close`; not noted."""
        self._store.close()

    def _note(self, operation: str, session_id: str, data: Data | None, ask: Callable[[], Any]) -> Any:
        given = copy.deepcopy(data)  # the caller may change its dict later
        when = time.time_ns()
        result: Any = None
        try:
            result = ask()
            return result
        except Exception as error:
            result = error
            raise
        finally:
            known = session_id or (result if isinstance(result, str) else "")
            kept = dict(result) if isinstance(result, dict) else result
            self._calls.append(Call(operation, known, given, kept, when, time.time_ns()))


def overheard(
    exchanges: Iterable[Exchange],
    calls: Iterable[Call],
    *,
    client: str | Callable[[Exchange], str] = "browser",
    app: str = "app",
    store: str = "store",
    cookie: str = "sid",
) -> tuple[Message, ...]:
    """What client, application and store said to each other, for requests that came one after the other.

    `client` names the client, or tells its name from an exchange where there are several. Session ids become the
    letters A, B, … in the order of their appearance: the messages are the same on every run.
    """
    requests = sorted(exchanges, key=lambda each: each.when_ns)
    asked = sorted(calls, key=lambda each: each.when_ns)
    letters = _Letters()
    messages: list[Message] = []
    for request, following in itertools.zip_longest(requests, requests[1:]):
        until = following.when_ns if following else float("inf")
        own = [each for each in asked if request.when_ns <= each.when_ns < until]
        sender = client if isinstance(client, str) else client(request)
        sent = _cookie(request.request_values("Cookie"), cookie, letters)
        messages.append(Message(sender, app, f"{request.method} {request.target}", sent and f"Cookie: {sent}"))
        messages += [each for call in own for each in _call(call, app, store, letters)]
        given = _cookie(request.response_values("Set-Cookie"), cookie, letters)
        answer = f"{request.status} {request.reason}"
        messages.append(Message(app, sender, answer, given and f"Set-Cookie: {given}", reply=True))
    return tuple(messages)


class _Letters(dict[str, str]):
    """The letter of each id, given when it is first asked for."""

    def __missing__(self, session_id: str) -> str:
        row, column = divmod(len(self), 26)
        self[session_id] = string.ascii_uppercase[column] + (str(row + 1) if row else "")
        return self[session_id]


def _call(call: Call, app: str, store: str, letters: _Letters) -> Iterator[Message]:
    """The question and the answer."""
    known = [] if call.operation == "create" else [letters[call.session_id]]
    given = [] if call.data is None else [_brief(call.data)]
    yield Message(app, store, f"{call.operation}({', '.join(known + given)})")
    answer = letters[call.session_id] if call.operation == "create" else _brief(call.result)
    yield Message(store, app, answer, reply=True)


def _brief(value: Any) -> str:
    return type(value).__name__ if isinstance(value, Exception) else str(value)


def _cookie(values: Sequence[str], name: str, letters: _Letters) -> str:
    """The cookie of that name in the values of Cookie or Set-Cookie fields; empty where there is none."""
    for found in (re.search(rf"(?:^|; ){re.escape(name)}=([^;]*)", value) for value in values):
        if found:
            return f"{name}={letters[found[1]]}" if found[1] else f"{name}=; Max-Age=0"
    return ""
