"""One EPUB 3 of the whole book, from the built pages: no program is needed, and no script is inside.

Readers differ in what they can. So colors are written out where the pages have custom properties, figures are SVG
inside the text with the names of their alt text, and the stylesheet is a small one of its own.
"""

from __future__ import annotations

import base64
import datetime
import os
import re
import tempfile
import tomllib
import uuid
import xml.etree.ElementTree as ElementTree
import zipfile
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from labsupport.markup import Html, element, join
from tools.kernels import ROOT
from tools.whole_book.pages import Page, code_colors, images, read_pages, relink
from tools.whole_book.pdf import SUBJECT, TITLE

NAME = "protocols-on-trial.epub"
_STYLE = Path(__file__).with_name("ebook.css")
_PROPERTY = re.compile(r"var\(--[\w-]+,\s*([^()]+)\)")
_LINK_IN_PICTURE = re.compile(r'(<(?:use|a|image)\b[^>]*?)\bhref="')
_DATA = re.compile(r"data:image/(png|jpeg|gif|svg\+xml);base64,(.*)", re.DOTALL)
_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
}
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The date of every file inside: the same book gives the same octets, but for when it was made."""

_CONTAINER = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>\n"
)


class NotWellFormedError(RuntimeError):
    """A page is no XHTML, so that no reader would open it; the message names it and the place."""


@dataclass(frozen=True)
class Item:
    """One file of the EPUB: its name, its type, its octets, and what a reader has to know of it."""

    name: str
    media_type: str
    octets: bytes
    properties: str = ""

    @property
    def key(self) -> str:
        """A name for the manifest, which may not begin with a digit."""
        return "item-" + re.sub(r"[^\w-]", "-", self.name)


def make(book: Path) -> Path:
    """Write `_build/protocols-on-trial.epub`, which appears whole or not at all.

    Raises `NotBuiltError` without pages, `NotWellFormedError` where a page cannot be read as XML.
    """
    pages = read_pages(book)
    pictures: dict[str, Item] = {}
    texts = []
    for page in pages:
        _prepare(page, pages)
        pictures |= {item.name: item for item in _taken_out(page, book / "_build" / "html")}
        texts.append(_text(page))
    items = [_title_page(), _contents(pages), *texts, _style(), *pictures.values()]
    return _packed(items, book / "_build" / NAME)


def _prepare(page: Page, pages: list[Page]) -> None:
    files = {each.entry.name: f"{each.entry.key}.xhtml" for each in pages}
    relink(
        page,
        names=set(files),
        link=lambda name, fragment: files[name] + (f"#{_name(fragment)}" if fragment else ""),
        own=_name,
    )
    page.pictures = [for_all_readers(each) for each in page.pictures]


def _name(name: str) -> str:
    """An id as XML has it: it does not begin with a digit."""
    return f"at-{name}" if name[:1].isdigit() else name


def for_all_readers(picture: str) -> str:
    """The SVG with its colors written out and its links as every reader knows them."""
    picture = _LINK_IN_PICTURE.sub(r'\1xlink:href="', _PROPERTY.sub(r"\1", picture))
    return picture.replace("<svg ", '<svg xmlns:xlink="http://www.w3.org/1999/xlink" ', 1)


def _taken_out(page: Page, html: Path) -> list[Item]:
    """The images of a page as files, whose names it gets."""
    found = []
    for image in [*images(page), *page.body.select('img[src^="data:"]')]:
        source = str(image["src"])
        data = _DATA.match(source)
        ending = f".{data[1].split('+')[0]}" if data else Path(source).suffix
        octets = base64.b64decode(data[2]) if data else (html / page.entry.name).parent.joinpath(source).read_bytes()
        name = f"images/{uuid.uuid5(uuid.NAMESPACE_OID, octets.hex())}{ending}"
        image["src"] = name
        found.append(Item(name, _TYPES[ending], octets))
    return found


def _text(page: Page) -> Item:
    title = " ".join(filter(None, (page.entry.number, page.title)))
    body = Html(page.markup())
    return _xhtml(page.entry.key, title, body, properties="svg" if page.pictures else "")


def _xhtml(key: str, title: str, body: Html, properties: str = "") -> Item:
    """One page, checked to be XML."""
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">'
        f'<head><meta charset="utf-8"/>{element("title", title)}'
        f'<link rel="stylesheet" type="text/css" href="style.css"/></head>\n<body>{body}</body></html>\n'
    )
    try:
        ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise NotWellFormedError(f"{key}.xhtml cannot be read as XML: {error}") from None
    return Item(f"{key}.xhtml", "application/xhtml+xml", text.encode(), properties)


def _title_page() -> Item:
    body = element(
        "section",
        element("h1", TITLE),
        element("p", SUBJECT, class_="subject"),
        element("p", "Every claim tested by an experiment, with the evidence beside it.", class_="promise"),
        element("p", "Code under the MIT license, text and figures under CC BY 4.0.", class_="license"),
        class_="title-page",
    )
    return _xhtml("title", TITLE, body)


def _contents(pages: list[Page]) -> Item:
    """The table of contents, which readers show beside the text."""
    groups = []
    for part, of_part in groupby(pages, lambda page: page.entry.part):
        lines = [_line(page) for page in of_part]
        groups += [element("li", element("span", part), element("ol", *lines))] if part else lines
    body = Html(f'<nav epub:type="toc" id="toc">{element("h1", "Contents")}{element("ol", *groups)}</nav>')
    return _xhtml("contents", "Contents", body, properties="nav")


def _line(page: Page) -> Html:
    file = f"{page.entry.key}.xhtml"
    title = " ".join(filter(None, (page.entry.number, page.title)))
    sections = [
        element("li", element("a", words, href=f"{file}#{fragment}")) for fragment, words in page.headings()
    ]
    return element("li", element("a", title, href=file), *([element("ol", *sections)] if sections else []))


def _style() -> Item:
    return Item("style.css", "text/css", f"{code_colors()}\n{_STYLE.read_text(encoding='utf-8')}".encode())


def _package(items: list[Item]) -> str:
    """What the EPUB is, what it has, and in which order it is read."""
    manifest = "".join(
        f'<item id="{item.key}" href="{item.name}" media-type="{item.media_type}"'
        + (f' properties="{item.properties}"/>' if item.properties else "/>")
        for item in items
    )
    order = "".join(f'<itemref idref="{item.key}"/>' for item in items if item.name.endswith(".xhtml"))
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    name = uuid.uuid5(uuid.NAMESPACE_DNS, f"protocols-on-trial {version}")
    metadata = join(
        Html(f'<dc:identifier id="name">urn:uuid:{name}</dc:identifier>'),
        *(element(f"dc:{key}", value) for key, value in (("title", TITLE), ("description", SUBJECT), ("language", "en"),
          ("creator", "The Protocols on Trial contributors"), ("rights", "Code: MIT. Text and figures: CC BY 4.0."))),
        Html(f'<meta property="dcterms:modified">{_now()}</meta>'),
        *(Html(f'<meta property="schema:{key}">{value}</meta>') for key, value in _ACCESSIBILITY),
    )  # fmt: skip
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="name" xml:lang="en">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata>'
        f"<manifest>{manifest}</manifest><spine>{order}</spine></package>\n"
    )


_ACCESSIBILITY = (
    ("accessMode", "textual"),
    ("accessMode", "visual"),
    ("accessModeSufficient", "textual"),
    ("accessibilityFeature", "alternativeText"),
    ("accessibilityFeature", "structuralNavigation"),
    ("accessibilityFeature", "tableOfContents"),
    ("accessibilityHazard", "none"),
    ("accessibilitySummary", "Every figure has a text that says what is to be seen."),
)


def _now() -> str:
    """When it was made, or what `SOURCE_DATE_EPOCH` says."""
    told = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.datetime.fromtimestamp(int(told), datetime.UTC) if told else datetime.datetime.now(datetime.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _packed(items: list[Item], path: Path) -> Path:
    """The archive, written beside its place and then put there."""
    with tempfile.TemporaryDirectory(prefix="draft-", dir=path.parent) as folder:
        draft = Path(folder) / path.name
        with zipfile.ZipFile(draft, "w") as archive:
            _add(archive, "mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
            _add(archive, "META-INF/container.xml", _CONTAINER.encode())
            _add(archive, "book/package.opf", _package(items).encode())
            for item in items:
                _add(archive, f"book/{item.name}", item.octets)
        os.replace(draft, path)
    return path


def _add(archive: zipfile.ZipFile, name: str, octets: bytes, method: int = zipfile.ZIP_DEFLATED) -> None:
    info = zipfile.ZipInfo(name, _FIRST_DAY)
    info.compress_type = method
    archive.writestr(info, octets)
