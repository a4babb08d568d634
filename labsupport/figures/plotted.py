"""The canvas of matplotlib. This module loads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyBboxPatch, Polygon, Rectangle
from matplotlib.path import Path

from . import svg
from .canvas import DASHES, DENSITY, FAMILIES, baseline
from .drawings import Drawing
from .placement import Box, Point
from .shapes import Dash, Hatch, Text
from .theme import light

_POINTS_PER_INCH = 72
_ALIGNMENTS = {"start": "left", "middle": "center", "end": "right"}


class Plotted:
    """A `Canvas` of matplotlib: `axes` fill its `figure`, which belongs to nobody; pyplot never hears of it."""

    def __init__(self, width: float, top: float, bottom: float) -> None:
        self.figure = Figure(figsize=(width / _POINTS_PER_INCH, (bottom - top) / _POINTS_PER_INCH))
        self.figure.set_layout_engine("none")
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_axis_off()
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(bottom, top)

    def line(self, points: Sequence[Point], role: str, width: float, dash: Dash = "solid") -> None:
        """See `Canvas`."""
        self._add(Line2D(
            [x for x, _ in points], [y for _, y in points], color=light(role), linewidth=width,
            solid_capstyle="butt", dash_capstyle="butt", linestyle=_style(dash),
        ))

    def area(self, points: Sequence[Point], role: str) -> None:
        """See `Canvas`."""
        self._add(Polygon(list(points), closed=True, facecolor=light(role), edgecolor="none"))

    def rounded(self, box: Box, radius: float, fill: str, edge: str = "", width: float = 0.0,
                dash: Dash = "solid") -> None:
        """See `Canvas`."""
        self._add(FancyBboxPatch(
            (box.left, box.top), box.right - box.left, box.bottom - box.top,
            boxstyle=f"round,pad=0,rounding_size={radius}", facecolor=light(fill),
            edgecolor=light(edge) if edge else "none", linewidth=width, linestyle=_style(dash),
        ))

    def disc(self, center: Point, diameter: float, fill: str) -> None:
        """See `Canvas`."""
        self._add(Circle(center, diameter / 2, facecolor=light(fill), edgecolor="none"))

    def tile(self, box: Box, fill: str, hatch: Hatch = "", edge: str = "paper", width: float = 0.0,
             hatch_width: float = 0.9) -> None:
        """See `Canvas`."""
        patch = Rectangle((box.left, box.top), box.right - box.left, box.bottom - box.top,
                          linewidth=width, facecolor=light(fill), edgecolor=light(edge))
        if hatch:
            patch.set_hatch(hatch * DENSITY)
            patch.set_hatch_linewidth(hatch_width)
        self._add(patch)

    def marks(self, places: Sequence[Point], diameter: float, fill: str, width: float = 0.0, quarters: int = 4) -> None:
        """See `Canvas`. An SVG holds the mark once."""
        self._add(Line2D(
            [x for x, _ in places], [y for _, y in places], linestyle="none", markersize=diameter,
            marker="o" if quarters == 4 else Path.wedge(90 - 90 * quarters, 90),
            markerfacecolor=light(fill), markeredgecolor=light("ink"), markeredgewidth=width,
        ))

    def text(self, words: Text) -> None:
        """See `Canvas`."""
        self.axes.text(
            *baseline(words), words.text, color=light(words.role),
            fontsize=words.size, family=FAMILIES[words.face], weight="bold" if words.face == "bold" else "normal",
            horizontalalignment=_ALIGNMENTS[words.anchor], verticalalignment="baseline",
            rotation=-words.angle, rotation_mode="anchor", parse_math=False, zorder=self._next,
        )

    def drawing(self) -> Drawing:
        """See `Canvas`."""
        return svg.drawing(self.figure)

    def _add(self, artist: Artist) -> None:
        artist.set(clip_on=False, zorder=self._next)
        self.axes.add_artist(artist)

    @property
    def _next(self) -> int:
        """The place of the next shape in the order of painting."""
        return len(self.axes.get_children())


def _style(dash: Dash) -> Literal["solid"] | tuple[float, tuple[float, float]]:
    pattern = DASHES[dash]
    return (0, pattern) if pattern else "solid"
