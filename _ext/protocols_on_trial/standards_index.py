"""Every section of a standard that the book cites, and the claims that cite it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from labsupport.claims.ledger import Claim

from .bibliography import Bibliography, parted
from .ledger import Docket

_RFC_NUMBER = re.compile(r"RFC (\d+)")
_REPLACES = re.compile(r"rfc\d+bis")
_IMPLEMENTATION = "implementation: "


@dataclass(frozen=True)
class Citation:
    """One claim that cites a section, and the page that decides the claim."""

    page: str
    claim: Claim


@dataclass(frozen=True)
class Section:
    """A section that is cited; without a place it is the whole document."""

    place: str
    title: str
    url: str | None
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class Cited:
    """A document with the sections that claims cite, in its own order."""

    name: str
    title: str
    url: str | None
    sections: tuple[Section, ...]

    @property
    def claims(self) -> int:
        """How many claims cite it."""
        return len({citation.claim.id for section in self.sections for citation in section.citations})


@dataclass(frozen=True)
class Shelf:
    """Documents of one kind."""

    name: str
    documents: tuple[Cited, ...]


def shelves(dockets: Iterable[Docket], bibliography: Bibliography) -> list[Shelf]:
    """All that the claims cite: RFCs by number, drafts, other standards, documents, and programs by name."""
    citations = list(_citations(dockets))
    kinds: tuple[tuple[str, Callable[[str], bool]], ...] = (
        ("RFCs", lambda name: name.startswith("RFC ")),
        ("Internet-Drafts", lambda name: name.startswith("draft-")),
        ("WHATWG, W3C and OpenID", lambda name: name.startswith(("WHATWG", "W3C", "OpenID"))),
        ("Other documents", lambda name: not name.startswith(_IMPLEMENTATION)),
        ("Implementations", lambda name: True),
    )
    left = {document for document, *_ in citations}
    found = []
    for kind, belongs in kinds:
        of_kind = {document for document in left if belongs(document)}
        left -= of_kind
        documents = (_cited(name, citations, bibliography) for name in sorted(of_kind, key=_order))
        found.append(Shelf(kind, tuple(documents)))
    return [shelf for shelf in found if shelf.documents]


def _citations(dockets: Iterable[Docket]) -> Iterator[tuple[str, str, str, str, Citation]]:
    """Document, place, reference and title of each, with the claim."""
    for docket in dockets:
        for claim in docket.claims:
            for standard in claim.standards:
                document, place = document_and_place(standard.ref)
                yield document, place, standard.ref, standard.title, Citation(docket.page, claim)


def document_and_place(reference: str) -> tuple[str, str]:
    """As `parted`, with a program as the document that all citations of it share, in any version."""
    if not reference.startswith(_IMPLEMENTATION):
        return parted(reference)
    words = reference.removeprefix(_IMPLEMENTATION)
    program = re.split(r"[ ,.]", words)[0]
    return _IMPLEMENTATION + program.casefold(), words


def _cited(name: str, citations: list[tuple[str, str, str, str, Citation]], bibliography: Bibliography) -> Cited:
    here = [citation for citation in citations if citation[0] == name]
    places = sorted({place for _, place, *_ in here}, key=section_order)
    found = bibliography.find(name)
    sections = tuple(_section(place, here, bibliography) for place in places)
    if name.startswith(_IMPLEMENTATION):
        return Cited(_program(name, places), "", None, sections)
    return Cited(_called(name), found.title if found else "", found.url if found else None, sections)


def _section(place: str, here: list[tuple[str, str, str, str, Citation]], bibliography: Bibliography) -> Section:
    of_place = [citation for citation in here if citation[1] == place]
    titles = Counter(title for *_, title, _ in of_place)
    claims = dict.fromkeys(citation for *_, citation in of_place)
    return Section(place, titles.most_common(1)[0][0], bibliography.address(of_place[0][2]), tuple(claims))


def section_order(place: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts §3.10 after §3.9, appendices after numbered sections, and names after both."""
    parts = place.lstrip("§").split(".")
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part.casefold()) for part in parts)


def _order(name: str) -> tuple[int, str]:
    number = _RFC_NUMBER.match(name)
    return (int(number[1]) if number else 0, name.casefold())


def _called(name: str) -> str:
    """A draft that everybody calls by the RFC it is to replace, by that name."""
    replaces = _REPLACES.search(name)
    return f"RFC {replaces[0][3:]}" if name.startswith("draft-") and replaces else name


def _program(name: str, places: list[str]) -> str:
    """The program as most citations spell it."""
    spelled = Counter(re.split(r"[ ,.]", place)[0] for place in places)
    return next((word for word, _ in spelled.most_common()), name)
