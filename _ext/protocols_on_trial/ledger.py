"""The ledger of the book: the claims of every chapter with what decided them, read from the chapters' own files."""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, get_args

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from labsupport.claims.ledger import Claim, Ledger, Verdict

from .cards import Evidence, evidence_of

CLAIMS_SUFFIX = ".claims.yml"
"""What follows the name of a chapter in the name of its claims file."""

COPY = "dockets"
"""A file beside the doctrees that holds the dockets of the last build; written when they are others."""

MEANINGS: Mapping[str, str] = {
    "holds": "It is so.",
    "qualified": "It is so only under a condition, or only in part.",
    "outdated": "It was so once.",
    "refuted": "It is not so.",
    "unspecified": "The standard leaves it open.",
}
"""What each verdict says of a claim, in the order of `Verdict`."""

_NUMBER = re.compile(r"^\d+-")


@dataclass(frozen=True)
class Docket:
    """The claims of one chapter, the page that decides them, and by claim what its cell observed."""

    page: str
    title: str
    claims: tuple[Claim, ...]
    evidence: Mapping[str, Evidence] = field(default_factory=dict)

    @property
    def topic(self) -> str:
        """The chapter's name in addresses: that of its file without its number."""
        return _NUMBER.sub("", PurePosixPath(self.page).name)


@dataclass(frozen=True)
class Part:
    """A part of the book that has claims."""

    topic: str
    title: str
    dockets: tuple[Docket, ...]

    @property
    def claims(self) -> int:
        """How many claims its chapters have."""
        return sum(len(docket.claims) for docket in self.dockets)


def dockets_of(app: Sphinx) -> list[Docket]:
    """The claims of every chapter in the table of contents, in its order."""
    source = Path(app.srcdir)
    pages = [str(page) for page in app.config.external_site_map]
    return [read_docket(source, page) for page in pages if claims_file(source, page).is_file()]


def noted_dockets(env: BuildEnvironment) -> list[Docket]:
    """The same, for the page that is being read: it will be read again when one of them is another.

    Notebooks change much more often than what is claimed in them, so the page depends on neither them nor the claims.
    """
    for file in (Path(env.srcdir) / "_toc.yml", Path(env.doctreedir) / COPY):
        env.note_dependency(str(file))
    return dockets_of(env.app)


def parts_of(app: Sphinx, dockets: Iterable[Docket]) -> list[Part]:
    """The dockets by part, with the captions of the table of contents."""
    root = getattr(app.config.external_site_map, "root", None)
    captions = {str(page): tree.caption for tree in getattr(root, "subtrees", ()) for page in tree.items}
    folders: dict[str, list[Docket]] = {}
    for docket in dockets:
        folders.setdefault(str(PurePosixPath(docket.page).parent.name), []).append(docket)
    return [
        Part(topic, captions.get(of_part[0].page) or topic, tuple(of_part))
        for folder, of_part in folders.items()
        for topic in (_NUMBER.sub("", folder),)
    ]


def read_docket(source: Path, page: str) -> Docket:
    """The claims of one page of the book whose folder is `source`."""
    return _docket(source, page, tuple(file.stat().st_mtime_ns for file in sources(source, page)))


def sources(source: Path, page: str) -> tuple[Path, Path]:
    """What the docket of a page is made from: its claims and, for the title and the cards, its notebook."""
    return claims_file(source, page), source / f"{page}.ipynb"


@functools.cache
def _docket(source: Path, page: str, written: tuple[int, ...]) -> Docket:
    """Read once in each state of the files; `written` is when they were."""
    claims, notebook = sources(source, page)
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return Docket(page, first_heading(cells) or notebook.stem, Ledger.read(claims).claims, evidence_of(cells))


def claims_file(source: Path, page: str) -> Path:
    """Where the claims of a page stand: beside its notebook."""
    return source / f"{page}{CLAIMS_SUFFIX}"


def first_heading(cells: Sequence[Mapping[str, Any]]) -> str | None:
    """The first heading in the cells of a notebook; None where there is none."""
    prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return next((line[2:].strip() for line in prose.splitlines() if line.startswith("# ")), None)


def count_verdicts(dockets: Iterable[Docket]) -> dict[str, int]:
    """The number of claims by verdict, in the order of `Verdict`, without the verdicts that do not occur."""
    counts = Counter(claim.verdict for docket in dockets for claim in docket.claims)
    return {verdict: counts[verdict] for verdict in get_args(Verdict) if counts[verdict]}
