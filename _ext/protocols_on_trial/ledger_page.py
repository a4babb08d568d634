"""The ledger page and the counts of verdicts, made from the claims files when the book is built.

`{ledger}` lists every claim of every chapter: its verdict, the reason, the sections of the standards, and a
link to the cell that decides it. `{verdict-counts}` sums the verdicts up. Neither has content of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from labsupport.claims.ledger import Claim, Standard
from labsupport.markup import element

from .bibliography import Bibliography, noted_bibliography
from .filters import filter_bar
from .ledger import Docket, Part, count_verdicts, noted_dockets, parts_of


class LedgerDirective(SphinxDirective):
    """`{ledger}`: a bar to filter by, and all claims, one section a part, in it one a chapter."""

    def run(self) -> list[nodes.Node]:
        """The filter and the sections of the ledger."""
        dockets = noted_dockets(self.env)
        parts = parts_of(self.env.app, dockets)
        self.bibliography = noted_bibliography(self.env)
        bar = filter_bar(".ledger > li", "claim", "claim, reason, id, standard", count_verdicts(dockets), parts)
        return [bar, *(self._part(part) for part in parts)]

    def _part(self, part: Part) -> nodes.section:
        section = nodes.section("", nodes.title("", part.title), ids=[f"topic-{part.topic}"])
        section += [self._chapter(docket) for docket in part.dockets]
        return section

    def _chapter(self, docket: Docket) -> nodes.section:
        section = nodes.section("", nodes.title("", docket.title), ids=[f"topic-{docket.topic}"])
        section += nodes.bullet_list("", *(self._entry(docket, claim) for claim in docket.claims), classes=["ledger"])
        return section

    def _entry(self, docket: Docket, claim: Claim) -> nodes.list_item:
        uri = self.env.app.builder.get_relative_uri(self.env.docname, docket.page)
        return nodes.list_item(
            "",
            verdict_and_link(claim, uri),
            nodes.paragraph("", claim.because, classes=["ledger-because"]),
            standards_line(claim.standards, self.bibliography),
            permalink(claim),
            ids=[f"claim-{claim.id}"],
        )


class VerdictCountsDirective(SphinxDirective):
    """`{verdict-counts}`: how many claims hold, are refuted, and so on."""

    def run(self) -> list[nodes.Node]:
        """One list, one item a verdict that occurs."""
        items = nodes.bullet_list(classes=["verdict-counts"])
        for verdict, number in count_verdicts(noted_dockets(self.env)).items():
            count = (nodes.strong("", str(number)), nodes.Text(" "), verdict_badge(verdict))
            items += nodes.list_item("", nodes.paragraph("", "", *count))
        return [items]


def setup(app: Sphinx) -> None:
    """Register the two directives."""
    app.add_directive("ledger", LedgerDirective)
    app.add_directive("verdict-counts", VerdictCountsDirective)


def verdict_and_link(claim: Claim, uri: str) -> nodes.paragraph:
    """The verdict, and the claim as a link to the cell on the page `uri` that decides it."""
    link = nodes.reference("", claim.claim, internal=True, refuri=f"{uri}#claim-{claim.id}")
    return nodes.paragraph("", "", verdict_badge(claim.verdict), nodes.Text(" "), link, classes=["ledger-claim"])


def verdict_badge(verdict: str) -> nodes.inline:
    """The verdict as a word of its own color."""
    return nodes.inline("", verdict, classes=["trial-badge", f"trial-verdict-{verdict}"])


def standards_line(standards: Sequence[Standard], bibliography: Bibliography) -> nodes.paragraph:
    """The sections that a verdict cites, linked where they can be."""
    line = nodes.paragraph(classes=["ledger-standards"])
    for number, standard in enumerate(standards):
        line += nodes.Text(" · " if number else "")
        url = bibliography.address(standard.ref)
        line += nodes.reference("", standard.ref, refuri=url) if url else nodes.Text(standard.ref)
        line += nodes.Text(f" ({standard.title})" if standard.title else "")
    return line


def permalink(claim: Claim) -> nodes.paragraph:
    """The claim's id as the address of its entry, and a button that gives the words to cite it by."""
    link = nodes.reference("", claim.id, internal=True, refid=f"claim-{claim.id}", classes=["ledger-permalink"])
    words = element("button", "Cite", type="button", class_="ledger-cite", aria_label=f"Cite {claim.id}")
    return nodes.paragraph(
        "", "", link, nodes.Text(" "), nodes.raw("", words, format="html"), classes=["ledger-address"]
    )
