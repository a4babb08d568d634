"""An authorization server as its clients know it: what it tells of itself, and the back channel to it."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from authlib.oidc.core.util import create_half_hash
from joserfc import jwt
from joserfc.errors import ClaimError, JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from labsupport.oauth.registration import Registration
from labsupport.oauth.user_agent import Reachable, UserAgent

_ALGORITHMS = ["RS256"]
_METADATA = "/.well-known/oauth-authorization-server"


class Refusal(Exception):
    """A client does not go on; `reason` is the parameter or claim that is wrong, or the server's error code."""

    def __init__(self, reason: str, description: str = "") -> None:
        super().__init__(f"{reason}: {description}" if description else reason)
        self.reason, self.description = reason, description


class Server(Reachable, Protocol):
    """What a client can be registered at."""

    host: str

    def register(self, client_id: str, *redirect_uris: str, public: bool, first_party: bool, scope: str
                 ) -> Registration:
        """Make a client known."""


@dataclass(frozen=True)
class Provider:
    """One authorization server: its metadata, and how this party is registered there. `now` gives seconds."""

    metadata: Mapping[str, Any] = field(repr=False)
    registration: Registration
    agent: UserAgent = field(repr=False)
    now: Callable[[], float] = field(repr=False)

    @classmethod
    def discover(cls, server: Reachable, registration: Registration, agent: UserAgent, now: Callable[[], float]
                 ) -> Provider:
        """Ask a server for its metadata. Raises Refusal where they are another one's (RFC 8414 §3.3)."""
        metadata = agent.get(server.url + _METADATA).json()
        if metadata.get("issuer") != server.url:
            raise Refusal("issuer", f"{server.url} has the metadata of another server")
        return cls(metadata, registration, agent, now)

    @property
    def issuer(self) -> str:
        """Its identifier."""
        return str(self.metadata["issuer"])

    @property
    def host(self) -> str:
        """Its host name."""
        return urlsplit(self.issuer).hostname or ""

    @cached_property
    def keys(self) -> KeySet:
        """Its public keys, asked for once."""
        return KeySet.import_key_set(self.agent.get(self.metadata["jwks_uri"]).json())

    def ask(self, endpoint: str, **form: str) -> requests.Response:
        """Send a form to an endpoint of the metadata, with this party's credentials (RFC 6749 §2.3.1)."""
        own = self.registration
        if own.client_secret is None:
            return self.agent.post(self.metadata[endpoint], data={**form, "client_id": own.client_id})
        return self.agent.post(self.metadata[endpoint], data=form, auth=(own.client_id, own.client_secret))

    def tokens(self, **form: str) -> dict[str, Any]:
        """Ask for tokens (RFC 6749 §3.2). Raises Refusal with the server's error code, or its status without one."""
        answer = self.ask("token_endpoint", **form)
        try:
            told = dict(answer.json())
        except (ValueError, TypeError):
            told = {}
        if not answer.ok or "access_token" not in told:
            raise Refusal(str(told.get("error", answer.status_code)), str(told.get("error_description", "")))
        return told

    def user(self, access_token: str) -> str:
        """Whom an access token speaks of, as the server tells whoever holds it (OpenID Connect Core §5.3)."""
        answer = self.agent.get(self.metadata["userinfo_endpoint"], headers={"Authorization": f"Bearer {access_token}"})
        if not answer.ok:
            raise Refusal("access_token", "the server does not know it")
        return str(answer.json()["sub"])

    def identity(self, id_token: str, expected: Mapping[str, ClaimsOption], access_token: str = "") -> str:
        """Whom an ID token names, if its signature, its time and what is expected are right.

        Raises Refusal that names the claim (OpenID Connect Core §3.1.3.7, §3.1.3.8).
        """
        options: dict[str, ClaimsOption] = {"sub": {"essential": True}, "exp": {"essential": True}, **expected}
        try:
            token = self.signed(id_token, options)
        except ClaimError as error:
            raise Refusal(error.claim, "the ID token has another value") from None
        except (JoseError, ValueError, TypeError):
            raise Refusal("id_token", "it is not signed by the server") from None
        _check_hash(token.claims, access_token)
        return str(token.claims["sub"])

    def signed(self, token: str, required: Mapping[str, ClaimsOption]) -> jwt.Token:
        """A token that this server signed and whose time and required claims are right.

        Raises JoseError, ValueError or TypeError for any other.
        """
        decoded = jwt.decode(token, self.keys, _ALGORITHMS)
        JWTClaimsRegistry(lambda: int(self.now()), 0, **required).validate(decoded.claims)
        return decoded


def _check_hash(claims: Mapping[str, Any], access_token: str) -> None:
    if access_token and "at_hash" in claims:
        right = create_half_hash(access_token, _ALGORITHMS[0])
        if not hmac.compare_digest(right, str(claims["at_hash"]).encode()):
            raise Refusal("at_hash", "the ID token belongs to another access token")
