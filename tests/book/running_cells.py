"""A page whose cells are run by a reader: presses its buttons and reads what it says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.book.browser import VIEWS, Reader, Silent, View
from tests.book.pages import BOOK

MANIFEST = BOOK / "chapters" / "page-cells.json"

LONGEST_S = 120
"""What a busy machine may take for all cells of a chapter."""


def runnable() -> dict[str, list[str]]:
    """For each chapter the ids of the cells that run in its page; empty where there is no manifest."""
    if not MANIFEST.is_file():
        return {}
    chapters = json.loads(MANIFEST.read_text(encoding="utf-8"))
    named = {chapter: [name for name, why in cells.items() if not why] for chapter, cells in chapters.items()}
    return {chapter: cells for chapter, cells in named.items() if cells}


class Isolating(Silent):
    """Serves with the headers that let a page share memory with its worker."""

    def end_headers(self) -> None:
        """Cut the page off from pages of other origins."""
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()


@dataclass(frozen=True)
class Ran:
    """One run of a cell: its id, whether it ended without an exception, its outputs, and how long it took."""

    name: str
    ended: bool
    outputs: list[dict[str, Any]]
    milliseconds: float


class CellsPage:
    """One chapter in the browser."""

    def __init__(self, reader: Reader, chapter: str, view: View = VIEWS[0], site: str | None = None) -> None:
        self.reader = reader
        self.chapter = chapter
        self.view = view
        self.site = site or reader.site
        self.load()

    def load(self) -> None:
        """Load the page as a reader does who comes to it."""
        if self.site == self.reader.site:
            self.visit = self.reader.visit(f"chapters/{self.chapter}.html", self.view)
        else:
            self.reader.driver.get(f"{self.site}/chapters/{self.chapter}.html")
        self.reader.run(GATHER_RUNS)

    def renew(self) -> None:
        """Have the page as it was loaded: reset it where it is still there, else load it."""
        if not self.reader.run("return window.runs !== undefined && location.href.startsWith(arguments[0])", self.site):
            self.load()
        self.reader.run(f"{ANNOUNCED} = ''")
        self.press("reset-all")
        self.reader.wait_for(f"{AT_REST} && {ANNOUNCED} === 'The page is as it was.'")
        self.reader.run("window.runs = []")

    def press(self, does: str, cell: str | None = None) -> None:
        """Press a button: of a cell, or of the page."""
        scope = "" if cell is None else f"#cell-{cell} "
        self.reader.run(f"document.querySelector('{scope}.run-button[data-does={does}]').click()")

    def run(self, cell: str) -> list[Ran]:
        """Run a cell and wait until the page is at rest; gives all runs of the page."""
        # What the bar says of an earlier run is no sign that this one has ended.
        self.reader.run(f"{STATUS % cell} = ''")
        self.press("run", cell)
        return self.rest(cell)

    def run_all(self) -> list[Ran]:
        """Run every cell that runs here, and wait."""
        self.press("run-all")
        return self.rest(runnable()[self.chapter][-1])

    def rest(self, cell: str) -> list[Ran]:
        """Wait until nothing runs and the cell has said how it went."""
        self.reader.wait_for(f"{AT_REST} && {STATUS % cell}", LONGEST_S)
        return self.runs()

    def runs(self) -> list[Ran]:
        """The runs of this page so far."""
        return [Ran(**run) for run in self.reader.run("return window.runs")]

    def status(self, cell: str) -> str:
        """What the bar of a cell says."""
        return str(self.reader.run(f"return {STATUS % cell}"))

    def announced(self) -> str:
        """What a screen reader was told last."""
        return str(self.reader.run(f"return {ANNOUNCED}"))

    def shown(self, cell: str) -> str:
        """The text of a cell's outputs."""
        return str(self.reader.run(f"return document.querySelector('#cell-{cell} .cell_output')?.textContent ?? ''"))

    def edit(self, cell: str, code: str) -> None:
        """Open the editor of a cell and put another code into it."""
        self.press("edit", cell)
        self.reader.wait_for(f"return document.querySelector('#cell-{cell} textarea') !== null")
        write = "const editor = document.querySelector(arguments[0]); editor.value = arguments[1]; "
        write += "editor.dispatchEvent(new Event('input'));"
        self.reader.run(write, f"#cell-{cell} textarea", code)

    def keys(self, cell: str, *keys: str) -> None:
        """Press keys in the editor of a cell."""
        self.reader.driver.find_element("css selector", f"#cell-{cell} textarea").send_keys(*keys)


GATHER_RUNS = """
window.runs = [];
document.addEventListener("click", () => { window.clicked ??= performance.now(); }, true);
document.addEventListener("cell-ran", () => { window.firstResult ??= performance.now() - window.clicked; });
document.addEventListener("cell-ran", ({target, detail}) => window.runs.push({
  name: target.id.replace(/^cell-/, ""), ended: detail.ended, outputs: detail.outputs,
  milliseconds: detail.milliseconds}));
"""

ANNOUNCED = "document.querySelector('.run-announcer').textContent"
AT_REST = "return document.querySelector('.runs-now') === null"
STATUS = "document.querySelector('#cell-%s .run-status').textContent"
