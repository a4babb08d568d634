"""The cookie as it is stored: its fields, and what it demands by itself (RFC 6265bis §5.7). Pure Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, cast

from labsupport.cookies.places import Place
from labsupport.cookies.set_cookie import SetCookie, text

LONGEST_LIFE = timedelta(days=400)
"""What RFC 6265bis §5.5 recommends, and browsers heed."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

SameSite = Literal["Strict", "Lax", "None", "Default"]


@dataclass(frozen=True, slots=True)
class Cookie:
    """A stored cookie; two are the same cookie when name, domain, host-only flag and path are equal.

    `same_site` is Default where the line said nothing that is known. `expires` is None for a cookie of the session,
    which ends when the user agent says so.
    """

    name: str
    value: str
    domain: str
    host_only: bool
    path: str
    secure: bool
    http_only: bool
    same_site: SameSite
    expires: datetime | None
    created: datetime
    last_access: datetime

    @property
    def persistent(self) -> bool:
        """True where the line gave it a lifetime: it outlives the session."""
        return self.expires is not None

    @property
    def pair(self) -> str:
        """What goes back to the server: `name=value`, or the value alone where there is no name."""
        return f"{self.name}={self.value}" if self.name else self.value


def new_cookie(said: SetCookie, where: Place, domain: str, now: datetime) -> Cookie:
    """Steps 5 to 17: the cookie as the line wants it."""
    return Cookie(
        name=text(said.name_octets), value=text(said.value_octets),
        domain=domain or where.host, host_only=not domain,
        path=str(said.meaning("Path") or where.default_path),
        secure=said.meaning("Secure") is True, http_only=said.meaning("HttpOnly") is True,
        same_site=cast(SameSite, said.meaning("SameSite") or "Default"),
        expires=_expiry(said, now), created=now, last_access=now,
    )


def _expiry(said: SetCookie, now: datetime) -> datetime | None:
    """When the cookie expires; None at the end of the session. Max-Age beats Expires; 400 days are the most."""
    seconds, moment = said.meaning("Max-Age"), said.meaning("Expires")
    if isinstance(seconds, int):
        longest = int(LONGEST_LIFE.total_seconds())
        return now + timedelta(seconds=min(seconds, longest)) if seconds > 0 else _LONG_AGO
    return min(moment, now + LONGEST_LIFE) if isinstance(moment, datetime) else None


def own_fault(cookie: Cookie, path_given: bool) -> str:
    """What a cookie's mode or name demands and the cookie lacks; empty where all is well (§5.7, steps 19 to 22).

    `path_given` is true where the line had a Path.
    """
    name = cookie.name.lower()
    if cookie.same_site == "None" and not cookie.secure:
        return "SameSite=None needs Secure"
    if name.startswith("__secure-") and not cookie.secure:
        return "a name that begins with __Secure- needs Secure"
    if name.startswith("__host-") and not (cookie.secure and cookie.host_only and path_given and cookie.path == "/"):
        return "a name that begins with __Host- needs Secure, Path=/, and no Domain"
    if not name and cookie.value.lower().startswith(("__secure-", "__host-")):
        return "without a name, the value may not begin like a prefix"
    return ""
