"""The book's health: `{health}` shows how often all notebooks were run, what failed, when each ran last, and on what.

Everything comes from one file, which `python -m tools.flakes` writes after each run.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from .chapters import noted_chapters
from .where_it_runs import table

FILE = Path("chapters") / "appendix" / "health.json"
NEVER = "never"

Run = Mapping[str, Any]
Health = Mapping[str, Any]


class HealthDirective(SphinxDirective):
    """`{health}`: three sections, on the flakes, on the chapters and on the machine."""

    def run(self) -> list[nodes.Node]:
        """The sections, made from the file."""
        file = Path(self.env.srcdir) / FILE
        self.env.note_dependency(str(file))
        health = read(file)
        runs = flakes(health["runs"])
        return [
            _section("Flakes", nodes.paragraph("", verdict(health["runs"])), *runs),
            _section("The last run of each chapter", self._chapters(health["chapters"])),
            _section("Versions", _machine(health["machine"])),
        ]

    def _chapters(self, ran: Mapping[str, Run]) -> nodes.table:
        lines = []
        for chapter in noted_chapters(self.env):
            uri = self.env.app.builder.get_relative_uri(self.env.docname, chapter.page)
            link = nodes.reference("", f"{chapter.number} {chapter.title}", internal=True, refuri=uri)
            lines.append([link, *map(nodes.Text, last_run(ran.get(chapter.page.removeprefix("chapters/"))))])
        return table(["Chapter", "Last run (UTC)", "Cells", "Seconds", "Result"], lines)


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
    return f"{told} {doubt(len(runs), bad)}"


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


def flakes(runs: Iterable[Run]) -> list[nodes.Node]:
    """The cells that failed, most often first; no table where none did."""
    failed = [each for run in runs for each in run["failed"]]
    if not failed:
        return []
    counts = Counter((each["chapter"], each["cell"]) for each in failed)
    last = {(each["chapter"], each["cell"]): each["what"] for each in failed}
    lines = [
        [nodes.Text(chapter), nodes.literal("", cell), nodes.Text(str(number)), nodes.literal("", last[chapter, cell])]
        for (chapter, cell), number in counts.most_common()
    ]
    return [table(["Chapter", "Cell", "Runs", "The last time"], lines)]


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
