"""Where a cookie belongs: hosts, sites, paths, and connections that count as secure (RFC 6265bis §5.1, §5.2)."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from labsupport.errors import ReaderError

_SCHEMES = ("http", "https", "ws", "wss")


@dataclass(frozen=True, slots=True)
class Place:
    """What of a URL matters for cookies. The port does not: cookies ignore it."""

    scheme: str
    host: str
    path: str

    @property
    def secure(self) -> bool:
        """TLS, or this machine: what browsers trust without (W3C Secure Contexts, potentially trustworthy origins)."""
        return self.scheme in ("https", "wss") or _is_loopback(self.host)

    @property
    def default_path(self) -> str:
        """The path of a cookie that came without one: up to the last slash (RFC 6265bis §5.1.4)."""
        return self.path[:self.path.rindex("/")] or "/"


def place(url: str) -> Place:
    """Take a URL apart. Raises `ReaderError` for what no cookie can come from or go to."""
    try:
        split = urlsplit(url)
        # Asked for its port, `split` raises ValueError where that is none.
        host = _canonical(split.hostname or "") if split.port != 0 else ""
    except (ValueError, UnicodeError):
        split, host = urlsplit(""), ""
    if split.scheme not in _SCHEMES or not host:
        raise ReaderError(f"{url!r} is no address that cookies belong to; write it whole, as in http://127.0.0.1/login")
    return Place(split.scheme, host, split.path if split.path.startswith("/") else "/")


def _canonical(host: str) -> str:
    """The host in lowercase, its labels in ASCII (RFC 6265bis §5.1.2)."""
    return host.lower() if host.isascii() else host.encode("idna").decode()


def domain_matches(host: str, domain: str) -> bool:
    """The host is the domain, or lies below it (RFC 6265bis §5.1.3)."""
    return host == domain or (host.endswith("." + domain) and not is_address(host))


def path_matches(path: str, of_cookie: str) -> bool:
    """The path is the cookie's, or lies below it (RFC 6265bis §5.1.4)."""
    return path == of_cookie or path.startswith(of_cookie if of_cookie.endswith("/") else of_cookie + "/")


def is_public_suffix(domain: str, suffixes: Collection[str]) -> bool:
    """Names below which anybody may register: those given, and every name of a single label."""
    return domain in suffixes or "." not in domain


def same_site(one: Place, other: Place, suffixes: Collection[str]) -> bool:
    """Same scheme, same registrable domain (HTML, "same site")."""
    schemes = {"ws": "http", "wss": "https"}
    return (schemes.get(one.scheme, one.scheme) == schemes.get(other.scheme, other.scheme)
            and registrable_domain(one.host, suffixes) == registrable_domain(other.host, suffixes))


def registrable_domain(host: str, suffixes: Collection[str]) -> str:
    """The public suffix and the label before it; the host itself where there is none, as for an address."""
    labels = host.split(".")
    for first in range(1, len(labels)):
        if not is_address(host) and is_public_suffix(".".join(labels[first:]), suffixes):
            return ".".join(labels[first - 1:])
    return host


def is_address(host: str) -> bool:
    """True for an IP address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost") or (
        is_address(host) and ipaddress.ip_address(host).is_loopback)
