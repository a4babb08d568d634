"""Authlib's authorization server, with this package's grants, records and clock put in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask
from authlib.integrations.flask_oauth2 import AuthorizationServer as AuthlibServer
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
        known = (each for each in self.registrations.values() if each.resource)
        return tuple(each.resource for each in known if asked & set(each.scope.split())) or (self.issuer,)

    def query_client(self, client_id: str) -> Registration | None:
        """The client of that identifier."""
        return self.registrations.get(client_id)

    def open_to_pages(self, answer: Response) -> Response:
        """Let the pages of public clients read the answer of the token endpoint (Fetch, CORS protocol)."""
        origin = flask.request.headers.get("Origin")
        if flask.request.path == "/token" and any(origin in known.origins for known in self.registrations.values()):
            answer.headers["Access-Control-Allow-Origin"] = origin
            answer.vary.add("Origin")
        return answer

    def save_token(self, token: dict[str, Any], request: Asked) -> None:
        """Remember an access token as it is issued."""
        issued_at, scope = int(self.now()), token.get("scope", "")
        self.issued.keep_token(AccessToken(
            token["access_token"], request.user, request.client.client_id, scope, self.audience(scope),
            issued_at, issued_at + token["expires_in"],
        ))


class _Issuer(IssuerParameter):
    """Names the server in its authorization responses (RFC 9207 §2)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get_issuer(self) -> str:
        return self._engine.issuer
