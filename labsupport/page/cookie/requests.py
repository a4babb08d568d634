"""The requests that ask the jar: each way in which a cookie can be wanted, from one URL. Pure Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from labsupport.cookies import Cookie, CookieJar
from labsupport.cookies.places import is_address, place, registrable_domain
from labsupport.page import asked

ELSEWHERE = "https://other.example/"
"""A page of another site."""

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
ASKERS = ("navigation", "subresource", "script")
"""What asks: a request that changes the address of the tab, one for something in a page, or `document.cookie`."""


@dataclass(frozen=True, slots=True)
class Question:
    """One request, or one reading of `document.cookie`. `initiator` is the page that makes it; empty where typed."""

    title: str
    url: str
    initiator: str = ""
    method: str = "GET"
    asker: str = "navigation"

    def judged(self, jar: CookieJar) -> tuple[tuple[Cookie, str], ...]:
        """Every stored cookie, with the reason why it does not go; empty where it goes."""
        if self.asker == "script":
            return jar.judged_for_script(self.url, embedded_in=self.initiator)
        return jar.judged(self.url, method=self.method, initiator=self.initiator,
                          top_level=self.asker == "navigation")


def usual(url: str, suffixes: tuple[str, ...]) -> Iterator[Question]:
    """What a reader meets every day, seen from one URL. Raises `ReaderError` for what is no URL."""
    where, rest = place(url), urlsplit(url)
    origin = f"{where.scheme}://{rest.netloc}"
    yield Question("The address is typed, or a bookmark opened", url)
    yield Question("A deeper path", f"{origin}{where.default_path.rstrip('/')}/deeper/page")
    yield Question("The root of the host", f"{origin}/")
    yield from _other_hosts(where.host, where.scheme, suffixes)
    other = {"https": "http", "http": "https"}.get(where.scheme)
    if other:
        yield Question(f"The same by {other}", f"{other}://{rest.netloc}{where.path}")
    yield Question("A script of the page reads document.cookie", url, asker="script")
    yield Question("A page of the same site fetches", url, initiator=f"{origin}/", method="POST", asker="subresource")
    yield Question("A link on another site is followed", url, initiator=ELSEWHERE)
    yield Question("A form on another site posts", url, initiator=ELSEWHERE, method="POST")
    yield Question("An image or frame on another site", url, initiator=ELSEWHERE, asker="subresource")


def own(given: object) -> Question:
    """The request that a reader describes. Raises `ReaderError` for what is none."""
    said = asked.mapping("your request", given, 10)
    initiator = asked.text("the page that asks", said.get("initiator", ""), 500).strip()
    url = asked.text("the URL of your request", said.get("url", ""), 500).strip()
    method = asked.choice("the method", said.get("method", "GET"), METHODS)
    asker = asked.choice("what asks", said.get("asker", "navigation"), ASKERS)
    return Question("Your own", url, initiator, method, asker)


def _other_hosts(host: str, scheme: str, suffixes: tuple[str, ...]) -> Iterator[Question]:
    if is_address(host) or "." not in host:
        return
    site = registrable_domain(host, frozenset(suffixes))
    if host != site:
        yield Question("The domain above", f"{scheme}://{site}/", initiator="")
    yield Question("A host below", f"{scheme}://sub.{host}/")
    yield Question("A sibling host", f"{scheme}://sibling.{site}/")
