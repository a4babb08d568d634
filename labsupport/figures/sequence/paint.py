"""Paints a laid-out sequence diagram with matplotlib.

Every shape has its place already. This module only chooses strokes, and knows nothing of TCP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..brushes import area, canvas, head, lifeline, line, text, tile
from ..placement import Box, Point
from ..shapes import Arrow, Bar, Cut, Layout, Leader, Text
from ..theme import state_role

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_HEAD_LENGTH = 7.0
_HEAD_HALF_WIDTH = 2.6
_TOOTH = (7.0, 2.2)
_CROSS = 3.4
_DIAMOND = 4.2


def paint(layout: Layout) -> Figure:
    """A matplotlib figure of the layout, one point a unit."""
    figure, axes = canvas(layout.width, 0, layout.height)
    _paint_lifelines(axes, layout)
    for bar in layout.bars:
        _paint_bar(axes, bar)
    for cut in layout.cuts:
        _paint_cut(axes, cut)
    for leader in layout.leaders:
        _paint_leader(axes, leader)
    for arrow in layout.arrows:
        _paint_arrow(axes, arrow)
    for label in layout.labels + layout.losses + layout.forgeries:
        _paint_paper(axes, label)
    for words in layout.texts:
        text(axes, words)
    return figure


def _paint_lifelines(axes: Axes, layout: Layout) -> None:
    for each in layout.lifelines:
        if not each.half_width:
            lifeline(axes, each)


def _paint_bar(axes: Axes, bar: Bar) -> None:
    right, bottom = bar.x + bar.width, bar.y + bar.height
    corners = [(bar.x, bar.y), (right, bar.y), (right, bottom), (bar.x, bottom)]
    tile(axes, Box.of(corners), state_role(bar.state), bar.hatch, width=0.8)


def _paint_cut(axes: Axes, cut: Cut) -> None:
    """A strip with the ragged edges of torn paper."""
    width, depth = _TOOTH
    teeth = 2 * round((cut.right - cut.left) / width / 2)
    xs = [cut.left + (cut.right - cut.left) * tooth / teeth for tooth in range(teeth + 1)]
    above = [(x, cut.y + depth * (tooth % 2)) for tooth, x in enumerate(xs)]
    below = [(x, cut.y + cut.height - depth + depth * (tooth % 2)) for tooth, x in enumerate(xs)]
    area(axes, above + below[::-1], "cut")


def _paint_leader(axes: Axes, leader: Leader) -> None:
    line(axes, [leader.start, leader.end], "muted", 0.6)


def _paint_arrow(axes: Axes, arrow: Arrow) -> None:
    if arrow.forged:
        _paint_diamond(axes, arrow.start)
    if arrow.lost:
        line(axes, [arrow.start, arrow.end], arrow.role, arrow.weight, arrow.dash)
        _paint_cross(axes, arrow.end)
        return
    left, right, neck = head(arrow.start, arrow.end, _HEAD_LENGTH, _HEAD_HALF_WIDTH)
    line(axes, [arrow.start, neck], arrow.role, arrow.weight, arrow.dash)
    area(axes, [arrow.end, left, right], arrow.role)


def _paint_cross(axes: Axes, center: Point) -> None:
    x, y = center
    for direction in (1, -1):
        ends = [(x - _CROSS, y - direction * _CROSS), (x + _CROSS, y + direction * _CROSS)]
        line(axes, ends, "reset", 2.0)


def _paint_diamond(axes: Axes, center: Point) -> None:
    x, y = center
    corners = [(x - _DIAMOND, y), (x, y - _DIAMOND), (x + _DIAMOND, y), (x, y + _DIAMOND)]
    area(axes, corners, "reset")


def _paint_paper(axes: Axes, label: Text) -> None:
    """A patch of paper under a label, so that it can stand on a line."""
    area(axes, label.box.corners, "paper")
