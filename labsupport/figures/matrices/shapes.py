"""What a laid-out matrix consists of: plain shapes with final coordinates, as in `figures.shapes`."""

from __future__ import annotations

from dataclasses import dataclass

from ..placement import Box, Point
from ..shapes import Text

SYMBOL = 9.0
"""The diameter of a symbol."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A cell: `step` is the place of its kind on the scale from 0 to 4, None for one that was not observed.

    `symbol` is the middle of its symbol, which an empty cell lacks; `texts` is its own text, if it has one.
    """

    box: Box
    step: int | None
    symbol: Point
    texts: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A thin line between groups, or under the name of one."""

    start: Point
    end: Point


@dataclass(frozen=True, slots=True)
class MatrixLayout:
    """A matrix, ready to be painted: `tiles` row by row, `swatches` the tiles of the legend."""

    width: float
    height: float
    titles: tuple[Text, ...]
    legend: tuple[Text, ...]
    swatches: tuple[Tile, ...]
    headings: tuple[Text, ...]
    """The names of columns, rows and their groups."""
    tiles: tuple[Tile, ...]
    rules: tuple[Rule, ...]

    @property
    def texts(self) -> tuple[Text, ...]:
        """Every text of the figure."""
        inside = tuple(text for tile in self.tiles for text in tile.texts)
        return self.titles + self.legend + self.headings + inside
