"""The book's health: `{health}` shows how often all notebooks were run, what failed, when each ran last, and on what.

Everything comes from one file, which `python -m tools.flakes` writes after each run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby, takewhile
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from .chapters import noted_chapters
from .where_it_runs import table

FILE = Path("chapters") / "appendix" / "health.json"
NEVER, NOT_KEPT = "never", "–"

Run = Mapping[str, Any]
Health = Mapping[str, Any]


class HealthDirective(SphinxDirective):
    """`{health}`: three sections, on the flakes, on the chapters and on the machine."""

    def run(self) -> list[nodes.Node]:
        """The sections, made from the file."""
        file = Path(self.env.srcdir) / FILE
        self.env.note_dependency(str(file))
        health = read(file)
        return [
            _section("Flakes", nodes.paragraph("", verdict(health["runs"])), *self._flakes(health["runs"])),
            _section("The last run of each chapter", self._chapters(health["chapters"])),
            _section("Versions", _machine(health["machine"])),
        ]

    def _flakes(self, runs: Sequence[Run]) -> list[nodes.Node]:
        """The runs in which something failed, the last one first; no table where there are none."""
        links = self._links()
        lines = [
            [links.get(flake.chapter, nodes.Text(flake.chapter)).deepcopy(), *map(nodes.Text, flake[1:])]
            for run in reversed(runs) for flake in flakes(run)
        ]
        return [table(["Chapter", "Run (UTC)", "Cells", "What the first one said"], lines)] if lines else []

    def _chapters(self, ran: Mapping[str, Run]) -> nodes.table:
        lines = [[link, *map(nodes.Text, last_run(ran.get(name)))] for name, link in self._links().items()]
        return table(["Chapter", "Last run (UTC)", "Cells", "Seconds", "Result"], lines)

    def _links(self) -> dict[str, nodes.Node]:
        """A link to each chapter, by its name in the file."""
        return {
            chapter.page.removeprefix("chapters/"): nodes.reference(
                "", f"{chapter.number} {chapter.title}", internal=True,
                refuri=self.env.app.builder.get_relative_uri(self.env.docname, chapter.page),
            )
            for chapter in noted_chapters(self.env)
        }


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("health", HealthDirective)


def read(file: Path) -> Health:
    """What is known; nothing where the notebooks were never run by `tools.flakes`."""
    if not file.is_file():
        return {"machine": {}, "chapters": {}, "runs": []}
    health: Health = json.loads(file.read_text(encoding="utf-8"))
    return health


def verdict(runs: Sequence[Run]) -> str:
    """What the runs say of the rate of flakes, and what so few cannot say."""
    if not runs:
        return "No full run is recorded yet. So nothing is known about how often a cell fails without a fault in it."
    bad = sum(1 for run in runs if run["failed"])
    told = f"{_counted(len(runs), 'full run')} from {runs[0]['date']} to {runs[-1]['date']} UTC"
    seconds = sorted(run["seconds"] for run in runs)[len(runs) // 2]
    beside = sum(1 for run in runs if run["at_once"] > 1)
    told += f", {seconds:.0f} seconds each (median)"
    told += f"; {beside} of them beside another on the same processors" if beside else ""
    told += f". In {bad} of them a cell failed"
    told += f": {100 * bad / len(runs):.1f} percent of the runs."
    return f"{told} {doubt(len(runs), bad)}{since_the_last(runs)}"


def doubt(runs: int, bad: int) -> str:
    """What the count leaves open: how large the rate may still be, with a confidence of 95 percent."""
    return f"A rate of up to {100 * highest_rate(runs, bad):.0f} percent of runs would fit this count as well."


def highest_rate(runs: int, bad: int) -> float:
    """The greatest rate at which so few bad runs, or fewer, still come about once in twenty times.

    It is the upper limit of Clopper and Pearson, one-sided, at 95 percent; with no bad run about 3 / runs.
    """
    low, high = bad / runs, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(bad, runs, middle) > 0.05 else (low, middle)
    return high


def since_the_last(runs: Sequence[Run]) -> str:
    """How many runs have passed since one failed; nothing where none did."""
    passed = len(list(takewhile(lambda run: not run["failed"], reversed(runs))))
    return f" Since the last of them {_counted(passed, 'run')} passed." if passed < len(runs) else ""


class Flake(NamedTuple):
    """What went wrong in one run of one chapter: the cells that failed, and what the first of them said."""

    chapter: str
    date: str
    cells: str
    what: str


def flakes(run: Run) -> list[Flake]:
    """One for each chapter that failed. A cell that fails takes others with it, so the first one matters."""
    found = []
    for chapter, group in groupby(run["failed"], key=itemgetter("chapter")):
        first, *after = group
        cells = first["cell"] + (f", and {len(after)} after it" if after else "")
        found.append(Flake(chapter, run["date"], cells, first["what"] or NOT_KEPT))
    return found


def last_run(ran: Run | None) -> tuple[str, str, str, str]:
    """When a chapter ran last, its cells, its seconds, and whether each cell gave its stored output."""
    if ran is None:
        return (NEVER, "–", "–", "–")
    failed = len(ran["failed"])
    return ran["date"], str(ran["cells"]), f"{ran['seconds']:.1f}", f"{failed} failed" if failed else "as stored"


def _at_most(bad: int, runs: int, rate: float) -> float:
    """The probability of so many bad runs or fewer at a rate."""
    term = total = (1 - rate) ** runs
    for number in range(bad):
        term *= (runs - number) / (number + 1) * rate / (1 - rate) if rate < 1 else 0
        total += term
    return total


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _machine(machine: Mapping[str, str]) -> nodes.Node:
    if not machine:
        return nodes.paragraph("", "No run is recorded yet.")
    lines = [[nodes.Text(name), nodes.Text(version)] for name, version in machine.items()]
    return table(["What", "Version"], lines)


def _section(title: str, *content: nodes.Node) -> nodes.section:
    return nodes.section("", nodes.title("", title), *content, ids=[nodes.make_id(f"health {title}")])
