"""A token service: short access tokens, refresh tokens that rotate, and two ways to take a token back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from labsupport.errors import ReaderError
from labsupport.stores.store import Data, Store
from labsupport.tokens.access import AccessTokens
from labsupport.tokens.arguments import checked_seconds
from labsupport.tokens.refresh import RefreshTokens
from labsupport.tokens.refusals import Refused


@dataclass(frozen=True, slots=True)
class Pair:
    """What a client is given: the token that it sends, and the one that fetches the next (RFC 6749 §5.1)."""

    access: str
    refresh: str


class TokenService:
    """Issues pairs of tokens, renews them, verifies access tokens and takes them back.

    `store` keeps a session for each family of refresh tokens; its time-outs say how long a log-in lasts. `access` is
    how many seconds an access token lasts. `denylist` is a second store, for access tokens that are refused before
    their time; give it time-outs of `access` seconds, and it forgets what has expired anyway. Without a denylist
    verifying asks no store at all. `grace`: see `RefreshTokens`. `now` is a clock that gives seconds.

    Methods raise `Refused` with a reason, and `StoreDown` as the stores do.
    """

    def __init__(
        self,
        store: Store,
        *,
        key: bytes,
        issuer: str,
        audience: str,
        access: float = 300,
        grace: float = 0,
        denylist: Store | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        lifetime = checked_seconds("access", access)
        self._access = AccessTokens(key=key, issuer=issuer, audience=audience, lifetime=lifetime, now=now)
        self._refresh = RefreshTokens(store, key=key, grace=grace, now=now)
        self._denylist = denylist

    def issue(self, user: str, **claims: Any) -> Pair:
        """The first pair after a log-in; the access token says `sub` and the claims given.

        Raises ReaderError as `AccessTokens.issue` does, and for a second `sub`.
        """
        if not isinstance(user, str):
            raise ReaderError(f"the subject of a token is a string, not {user!r} (RFC 7519 §4.1.2)")
        if "sub" in claims:
            raise ReaderError("sub= is the user, who is the first argument; leave it out")
        grant = {"sub": user, **claims}
        return Pair(self._access.issue(grant), self._refresh.begin(grant))

    def refresh(self, token: str) -> Pair:
        """The next pair for a refresh token, which is used up; used again it ends its family, and `reuse` is told."""
        rotation = self._refresh.rotate(token)
        return Pair(self._access.issue(rotation.grant), rotation.token)

    def verify(self, token: str) -> Data:
        """The claims of an access token that is good now: its key, type, issuer, audience and time are checked.

        The denylist is asked last, where there is one.
        """
        claims = self._access.verify(token)
        if self._denylist is not None and self._denylist.get(claims["jti"]) is not None:
            raise Refused("denied")
        return claims

    def revoke(self, token: str) -> bool:
        """End the family of a refresh token; False where it had ended. Access tokens live on to their `exp`."""
        return self._refresh.end(token)

    def deny(self, token: str) -> None:
        """Refuse an access token from now on. Raises ReaderError where there is no denylist."""
        if self._denylist is None:
            raise ReaderError("this service has no denylist; give denylist=MemoryStore(idle=…, lifetime=…)")
        self._denylist.restore({self._access.read(token)["jti"]: {}})
