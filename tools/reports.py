"""What became of each chapter, read from the report that pytest and nbval write."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tools.notebooks import CHAPTERS, code_cells, read

_COLOR = re.compile(r"(?:\x1b|#x1B)\[[0-9;]*m")
_LONGEST = 160


@dataclass
class Ran:
    """One chapter in one run: how many cells ran, in how many seconds, and what is wrong with which, by cell id."""

    cells: int = 0
    seconds: float = 0.0
    failed: dict[str, str] = field(default_factory=dict)

    def as_record(self) -> dict[str, Any]:
        """The same as JSON can hold it."""
        return asdict(self) | {"seconds": round(self.seconds, 1)}


def by_chapter(report: Path, notebooks: Iterable[Path]) -> dict[str, Ran]:
    """The chapters in a JUnit report, by their path in the book without suffix.

    A chapter of which the report says nothing has not run: it has no cells.
    """
    names = {notebook.relative_to(CHAPTERS).with_suffix("").as_posix(): notebook for notebook in notebooks}
    ran = {name: Ran() for name in names}
    for case in ElementTree.parse(report).iter("testcase"):
        name = _chapter(case.attrib["classname"], names)
        _note(ran[name], case, names[name])
    return ran


def _chapter(classname: str, names: Iterable[str]) -> str:
    """The chapter that a class of tests is called after: its path with dots for slashes."""
    return next(name for name in names if classname.endswith(name.replace("/", ".") + ".ipynb"))


def _note(ran: Ran, case: ElementTree.Element, notebook: Path) -> None:
    ran.cells += 1
    ran.seconds += float(case.attrib["time"])
    fault = next((child for child in case if child.tag in ("failure", "error")), None)
    if fault is not None:
        number = int(case.attrib["name"].removeprefix("Cell "))
        cell = list(code_cells(read(notebook)))[number]
        ran.failed[str(cell["id"])] = _in_a_line(fault.text or fault.attrib.get("message") or "")


def _in_a_line(message: str) -> str:
    """What nbval says of a cell: which output is another, else the error that was raised."""
    lines = [line.strip() for line in _COLOR.sub("", message).splitlines() if line.strip()]
    others = [line for line in lines if line.startswith("mismatch")] or lines[-1:] or ["no reason given"]
    return others[0][:_LONGEST]
