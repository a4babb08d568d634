"""Paints a laid-out sequence diagram with matplotlib.

Every shape has its place already. This module only chooses strokes, and knows nothing of TCP.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .placement import Point
from .shapes import Arrow, Bar, Cut, Dash, Hatch, Layout, Leader, Lifeline, Text
from .theme import light, state_role

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_POINTS_PER_INCH = 72
_CAPITAL = 0.365  # half the height of a capital letter of DejaVu, in font sizes
_FAMILIES = {"regular": "DejaVu Sans", "bold": "DejaVu Sans", "mono": "DejaVu Sans Mono"}
_DASHES: dict[Dash, tuple[float, float] | None] = {"solid": None, "dashed": (4.0, 2.2), "dotted": (1.0, 1.3)}
_HATCHES: dict[Hatch, str] = {"/": "////", "\\": "\\\\\\\\"}
_HEAD_LENGTH = 7.0
_HEAD_HALF_WIDTH = 2.6
_TOOTH = (7.0, 2.2)
_CROSS = 3.4
_DIAMOND = 4.2


def paint(layout: Layout) -> Figure:
    """A matplotlib figure of the layout, one point a unit. It belongs to nobody: pyplot never hears of it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(layout.width / _POINTS_PER_INCH, layout.height / _POINTS_PER_INCH))
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, layout.width)
    axes.set_ylim(layout.height, 0)
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
    for text in layout.texts:
        _paint_text(axes, text)
    return figure


def _paint_lifelines(axes: Axes, layout: Layout) -> None:
    for lifeline in layout.lifelines:
        if not lifeline.half_width:
            _paint_lifeline(axes, lifeline)


def _paint_lifeline(axes: Axes, lifeline: Lifeline) -> None:
    _line(axes, [(lifeline.x, lifeline.top), (lifeline.x, lifeline.bottom)], "ink", 0.9)


def _paint_bar(axes: Axes, bar: Bar) -> None:
    from matplotlib.patches import Rectangle

    patch = Rectangle((bar.x, bar.y), bar.width, bar.height, clip_on=False, zorder=_next(axes), linewidth=0.8,
                      facecolor=light(state_role(bar.state)), edgecolor=light("paper"))
    if bar.hatch:
        patch.set_hatch(_HATCHES[bar.hatch])
        patch.set_hatch_linewidth(0.9)
    axes.add_artist(patch)


def _paint_cut(axes: Axes, cut: Cut) -> None:
    """A strip with the ragged edges of torn paper."""
    width, depth = _TOOTH
    teeth = 2 * round((cut.right - cut.left) / width / 2)
    xs = [cut.left + (cut.right - cut.left) * tooth / teeth for tooth in range(teeth + 1)]
    above = [(x, cut.y + depth * (tooth % 2)) for tooth, x in enumerate(xs)]
    below = [(x, cut.y + cut.height - depth + depth * (tooth % 2)) for tooth, x in enumerate(xs)]
    _area(axes, above + below[::-1], "cut")


def _paint_leader(axes: Axes, leader: Leader) -> None:
    _line(axes, [leader.start, leader.end], "muted", 0.6)


def _paint_arrow(axes: Axes, arrow: Arrow) -> None:
    if arrow.forged:
        _paint_diamond(axes, arrow.start)
    if arrow.lost:
        _line(axes, [arrow.start, arrow.end], arrow.role, arrow.weight, arrow.dash)
        _paint_cross(axes, arrow.end)
        return
    left, right, neck = _head(arrow)
    _line(axes, [arrow.start, neck], arrow.role, arrow.weight, arrow.dash)
    _area(axes, [arrow.end, left, right], arrow.role)


def _head(arrow: Arrow) -> tuple[Point, Point, Point]:
    """The two rear corners of an arrowhead and the middle between them, where the shaft ends."""
    (x0, y0), (x1, y1) = arrow.start, arrow.end
    length = math.hypot(x1 - x0, y1 - y0)
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    neck = (x1 - ux * _HEAD_LENGTH, y1 - uy * _HEAD_LENGTH)
    aside = (-uy * _HEAD_HALF_WIDTH, ux * _HEAD_HALF_WIDTH)
    return (neck[0] + aside[0], neck[1] + aside[1]), (neck[0] - aside[0], neck[1] - aside[1]), neck


def _paint_cross(axes: Axes, center: Point) -> None:
    x, y = center
    for direction in (1, -1):
        ends = [(x - _CROSS, y - direction * _CROSS), (x + _CROSS, y + direction * _CROSS)]
        _line(axes, ends, "reset", 2.0)


def _paint_diamond(axes: Axes, center: Point) -> None:
    x, y = center
    corners = [(x - _DIAMOND, y), (x, y - _DIAMOND), (x + _DIAMOND, y), (x, y + _DIAMOND)]
    _area(axes, corners, "reset")


def _paint_paper(axes: Axes, label: Text) -> None:
    """A patch of paper under a label, so that it can stand on a line."""
    _area(axes, list(label.box.corners), "paper")


def _paint_text(axes: Axes, text: Text) -> None:
    turn, drop = math.radians(text.angle), _CAPITAL * text.size
    alignment = {"start": "left", "middle": "center", "end": "right"}[text.anchor]
    axes.text(
        text.x - drop * math.sin(turn), text.y + drop * math.cos(turn), text.text, color=light(text.role),
        fontsize=text.size, family=_FAMILIES[text.face], weight="bold" if text.face == "bold" else "normal",
        horizontalalignment=alignment, verticalalignment="baseline",
        rotation=-text.angle, rotation_mode="anchor", parse_math=False, zorder=_next(axes),
    )


def _line(axes: Axes, points: list[Point], role: str, width: float, dash: Dash = "solid") -> None:
    from matplotlib.lines import Line2D

    pattern = _DASHES[dash]
    line = Line2D([x for x, _ in points], [y for _, y in points], color=light(role), linewidth=width,
                  solid_capstyle="butt", dash_capstyle="butt", clip_on=False, zorder=_next(axes),
                  linestyle=(0, pattern) if pattern else "solid")
    axes.add_artist(line)


def _area(axes: Axes, points: list[Point], role: str) -> None:
    from matplotlib.patches import Polygon

    axes.add_artist(Polygon(points, closed=True, facecolor=light(role), edgecolor="none", clip_on=False,
                            zorder=_next(axes)))


def _next(axes: Axes) -> int:
    """The order of painting: what comes later lies above, whatever its kind."""
    return len(axes.get_children())
