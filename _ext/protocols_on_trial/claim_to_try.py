"""`{claim-to-try}`: a claim on another page than its chapter's, with the cells that decide it, to be run there.

The cells are the chapter's own, code and stored outputs, so they cannot differ from what was tested. The reader sees
the experiment, and opens the verdict; both run in the page, after the cells that they need.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from labsupport.claims.ledger import Claim

from .cards import evidence_of
from .ledger import Docket, noted_dockets
from .run_cells import CELLS_OF, NOTICE_HERE, code_cells


class BorrowedCell(nodes.General, nodes.Element):
    """Stands for the cell number `index` of the notebook of `page`, until the page is written."""


class ClaimDirective(SphinxDirective):
    """`{claim-to-try} id`; the content names cells: those that the experiment needs, the experiment, the verdict."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """The claim as a quotation, its cells, and the way to the chapter."""
        docket, claim = self._claim(self.arguments[0])
        *needed, experiment, verdict = self._cells(docket, claim, " ".join(self.content).split())
        frame = nodes.container(classes=["claim-to-try"])
        frame += nodes.block_quote("", nodes.paragraph("", claim.claim))
        frame += nodes.container(classes=[NOTICE_HERE])
        frame += _folded("What runs before it", needed)
        frame += experiment
        frame += _folded("Decide for yourself, then open the verdict", [verdict, self._to_the_chapter(docket, claim)])
        return [frame]

    def _claim(self, wanted: str) -> tuple[Docket, Claim]:
        for docket in noted_dockets(self.env):
            for claim in docket.claims:
                if claim.id == wanted:
                    return docket, claim
        raise self.error(f"no chapter has a claim {wanted!r}; the ledger lists their ids")

    def _cells(self, docket: Docket, claim: Claim, names: Sequence[str]) -> list[nodes.Node]:
        notebook = Path(self.env.srcdir) / f"{docket.page}.ipynb"
        self.env.note_dependency(str(notebook))
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        numbers = {cell["id"]: number for number, cell in enumerate(cells) if cell["cell_type"] == "code"}
        if unknown := [name for name in names if name not in numbers]:
            raise self.error(f"{notebook.name} has no code cell {unknown[0]!r}; cells are named by their ids")
        if len(names) < 2 or claim.id not in evidence_of([cells[numbers[names[-1]]]]):
            raise self.error(f"name an experiment, and last the cell of {notebook.name} that decides {claim.id!r}")
        return [BorrowedCell("", page=docket.page, index=numbers[name]) for name in names]

    def _to_the_chapter(self, docket: Docket, claim: Claim) -> nodes.paragraph:
        uri = self.env.app.builder.get_relative_uri(self.env.docname, docket.page)
        link = nodes.reference("", docket.title, internal=True, refuri=f"{uri}#claim-{claim.id}")
        return nodes.paragraph("", "", nodes.Text("More of this trial stands in the chapter "), link, nodes.Text("."))


class BorrowCells(SphinxPostTransform):
    """Put copies of the chapter's cells in the places that stand for them."""

    # Before MyST-NB chooses among the kinds of an output, and figures become part of the page.
    default_priority = 3

    def run(self, **kwargs: object) -> None:
        """Fill the places of a page, whose cells are all of one chapter."""
        for page in {str(place["page"]) for place in self._places()}:
            cells = {cell["cell_index"]: cell for cell in code_cells(self.env.get_doctree(page))}
            for place in list(self._places()):
                place.replace_self(cells[place["index"]].deepcopy())
            self.document[CELLS_OF] = page

    def _places(self) -> Iterator[BorrowedCell]:
        return self.document.findall(BorrowedCell)


def setup(app: Sphinx) -> None:
    """Register the directive and what fills it."""
    app.add_node(BorrowedCell)
    app.add_directive("claim-to-try", ClaimDirective)
    app.add_post_transform(BorrowCells)


def _folded(summary: str, content: Sequence[nodes.Node]) -> list[nodes.Node]:
    opened = nodes.raw("", f"<details><summary>{summary}</summary>", format="html")
    return [opened, *content, nodes.raw("", "</details>", format="html")]
