"""Paints a laid-out sequence diagram.

Every shape has its place already. This module only chooses strokes, and knows nothing of TCP.
"""

from __future__ import annotations

from ..canvas import Blank, Canvas, Painted, head, lifeline
from ..placement import Box, Point
from ..shapes import Arrow, Bar, Cut, Layout, Leader, Text
from ..theme import state_role

_HEAD_LENGTH = 7.0
_HEAD_HALF_WIDTH = 2.6
_TOOTH = (7.0, 2.2)
_CROSS = 3.4
_DIAMOND = 4.2


def paint(layout: Layout, blank: Blank[Painted]) -> Painted:
    """The layout on a blank canvas, one point a unit."""
    canvas = blank(layout.width, 0, layout.height)
    _paint_lifelines(canvas, layout)
    for bar in layout.bars:
        _paint_bar(canvas, bar)
    for cut in layout.cuts:
        _paint_cut(canvas, cut)
    for leader in layout.leaders:
        _paint_leader(canvas, leader)
    for arrow in layout.arrows:
        _paint_arrow(canvas, arrow)
    for label in layout.labels + layout.losses + layout.forgeries:
        _paint_paper(canvas, label)
    for words in layout.texts:
        canvas.text(words)
    return canvas


def _paint_lifelines(canvas: Canvas, layout: Layout) -> None:
    for each in layout.lifelines:
        if not each.half_width:
            lifeline(canvas, each)


def _paint_bar(canvas: Canvas, bar: Bar) -> None:
    right, bottom = bar.x + bar.width, bar.y + bar.height
    corners = [(bar.x, bar.y), (right, bar.y), (right, bottom), (bar.x, bottom)]
    canvas.tile(Box.of(corners), state_role(bar.state), bar.hatch, width=0.8)


def _paint_cut(canvas: Canvas, cut: Cut) -> None:
    """A strip with the ragged edges of torn paper."""
    width, depth = _TOOTH
    teeth = 2 * round((cut.right - cut.left) / width / 2)
    xs = [cut.left + (cut.right - cut.left) * tooth / teeth for tooth in range(teeth + 1)]
    above = [(x, cut.y + depth * (tooth % 2)) for tooth, x in enumerate(xs)]
    below = [(x, cut.y + cut.height - depth + depth * (tooth % 2)) for tooth, x in enumerate(xs)]
    canvas.area(above + below[::-1], "cut")


def _paint_leader(canvas: Canvas, leader: Leader) -> None:
    canvas.line([leader.start, leader.end], "muted", 0.6)


def _paint_arrow(canvas: Canvas, arrow: Arrow) -> None:
    if arrow.forged:
        _paint_diamond(canvas, arrow.start)
    if arrow.lost:
        canvas.line([arrow.start, arrow.end], arrow.role, arrow.weight, arrow.dash)
        _paint_cross(canvas, arrow.end)
        return
    left, right, neck = head(arrow.start, arrow.end, _HEAD_LENGTH, _HEAD_HALF_WIDTH)
    canvas.line([arrow.start, neck], arrow.role, arrow.weight, arrow.dash)
    canvas.area([arrow.end, left, right], arrow.role)


def _paint_cross(canvas: Canvas, center: Point) -> None:
    x, y = center
    for direction in (1, -1):
        ends = [(x - _CROSS, y - direction * _CROSS), (x + _CROSS, y + direction * _CROSS)]
        canvas.line(ends, "reset", 2.0)


def _paint_diamond(canvas: Canvas, center: Point) -> None:
    x, y = center
    corners = [(x - _DIAMOND, y), (x, y - _DIAMOND), (x + _DIAMOND, y), (x, y + _DIAMOND)]
    canvas.area(corners, "reset")


def _paint_paper(canvas: Canvas, label: Text) -> None:
    """A patch of paper under a label, so that it can stand on a line."""
    canvas.area(label.box.corners, "paper")
