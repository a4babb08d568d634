"""Finding room: turned boxes that must not overlap, and labels of a column that must not touch.

Pure Python. Coordinates as in `shapes`: y grows downward, angles are degrees clockwise.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

Point = tuple[float, float]

_Span = tuple[float, float, float, float]  # a direction, and how far a box reaches in it


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle at any angle, or a line, by its corners in order; with the upright rectangle around it."""

    corners: tuple[Point, ...]
    left: float
    top: float
    right: float
    bottom: float
    _spans: tuple[_Span, ...] = field(default=(), init=False, repr=False, compare=False)

    @classmethod
    def of(cls, corners: Sequence[Point]) -> Box:
        """The rectangle with these four corners, or the line between these two."""
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return cls(tuple(corners), min(xs), min(ys), max(xs), max(ys))

    @classmethod
    def around(cls, center: Point, width: float, height: float, angle: float = 0.0) -> Box:
        """A rectangle around a center, turned by `angle`."""
        return Turned.of(width, height, angle).at(center)

    def overlaps(self, other: Box) -> bool:
        """True when the two areas share more than an edge (separating axis test)."""
        if (self.right <= other.left or other.right <= self.left
                or self.bottom <= other.top or other.bottom <= self.top):
            return False
        return not (self._parted(other.corners) or other._parted(self.corners))

    def _parted(self, others: tuple[Point, ...]) -> bool:
        """True when one of its edges has all of the others on its far side."""
        if not self._spans:
            object.__setattr__(self, "_spans", tuple(_spans(self.corners)))
        for nx, ny, lowest, highest in self._spans:
            far = [x * nx + y * ny for x, y in others]
            if highest <= min(far) or max(far) <= lowest:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Turned:
    """A rectangle's size and angle, to be put in many places: half of its width and half of its height as vectors."""

    across: Point
    down: Point

    @classmethod
    def of(cls, width: float, height: float, angle: float = 0.0) -> Turned:
        """A rectangle of this size, turned by `angle`."""
        turn = math.radians(angle)
        cos, sin = math.cos(turn), math.sin(turn)
        return cls((cos * width / 2, sin * width / 2), (-sin * height / 2, cos * height / 2))

    def at(self, center: Point) -> Box:
        """The rectangle around a center."""
        (x, y), (ux, uy), (vx, vy) = center, self.across, self.down
        if uy == 0 == vx and ux >= 0 <= vy:  # most rectangles stand upright, and need no search for their edges
            left, top, right, bottom = x - ux, y - vy, x + ux, y + vy
            return Box(((left, top), (right, top), (right, bottom), (left, bottom)), left, top, right, bottom)
        return Box.of([
            (x - ux - vx, y - uy - vy), (x + ux - vx, y + uy - vy),
            (x + ux + vx, y + uy + vy), (x - ux + vx, y - uy + vy),
        ])


def _spans(corners: tuple[Point, ...]) -> Iterator[_Span]:
    """Across its edges, of which the opposite ones are parallel."""
    for index in range(len(corners) // 2):
        (x, y), (next_x, next_y) = corners[index], corners[index + 1]
        nx, ny = y - next_y, next_x - x
        near = [px * nx + py * ny for px, py in corners]
        yield nx, ny, min(near), max(near)


@dataclass(frozen=True, slots=True)
class Wish:
    """A label of a column: where it wants its middle, how high it is, how firmly it stands there."""

    y: float
    height: float
    weight: float = 1.0


@dataclass(slots=True)
class _Block:
    """Neighbors that move as one: `ideal` is where their upper edge wants to be, `extent` their height."""

    members: list[int]
    ideal: float
    weight: float
    extent: float


def spread(wishes: Sequence[Wish], top: float) -> tuple[float, ...]:
    """Move the labels of a column apart, so that none overlaps another or rises above `top`.

    Labels keep the order of their wishes. This is the least weighted squared displacement, found by merging
    neighbors that would overlap (pool adjacent violators). Returns the middles in the order given.
    """
    order = sorted(range(len(wishes)), key=lambda index: wishes[index].y)
    blocks: list[_Block] = []
    for index in order:
        wish = wishes[index]
        blocks.append(_Block([index], max(wish.y - wish.height / 2, top), wish.weight, wish.height))
        while len(blocks) > 1 and blocks[-2].ideal + blocks[-2].extent > blocks[-1].ideal:
            _merge(blocks, top)
    middles = [0.0] * len(wishes)
    for block in blocks:
        edge = block.ideal
        for index in block.members:
            middles[index] = edge + wishes[index].height / 2
            edge += wishes[index].height
    return tuple(middles)


def _merge(blocks: list[_Block], top: float) -> None:
    lower, upper = blocks.pop(), blocks.pop()
    weight = upper.weight + lower.weight
    ideal = (upper.ideal * upper.weight + (lower.ideal - upper.extent) * lower.weight) / weight
    blocks.append(_Block(upper.members + lower.members, max(ideal, top), weight, upper.extent + lower.extent))
