"""Python in the reader's tab: from the click to the first result, what that costs the wire, and each cell after it."""

from __future__ import annotations

import gzip
import statistics
from pathlib import Path

from benchmarks.report import Below, Figures, Row
from tests.book.browser import Silent, reading, serving
from tests.book.running_cells import CellsPage, Ran, runnable
from tools.kernels import ROOT

HTML = ROOT / "_build" / "html"
_ROUNDS = 3
_MOST_MB = 10
_LONGEST_S, _LONGEST_MS = 5, 100


def rows(figures: Figures) -> list[Row]:
    """The first result beside the start of Python alone; the cells' median beside the slowest."""
    get = figures.get
    return [
        Row("click to first result in the page", get("first"), "Python started, no cell", get("start"), "s",
            Below(_LONGEST_S)),
        Row("over the wire for it", get("wire"), "the same unpacked", get("unpacked"), "MB", Below(_MOST_MB)),
        Row("a cell after that, median", get("median"), "the slowest 5 % above", get("slowest"), "ms",
            Below(_LONGEST_MS)),
        Row("cells above 100 ms, of 100", get("above"), "none", 0, "cells"),
    ]  # fmt: skip


def measure() -> Figures:
    """Seconds, megabytes and milliseconds, on the built book. Raises RuntimeError where it has no Python."""
    chapters = runnable()
    if not (HTML / "_static" / "python").is_dir() or not chapters:
        raise RuntimeError("the built book has no Python for its pages; install npm and run `make book`")
    with serving(HTML, Counting) as site:
        some = list(chapters)[:: max(1, len(chapters) // _ROUNDS)]
        starts = [_start(site, chapter) for chapter in some]
        firsts, wires = zip(*(_first_result(site, chapter, chapters[chapter][0]) for chapter in some), strict=True)
        with reading(HTML) as reader:
            times = [run.milliseconds for chapter in chapters for run in _runs(CellsPage(reader, chapter, site=site))]
    return {
        "first": statistics.median(firsts),
        "start": statistics.median(starts),
        "wire": max(wires),
        "unpacked": unpacked(HTML / "_static" / "python") / 1e6,
        "median": statistics.median(times),
        "slowest": statistics.quantiles(times, n=20)[-1],
        "above": 100 * sum(time > _LONGEST_MS for time in times) / len(times),
    }


def _start(site: str, chapter: str) -> float:
    """Seconds until Python has begun a chapter, in a browser that has nothing in its cache."""
    with reading(HTML) as reader:
        CellsPage(reader, chapter, site=site).load()
        return float(reader.driver.execute_async_script(START, chapter)) / 1000


def _first_result(site: str, chapter: str, cell: str) -> tuple[float, float]:
    """Seconds from the click on a cell to its result, and the megabytes that came for it, in such a browser."""
    with reading(HTML) as reader:
        page = CellsPage(reader, chapter, site=site)
        page.load()
        before = Counting.sent
        page.press("run", cell)
        page.rest(cell)
        return float(reader.run(FIRST)) / 1000, (Counting.sent - before) / 1e6


def _runs(page: CellsPage) -> list[Ran]:
    """Every cell of a chapter but the first, which imports what all others use."""
    return page.run_all()[1:]


def unpacked(folder: Path) -> int:
    """The octets that the compressed files hold. What is a ZIP inside is counted as it is."""
    files = [path.read_bytes() for path in folder.iterdir() if "--" not in path.name]
    return sum(len(gzip.decompress(octets)) if octets[:2] == b"\x1f\x8b" else len(octets) for octets in files)


class Counting(Silent):
    """Counts the octets of the bodies that it sends."""

    sent = 0

    def copyfile(self, source, outputfile) -> None:  # type: ignore[no-untyped-def]
        """Send a file and count it."""
        octets = source.read()
        Counting.sent += len(octets)
        outputfile.write(octets)


START = """
const done = arguments[arguments.length - 1];
const began = performance.now();
import(new URL("../../_static/python.js", location)).then(async ({ Python }) => {
  const python = new Python();
  await python.begin(arguments[0]);
  python.stop();
  done(performance.now() - began);
});
"""

FIRST = "return window.firstResult"
"""Milliseconds from the first click to the first cell that ran, as the page's own clock has it."""
