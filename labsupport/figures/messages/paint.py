"""Paints a laid-out message diagram with matplotlib.

Every shape has its place already. This module only chooses strokes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..brushes import area, canvas, disc, head, lifeline, line, rounded
from ..brushes import text as write
from .rows import ROLES
from .shapes import MARK, Mark, MessageArrow, MessageLayout, Note

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_HEAD = (7.0, 2.8)
_OPEN_HEAD = (5.5, 2.8)
_RADIUS, _BAND_RADIUS = 5.0, 8.0
_OUTLINE = 0.9
_TICK = ((-2.3, 0.2), (-0.7, 1.9), (2.3, -1.7))
_CROSS = 1.8


def paint(layout: MessageLayout) -> Figure:
    """A matplotlib figure of the layout, one point a unit."""
    figure, axes = canvas(layout.width, 0, layout.height)
    for band in layout.bands:
        rounded(axes, band.box, _BAND_RADIUS, band.fill, "grid", _OUTLINE)
    for piece in layout.lifelines:
        lifeline(axes, piece)
    for row in layout.rows:
        if row.note:
            _paint_note(axes, row.note)
        if row.arrow:
            _paint_arrow(axes, row.arrow)
    for sample in layout.samples:
        _paint_arrow(axes, sample.arrow)
    for mark in layout.marks:
        _paint_mark(axes, mark)
    for words in layout.texts:
        write(axes, words)
    return figure


def _paint_note(axes: Axes, note: Note) -> None:
    rounded(axes, note.box, _RADIUS, "paper", note.role, _OUTLINE, note.dash)


def _paint_arrow(axes: Axes, arrow: MessageArrow) -> None:
    left, right, neck = head(arrow.start, arrow.end, *(_OPEN_HEAD if arrow.reply else _HEAD))
    line(axes, [arrow.start, arrow.end if arrow.reply else neck], arrow.role, arrow.weight, arrow.dash)
    if arrow.reply:
        line(axes, [left, arrow.end, right], arrow.role, arrow.weight)
    else:
        area(axes, [arrow.end, left, right], arrow.role)


def _paint_mark(axes: Axes, mark: Mark) -> None:
    """A disc in the color of the tone, with its tick or its cross."""
    disc(axes, mark.center, MARK, ROLES[mark.tone])
    x, y = mark.center
    if mark.tone == "good":
        line(axes, [(x + dx, y + dy) for dx, dy in _TICK], "paper", 1.2)
        return
    for direction in (1, -1):
        ends = [(x - _CROSS, y - direction * _CROSS), (x + _CROSS, y + direction * _CROSS)]
        line(axes, ends, "paper", 1.2)
