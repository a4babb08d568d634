"""Access tokens that carry their claims: signed here, verified by key alone (RFC 9068, with one shared key)."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

import jwt

from labsupport.errors import ReaderError
from labsupport.stores.store import Data, as_text
from labsupport.tokens.arguments import checked_key, checked_name, checked_seconds
from labsupport.tokens.refusals import Refused

_ALGORITHM = "HS256"
_TYPE = "at+jwt"
_TYPES = frozenset({_TYPE, f"application/{_TYPE}"})
_REQUIRED = ("iss", "sub", "aud", "exp", "iat", "jti")
_OWN = frozenset({"iss", "aud", "exp", "nbf", "iat", "jti"})
# The first that fits: some of these classes are kinds of others.
_REASONS: tuple[tuple[type[jwt.InvalidTokenError], str], ...] = (
    (jwt.InvalidSignatureError, "signature"),
    (jwt.InvalidAlgorithmError, "algorithm"),
    (jwt.MissingRequiredClaimError, "claims"),
    (jwt.InvalidIssuerError, "issuer"),
    (jwt.InvalidAudienceError, "audience"),
    (jwt.InvalidTokenError, "malformed"),
)


class AccessTokens:
    """Issues tokens that say for themselves who may do what until when, and verifies them without a store.

    `lifetime` is seconds; `key` has 32 octets at least; `now` is a clock that gives seconds. PyJWT signs and verifies,
    except that this clock, not the system's, decides what has expired.
    """

    def __init__(
        self, *, key: bytes, issuer: str, audience: str, lifetime: float, now: Callable[[], float] = time.time
    ) -> None:
        self._key = checked_key(key)
        self._issuer = checked_name("issuer", issuer)
        self._audience = checked_name("audience", audience)
        self._lifetime = checked_seconds("lifetime", lifetime)
        self._now = now

    def issue(self, claims: Data) -> str:
        """A token with these claims (`sub` among them) and with iss, aud, iat, exp and a new jti.

        Raises ReaderError for a claim that is not the caller's to make, or that JSON cannot hold.
        """
        if taken := sorted(_OWN & claims.keys()):
            raise ReaderError(f"{taken[0]}= is for the token service to say; leave it out")
        as_text(claims)
        now = int(self._now())
        own = {"iss": self._issuer, "aud": self._audience, "iat": now, "exp": now + int(self._lifetime)}
        payload = {**claims, **own, "jti": secrets.token_urlsafe(12)}
        return jwt.encode(payload, self._key, _ALGORITHM, headers={"typ": _TYPE})

    def verify(self, token: str) -> Data:
        """The claims of a token that is good now. Raises `Refused` for any other."""
        claims = self.read(token)
        if not self._now() < claims["exp"]:
            raise Refused("expired")
        return claims

    def read(self, token: object) -> Data:
        """The claims of a token that was good once, expired or not."""
        if not isinstance(token, str):
            raise ReaderError(f"an access token is a string, not a {type(token).__name__}")
        if not token.isascii():
            raise Refused("malformed")
        try:
            complete: dict[str, Any] = jwt.decode_complete(
                token, self._key, [_ALGORITHM], audience=self._audience, issuer=self._issuer,
                options={"require": list(_REQUIRED), "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except jwt.InvalidTokenError as error:
            raise Refused(next(reason for kind, reason in _REASONS if isinstance(error, kind))) from error
        if str(complete["header"].get("typ")).lower() not in _TYPES:
            raise Refused("type")
        claims: Data = complete["payload"]
        if not isinstance(claims["exp"], int | float):
            raise Refused("claims")
        return claims
