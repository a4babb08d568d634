"""The resource server: keeps notes, and gives them to whoever brings a token for it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from authlib.integrations.flask_oauth2 import ResourceProtector
from flask import Flask, request

from labsupport.errors import ReaderError
from labsupport.oauth.bearer import CHECKS, WEAKNESSES
from labsupport.oauth.party import Party
from labsupport.oauth.provider import Provider
from labsupport.oauth.user_agent import UserAgent
from labsupport.oauth.weaknesses import checked, weakened

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from labsupport.oauth.server import AuthorizationServer


class ResourceServer(Party):
    """An API (RFC 6749 §1.1) whose `notes` are those of each user; tokens need its `scope`, and it for an audience.

    `check` says how it looks at a token: by `introspection`, or `local`, which needs access tokens that are a `JWT`.
    It starts after the authorization server, where it registers. Raises ReaderError for an unknown check or weakness.
    """

    def __init__(
        self, host: str, server: AuthorizationServer, *, check: str = "introspection", scope: str = "notes",
        weaknesses: Collection[str] = (), now: Callable[[], float] = time.time, role: str = "API",
    ) -> None:
        super().__init__(host, role)
        if check not in CHECKS:
            raise ReaderError(f"check={check!r} means nothing; write {' or '.join(map(repr, CHECKS))}")
        if check == "local" and server.access_tokens != "JWT":
            raise ReaderError(f"a local check needs tokens to read: AuthorizationServer({server.host!r}, "
                              "access_tokens='JWT')")
        self.weaknesses = checked("a resource server", weaknesses, WEAKNESSES)
        self.notes: defaultdict[str, list[str]] = defaultdict(list)
        self._server, self._scope, self._now = server, scope, now
        self._validator = weakened(CHECKS[check], WEAKNESSES, self.weaknesses)
        self._guard = ResourceProtector()
        self._agent = UserAgent(name=host)
        self.app = _app(self)

    def join(self) -> None:
        """Register at the authorization server."""
        registration = self._server.register_resource_server(self.url, self._scope)
        self._agent.reach(self._server)
        provider = Provider.discover(self._server, registration, self._agent, self._now)
        self._guard.register_token_validator(self._validator(provider, self.url))

    def leave(self) -> None:
        """See `Party.leave`."""
        self._agent.close()

    def user(self) -> str:
        """Whose notes the current request may see; answers it with 401 or 403 where it may not (RFC 6750 §3.1)."""
        with self._guard.acquire(self._scope) as claims:
            return str(claims["sub"])


def _app(api: ResourceServer) -> Flask:
    app = Flask(api.host)

    @app.get("/notes")
    def notes() -> ResponseReturnValue:
        user = api.user()
        return {"user": user, "notes": api.notes.get(user, [])}

    @app.post("/notes")
    def add() -> ResponseReturnValue:
        user = api.user()
        api.notes[user].append(request.form.get("text", ""))
        return {"user": user, "notes": api.notes[user]}, 201

    return app
