"""Why a token is refused."""

from __future__ import annotations


class Refused(Exception):
    """A token is not accepted; `reason` says why, in one word.

    Of any token: `malformed`, it is none of this kind; `signature`, it was not made with this key.
    Of a refresh token: `reuse`, it was used before, and its family has ended now; `ended`, the family is gone, by
    log-out, by time or by reuse.
    Of an access token: `algorithm`, `type`, `claims`, `issuer`, `audience`, what it says of itself is not what is asked
    for; `expired`; `denied`, it stands on the denylist.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
