"""The first page: `{chapters}` lists the parts, `{claim-to-try}` asks the reader, `{figure-of}` shows what a cell drew.

All are made from the chapters when the book is built. The claim is answered in the page without a script: the reader
decides, and opens the verdict.
"""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from xml.etree.ElementTree import Element

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from labsupport.claims.ledger import Claim

from .chapters import Chapter, noted_chapters
from .figures import inline_svg, parse_picture
from .ledger import Docket, noted_dockets
from .ledger_page import verdict_badge
from .reference import words


class ChaptersDirective(SphinxDirective):
    """`{chapters}`: the chapters by part, each with the question it answers."""

    def run(self) -> list[nodes.Node]:
        """For each part its name and its chapters."""
        found: list[nodes.Node] = []
        for part, of_part in groupby(noted_chapters(self.env), lambda chapter: chapter.part):
            found += [nodes.rubric("", part), self._list(list(of_part))]
        return found

    def _list(self, chapters: list[Chapter]) -> nodes.bullet_list:
        items = nodes.bullet_list(classes=["chapters"])
        for chapter in chapters:
            uri = self.env.app.builder.get_relative_uri(self.env.docname, chapter.page)
            link = nodes.reference("", chapter.title, internal=True, refuri=uri)
            number = nodes.inline("", chapter.number, classes=["chapter-number"])
            question = words(chapter.question)
            question["classes"].append("chapter-question")
            items += nodes.list_item("", nodes.paragraph("", "", number, nodes.Text(" "), link), question)
        return items


class ClaimDirective(SphinxDirective):
    """`{claim-to-try} id`: a claim, and its verdict behind a fold."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The claim as a quotation, the fold, and where the experiment is."""
        wanted = self.arguments[0]
        for docket in noted_dockets(self.env):
            for claim in docket.claims:
                if claim.id == wanted:
                    return self._shown(docket, claim)
        raise self.error(f"no chapter has a claim {wanted!r}; the ledger lists their ids")

    def _shown(self, docket: Docket, claim: Claim) -> list[nodes.Node]:
        frame = nodes.container(classes=["claim-to-try"])
        frame += nodes.block_quote("", nodes.paragraph("", claim.claim))
        frame += _markup("<details><summary>Decide for yourself, then open the verdict</summary>")
        frame += nodes.paragraph("", "", verdict_badge(claim.verdict), nodes.Text(f" {claim.because}"))
        frame += nodes.paragraph("", "", *self._experiment(docket, claim))
        frame += _markup("</details>")
        return [frame]

    def _experiment(self, docket: Docket, claim: Claim) -> list[nodes.Node]:
        uri = self.env.app.builder.get_relative_uri(self.env.docname, docket.page)
        link = nodes.reference("", "See the cell that decides it", internal=True, refuri=f"{uri}#claim-{claim.id}")
        return [link, nodes.Text(f", in the chapter {docket.title}: change it, and run it again.")]


class FigureDirective(SphinxDirective):
    """`{figure-of} page cell`: the figure that a cell of a chapter drew; the content is its caption."""

    required_arguments = 2
    has_content = True

    def run(self) -> list[nodes.Node]:
        """The figure in the colors of the page, without a number."""
        page, cell = self.arguments
        notebook = Path(self.env.srcdir) / f"{page}.ipynb"
        self.env.note_dependency(str(notebook))
        picture, alt = drawn_by(notebook, cell)
        caption = nodes.paragraph("", " ".join(self.content), classes=["figure-caption"])
        return [_markup(f'<div class="trial-figure-frame">{inline_svg(picture, alt)}</div>'), caption]


def drawn_by(notebook: Path, cell: str) -> tuple[Element, str]:
    """The picture in the output of a cell, and its alt text. Raises LookupError where the cell has none."""
    for one in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for output in one.get("outputs", ()) if one.get("id") == cell else ():
            picture = parse_picture("".join(output.get("data", {}).get("image/svg+xml", "")))
            if picture is not None:
                return picture, str(one["metadata"]["mystnb"]["image"]["alt"])
    raise LookupError(f"{notebook.name} has no figure in a cell {cell!r}")


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("figure-of", FigureDirective)
    app.add_directive("chapters", ChaptersDirective)
    app.add_directive("claim-to-try", ClaimDirective)


def _markup(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")
