"""Every section of an RFC that the book names, looked up in the text of the RFC: is it there, and called so?

    python -m tools.standards_text

Debian has the texts in packages of its component non-free: `apt install doc-rfc-std doc-rfc-std-proposed
doc-rfc-informational doc-rfc-experimental doc-rfc-misc doc-rfc-others doc-rfc-old-std doc-rfc-fyi-bcp`. What is not
there, such as a newer RFC or a draft, is counted and not checked. Exit status 1 when a section is not as it is cited.
"""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from labsupport.claims.ledger import Ledger
from tools.notebooks import CHAPTERS, find, read

TEXTS = Path("/usr/share/doc/RFC")

_CITED = re.compile(r"RFC (?P<number>\d+)(?: §(?P<section>[0-9A-Z]+(?:\.\d+)*))?")
_IN_PROSE = re.compile(r"RFC[  ](?P<number>\d+)[  ]§[  ]?(?P<section>[0-9A-Z]+(?:\.\d+)*)")
_HEADING = re.compile(r"(?:Appendix |APPENDIX )?(?P<section>\d+(?:\.\d+)*|[A-Z](?:\.\d+)*)[.:]? +(?P<title>\S.*)")
_RUNNING = re.compile(r"\[Page \d+\]$|^RFC \d+ .*\d{4}$")


@dataclass(frozen=True)
class Cited:
    """A section as the book cites it; the title is empty where the book gives none."""

    where: str
    number: str
    section: str
    title: str = ""

    def __str__(self) -> str:
        return f"{self.where}: RFC {self.number} §{self.section} {self.title}".rstrip()


@dataclass(frozen=True)
class Checked:
    """How many citations were looked up, what is wrong with which, and the RFCs whose text is not here."""

    found: int
    faults: tuple[str, ...]
    without_text: Mapping[str, int]


def main() -> int:
    """Look up every citation and print what is wrong."""
    checked = check([*in_claims(), *in_prose()])
    for fault in checked.faults:
        print(fault)
    missing = ", ".join(f"RFC {number} ({count})" for number, count in sorted(checked.without_text.items()))
    print(f"{checked.found} sections are as cited, {len(checked.faults)} are not; no text here: {missing or 'none'}")
    return int(bool(checked.faults))


def check(cited: Iterable[Cited], folder: Path = TEXTS) -> Checked:
    """Look the citations up in the texts below a folder."""
    found, faults, without = 0, [], dict[str, int]()
    for one in cited:
        sections = sections_of(one.number, folder)
        if sections is None:
            without[one.number] = without.get(one.number, 0) + 1
        elif fault := fault_of(one, sections):
            faults.append(fault)
        else:
            found += 1
    return Checked(found, tuple(faults), without)


def fault_of(cited: Cited, sections: Mapping[str, str]) -> str | None:
    """What is wrong with a citation, None where nothing is."""
    if cited.section not in sections:
        return f"{cited}: there is no such section"
    title = sections[cited.section]
    if cited.title and _plain(cited.title) != _plain(title):
        return f"{cited}: its title is {title!r}"
    return None


def in_claims() -> Iterator[Cited]:
    """The sections of RFCs that claims cite, with their titles."""
    for path in sorted(CHAPTERS.rglob("*.claims.yml")):
        for claim in Ledger.read(path).claims:
            for standard in claim.standards:
                match = _CITED.fullmatch(standard.ref)
                if match and match["section"]:
                    yield Cited(f"{path.name}, {claim.id}", match["number"], match["section"], standard.title)


def in_prose() -> Iterator[Cited]:
    """The sections of RFCs that the notebooks and pages name in their text."""
    for notebook in find():
        text = "\n".join(str(cell["source"]) for cell in read(notebook)["cells"])
        yield from _named(notebook.name, text)
    for page in sorted(CHAPTERS.rglob("*.md")):
        yield from _named(page.name, page.read_text(encoding="utf-8"))


def _named(where: str, text: str) -> Iterator[Cited]:
    named = {(match["number"], match["section"]) for match in _IN_PROSE.finditer(text)}
    return (Cited(where, number, section) for number, section in sorted(named))


@cache
def sections_of(number: str, folder: Path = TEXTS) -> Mapping[str, str] | None:
    """The titles of an RFC's sections by number; None where its text is not here."""
    file = next(iter(sorted(folder.glob(f"*/rfc{number}.txt.gz"))), None)
    return None if file is None else headings(gzip.decompress(file.read_bytes()).decode("utf-8", "replace"))


def headings(text: str) -> dict[str, str]:
    """The headings in the text of an RFC: they alone begin in the first column with a number. The last one counts."""
    lines = [line.rstrip() for line in text.replace("\f", "\n").splitlines()]
    found: dict[str, str] = {}
    for number, line in enumerate(lines):
        match = _HEADING.fullmatch(line)
        if match and not _RUNNING.search(line):
            found[match["section"]] = " ".join([match["title"], *_rest(lines[number + 1 :])])
    return found


def _rest(following: list[str]) -> Iterator[str]:
    """The other lines of a heading: they follow it at once and are indented."""
    for line in following:
        if not line.startswith("  "):
            return
        yield line.strip()


def _plain(title: str) -> str:
    """A title without case, quotation marks and what typesetting adds."""
    return re.sub(r"[\W_]+", " ", title).strip().casefold()


if __name__ == "__main__":
    sys.exit(main())
