"""Refresh tokens: which client may renew what for whom, and what happens to the grant when one comes twice."""

from __future__ import annotations

import contextlib
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from authlib.oauth2.rfc6749 import TokenMixin

from labsupport.oauth.issued import Approval, Issued
from labsupport.oauth.registration import Registration
from labsupport.stores import MemoryStore
from labsupport.tokens import RefreshTokens, Refused

Result = TypeVar("Result")


@dataclass(frozen=True)
class Renewal(TokenMixin):
    """What a refresh token stands for: an approval, for one client, of one scope (RFC 6749 §6)."""

    approval: Approval
    client_id: str
    scope: str
    value: str = ""

    def check_client(self, client: Registration) -> bool:
        """Whether it was issued to this client."""
        return self.client_id == client.client_id

    def get_scope(self) -> str:
        """What was allowed; a renewed token may be good for less."""
        return self.scope


class Renewals:
    """Refresh tokens by family; rotation and the noticing of reuse are those of `RefreshTokens`."""

    def __init__(self, issued: Issued, *, idle: float, grace: float, now: Callable[[], float]) -> None:
        self._issued = issued
        store = MemoryStore(idle=idle, lifetime=math.inf, now=now)
        self._tokens = RefreshTokens(store, key=secrets.token_bytes(32), grace=grace, now=now)
        self._families: dict[str, Renewal] = {}

    def begin(self, renewal: Renewal) -> str:
        """The first refresh token of a new family."""
        token = self._tokens.begin({})
        self._families[_family(token)] = renewal
        return token

    def find(self, token: str) -> Renewal | None:
        """What a token stands for, whether it is still good or not; None for one that was never issued."""
        found = self._families.get(_family(token))
        return found and replace(found, value=token)

    def good(self, renewal: Renewal) -> bool:
        """Whether the token can be used now. One that was used before ends all that rests on the same approval."""
        return self._use(self._tokens.read, renewal) is not None

    def rotate(self, renewal: Renewal) -> str | None:
        """Use the token up; the next one. None where somebody else was first, which ends as much, see `good`."""
        rotation = self._use(self._tokens.rotate, renewal)
        return rotation.token if rotation else None

    def end(self, renewal: Renewal) -> None:
        """End the family, and every access token of its approval (RFC 7009 §2.1); nothing for a forged token."""
        with contextlib.suppress(Refused):
            self._tokens.end(renewal.value)
            self._issued.revoke_all(renewal.approval)

    def _use(self, operation: Callable[[str], Result], renewal: Renewal) -> Result | None:
        try:
            return operation(renewal.value) if self._issued.stands(renewal.approval) else None
        except Refused as refused:
            if refused.reason == "reuse":
                self.end(renewal)
            return None


def _family(token: str) -> str:
    return token.partition(".")[0]
