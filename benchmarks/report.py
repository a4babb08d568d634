"""What was measured, against what, and whether it is what the project promises."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

Figures = Mapping[str, float]
"""What one bench measured, by name; a peer that is not on the machine has no entry."""

Verdict = Literal["met", "missed", "not measured", ""]

_TITLES = ("what", "ours", "peer's", "peer", "ratio", "target", "verdict")
_TO_THE_RIGHT = (1, 2, 4)
_TIMES = ("ms", "s")


class Target(Protocol):
    """A promise about our figure and the peer's."""

    def met(self, ours: float, theirs: float) -> bool:
        """True when the two figures keep the promise."""


@dataclass(frozen=True, slots=True)
class Faster:
    """The peer takes at least so many times as long as we do."""

    times: float

    def met(self, ours: float, theirs: float) -> bool:
        """True when the peer's time is that much longer."""
        return theirs >= self.times * ours

    def __str__(self) -> str:
        return f"at least {self.times:g}x"


@dataclass(frozen=True, slots=True)
class Within:
    """We take at most so many times as long as the peer does."""

    times: float

    def met(self, ours: float, theirs: float) -> bool:
        """True when our time is no longer than that."""
        return ours <= self.times * theirs

    def __str__(self) -> str:
        return f"at most {self.times:g}x"


@dataclass(frozen=True, slots=True)
class Below:
    """Our figure is below a limit, whatever the peer's is; the unit is that of the row."""

    limit: float

    def met(self, ours: float, theirs: float) -> bool:
        """True below the limit."""
        return ours < self.limit

    def __str__(self) -> str:
        return f"ours below {self.limit:g}"


@dataclass(frozen=True, slots=True)
class Exactly:
    """Our figure is one number, whatever the peer's is."""

    number: float

    def met(self, ours: float, theirs: float) -> bool:
        """True for that number alone."""
        return ours == self.number

    def __str__(self) -> str:
        return f"ours {self.number:g}"


@dataclass(frozen=True, slots=True)
class Row:
    """Two figures side by side: ours and a peer's, None where one was not measured.

    `unit` is that of both figures. A row without a target is there for comparison.
    """

    what: str
    ours: float | None
    peer: str
    theirs: float | None
    unit: str
    target: Target | None = None

    @property
    def ratio(self) -> float | None:
        """How many times as long as ours the peer takes; the other way round where the target limits our time.

        None for counts and where a figure is missing.
        """
        if not self.ours or not self.theirs or self.unit not in _TIMES:
            return None
        limited = isinstance(self.target, Within | Below)
        return self.ours / self.theirs if limited else self.theirs / self.ours

    @property
    def verdict(self) -> Verdict:
        """Whether the target is met. What was not measured is not met; without a target there is no verdict."""
        if self.ours is None or self.theirs is None:
            return "not measured"
        if self.target is None:
            return ""
        return "met" if self.target.met(self.ours, self.theirs) else "missed"

    def as_record(self) -> dict[str, Any]:
        """The row as JSON can hold it; a figure that is not finite becomes None."""
        return {
            "what": self.what,
            "unit": self.unit,
            "ours": _finite(self.ours),
            "peer": self.peer,
            "theirs": _finite(self.theirs),
            "ratio": _finite(self.ratio),
            "target": str(self.target) if self.target else None,
            "verdict": self.verdict,
        }


def exit_status(rows: Sequence[Row]) -> int:
    """0 when every target is met, 1 when one is missed, 2 when none is missed but one could not be measured."""
    verdicts = {row.verdict for row in rows if row.target}
    return 1 if "missed" in verdicts else 2 if "not measured" in verdicts or not verdicts else 0


def table(rows: Iterable[Row]) -> str:
    """The rows as text in columns."""
    lines = [_TITLES, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(_line(cells, widths) for cells in lines)


def write(path: Path, rows: Sequence[Row], machine: Mapping[str, object]) -> None:
    """Write the rows and what they were measured on as JSON. The file appears whole or not at all."""
    content = {"machine": dict(machine), "rows": [row.as_record() for row in rows]}
    draft = path.with_name(path.name + ".part")
    try:
        draft.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", encoding="utf-8")
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _cells(row: Row) -> tuple[str, ...]:
    figures = (_figure(row.ours, row.unit), _figure(row.theirs, row.unit))
    ratio = "" if row.ratio is None else f"{row.ratio:.{2 if row.ratio < 10 else 0}f}x"
    target = str(row.target) if row.target else ""
    return (row.what, *figures, row.peer, ratio, target, row.verdict)


def _figure(figure: float | None, unit: str) -> str:
    if figure is None:
        return "-"
    if math.isinf(figure):
        return "never"
    return f"{figure:g}" if float(figure).is_integer() else f"{figure:.3g} {unit}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    aligned = (
        cell.rjust(width) if column in _TO_THE_RIGHT else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(aligned).rstrip()


def _finite(figure: float | None) -> float | None:
    return figure if figure is not None and math.isfinite(figure) else None
