"""The authorization server: log-in, consent, codes and tokens, under a name of its own."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from authlib.integrations.flask_oauth2 import ResourceProtector
from authlib.oauth2 import OAuth2Error
from flask import Flask, Response

from labsupport.errors import ReaderError
from labsupport.oauth import code_grant, front_channel, proof_key, refresh_grant, registration, retired_grants
from labsupport.oauth.accounts import USERS, Accounts
from labsupport.oauth.bearer import ByRecord
from labsupport.oauth.engine import Engine
from labsupport.oauth.forms import protect
from labsupport.oauth.id_tokens import signing_key
from labsupport.oauth.metadata import metadata
from labsupport.oauth.party import Party
from labsupport.oauth.registration import Registration
from labsupport.oauth.weaknesses import checked, weakened
from labsupport.stores import MemoryStore, ServerSessions
from labsupport.tokens.arguments import checked_seconds

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

WEAKNESSES = (proof_key.WEAKNESSES, registration.WEAKNESSES, code_grant.WEAKNESSES, front_channel.WEAKNESSES,
              refresh_grant.WEAKNESSES, retired_grants.WEAKNESSES)
"""What can be wrong with an authorization server, by name."""


class AuthorizationServer(Party):
    """An authorization server (RFC 6749 §1.1) as RFC 9700 wants it, or with some `weaknesses`.

    It gives codes, with PKCE, and tokens for them; access tokens that are `opaque` or a `JWT`; refresh tokens that are
    used once; and ID tokens (OpenID Connect). `users` maps names to passwords. Codes last `code_seconds`, access tokens
    `access_seconds`; a refresh token may come again within `grace` seconds. `now` is a clock that gives seconds.

    Raises ReaderError for an unknown weakness, and for a user without a password.
    """

    def __init__(
        self, host: str = "login.test", *, users: Mapping[str, str] = USERS, weaknesses: Collection[str] = (),
        access_tokens: str = "opaque", code_seconds: float = 60, access_seconds: int = 300, grace: float = 0,
        now: Callable[[], float] = time.time, role: str = "authorization server",
    ) -> None:
        super().__init__(host, role)
        self.weaknesses = checked("an authorization server", weaknesses, *WEAKNESSES)
        self.access_tokens = access_tokens
        self._key = signing_key(host)
        self._engine = Engine(lambda: self.url, Accounts(users, now), grace=grace, now=now,
                              code_seconds=checked_seconds("code_seconds", code_seconds),
                              access_seconds=int(checked_seconds("access_seconds", access_seconds)))
        self._engine.assemble(self._key, access_tokens, self.weaknesses)
        front = weakened(front_channel.FrontChannel, front_channel.WEAKNESSES, self.weaknesses)
        self.app = _app(self, self._engine, front(self._engine, host))

    @property
    def issuer(self) -> str:
        """Its identifier, which is its URL (RFC 8414 §2)."""
        return self.url

    def register(self, client_id: str, *redirect_uris: str, public: bool = False, first_party: bool = False,
                 scope: str = "openid notes") -> Registration:
        """Make a client known; a confidential one is given a secret. Raises ReaderError for one that is known."""
        if not redirect_uris:
            raise ReaderError(f"the client {client_id!r} needs a redirect URI: register('demo', 'https://demo.test/cb')")
        kind = weakened(Registration, registration.WEAKNESSES, self.weaknesses)
        secret = None if public else secrets.token_urlsafe(24)
        return self._add(kind(client_id, secret, redirect_uris, scope, first_party))

    def register_resource_server(self, resource: str, scope: str) -> Registration:
        """Make a resource server known: tokens with its scope are for it, and it may ask about tokens."""
        secret = secrets.token_urlsafe(24)
        return self._add(Registration(urlsplit(resource).hostname or resource, secret, (), scope, resource=resource))

    def _add(self, new: Registration) -> Registration:
        if self._engine.registrations.setdefault(new.client_id, new) is not new:  # one step for all threads
            raise ReaderError(f"{self.host} knows a client {new.client_id!r}; give this one another client_id")
        return new

    @property
    def metadata(self) -> dict[str, Any]:
        """What it tells programs about itself (RFC 8414 §2)."""
        scopes = (scope for known in self._engine.known for scope in known.scope.split())
        return metadata(self.url, scopes, self.weaknesses)

    @property
    def keys(self) -> dict[str, Any]:
        """The public half of its key, as a JWK Set (RFC 7517 §5)."""
        return {"keys": [self._key.as_dict(private=False)]}


def _app(server: AuthorizationServer, engine: Engine, front: front_channel.FrontChannel) -> Flask:
    app = Flask(server.host)
    protect(app, "/login", "/consent")
    ServerSessions(MemoryStore(now=engine.now), cookie="login_sid").serve(app)
    app.get("/authorize")(front.authorize)
    app.post("/login")(front.log_in)
    app.post("/consent")(front.decide)
    app.register_error_handler(OAuth2Error, front.refuse)
    app.after_request(engine.open_to_pages)
    _add_back_channel(app, server, engine)
    return app


def _add_back_channel(app: Flask, server: AuthorizationServer, engine: Engine) -> None:
    """The endpoints that programs ask."""
    @app.post("/token")
    def token() -> Response:
        answer: Response = engine.create_token_response()
        return answer

    @app.post("/revoke")
    def revoke() -> Response:
        answer: Response = engine.create_endpoint_response("revocation")
        return answer

    @app.post("/introspect")
    def introspect() -> Response:
        answer: Response = engine.create_endpoint_response("introspection")
        return answer

    guard = ResourceProtector()
    guard.register_token_validator(ByRecord(engine.issued))

    @app.get("/userinfo")
    def user_info() -> ResponseReturnValue:
        with guard.acquire("openid") as token:
            return {"sub": token.approval.user}

    @app.get("/jwks")
    def keys() -> ResponseReturnValue:
        return server.keys

    @app.get("/.well-known/oauth-authorization-server")
    @app.get("/.well-known/openid-configuration")
    def discovery() -> ResponseReturnValue:
        return server.metadata
