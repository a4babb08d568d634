"""The ledger page and the counts of verdicts, made from the claims files when the book is built.

`{ledger}` lists every claim of every chapter: its verdict, the reason, the sections of the standards, and a
link to the cell that decides it. `{verdict-counts}` sums the verdicts up. Neither has content of its own.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from labsupport.claims.ledger import Claim, Ledger, Standard, Verdict
from labsupport.standards import address

CLAIMS_SUFFIX = ".claims.yml"
"""What follows the name of a chapter in the name of its claims file."""


@dataclass(frozen=True)
class Docket:
    """The claims of one chapter, and the page that decides them."""

    page: str
    title: str
    claims: tuple[Claim, ...]


class LedgerDirective(SphinxDirective):
    """`{ledger}`: all claims, one section a chapter."""

    def run(self) -> list[nodes.Node]:
        """The sections of the ledger."""
        return [self._section(docket) for docket in self._dockets()]

    def _dockets(self) -> Sequence[Docket]:
        dockets = dockets_of(self.env.app)
        self.env.note_reread()
        for docket in dockets:
            self.env.note_dependency(str(claims_file(Path(self.env.srcdir), docket.page)))
        return dockets

    def _section(self, docket: Docket) -> nodes.section:
        section = nodes.section(ids=[nodes.make_id(f"ledger-{docket.page}")])
        section += nodes.title("", docket.title)
        entries = nodes.bullet_list(classes=["ledger"])
        entries += [self._entry(docket, claim) for claim in docket.claims]
        section += entries
        return section

    def _entry(self, docket: Docket, claim: Claim) -> nodes.list_item:
        sentence = nodes.paragraph(classes=["ledger-claim"])
        sentence += verdict_badge(claim.verdict)
        sentence += nodes.Text(" ")
        sentence += self._link(docket.page, claim)
        item = nodes.list_item("", sentence, nodes.paragraph("", claim.because, classes=["ledger-because"]))
        if claim.standards:
            item += standards_line(claim.standards)
        return item

    def _link(self, page: str, claim: Claim) -> nodes.reference:
        uri = self.env.app.builder.get_relative_uri(self.env.docname, page)
        return nodes.reference("", claim.claim, internal=True, refuri=f"{uri}#claim-{claim.id}")


class VerdictCountsDirective(LedgerDirective):
    """`{verdict-counts}`: how many claims hold, are refuted, and so on."""

    def run(self) -> list[nodes.Node]:
        """One list, one item a verdict that occurs."""
        counts = count_verdicts(self._dockets())
        items = nodes.bullet_list(classes=["verdict-counts"])
        for verdict, number in counts.items():
            count = (nodes.strong("", str(number)), nodes.Text(" "), verdict_badge(verdict))
            items += nodes.list_item("", nodes.paragraph("", "", *count))
        return [items]


def setup(app: Sphinx) -> None:
    """Register the two directives."""
    app.add_directive("ledger", LedgerDirective)
    app.add_directive("verdict-counts", VerdictCountsDirective)


def dockets_of(app: Sphinx) -> list[Docket]:
    """The claims of every chapter in the table of contents, in its order."""
    source = Path(app.srcdir)
    pages = [str(page) for page in app.config.external_site_map]
    return [read_docket(source, page) for page in pages if claims_file(source, page).is_file()]


def read_docket(source: Path, page: str) -> Docket:
    """The claims of one page of the book whose folder is `source`."""
    ledger = Ledger.read(claims_file(source, page))
    return Docket(page, chapter_title(source / f"{page}.ipynb"), ledger.claims)


def claims_file(source: Path, page: str) -> Path:
    """Where the claims of a page stand: beside its notebook."""
    return source / f"{page}{CLAIMS_SUFFIX}"


def chapter_title(notebook: Path) -> str:
    """The first heading of a notebook; its name where it has none."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return next((line[2:].strip() for line in prose.splitlines() if line.startswith("# ")), notebook.stem)


def count_verdicts(dockets: Iterable[Docket]) -> dict[str, int]:
    """The number of claims by verdict, in the order of `Verdict`, without the verdicts that do not occur."""
    counts = Counter(claim.verdict for docket in dockets for claim in docket.claims)
    return {verdict: counts[verdict] for verdict in get_args(Verdict) if counts[verdict]}


def verdict_badge(verdict: str) -> nodes.inline:
    """The verdict as a word of its own color."""
    return nodes.inline("", verdict, classes=["trial-badge", f"trial-verdict-{verdict}"])


def standards_line(standards: Sequence[Standard]) -> nodes.paragraph:
    """The sections that a verdict cites, linked where they can be."""
    line = nodes.paragraph(classes=["ledger-standards"])
    for number, standard in enumerate(standards):
        line += nodes.Text(" · " if number else "")
        url = address(standard.ref)
        line += nodes.reference("", standard.ref, refuri=url) if url else nodes.Text(standard.ref)
        line += nodes.Text(f" ({standard.title})" if standard.title else "")
    return line
