"""The three parties at once, sound or weakened, from start to end."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from labsupport.oauth.client import Client
from labsupport.oauth.messages import overheard
from labsupport.oauth.resource_server import ResourceServer
from labsupport.oauth.server import AuthorizationServer
from labsupport.oauth.user_agent import UserAgent

if TYPE_CHECKING:
    from labsupport.records import Message


class Deployment:
    """An authorization server at login.test, its client at shop.test and an API at api.test, running together.

    `server`, `client` and `api` are the weaknesses of each. The other arguments are those of the parties.
    """

    def __init__(
        self, *, server: Collection[str] = (), client: Collection[str] = (), api: Collection[str] = (),
        public: bool = False, first_party: bool = False, access_tokens: str = "opaque",
        check: str = "introspection", grace: float = 0, now: Callable[[], float] = time.time,
    ) -> None:
        self.server = AuthorizationServer("login.test", weaknesses=server, access_tokens=access_tokens, grace=grace,
                                          now=now)
        self.api = ResourceServer("api.test", self.server, check=check, weaknesses=api, now=now)
        self.client = Client("shop.test", self.server, api=self.api, public=public, first_party=first_party,
                             weaknesses=client, now=now)
        self._running = contextlib.ExitStack()

    def start(self) -> Self:
        """Serve all three until `close()`. Raises ReaderError for a second start."""
        with contextlib.ExitStack() as starting:
            for party in (self.server, self.api, self.client):
                starting.enter_context(party.start())
            self._running = starting.pop_all()
        return self

    def close(self) -> None:
        """Stop all three. A second call does nothing."""
        self._running.close()

    def agent(self) -> UserAgent:
        """A new user agent that reaches all three, until they end."""
        return self._running.enter_context(UserAgent(self.server, self.api, self.client))

    def messages(self, **options: Any) -> tuple[Message, ...]:
        """What the three and the browser said to each other, see `overheard`."""
        return overheard(self.client, self.server, self.api, **options)

    def clear(self) -> None:
        """Forget all exchanges so far."""
        for party in (self.server, self.api, self.client):
            party.clear()

    def __enter__(self) -> Self:
        return self if self.server.running else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.__exit__(kind, error, trace)
