"""Painting plain shapes with matplotlib: lines, areas, boxes and texts in the palette's roles.

Coordinates as in `shapes`. What is painted later lies above, whatever its kind. matplotlib loads on first use.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .placement import Box, Point
from .shapes import Dash, Hatch, Lifeline, Text
from .theme import light

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_POINTS_PER_INCH = 72
_CAPITAL = 0.365  # half the height of a capital letter of DejaVu, in font sizes
_FAMILIES = {"regular": "DejaVu Sans", "bold": "DejaVu Sans", "mono": "DejaVu Sans Mono"}
_DASHES: dict[Dash, tuple[float, float] | None] = {"solid": None, "dashed": (4.0, 2.2), "dotted": (1.0, 1.3)}
_HATCHES: dict[Hatch, str] = {"/": "////", "\\": "\\\\\\\\", "-": "----", "|": "||||"}


def canvas(width: float, top: float, bottom: float) -> tuple[Figure, Axes]:
    """An empty figure, one point a unit, y downward. It belongs to nobody: pyplot never hears of it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / _POINTS_PER_INCH, (bottom - top) / _POINTS_PER_INCH))
    figure.set_layout_engine("none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(bottom, top)
    return figure, axes


def line(axes: Axes, points: Sequence[Point], role: str, width: float, dash: Dash = "solid") -> None:
    """A line through the points, `width` points wide."""
    from matplotlib.lines import Line2D

    pattern = _DASHES[dash]
    axes.add_artist(Line2D(
        [x for x, _ in points], [y for _, y in points], color=light(role), linewidth=width,
        solid_capstyle="butt", dash_capstyle="butt", clip_on=False, zorder=order(axes),
        linestyle=(0, pattern) if pattern else "solid",
    ))


def lifeline(axes: Axes, drawn: Lifeline) -> None:
    """The line of a participant through time."""
    line(axes, [(drawn.x, drawn.top), (drawn.x, drawn.bottom)], "ink", 0.9)


def area(axes: Axes, points: Sequence[Point], role: str) -> None:
    """A filled polygon."""
    from matplotlib.patches import Polygon

    axes.add_artist(Polygon(list(points), closed=True, facecolor=light(role), edgecolor="none", clip_on=False,
                            zorder=order(axes)))


def rounded(axes: Axes, box: Box, radius: float, fill: str, edge: str = "", width: float = 0.0,
            dash: Dash = "solid") -> None:
    """A filled box with rounded corners; `edge` is the role of its outline, empty for none."""
    from matplotlib.patches import FancyBboxPatch

    pattern = _DASHES[dash]
    axes.add_artist(FancyBboxPatch(
        (box.left, box.top), box.right - box.left, box.bottom - box.top,
        boxstyle=f"round,pad=0,rounding_size={radius}", facecolor=light(fill),
        edgecolor=light(edge) if edge else "none", linewidth=width, clip_on=False, zorder=order(axes),
        linestyle=(0, pattern) if pattern else "solid",
    ))


def disc(axes: Axes, center: Point, diameter: float, fill: str) -> None:
    """A filled circle."""
    from matplotlib.patches import Circle

    axes.add_artist(Circle(center, diameter / 2, facecolor=light(fill), edgecolor="none", clip_on=False,
                           zorder=order(axes)))


def tile(axes: Axes, box: Box, fill: str, hatch: Hatch = "", edge: str = "paper", width: float = 0.0,
         hatch_width: float = 0.9) -> None:
    """A filled rectangle, hatched in the color of its edge."""
    from matplotlib.patches import Rectangle

    patch = Rectangle((box.left, box.top), box.right - box.left, box.bottom - box.top, clip_on=False,
                      zorder=order(axes), linewidth=width, facecolor=light(fill), edgecolor=light(edge))
    if hatch:
        patch.set_hatch(_HATCHES[hatch])
        patch.set_hatch_linewidth(hatch_width)
    axes.add_artist(patch)


def outline(axes: Axes, box: Box, role: str, width: float) -> None:
    """A rectangle's edge."""
    line(axes, [*box.corners, *box.corners[:2]], role, width)


def text(axes: Axes, words: Text) -> None:
    """One line of text, turned with its angle."""
    turn, drop = math.radians(words.angle), _CAPITAL * words.size
    alignment = {"start": "left", "middle": "center", "end": "right"}[words.anchor]
    axes.text(
        words.x - drop * math.sin(turn), words.y + drop * math.cos(turn), words.text, color=light(words.role),
        fontsize=words.size, family=_FAMILIES[words.face], weight="bold" if words.face == "bold" else "normal",
        horizontalalignment=alignment, verticalalignment="baseline",
        rotation=-words.angle, rotation_mode="anchor", parse_math=False, zorder=order(axes),
    )


def head(start: Point, end: Point, length: float, half_width: float) -> tuple[Point, Point, Point]:
    """The two rear corners of an arrowhead and the middle between them, where the shaft ends."""
    (x0, y0), (x1, y1) = start, end
    distance = math.hypot(x1 - x0, y1 - y0)
    ux, uy = (x1 - x0) / distance, (y1 - y0) / distance
    neck = (x1 - ux * length, y1 - uy * length)
    aside = (-uy * half_width, ux * half_width)
    return (neck[0] + aside[0], neck[1] + aside[1]), (neck[0] - aside[0], neck[1] - aside[1]), neck


def order(axes: Axes) -> int:
    """The place of the next shape in the order of painting."""
    return len(axes.get_children())
