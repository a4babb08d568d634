"""Code cells that a reader can run: which do, which do not and why, written into the page for `run-cells.js`.

A cell that runs in the page gives its stored output there: `chapters/page-cells.json` says so, and for each other
cell the reason. Without that file, or where the build has no Python for the page, the pages stay as they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms.post_transforms import SphinxPostTransform

from labsupport.markup import Html, element

from . import python

MANIFEST = "chapters/page-cells.json"
"""For each chapter its cells: an empty text where the cell runs in the page, else the reason why it does not."""

RUNS, ELSEWHERE = "runs-here", "runs-elsewhere"
"""The classes of a code cell that runs in the page, and of one that does not."""

CELLS_OF = "cells-of"
"""The attribute of a document whose cells are those of another page: that page's name."""

NOTICE_HERE = "run-notice"
"""The class of the place that a page keeps for the line about its cells."""

HINDERED = (
    "The buttons need a web server: run ",
    element("code", "python -m http.server"),
    " in the folder of the book and open http://127.0.0.1:8000.",
)
"""What a page says whose script did not come, as when it is opened as a file."""

_CHAPTERS = "chapters/"


def setup(app: Sphinx) -> None:
    """Mark the cells when HTML is written; a new manifest writes every page anew."""
    app.add_config_value("run_cells", "", "html", types=(str,))
    app.connect("config-inited", note_manifest)
    app.add_post_transform(RunCells)


def note_manifest(app: Sphinx, config: Config) -> None:
    """Let the configuration stand for the manifest, so that its change is seen (handler of `config-inited`)."""
    manifest = Path(app.srcdir) / MANIFEST
    wanted = manifest.is_file() and python.available()
    config.run_cells = hashlib.sha256(manifest.read_bytes()).hexdigest() if wanted else ""


class RunCells(SphinxPostTransform):
    """Give each code cell its id; where Python comes with the pages also its class, and the page a line about it."""

    default_priority = 6
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Mark the cells of a page. An e-book has the ids alone: nothing runs there."""
        page = str(self.document.get(CELLS_OF, self.env.docname))
        cells = dict(self.named_cells(Path(self.env.doc2path(page))))
        for name, cell in cells.items():
            cell["ids"].append(f"cell-{name}")
        if self.config.run_cells and self.app.builder.name == "html":
            chapter = page.removeprefix(_CHAPTERS)
            reasons = verdicts(Path(self.app.srcdir), chapter)
            here = {name: reasons[name] for name in cells if name in reasons}
            if "" in here.values():
                mark(here, cells)
                self.place_of_the_notice(cells).append(nodes.raw("", page_notice(chapter, here), format="html"))

    def named_cells(self, notebook: Path) -> Iterator[tuple[str, nodes.container]]:
        """The code cells of the page with their ids in the notebook, in the order of the page."""
        if notebook.suffix != ".ipynb":
            return
        stored = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        for cell in code_cells(self.document):
            yield str(stored[cell["cell_index"]]["id"]), cell

    def place_of_the_notice(self, cells: Mapping[str, nodes.container]) -> nodes.Element:
        """Where the page keeps a place for the line about its cells; else a new one after the first cell."""
        for place in self.document.findall(nodes.container):
            if NOTICE_HERE in place["classes"]:
                return place
        first, place = next(iter(cells.values())), nodes.container(classes=[NOTICE_HERE])
        first.parent.insert(first.parent.index(first) + 1, place)
        return place


def code_cells(document: nodes.document) -> Iterator[nodes.container]:
    """The code cells of a page made from a notebook, in its order."""
    return (node for node in document.findall(nodes.container) if node.get("nb_element") == "cell_code")


def mark(reasons: Mapping[str, str], cells: Mapping[str, nodes.container]) -> None:
    """Give the cells the classes that say whether they run in the page."""
    for name, reason in reasons.items():
        cells[name]["classes"].append(ELSEWHERE if reason else RUNS)


def verdicts(source: Path, chapter: str) -> Mapping[str, str]:
    """For each cell of a chapter the reason why it does not run in the page, empty where it does."""
    manifest: Mapping[str, Mapping[str, str]] = json.loads((source / MANIFEST).read_text(encoding="utf-8"))
    return manifest.get(chapter, {})


def page_notice(chapter: str, cells: Mapping[str, str]) -> Html:
    """The line at the head of a page: how many of its cells run, and for the script why the others do not."""
    runs = sum(not reason for reason in cells.values())
    which = "All" if runs == len(cells) else f"{runs} of the"
    return element(
        "div",
        element(
            "p",
            element("strong", f"{which} {len(cells)} code cells run in this page."),
            " Python starts in your own tab at the first click, and everything comes from this site.",
        ),
        element("div", element("p", *HINDERED, class_="run-hindered screen-only"), class_="run-actions"),
        Html(f'<script type="application/json" id="run-cells">{as_json(chapter, cells)}</script>'),
        class_="run-page",
    )


def as_json(chapter: str, cells: Mapping[str, str]) -> str:
    """The chapter, each reason once, and the cells it is the reason of; safe inside a script element."""
    reasons: dict[str, list[str]] = {}
    for name, reason in cells.items():
        if reason:
            reasons.setdefault(reason, []).append(name)
    return _inert({"chapter": chapter, "elsewhere": list(map(list, reasons.items()))})


def _inert(value: Mapping[str, str | Sequence[object]]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
