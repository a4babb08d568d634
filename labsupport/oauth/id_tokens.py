"""What OpenID Connect adds to OAuth: the ID token, which tells the client who the user is."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oidc.core.grants import OpenIDCode
from joserfc.jwk import RSAKey

from labsupport.oauth.issued import Approval
from labsupport.oauth.registration import Registration

if TYPE_CHECKING:
    from labsupport.oauth.engine import Engine

ALGORITHM = "RS256"
LIFETIME = 3600
"""Seconds that an ID token can be used to log in."""


@functools.cache
def signing_key(host: str) -> RSAKey:
    """The key of a server: made when it is first asked for, and gone with the process."""
    return RSAKey.generate_key(2048, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)


class IdTokens(OpenIDCode):
    """Adds an ID token to the token response, where the scope has `openid` (OpenID Connect Core §2, §3.1.3)."""

    def __init__(self, engine: Engine, key: RSAKey) -> None:
        super().__init__(require_nonce=False)
        self._engine, self._key = engine, key

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        """False: whether a nonce comes a second time is for the client to see (OpenID Connect Core §2)."""
        return False

    def generate_user_info(self, user: Approval, scope: str) -> dict[str, str]:
        """Who the user is."""
        return {"sub": user.user}

    def resolve_client_private_key(self, client: Registration) -> RSAKey:
        """The key that signs."""
        return self._key

    def get_client_algorithm(self, client: Registration) -> str:
        """How it signs."""
        return ALGORITHM

    def get_encode_header(self, client: Registration) -> dict[str, Any]:
        """The header says which of the server's keys."""
        return {"alg": ALGORITHM, "kid": self._key.kid}

    def get_client_claims(self, client: Registration) -> dict[str, Any]:
        """Who says so, to whom, and until when."""
        now = int(self._engine.now())
        return {"iss": self._engine.issuer, "aud": [client.client_id], "iat": now, "exp": now + LIFETIME}
