"""The cookie as it is stored: its fields, and what its name alone demands (RFC 6265bis §5.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

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


def prefix_fault(cookie: Cookie, path_given: bool) -> str:
    """What a name prefix demands and the cookie lacks; empty where all is well (RFC 6265bis §5.7, steps 20 to 22).

    `path_given` is true where the line had a Path.
    """
    name = cookie.name.lower()
    if name.startswith("__secure-") and not cookie.secure:
        return "a name that begins with __Secure- needs Secure"
    if name.startswith("__host-") and not (cookie.secure and cookie.host_only and path_given and cookie.path == "/"):
        return "a name that begins with __Host- needs Secure, Path=/, and no Domain"
    if not name and cookie.value.lower().startswith(("__secure-", "__host-")):
        return "without a name, the value may not begin like a prefix"
    return ""
