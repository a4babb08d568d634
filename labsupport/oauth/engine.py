"""Authlib's authorization server, with this package's grants, records and clock put in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask
from authlib.integrations.flask_oauth2 import AuthorizationServer as AuthlibServer
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError, OAuth2Request
from authlib.oauth2.rfc9207 import IssuerParameter
from flask import Response
from joserfc.jwk import RSAKey

from labsupport.oauth import code_grant, proof_key, refresh_grant, retired_grants
from labsupport.oauth.access_tokens import generator
from labsupport.oauth.accounts import Accounts
from labsupport.oauth.asked import Asked
from labsupport.oauth.id_tokens import IdTokens
from labsupport.oauth.issued import AccessToken, Issued
from labsupport.oauth.registration import Registration
from labsupport.oauth.renewals import Renewals
from labsupport.oauth.repeated import repeated
from labsupport.oauth.token_endpoints import Introspection, Revocation
from labsupport.oauth.weaknesses import weakened

REFRESH_SECONDS = 30 * 86400.0
"""How long a refresh token lasts that nobody uses."""


class Engine(AuthlibServer):
    """The protocol: what Authlib leaves to the application is in `registrations`, `issued`, `renewals` and `accounts`.

    `now` is a clock that gives seconds; `issuer` is asked when the server serves, and knows its address.
    """

    def __init__(self, issuer: Callable[[], str], accounts: Accounts, *, code_seconds: float, access_seconds: int,
                 grace: float, now: Callable[[], float]) -> None:
        super().__init__()
        self._issuer, self.accounts, self.now = issuer, accounts, now
        self.code_seconds, self.access_seconds = code_seconds, access_seconds
        self.registrations: dict[str, Registration] = {}
        self.issued = Issued(now)
        self.renewals = Renewals(self.issued, idle=REFRESH_SECONDS, grace=grace, now=now)
        self.issuer_parameter = _Issuer(self)

    def assemble(self, key: RSAKey, access_tokens: str, weaknesses: frozenset[str]) -> None:
        """Put in grants, extensions and endpoints: the sound ones, or those of a weakened build."""
        self.register_token_generator("default", generator(access_tokens, self, key))
        proof = weakened(proof_key.ProofKey, proof_key.WEAKNESSES, weaknesses)
        codes = weakened(code_grant.CodeGrant, code_grant.WEAKNESSES, weaknesses)
        self.register_grant(codes, [proof(), IdTokens(self, key)])
        self.register_grant(weakened(refresh_grant.RefreshGrant, refresh_grant.WEAKNESSES, weaknesses))
        for name in weaknesses & retired_grants.WEAKNESSES.keys():
            self.register_grant(retired_grants.WEAKNESSES[name])
        self.register_extension(self.issuer_parameter)
        self.register_endpoint(Revocation)
        self.register_endpoint(Introspection)

    @property
    def issuer(self) -> str:
        """The issuer identifier (RFC 8414 §2)."""
        return self._issuer()

    def audience(self, scope: str) -> tuple[str, ...]:
        """The resource servers that a scope speaks of; the server itself where there is none (RFC 9068 §3)."""
        asked = set(scope.split())
        apis = (each for each in self.known if each.resource)
        return tuple(each.resource for each in apis if asked & set(each.scope.split())) or (self.issuer,)

    @property
    def known(self) -> tuple[Registration, ...]:
        """All registrations as they are now: another thread may add one while they are looked through."""
        return tuple(self.registrations.values())

    def query_client(self, client_id: str) -> Registration | None:
        """The client of that identifier."""
        return self.registrations.get(client_id)

    def authenticate_client(self, request: OAuth2Request, methods: list[str], endpoint: str = "token") -> Registration:
        """The client that asks. Raises OAuth2Error for one that does not prove it.

        So it does where a parameter comes more than once, and where a client says in two ways who it is: this server
        could believe one of them, and what stands before it the other (RFC 6749 §2.3, §3.2).
        """
        form = flask.request.form
        if repeated(flask.request.values):
            raise InvalidRequestError("A parameter comes more than once.")
        if "client_secret" in form and "Authorization" in flask.request.headers:
            raise InvalidRequestError("The client authenticates in more than one way.")
        try:
            client: Registration = super().authenticate_client(request, methods, endpoint)
        except ValueError:  # octets in Basic that are no text
            raise InvalidClientError(status_code=401) from None
        if form.get("client_id", client.client_id) != client.client_id:
            raise InvalidRequestError("The 'client_id' is that of another client.")
        return client

    def open_to_pages(self, answer: Response) -> Response:
        """Let the pages of public clients read the answer of the token endpoint (Fetch, CORS protocol)."""
        origin = flask.request.headers.get("Origin")
        if flask.request.path == "/token" and any(origin in each.origins for each in self.known):
            answer.headers["Access-Control-Allow-Origin"] = origin
            answer.vary.add("Origin")
        return answer

    def save_token(self, token: dict[str, Any], request: Asked) -> None:
        """Remember an access token as it is issued."""
        issued_at, scope = int(self.now()), token.get("scope", "")
        self.issued.keep_token(AccessToken(
            token["access_token"], request.user, request.client.client_id, scope, self.audience(scope),
            issued_at, issued_at + self.access_seconds,
        ))


class _Issuer(IssuerParameter):
    """Names the server in its authorization responses (RFC 9207 §2)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get_issuer(self) -> str:
        return self._engine.issuer
