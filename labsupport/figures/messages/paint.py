"""Paints a laid-out message diagram.

Every shape has its place already. This module only chooses strokes.
"""

from __future__ import annotations

from ..canvas import Blank, Canvas, Painted, head, lifeline
from .rows import ROLES
from .shapes import MARK, Mark, MessageArrow, MessageLayout, Note

_HEAD = (7.0, 2.8)
_OPEN_HEAD = (5.5, 2.8)
_RADIUS, _BAND_RADIUS = 5.0, 8.0
_OUTLINE = 0.9
_TICK = ((-2.3, 0.2), (-0.7, 1.9), (2.3, -1.7))
_CROSS = 1.8


def paint(layout: MessageLayout, blank: Blank[Painted]) -> Painted:
    """The layout on a blank canvas, one point a unit."""
    canvas = blank(layout.width, 0, layout.height)
    for band in layout.bands:
        canvas.rounded(band.box, _BAND_RADIUS, band.fill, "grid", _OUTLINE)
    for piece in layout.lifelines:
        lifeline(canvas, piece)
    for row in layout.rows:
        if row.note:
            _paint_note(canvas, row.note)
        if row.arrow:
            _paint_arrow(canvas, row.arrow)
    for sample in layout.samples:
        _paint_arrow(canvas, sample.arrow)
    for mark in layout.marks:
        _paint_mark(canvas, mark)
    for words in layout.texts:
        canvas.text(words)
    return canvas


def _paint_note(canvas: Canvas, note: Note) -> None:
    canvas.rounded(note.box, _RADIUS, "paper", note.role, _OUTLINE, note.dash)


def _paint_arrow(canvas: Canvas, arrow: MessageArrow) -> None:
    left, right, neck = head(arrow.start, arrow.end, *(_OPEN_HEAD if arrow.reply else _HEAD))
    canvas.line([arrow.start, arrow.end if arrow.reply else neck], arrow.role, arrow.weight, arrow.dash)
    if arrow.reply:
        canvas.line([left, arrow.end, right], arrow.role, arrow.weight)
    else:
        canvas.area([arrow.end, left, right], arrow.role)


def _paint_mark(canvas: Canvas, mark: Mark) -> None:
    """A disc in the color of the tone, with its tick or its cross."""
    canvas.disc(mark.center, MARK, ROLES[mark.tone])
    x, y = mark.center
    if mark.tone == "good":
        canvas.line([(x + dx, y + dy) for dx, dy in _TICK], "paper", 1.2)
        return
    for direction in (1, -1):
        ends = [(x - _CROSS, y - direction * _CROSS), (x + _CROSS, y + direction * _CROSS)]
        canvas.line(ends, "paper", 1.2)
