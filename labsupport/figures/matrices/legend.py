"""Title, legend and note above a matrix.

Pure Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..metrics import broken, text_width
from ..placement import Box
from ..shapes import Text
from ..theme import WIDTH
from ..titles import title_height, title_lines
from .frame import EDGE
from .lines import LINE, SIZE
from .reading import NOT_OBSERVED, Table
from .shapes import Tile

_SWATCH_WIDTH, _SWATCH_HEIGHT, _SWATCH_LINE = 20.0, 13.0, 16.0
_TO_TEXT, _TO_NEXT = 5.0, 14.0


@dataclass(slots=True)
class Legend:
    """What stands above the headings; it grows downward to `y`."""

    y: float = EDGE
    titles: list[Text] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    swatches: list[Tile] = field(default_factory=list)


def legend(table: Table, title: str, note: str) -> Legend:
    """Title, a swatch for each kind that a cell has, and the note."""
    drawn = Legend(titles=list(title_lines(title, EDGE)))
    drawn.y += title_height(title) + 4.0
    _add_swatches(drawn, _entries(table))
    for line in broken(note, SIZE, "regular", WIDTH - 2 * EDGE - 3) if note.strip() else ():
        drawn.texts.append(Text(EDGE, drawn.y + LINE / 2, line, SIZE, "muted", "regular", "start"))
        drawn.y += LINE
    return drawn


def _entries(table: Table) -> list[tuple[int | None, str]]:
    entries: list[tuple[int | None, str]] = [(table.step(kind), table.kinds[kind]) for kind in table.used]
    return entries if table.complete else [*entries, (None, NOT_OBSERVED)]


def _add_swatches(drawn: Legend, entries: Sequence[tuple[int | None, str]]) -> None:
    """Entries beside each other as long as they fit; one that is longer than a line wraps."""
    x, room = EDGE, WIDTH - 2 * EDGE - _SWATCH_WIDTH - _TO_TEXT - 3
    for step, told in entries:
        lines = broken(told, SIZE, "regular", room)
        width = max(text_width(line, SIZE) for line in lines) + _SWATCH_WIDTH + _TO_TEXT
        if x > EDGE and x + width > WIDTH - EDGE:
            x, drawn.y = EDGE, drawn.y + _SWATCH_LINE
        middle = drawn.y + _SWATCH_LINE / 2
        center = (x + _SWATCH_WIDTH / 2, middle)
        drawn.swatches.append(Tile(Box.around(center, _SWATCH_WIDTH, _SWATCH_HEIGHT), step, center))
        left = x + _SWATCH_WIDTH + _TO_TEXT
        drawn.texts += [Text(left, middle + LINE * number, line, SIZE, "ink", "regular", "start")
                        for number, line in enumerate(lines)]
        drawn.y += LINE * (len(lines) - 1)
        x = WIDTH if len(lines) > 1 else x + width + _TO_NEXT
    drawn.y += _SWATCH_LINE + 2.0
