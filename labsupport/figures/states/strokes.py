"""Lines side by side: the same way taken by the client, by the server, or by both.

Pure Python.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from ...records import Role
from ..placement import Point
from ..shapes import Dash
from .shapes import Stroke

DASHES: dict[Role, Dash] = {"client": "solid", "server": "dashed"}

_TAKEN = 2.0
_PLAIN, _RECEDING = 1.1, 0.7
_ASIDE = 2.7


def plain(way: Sequence[Point]) -> Stroke:
    """The line of an arrow in a diagram without a path."""
    return Stroke(tuple(way), "ink", _PLAIN, "solid")


def receding(way: Sequence[Point]) -> Stroke:
    """The line of an arrow that nobody took."""
    return Stroke(tuple(way), "ack", _RECEDING, "solid")


def taken(way: Sequence[Point], takers: Sequence[Role]) -> tuple[Stroke, ...]:
    """One line for each end that took a way; two stand side by side."""
    asides = (0.0,) if len(takers) == 1 else (_ASIDE, -_ASIDE)
    return tuple(
        Stroke(beside(way, aside), end, _TAKEN, DASHES[end]) for end, aside in zip(takers, asides, strict=True)
    )


def beside(way: Sequence[Point], distance: float) -> tuple[Point, ...]:
    """The way moved aside, to its right where it runs downward on the canvas and the distance is negative."""
    directions = [_direction(start, end) for start, end in pairwise(way)]
    around = [(before, after) for before, after in zip([directions[0], *directions], [*directions, directions[-1]],
                                                       strict=True)]
    return tuple(_moved(point, before, after, distance) for point, (before, after) in zip(way, around, strict=True))


def _direction(start: Point, end: Point) -> Point:
    length = math.dist(start, end)
    return (end[0] - start[0]) / length, (end[1] - start[1]) / length


def _moved(point: Point, before: Point, after: Point, distance: float) -> Point:
    """Where the two neighboring pieces meet after both have moved aside."""
    turn = 1 + before[0] * after[0] + before[1] * after[1]
    x, y = -(before[1] + after[1]) / turn, (before[0] + after[0]) / turn
    return point[0] + distance * x, point[1] + distance * y
