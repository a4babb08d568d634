"""The users of an authorization server."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping

from labsupport.errors import ReaderError
from labsupport.oauth.issued import Approval

USERS: Mapping[str, str] = {"ada": "correct-horse-battery", "mallory": "only-for-mallory"}
"""The users of every server that was given no others: names and passwords."""


class Accounts:
    """Users with their passwords, kept as they are: how to keep passwords is another lesson."""

    def __init__(self, users: Mapping[str, str], now: Callable[[], float]) -> None:
        for name, password in users.items():
            if not (name and password):
                raise ReaderError(f"the user {name!r} needs a name and a password: users={{'ada': 'a password'}}")
        self._users, self._now = dict(users), now

    def approval(self, user: str, password: str) -> Approval | None:
        """What stands for the user from now on; None for a wrong password, and for a user who does not exist."""
        known = self._users.get(user, "")
        right = hmac.compare_digest(known.encode(), password.encode()) and bool(known)
        return Approval(user, self._now()) if right else None
