"""The built pages as text to be set once more: without what only a screen has, and with links to be made anew."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

from bs4 import BeautifulSoup
from bs4.element import Tag

from tools.whole_book.hatches import drawn_as_lines

SCREEN_ONLY = (
    *("script", "style", "link", "template", "noscript", "button", "input", "select", "textarea", "dialog", "canvas"),
    *(".headerlink", ".toctree-wrapper", ".screen-only", ".run-page", "[hidden]", "details.hide > summary"),
)
"""What is of no use on paper: what moves, what is clicked, and what the contents say already."""

LIVES_BY_ITS_SCRIPT = ".playground, [data-playground], .drill-console"
"""What makes a page one that cannot be read on paper: the drill would print each answer under its question."""

_NAMES_AN_ID = ("id", "for", "aria-labelledby", "aria-describedby", "aria-controls", "headers")
_PICTURE = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_ID_IN_PICTURE = re.compile(r'(\bid="|\bhref="#|url\(#|aria-labelledby="|aria-describedby=")([^"\s)]+)')
_NUMBERED = re.compile(r"(\d+)-[^/]+/(\d+)-[^/]+$")


@dataclass(frozen=True)
class Entry:
    """One page as the table of contents has it: its name without suffix, and the caption of its part."""

    name: str
    part: str

    @property
    def key(self) -> str:
        """A short name of the page, good in file names and ids: `3-tcp-03-four-way-close`."""
        return self.name.removeprefix("chapters/").replace("/", "-")

    @property
    def number(self) -> str:
        """The number of a chapter, `3.3`, which its place gives; empty for pages that are no chapters."""
        found = _NUMBERED.search(self.name)
        return f"{int(found[1])}.{int(found[2])}" if found else ""


@dataclass
class Page:
    """One page to be set: where it stands in the book, its title, its text, and its pictures by number."""

    entry: Entry
    title: str
    body: Tag
    pictures: list[str]

    def headings(self) -> list[tuple[str, str]]:
        """The id and the words of each heading of the second level."""
        return [(str(each.parent["id"]), each.get_text()) for each in self.body.select("section[id] > h2")
                if each.parent is not None]  # fmt: skip

    def markup(self) -> str:
        """The text as XHTML, with the pictures in their places."""
        text = self.body.decode(formatter="minimal")
        for number, picture in enumerate(self.pictures):
            text = text.replace(_place(number), picture)
        return text


class NotBuiltError(RuntimeError):
    """A page of the table of contents is not there; the message names it and the remedy."""


def contents(book: Path) -> list[Entry]:
    """Every page of the book in the order of its table of contents."""
    from sphinx_external_toc.parsing import parse_toc_yaml

    site = parse_toc_yaml(book / "_toc.yml")
    parts = {str(item): str(tree.caption or "") for tree in site.root.subtrees for item in tree.items}
    return [Entry(str(name), parts.get(str(name), "")) for name in site]


def read_pages(book: Path) -> list[Page]:
    """The built pages that have something to read. Raises `NotBuiltError` where one is missing."""
    html = book / "_build" / "html"
    pages = []
    for entry in contents(book):
        path = html / f"{entry.name}.html"
        if not path.is_file():
            raise NotBuiltError(f"{path.relative_to(book).as_posix()} is not there; build the pages first: make book")
        page = read_page(path.read_text(encoding="utf-8"), entry)
        if page is not None:
            pages.append(page)
    return pages


def read_page(html: str, entry: Entry) -> Page | None:
    """The text of one built page; None for a page that lives by its script."""
    start, end = html.index("<article"), html.index("</article>") + len("</article>")
    pictures: list[str] = []
    soup = BeautifulSoup(_PICTURE.sub(lambda found: _put_aside(found[0], pictures), html[start:end]), "html.parser")
    body = soup.article
    heading = body.h1 if body else None
    if body is None or heading is None or body.select_one(LIVES_BY_ITS_SCRIPT) is not None:
        return None
    body.name, body.attrs = "div", {"class": "page"}
    without_screen(body)
    return Page(entry, heading.get_text().strip(), body, pictures)


def without_screen(body: Tag) -> None:
    """Take out what only a screen has, and open what is folded."""
    for element in body.select(", ".join(SCREEN_ONLY)):
        element.decompose()
    for folded in body.select("details"):
        folded.name = "div"
        folded.attrs.pop("open", None)
    for summary in body.select("summary"):
        summary.name, summary["class"] = "div", "folded-title"
    for element in body.find_all(True):
        for name in [name for name in element.attrs if name.startswith(("data-", "on")) or name == "tabindex"]:
            del element[name]


def relink(page: Page, names: set[str], link: Callable[[str, str], str], own: Callable[[str], str]) -> None:
    """Give every link within the book its new address, and every id its new name.

    `names` are the pages that are there. `link` makes an address of the name of a page and an id (which may be empty),
    `own` a name of an id of this page. A link to a page that is not there, or to a file, becomes plain text.
    """
    for element in page.body.find_all(True):
        for name in _NAMES_AN_ID:
            if element.get(name):
                element[name] = " ".join(map(own, str(element[name]).split()))
        if element.name == "a" and element.get("href"):
            _relink_one(element, page.entry.name, names, link)
    page.pictures = [_ID_IN_PICTURE.sub(lambda found: found[1] + own(found[2]), each) for each in page.pictures]


def _relink_one(anchor: Tag, here: str, names: set[str], link: Callable[[str, str], str]) -> None:
    address, fragment = urldefrag(str(anchor["href"]))
    if urlsplit(address).scheme:
        return
    target = posixpath.normpath(posixpath.join(posixpath.dirname(here), address)) if address else here
    target = target.removesuffix(".html")
    if target in names:
        anchor["href"] = link(target, fragment)
    else:
        anchor.name, anchor.attrs = "span", {}


def images(page: Page) -> Iterator[Tag]:
    """The images of a page that are files of the book."""
    for image in page.body.select("img[src]"):
        if not urlsplit(str(image["src"])).scheme:
            yield image


def code_colors() -> str:
    """The rules for code in the colors of the light pages."""
    from sphinx.highlighting import PygmentsBridge

    return PygmentsBridge("html", "a11y-high-contrast-light").get_stylesheet()


def _put_aside(picture: str, pictures: list[str]) -> str:
    """Keep a picture as it is, since a parser of HTML writes the names in it in small letters."""
    pictures.append(drawn_as_lines(picture))
    return _place(len(pictures) - 1)


def _place(number: int) -> str:
    return f'<span class="picture">{number}</span>'
