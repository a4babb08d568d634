"""How the width of a figure is divided between the names of the rows and the cells.

Pure Python. Wide names leave narrow cells, whose headings are turned; narrow names wrap and make the rows high. Of all
divisions the one is taken that makes the figure least high, where turned headings count as if they were higher.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from math import ceil

from ..metrics import broken, text_width
from ..theme import WIDTH
from .lines import LINE, SIZE, Heads, heads
from .reading import Table
from .shapes import SYMBOL

EDGE = 8.0
BESIDE = 3.0
"""The space between a symbol and the text beside it."""

_BETWEEN = 6.0
_WIDE_GAP, _NARROW_GAP, _FEW_GAPS = 7.0, 3.0, 6
_NARROWEST_NAMES, _STEP = 44.0, 4.0
_NARROWEST_CELL, _WIDEST_CELL = 12.5, 92.0
_LOWEST_ROW, _STACKED_ROW, _PADDING = 18.0, 27.0, 5.0
_CHARGE = 40.0  # a figure with turned headings is taken only if it is so many points lower
_ASIDE = 4.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A division of the width. `lefts` are the left edges of the columns, `rows` the names of the rows in lines."""

    names: float
    cell: float
    lefts: tuple[float, ...]
    stacked: bool
    rows: tuple[tuple[str, ...], ...]
    columns: Heads
    groups: Heads

    @property
    def heights(self) -> tuple[float, ...]:
        """The height of each row."""
        lowest = _STACKED_ROW if self.stacked else _LOWEST_ROW
        return tuple(max(lowest, len(lines) * LINE + _PADDING) for lines in self.rows)

    @property
    def cost(self) -> float:
        """How little a division is to be liked: its height in points, and a charge for headings that are turned."""
        return self.columns.height + self.groups.height + sum(self.heights) + _CHARGE * (
            self.columns.turned + self.groups.turned)


def frame(table: Table) -> Frame:
    """The best division. Raises ValueError where the texts of the cells leave none."""
    divisions = [_divided(table, names) for names in _widths_of_names(table)]
    fitting = [division for division in divisions if _fits(table, division)]
    if not fitting:
        raise ValueError(_too_wide(table, divisions[0].cell))
    return min(fitting, key=lambda division: division.cost)


def _widths_of_names(table: Table) -> Iterator[float]:
    """From the narrowest to what leaves the names whole or the cells their least width."""
    # Up to a whole point, so that no rounding breaks the longest name.
    natural = ceil(max(text_width(name.text, SIZE) for name in table.row_names)) + 1.0
    widest = _room(table) - _NARROWEST_CELL * len(table.column_names)
    width = min(_NARROWEST_NAMES, natural)
    while width < min(natural, widest):
        yield width
        width += _STEP
    yield min(natural, max(widest, _NARROWEST_NAMES))


def _room(table: Table) -> float:
    """What names and cells share."""
    return WIDTH - 2 * EDGE - _BETWEEN - _gap(table) * (len(table.columns) - 1)


def _gap(table: Table) -> float:
    return _WIDE_GAP if len(table.columns) <= _FEW_GAPS else _NARROW_GAP


def _divided(table: Table, names: float) -> Frame:
    """The division that gives the names at least a width; what wide enough cells do not need is theirs too."""
    count, gap = len(table.column_names), _gap(table)
    cell = min(_WIDEST_CELL, (_room(table) - names) / count)
    names = _room(table) - cell * count
    steps = [cell + gap * (index == len(group.members) - 1)
             for group in table.columns for index in range(len(group.members))]
    lefts = tuple(accumulate(steps[:-1], initial=EDGE + names + _BETWEEN))
    spans = [len(group.members) * cell for group in table.columns]
    return Frame(
        names, cell, lefts, _beside(table) > cell,
        tuple(broken(name.text, SIZE, "regular", names) for name in table.row_names),
        heads([name.text for name in table.column_names], [cell] * count, "regular"),
        heads([group.name for group in table.columns], spans, "bold"),
    )


def _beside(table: Table) -> float:
    """The width of a cell in which the widest text stands beside its symbol."""
    return SYMBOL + BESIDE + _widest_text(table) + _ASIDE if _widest_text(table) else 0.0


def _widest_text(table: Table) -> float:
    return max(text_width(cell.text, SIZE) for cell in table.cells.values())


def _fits(table: Table, division: Frame) -> bool:
    return _widest_text(table) + _ASIDE <= division.cell


def _too_wide(table: Table, cell: float) -> str:
    (row, column), widest = max(table.cells.items(), key=lambda item: text_width(item[1].text, SIZE))
    return (
        f"the text {widest.text!r} of the cell {str(column)!r} of the row {str(row)!r} is "
        f"{text_width(widest.text, SIZE):.0f} points wide, and there is room for {max(0.0, cell - _ASIDE):.0f}: "
        "shorten it, or draw fewer columns"
    )
