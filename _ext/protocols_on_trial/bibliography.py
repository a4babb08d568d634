"""The standards by the names that claims call them, with the titles and addresses of the bibliography."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sphinx.environment import BuildEnvironment

from labsupport.standards import address as address_by_rule

PAGE = "chapters/appendix/bibliography.md"
"""Where the bibliography stands in the sources of the book."""

_RFC = re.compile(r"\[(RFC \d+)\]\(([^)]+)\), \*([^*]+)\*")
_TITLED = re.compile(r"\[\*([^*]+)\*\]\((https://[^)]+)\)")
_DRAFT = re.compile(r"/(draft-[a-z0-9-]+)$")
_PUBLISHER = re.compile(r"^(?:WHATWG|W3C(?: REC)?|OWASP) ")
_PLACES = (
    re.compile(r"(?P<document>RFC \S+|draft-\S+) §(?P<place>\S+)"),
    re.compile(r"(?P<document>.+?) (?P<place>[#§]\S+)"),
    re.compile(r"(?:document: )?(?P<document>[^,]+) \((?P<place>.+)\)"),
    re.compile(r"(?:document: )?(?P<document>.+?), (?P<place>.+)"),
    re.compile(r"(?:document: )?(?P<document>.+)(?P<place>)"),
)
_SHORTENED = {
    "OWASP CSRF Prevention Cheat Sheet": "OWASP Cross-Site Request Forgery Prevention Cheat Sheet",
    "OWASP JWT Cheat Sheet": "OWASP JSON Web Token Cheat Sheet",
}
"""What claims call a document for short, and its name."""


@dataclass(frozen=True)
class Document:
    """A standard as the bibliography has it; `url` leads to its beginning."""

    title: str
    url: str


@dataclass(frozen=True)
class Bibliography:
    """The documents of the bibliography by name: `RFC 9293`, a draft's own name, or a title."""

    documents: Mapping[str, Document]

    def find(self, name: str) -> Document | None:
        """The document that a claim calls by this name; a title may be cut short and stand after its publisher."""
        called = _PUBLISHER.sub("", name)
        if called in self.documents:
            return self.documents[called]
        return next((found for title, found in self.documents.items() if title.startswith(f"{called} ")), None)

    def address(self, reference: str) -> str | None:
        """The web address of what a claim cites, at the section where the address can name it; or None."""
        if by_rule := address_by_rule(reference):
            return by_rule
        cited, place = parted(reference)
        document = self.find(cited)
        if document is None:
            return None
        return document.url + (place if place.startswith("#") else "")


def parted(reference: str) -> tuple[str, str]:
    """The document that a claim cites, and the place in it: a section's number or name, `#` and an anchor, or empty."""
    found = next(found for pattern in _PLACES if (found := pattern.fullmatch(reference)))
    return _SHORTENED.get(found["document"], found["document"]), found["place"]


def noted_bibliography(env: BuildEnvironment) -> Bibliography:
    """The bibliography, for the page that is being read: it will be read again when the bibliography changes."""
    path = Path(env.srcdir) / PAGE
    env.note_dependency(str(path))
    return read_bibliography(path)


def read_bibliography(path: Path) -> Bibliography:
    """The documents in the source of the bibliography's page; without the page there are none."""
    return _parsed(path, path.stat().st_mtime_ns) if path.is_file() else Bibliography({})


@functools.lru_cache(maxsize=4)
def _parsed(path: Path, written: int) -> Bibliography:
    """Read once in each state of the file; `written` is when it was."""
    return parse(path.read_text(encoding="utf-8"))


def parse(markdown: str) -> Bibliography:
    """The documents that the text of the bibliography names, with their addresses."""
    text = " ".join(markdown.split())
    documents = {name: Document(title, url) for name, url, title in _RFC.findall(text)}
    for title, url in _TITLED.findall(text):
        draft = _DRAFT.search(url)
        documents.setdefault(draft[1] if draft else title, Document(title, url))
    return Bibliography(documents)
