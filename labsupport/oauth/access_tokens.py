"""Two kinds of access tokens: a random string that only its issuer can explain, and a JWT that explains itself."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from joserfc.jwk import RSAKey

from labsupport.errors import ReaderError
from labsupport.oauth.issued import Approval
from labsupport.oauth.registration import Registration
from labsupport.oauth.renewals import Renewal

if TYPE_CHECKING:
    from labsupport.oauth.engine import Engine

KINDS = ("opaque", "JWT")


def generator(kind: str, engine: Engine, key: RSAKey) -> BearerTokenGenerator:
    """What makes the tokens of a server. Raises ReaderError for a kind that there is not."""
    if kind not in KINDS:
        raise ReaderError(f"access_tokens={kind!r} means nothing; write {' or '.join(map(repr, KINDS))}")

    def begin(client: Registration, grant_type: str, user: Approval, scope: str) -> str:
        return engine.renewals.begin(Renewal(user, client.client_id, scope))

    def lifetime(client: Registration, grant_type: str) -> int:
        return engine.access_seconds

    if kind == "JWT":
        return JwtAccessTokens(engine, key, begin, lifetime)
    return BearerTokenGenerator(_opaque, begin, lifetime)


def _opaque(client: Registration, grant_type: str, user: Approval, scope: str) -> str:
    return secrets.token_urlsafe(32)


class JwtAccessTokens(JWTBearerTokenGenerator):
    """Tokens of type `at+jwt`, signed with RS256 (RFC 9068 §2), by the server's own clock."""

    def __init__(self, engine: Engine, key: RSAKey, begin: Callable[..., str], lifetime: Callable[..., int]) -> None:
        super().__init__("", refresh_token_generator=begin, expires_generator=lifetime)
        self._engine, self._key = engine, key

    def get_jwks(self) -> RSAKey:
        """The key that signs."""
        return self._key

    def get_audiences(self, client: Registration, user: Approval, scope: str) -> list[str]:
        """The resource servers that the scope speaks of (RFC 9068 §3)."""
        return list(self._engine.audience(scope))

    def get_extra_claims(self, client: Registration, grant_type: str, user: Approval, scope: str) -> dict[str, Any]:
        """The claims that depend on this server: they replace those of Authlib, which reads another clock."""
        now = int(self._engine.now())
        return {"iss": self._engine.issuer, "iat": now, "exp": now + self._engine.access_seconds}
