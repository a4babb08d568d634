"""The jar: which cookies are stored, which expire, which are sent (RFC 6265bis §5.7, §5.8). Pure Python."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from labsupport.cookies.places import Place, domain_matches, is_public_suffix, path_matches, place, same_site
from labsupport.cookies.set_cookie import SetCookie, octets_of, parse
from labsupport.cookies.store import Cookie, new_cookie, own_fault

_SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
_STORAGE, _PARSING = "RFC 6265bis §5.7", "RFC 6265bis §5.6"
_Identity = tuple[str, str, bool, str]


@dataclass(frozen=True, slots=True)
class Limits:
    """How many cookies a jar holds, and how many it keeps when it has to throw some away.

    The standard leaves the numbers to the user agent, and asks for at least 50 of a domain and 3000 in all (§6.1);
    these are Chromium's.
    """

    per_domain: int = 180
    kept_per_domain: int = 150
    in_all: int = 3300
    kept_in_all: int = 3000


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a Set-Cookie line: the cookie that is now stored; or None, the reason and its section."""

    cookie: Cookie | None
    reason: str = ""
    standard: str = _STORAGE


@dataclass(frozen=True, slots=True)
class _Request:
    """Who asks, as far as cookies are concerned."""

    place: Place
    cross_site: bool
    top_level: bool
    method: str = "GET"
    by_script: bool = False


class CookieJar:
    """Stores and selects cookies as RFC 6265bis §5 has a user agent do it.

    `now` is the clock. Public suffixes are all names of one label, and those given. `lax_allowing_unsafe` is the age up
    to which a cookie without SameSite goes with any top-level request (§5.6.7.2), if the user agent has that exception;
    Chromium's is two minutes. URLs are whole; one that is none raises `ReaderError`, but no line ever does.
    """

    def __init__(self, *, now: Callable[[], datetime] = lambda: datetime.now(UTC),
                 public_suffixes: Collection[str] = (), lax_allowing_unsafe: timedelta | None = None,
                 limits: Limits | None = None) -> None:
        self._now, self._suffixes, self._unsafe = now, frozenset(public_suffixes), lax_allowing_unsafe
        self._limits = limits or Limits()
        self._stored: dict[_Identity, Cookie] = {}

    # Setting --------------------------------------------------------------------------------------------------------

    def receive(self, line: str | bytes, url: str, *, initiator: str = "", top_level: bool | None = None) -> Receipt:
        """Store what one Set-Cookie field of a response from `url` says.

        `initiator` and `top_level` tell of the request as for `field`.
        """
        return self._receive(line, self._request(url, initiator, top_level))

    def receive_from_script(self, line: str | bytes, url: str, *, embedded_in: str = "") -> Receipt:
        """Store what a script of the document at `url` assigns to `document.cookie`."""
        return self._receive(line, self._document(url, embedded_in))

    def end_session(self) -> None:
        """Drop the cookies without a lifetime, as a browser does that ends."""
        self._stored = {identity: cookie for identity, cookie in self._stored.items() if cookie.persistent}

    # Sending --------------------------------------------------------------------------------------------------------

    def field(self, url: str, *, method: str = "GET", initiator: str = "", top_level: bool | None = None) -> str:
        """The value of the Cookie field of a request; empty where there is none.

        `initiator` is the URL of the page that makes the request; without one the address was typed. `top_level` is
        true for a request that navigates the tab, as a typed one does; a page's own requests do not, unless told.
        """
        return self._string(self._request(url, initiator, top_level, method))

    def for_script(self, url: str, *, embedded_in: str = "") -> str:
        """What `document.cookie` reads in the document at `url`."""
        return self._string(self._document(url, embedded_in))

    def withheld(self, url: str, *, method: str = "GET", initiator: str = "",
                 top_level: bool | None = None) -> dict[str, str]:
        """The stored cookies that do not go with a request, by name, each with the reason."""
        judged = self.judged(url, method=method, initiator=initiator, top_level=top_level)
        return {cookie.name: obstacle for cookie, obstacle in judged if obstacle}

    def judged(self, url: str, *, method: str = "GET", initiator: str = "",
               top_level: bool | None = None) -> tuple[tuple[Cookie, str], ...]:
        """Every stored cookie, with the reason why it does not go with a request; empty where it goes."""
        request = self._request(url, initiator, top_level, method)
        return tuple((cookie, self._obstacle(cookie, request)) for cookie in self.cookies)

    def judged_for_script(self, url: str, *, embedded_in: str = "") -> tuple[tuple[Cookie, str], ...]:
        """Every stored cookie, with the reason why a script of the document does not read it; empty where it does."""
        request = self._document(url, embedded_in)
        return tuple((cookie, self._obstacle(cookie, request)) for cookie in self.cookies)

    @property
    def cookies(self) -> tuple[Cookie, ...]:
        """Every cookie that is stored and has not expired, in the order in which they are sent."""
        now = self._now()
        alive = (cookie for cookie in self._stored.values() if not _expired(cookie, now))
        return tuple(sorted(alive, key=lambda cookie: (-len(octets_of(cookie.path)), cookie.created)))

    # The storage model (§5.7), by its steps ---------------------------------------------------------------------------

    def _receive(self, line: str | bytes, request: _Request) -> Receipt:
        said = parse(octets_of(line) if isinstance(line, str) else line)
        if said.fault:
            return Receipt(None, said.fault, _PARSING)
        domain, fault = self._domain(said, request.place.host)
        if fault:
            return Receipt(None, fault)
        cookie = new_cookie(said, request.place, domain, self._now())
        if fault := self._storage_fault(cookie, said, request):
            return Receipt(None, fault)
        return self._insert(cookie, request.by_script)

    def _domain(self, said: SetCookie, host: str) -> tuple[str, str]:
        """Steps 7 to 10: the domain-attribute, empty for a host-only cookie; or what is wrong with it."""
        domain = str(said.meaning("Domain") or "")
        if not domain.isascii():
            return "", "Domain holds characters beyond ASCII"
        if domain and is_public_suffix(domain, self._suffixes):
            return "", "" if domain == host else f"{domain} is a public suffix"
        if domain and not domain_matches(host, domain):
            return "", f"{host} does not lie in {domain}"
        return domain, ""

    def _storage_fault(self, cookie: Cookie, said: SetCookie, request: _Request) -> str:
        """Steps 13 to 22: why the cookie is not stored; empty where it is."""
        if cookie.secure and not request.place.secure:
            return "Secure over a connection that is not"
        if cookie.http_only and request.by_script:
            return "a script cannot set HttpOnly"
        if not cookie.secure and not request.place.secure and self._overlays_secure(cookie):
            return "a Secure cookie of this name is there, and the connection is not secure"
        if cookie.same_site != "None" and request.cross_site and not request.top_level:
            return f"SameSite={cookie.same_site} in a cross-site response"
        return own_fault(cookie, "Path" in said.attributes)

    def _overlays_secure(self, new: Cookie) -> bool:
        return any(old.secure and old.name == new.name and path_matches(new.path, old.path)
                   and (domain_matches(old.domain, new.domain) or domain_matches(new.domain, old.domain))
                   for old in self._stored.values())

    def _insert(self, cookie: Cookie, by_script: bool) -> Receipt:
        """Steps 23 and 24. A cookie that replaces another takes its place in the order."""
        identity = _identity(cookie)
        old = self._stored.get(identity)
        if old and old.http_only and by_script:
            return Receipt(None, "a script cannot replace an HttpOnly cookie")
        if _expired(cookie, cookie.created):
            self._stored.pop(identity, None)
            return Receipt(None, f"it has expired already{', and removes the one that was there' if old else ''}")
        self._stored[identity] = cookie = replace(cookie, created=old.created) if old else cookie
        self._make_room(cookie.domain)
        return Receipt(cookie)

    def _make_room(self, domain: str) -> None:
        """Throw away the excess: first what has expired, then what is not Secure, then what was used longest ago."""
        limits = self._limits
        if sum(cookie.domain == domain for cookie in self._stored.values()) > limits.per_domain:
            self._drop(lambda cookie: cookie.domain == domain, limits.kept_per_domain)
        if len(self._stored) > limits.in_all:
            self._drop(lambda cookie: True, limits.kept_in_all)

    def _drop(self, concerned: Callable[[Cookie], bool], kept: int) -> None:
        now = self._now()
        found = [item for item in self._stored.items() if concerned(item[1])]
        found.sort(key=lambda item: (not _expired(item[1], now), item[1].secure, item[1].last_access))
        for identity, _ in found[:max(0, len(found) - kept)]:
            del self._stored[identity]

    # The retrieval algorithm (§5.8.3) -------------------------------------------------------------------------------

    def _string(self, request: _Request) -> str:
        sent = [cookie for cookie in self.cookies if not self._obstacle(cookie, request)]
        for cookie in sent:
            self._stored[_identity(cookie)] = replace(cookie, last_access=self._now())
        return "; ".join(cookie.pair for cookie in sent)

    def _obstacle(self, cookie: Cookie, request: _Request) -> str:
        """Why a cookie does not go with a request; empty where it does."""
        host = request.place.host
        if host != cookie.domain and (cookie.host_only or not domain_matches(host, cookie.domain)):
            return f"it belongs to {cookie.domain}{' alone' if cookie.host_only else ''}"
        if not path_matches(request.place.path, cookie.path):
            return f"the path is not below {cookie.path}"
        if cookie.secure and not request.place.secure:
            return "Secure, and the connection is not"
        if cookie.http_only and request.by_script:
            return "HttpOnly, and a script asks"
        return self._same_site_obstacle(cookie, request)

    def _same_site_obstacle(self, cookie: Cookie, request: _Request) -> str:
        if cookie.same_site == "None" or not request.cross_site:
            return ""
        if cookie.same_site == "Strict" or request.by_script or not request.top_level:
            return f"SameSite={cookie.same_site}, and the request is cross-site"
        if request.method in _SAFE or self._is_young(cookie):
            return ""
        return f"SameSite={cookie.same_site}, and {request.method} is not safe"

    def _is_young(self, cookie: Cookie) -> bool:
        return (cookie.same_site == "Default" and self._unsafe is not None
                and self._now() - cookie.created <= self._unsafe)

    # Requests -------------------------------------------------------------------------------------------------------

    def _request(self, url: str, initiator: str, top_level: bool | None, method: str = "GET") -> _Request:
        cross_site = bool(initiator) and not same_site(place(initiator), place(url), self._suffixes)
        return _Request(place(url), cross_site, not initiator if top_level is None else top_level, method.upper())

    def _document(self, url: str, embedded_in: str) -> _Request:
        cross_site = bool(embedded_in) and not same_site(place(embedded_in), place(url), self._suffixes)
        return _Request(place(url), cross_site, False, by_script=True)


def _identity(cookie: Cookie) -> _Identity:
    return cookie.name, cookie.domain, cookie.host_only, cookie.path


def _expired(cookie: Cookie, now: datetime) -> bool:
    return cookie.expires is not None and cookie.expires <= now
