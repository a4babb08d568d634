"""The outlines of round shapes and of hatches, as pieces of a path: a letter of SVG and the points it takes.

Pure Python, in matplotlib's own divisions and constants, so that every canvas has the same curves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from .placement import Box, Point
from .shapes import Hatch

Piece = tuple[str, tuple[Point, ...]]

PERIOD = 72
"""The width and height of a hatch's pattern, in points."""

_BEND = 0.2652031  # how far the controls of an eighth of a circle lie from its ends, in radii
_HALF = math.sqrt(0.5)
_EIGHTHS = ((0.0, -1.0), (_HALF, -_HALF), (1.0, 0.0), (_HALF, _HALF), (0.0, 1.0), (-_HALF, _HALF), (-1.0, 0.0),
            (-_HALF, -_HALF), (0.0, -1.0))


def rounded_box(box: Box, radius: float) -> tuple[Piece, ...]:
    """A box whose corners are parabolas."""
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    return (
        ("M", ((left + radius, top),)), ("L", ((right - radius, top),)),
        ("Q", ((right, top), (right, top + radius))), ("L", ((right, bottom - radius),)),
        ("Q", ((right, bottom), (right - radius, bottom))), ("L", ((left + radius, bottom),)),
        ("Q", ((left, bottom), (left, bottom - radius))), ("L", ((left, top + radius),)),
        ("Q", ((left, top), (left + radius, top))), ("z", ()),
    )


def circle(center: Point, radius: float) -> tuple[Piece, ...]:
    """A circle in eight curves, from its upper end on."""
    return _placed(_disc(), center, radius, radius)


def mark(diameter: float, quarters: int) -> tuple[Piece, ...]:
    """A disc around the origin, filled clockwise from the top by so many quarters."""
    pieces = _disc() if quarters == 4 else _sector(quarters)
    radius = diameter / 2 / max(abs(value) for _, points in pieces for point in points for value in point)
    return _placed(pieces, (0.0, 0.0), radius, -radius)


def hatching(hatch: Hatch, lines: int) -> tuple[Piece, ...]:
    """So many lines of a hatch across its pattern."""
    gap = PERIOD / lines
    drawn = []
    for number in range(lines + (hatch in "/\\")):
        slant, straight = gap * number - PERIOD / 2, gap * (number + 0.5)
        start, end = {
            "/": ((slant, slant + PERIOD), (slant + PERIOD, slant)),
            "\\": ((slant, 0.0 - slant), (slant + PERIOD, PERIOD - slant)),
            "-": ((0.0, PERIOD - straight), (PERIOD, PERIOD - straight)),
            "|": ((straight, PERIOD), (straight, 0.0)),
        }[hatch]
        drawn += [("M", (start,)), ("L", (end,))]
    return tuple(drawn)


def _disc() -> list[Piece]:
    """A circle of radius one."""
    return [("M", (_EIGHTHS[0],)), *_curves(_EIGHTHS, _BEND), ("z", ())]


def _sector(quarters: int) -> list[Piece]:
    """So many quarters of it, in a curve for each power of two; y grows upward."""
    count = 2 ** quarters
    step = math.pi / 2 * quarters / count
    angles = [math.pi / 2 - step * left for left in range(count, -1, -1)]
    ends = [(math.cos(angle), math.sin(angle)) for angle in angles]
    bend = math.sin(step) * (math.sqrt(4 + 3 * math.tan(step / 2) ** 2) - 1) / 3
    center: Point = (0.0, 0.0)
    return [("M", (center,)), ("L", (ends[0],)), *_curves(ends, bend), ("L", (center,)), ("z", ())]


def _curves(ends: Sequence[Point], bend: float) -> Iterator[Piece]:
    """Curves through points of the unit circle, counterclockwise where y grows upward."""
    for (x0, y0), (x1, y1) in pairwise(ends):
        yield "C", ((x0 - bend * y0, y0 + bend * x0), (x1 + bend * y1, y1 - bend * x1), (x1, y1))


def _placed(pieces: Sequence[Piece], center: Point, width: float, height: float) -> tuple[Piece, ...]:
    x, y = center
    return tuple((letter, tuple((x + px * width, y + py * height) for px, py in points)) for letter, points in pieces)
