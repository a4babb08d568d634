"""What the book's figures are painted on: plain shapes in the palette's roles, each above what was painted before.

Coordinates as in `shapes`. There are two canvases, and they give the same drawing to the letter: one of matplotlib,
and one that writes SVG itself, for where there is no matplotlib.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Protocol, TypeVar

from .drawings import Drawing
from .placement import Box, Point
from .shapes import Dash, Hatch, Lifeline, Text

_CAPITAL = 0.365  # half the height of a capital letter of DejaVu, in font sizes

DASHES: dict[Dash, tuple[float, float] | None] = {"solid": None, "dashed": (4.0, 2.2), "dotted": (1.0, 1.3)}
"""The lengths of stroke and gap of a line, in its widths; none for a solid one."""

DENSITY = 4
"""How dense hatches are: so many times matplotlib's own density."""

FAMILIES = {"regular": "DejaVu Sans", "bold": "DejaVu Sans", "mono": "DejaVu Sans Mono"}
"""The font of each face."""


class Canvas(Protocol):
    """An empty drawing, one point a unit, y downward. A role outside the palette raises KeyError."""

    def line(self, points: Sequence[Point], role: str, width: float, dash: Dash = "solid") -> None:
        """A line through the points, `width` points wide."""

    def area(self, points: Sequence[Point], role: str) -> None:
        """A filled polygon."""

    def rounded(self, box: Box, radius: float, fill: str, edge: str = "", width: float = 0.0,
                dash: Dash = "solid") -> None:
        """A filled box with rounded corners; `edge` is the role of its outline, empty for none."""

    def disc(self, center: Point, diameter: float, fill: str) -> None:
        """A filled circle."""

    def tile(self, box: Box, fill: str, hatch: Hatch = "", edge: str = "paper", width: float = 0.0,
             hatch_width: float = 0.9) -> None:
        """A filled rectangle, hatched in the color of its edge."""

    def marks(self, places: Sequence[Point], diameter: float, fill: str, width: float = 0.0, quarters: int = 4) -> None:
        """The same mark at many places: a disc filled clockwise from the top by so many quarters, outlined in ink."""

    def text(self, words: Text) -> None:
        """One line of text, turned with its angle; an empty one leaves no trace."""

    def drawing(self) -> Drawing:
        """What has been painted, as SVG for a page."""


Painted = TypeVar("Painted", bound=Canvas)
Blank = Callable[[float, float, float], Painted]
"""Makes an empty canvas of a width, reaching from a top to a bottom."""


def blank() -> Blank[Canvas]:
    """The canvas for figures: matplotlib's where it is installed, else the one that needs nothing."""
    if find_spec("matplotlib"):
        from .plotted import Plotted

        return Plotted
    from .written import Written

    return Written


def lifeline(canvas: Canvas, drawn: Lifeline) -> None:
    """The line of a participant through time."""
    canvas.line([(drawn.x, drawn.top), (drawn.x, drawn.bottom)], "ink", 0.9)


def outline(canvas: Canvas, box: Box, role: str, width: float, dash: Dash = "solid") -> None:
    """A rectangle's edge."""
    canvas.line([*box.corners, *box.corners[:2]], role, width, dash)


def head(start: Point, end: Point, length: float, half_width: float) -> tuple[Point, Point, Point]:
    """The two rear corners of an arrowhead and the middle between them, where the shaft ends."""
    (x0, y0), (x1, y1) = start, end
    distance = math.hypot(x1 - x0, y1 - y0)
    ux, uy = (x1 - x0) / distance, (y1 - y0) / distance
    neck = (x1 - ux * length, y1 - uy * length)
    aside = (-uy * half_width, ux * half_width)
    return (neck[0] + aside[0], neck[1] + aside[1]), (neck[0] - aside[0], neck[1] - aside[1]), neck


def baseline(words: Text) -> Point:
    """Where a text's baseline is anchored, so that the middle of its capitals stands at its place."""
    turn, drop = math.radians(words.angle), _CAPITAL * words.size
    return words.x - drop * math.sin(turn), words.y + drop * math.cos(turn)
