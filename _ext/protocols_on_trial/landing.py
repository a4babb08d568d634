"""The first page: `{chapters}` lists the parts, `{figure-of}` shows what a cell drew.

Both are made from the chapters when the book is built.
"""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from xml.etree.ElementTree import Element

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from .chapters import Chapter, noted_chapters
from .figures import inline_svg, parse_picture
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


def _markup(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")
