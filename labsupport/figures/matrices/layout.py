"""What stands where in a matrix: from a table to shapes with final coordinates.

Pure Python without I/O. All cells have one width; names, headings and legend wrap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ..metrics import Face, broken
from ..placement import Box
from ..shapes import Text
from ..theme import WIDTH
from .frame import BESIDE, EDGE, Frame, frame
from .legend import legend
from .lines import ASIDE, LINE, SIZE, Heads
from .reading import Cell, Group, Name, Table
from .shapes import SYMBOL, MatrixLayout, Rule, Tile

_UNDER_HEADS = 3.0
_UNDER_GROUPS = 3.0
_BETWEEN_GROUPS = 6.0
_STACKED = 6.3  # how far symbol and text stand above and below the middle of a cell


def layout(table: Table, title: str, note: str = "") -> MatrixLayout:
    """Lay out a table. Raises ValueError where a text is wider than its cell."""
    division, above = frame(table), legend(table, title, note)
    top = above.y + 4.0
    heads, rules, y = _heads(table, division, top)
    names, tiles = [], []
    beside = y - top
    for group, lines, heights in _row_groups(table, division):
        if group is not table.rows[0]:
            rules.append(Rule((EDGE, y + _BETWEEN_GROUPS / 2), (WIDTH - EDGE, y + _BETWEEN_GROUPS / 2)))
            y, beside = y + _BETWEEN_GROUPS, 0.0
        headings, y = _group_heading(group, division, y, beside)
        names += headings
        for name, broken_name, height in zip(group.members, lines, heights, strict=True):
            names += _block(broken_name, y + height / 2, "regular")
            tiles += list(_tiles(table, division, name, y, height))
            y += height
    rules += [Rule((x, top), (x, y)) for x in _between(table, division)]
    return MatrixLayout(WIDTH, round(y + EDGE, 1), tuple(above.titles), tuple(above.texts), tuple(above.swatches),
                        tuple(heads + names), tuple(tiles), tuple(rules))


def _row_groups(table: Table, division: Frame) -> Iterator[tuple[Group, Sequence[tuple[str, ...]], Sequence[float]]]:
    """Each group of rows with the names of its members in lines, and their heights."""
    for group, places in _places(table.rows):
        yield group, division.rows[places], division.heights[places]


def _places(groups: Sequence[Group]) -> Iterator[tuple[Group, slice]]:
    """Each group and where its members stand among all."""
    start = 0
    for group in groups:
        yield group, slice(start, start + len(group.members))
        start += len(group.members)


def _heads(table: Table, division: Frame, top: float) -> tuple[list[Text], list[Rule], float]:
    """The names of groups and columns, the lines under those of groups, and where the cells begin."""
    spans = _spans(table, division)
    named = any(group.name for group in table.columns)
    under = top + division.groups.height if named else top
    texts = _standing(division.groups, [sum(span) / 2 for span in spans], under) if named else []
    rules = [Rule((left, under + 1), (right, under + 1))
             for group, (left, right) in zip(table.columns, spans, strict=True) if group.name]
    bottom = under + (_UNDER_GROUPS if named else 0.0) + division.columns.height
    texts += _standing(division.columns, [left + division.cell / 2 for left in division.lefts], bottom)
    return texts, rules, bottom + _UNDER_HEADS


def _spans(table: Table, division: Frame) -> list[tuple[float, float]]:
    """Left and right edge of each group of columns."""
    members = [division.lefts[places] for _, places in _places(table.columns)]
    return [(lefts[0], lefts[-1] + division.cell) for lefts in members]


def _between(table: Table, division: Frame) -> list[float]:
    """The middle of each gap between two groups of columns."""
    spans = _spans(table, division)
    return [(right + left) / 2 for (_, right), (left, _) in pairwise(spans)]


def _standing(heads: Heads, middles: Sequence[float], bottom: float) -> list[Text]:
    """Headings that end at a line: upright above it, or turned and beginning there."""
    texts = []
    for lines, x in zip(heads.lines, middles, strict=True):
        for number, line in enumerate(lines):
            off = number - (len(lines) - 1) / 2
            if heads.turned:
                texts.append(Text(x + off * LINE, bottom - ASIDE / 2, line, SIZE, "ink", heads.face, "start", -90.0))
            else:
                y = bottom - LINE * (len(lines) - number - 0.5)
                texts.append(Text(x, y, line, SIZE, "ink", heads.face))
    return [text for text in texts if text.text]


def _group_heading(group: Group, division: Frame, top: float, beside: float) -> tuple[list[Text], float]:
    """The name of a group of rows, and where its rows begin; `beside` is the room beside the heads of the columns."""
    if not group.name:
        return [], top
    lines = broken(group.name, SIZE, "bold", division.names)
    height = LINE * len(lines) + _UNDER_HEADS
    top -= height if height <= beside else 0.0
    return _block(lines, top + (height - _UNDER_HEADS) / 2, "bold"), top + height


def _block(lines: Sequence[str], middle: float, face: Face) -> list[Text]:
    """Lines below each other around a middle, at the left edge."""
    first = middle - LINE * (len(lines) - 1) / 2
    return [Text(EDGE, first + LINE * number, line, SIZE, "ink", face, "start") for number, line in enumerate(lines)]


def _tiles(table: Table, division: Frame, row: Name, top: float, height: float) -> Iterator[Tile]:
    for column, left in zip(table.column_names, division.lefts, strict=True):
        box = Box.of([(left, top), (left + division.cell, top), (left + division.cell, top + height),
                      (left, top + height)])
        cell = table.cells.get((row, column))
        yield _tile(table, box, cell, division.stacked) if cell else Tile(box, None, _middle(box))


def _tile(table: Table, box: Box, cell: Cell, stacked: bool) -> Tile:
    """A cell with its symbol, and with its text beside or below it."""
    (x, y), step = _middle(box), table.step(cell.kind)
    if not cell.text:
        return Tile(box, step, (x, y))
    if stacked:
        text = Text(x, y + _STACKED, cell.text, SIZE, "ink")
        return Tile(box, step, (x, y - _STACKED), (text,))
    words = Text(0, y, cell.text, SIZE, "ink", "regular", "start")
    left = x - (SYMBOL + BESIDE + words.width) / 2
    text = Text(left + SYMBOL + BESIDE, y, cell.text, SIZE, "ink", "regular", "start")
    return Tile(box, step, (left + SYMBOL / 2, y), (text,))


def _middle(box: Box) -> tuple[float, float]:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2
