"""Refresh tokens that are used once: rotation, and what a second use gives away (RFC 9700 §4.14.2)."""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass

from labsupport.errors import ReaderError
from labsupport.stores.store import Data, Store
from labsupport.tokens.arguments import checked_key, checked_seconds
from labsupport.tokens.refusals import Refused

_PURPOSE = b"refresh tokens"
_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Rotation:
    """A refresh token that was accepted: what it stands for, and the one that takes its place."""

    grant: Data
    token: str


@dataclass(frozen=True, slots=True)
class _Token:
    family: str
    generation: int


class RefreshTokens:
    """Issues refresh tokens in families, and replaces each at its first use.

    A token is `<family>.<generation>.<MAC>`. The store keeps one session for each family: what it stands for, and the
    number of the generation that is good. So a rotation is one atomic step, no token is kept in the store, and how long
    a family lasts is for the store's time-outs to say. A token that comes a second time is in two hands, and nobody
    can tell which is the thief's: the family ends. For `grace` seconds the token used last may come again, as after a
    lost answer, and is given the same successor. `key` has 32 octets at least; `now` is a clock that gives seconds.

    Methods raise `Refused` with a reason, and `StoreDown` as the store does.
    """

    def __init__(
        self, store: Store, *, key: bytes, grace: float = 0, now: Callable[[], float] = time.time
    ) -> None:
        self._store = store
        self._key = hmac.digest(checked_key(key), _PURPOSE, "sha256")
        self._grace = checked_seconds("grace", grace)
        self._now = now

    def begin(self, grant: Data) -> str:
        """Start a family that stands for `grant`, and issue its first token."""
        return self._write(_Token(self._store.create({"grant": grant, "generation": 0, "since": self._now()}), 0))

    def read(self, token: str) -> Data:
        """What a token stands for that could be used now. Nothing changes."""
        presented = self._parse(token)
        family = self._store.get(presented.family)
        if family is None:
            raise Refused("ended")
        if self._successor(family, presented) is None:
            raise Refused("reuse")
        grant: Data = family["grant"]
        return grant

    def rotate(self, token: str) -> Rotation:
        """Use a token up; the new one is good from now on. A token that was used before ends its family."""
        presented = self._parse(token)
        successor: int | None = None

        def advance(family: Data) -> None:
            nonlocal successor
            successor = self._successor(family, presented)
            if successor is not None and successor > family["generation"]:
                family.update(generation=successor, since=self._now())

        family = self._store.update(presented.family, advance)
        if family is None:
            raise Refused("ended")
        if successor is None:
            self._store.destroy(presented.family)
            raise Refused("reuse")
        return Rotation(family["grant"], self._write(_Token(presented.family, successor)))

    def end(self, token: str) -> bool:
        """End the family that a token is of, whichever generation it is; False where it had ended."""
        return self._store.destroy(self._parse(token).family)

    def _successor(self, family: Data, presented: _Token) -> int | None:
        """The generation that takes the place of the presented one; None where it was used before."""
        good: int = family["generation"]
        if presented.generation == good:
            return good + 1
        again = presented.generation == good - 1 and self._now() - family["since"] < self._grace
        return good if again else None

    def _write(self, token: _Token) -> str:
        named = f"{token.family}.{token.generation}"
        return f"{named}.{self._mac(named)}"

    def _parse(self, token: object) -> _Token:
        """Raises `Refused` for what this service did not write: nothing is looked up for it."""
        if not isinstance(token, str):
            raise ReaderError(f"a refresh token is a string, not a {type(token).__name__}")
        named, _, mac = token.rpartition(".")
        family, _, generation = named.rpartition(".")
        if not family or not token.isascii() or not generation.isdigit() or len(generation) > _MOST_DIGITS:
            raise Refused("malformed")
        if not hmac.compare_digest(mac, self._mac(named)):
            raise Refused("signature")
        return _Token(family, int(generation))

    def _mac(self, named: str) -> str:
        digest = hmac.digest(self._key, named.encode(), "sha256")
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
