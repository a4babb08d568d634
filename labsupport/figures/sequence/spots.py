"""Where on its arrow a label may stand, and what it costs to stand there.

Pure Python. Most of what a place costs depends on the arrows alone. It is reckoned when it is first asked for, and
once: a layout asks for the same places again and again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..placement import Box, Turned
from ..shapes import Arrow, Text

LABEL_SIZE = 9.2
BESIDE = 10.0
"""What it costs to stand beside the arrow."""

_TAIL = 4.0
_HEAD = 9.0
_CROSSED = 1.6
_ON_TWIN = 13.0
_TOUCHED = 40.0
_ALIKE = 10.0
_IN_STRIP = 8.0
_STEPS = 14
_POSITIONS = tuple(
    (side * step / _STEPS, beside)
    for beside in (0, -1, 1) for step in range(_STEPS + 1) for side in ((1, -1) if step else (1,))
)
"""Where along the arrow a label may stand, from -1 to 1, and on which side of it; on it and in the middle first."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What labels must keep clear of: arrows with their angles, strips, and what lies outside the room."""

    lines: tuple[tuple[Box, float], ...]
    strips: tuple[Box, ...]
    room: Box
    twins: Mapping[int, int]

    @classmethod
    def of(cls, arrows: Sequence[Arrow], strips: Sequence[Box], room: Box, twins: Mapping[int, int]) -> Scene:
        """The scene of these arrows; `twins` are pairs that cross."""
        lines = tuple((Box.of([arrow.start, arrow.end]), arrow.angle) for arrow in arrows)
        return cls(lines, tuple(strips), room, twins)


@dataclass(slots=True)
class _Spot:
    """A place a label could take; `covered` is what it costs for what it covers there, infinite outside the room."""

    x: float
    y: float
    box: Box
    covered: float


class Choice:
    """The places for one wording of the label of an arrow, on it from its middle outward, then beside it."""

    def __init__(self, words: str, arrow: Arrow, own: int, scene: Scene) -> None:
        self.words = words
        self._arrow, self._own, self._scene = arrow, own, scene
        self._label = Text(0, 0, words, LABEL_SIZE, arrow.role, arrow.face, "middle", arrow.angle)
        self._spots: dict[tuple[float, int], _Spot] = {}

    def cheapest(self, base: float, limit: float, taken: Sequence[Box]) -> tuple[Text, float] | None:
        """The cheapest place that costs less than `limit` with `base` added and overlaps nothing taken, if any."""
        best, taken = None, self._within_reach(taken)
        for cost, along, beside in self._positions:
            if cost + base >= limit:
                continue
            spot = self._spots.get((along, beside)) or self._spot(along, beside)
            total = cost + base + spot.covered
            if total < limit and not any(other.overlaps(spot.box) for other in taken):
                best, limit = spot, total
        return (self._text(best), limit) if best else None

    @cached_property
    def _positions(self) -> list[tuple[float, float, int]]:
        """Cost and place of every position; none where the arrow is too short."""
        length, width = math.dist(self._arrow.start, self._arrow.end), self._label.box_size[0]
        nearest, farthest = (_TAIL + width / 2) / length, 1 - (_HEAD + width / 2) / length
        if nearest > farthest:
            return []
        places = ((min(max(0.5 + position / 2, nearest), farthest), beside) for position, beside in _POSITIONS)
        return [(abs(along - 0.5) + BESIDE * abs(beside), along, beside) for along, beside in dict.fromkeys(places)]

    def _spot(self, along: float, beside: int) -> _Spot:
        (x0, y0), (x1, y1) = self._arrow.start, self._arrow.end
        across, down = self._normal
        off = beside * (self._label.box_size[1] / 2 + 1.5)
        x = round(x0 + (x1 - x0) * along + off * across, 2)
        y = round(y0 + (y1 - y0) * along + off * down, 2)
        box = self._upright.at((x, y))
        alone = self._apart.at((x, y)) if beside else box
        spot = self._spots[along, beside] = _Spot(x, y, box, self._covered(box, alone, not beside))
        return spot

    def _covered(self, box: Box, alone: Box, on_arrow: bool) -> float:
        """What it costs to cover this; no arrow of about the same slope may touch the area `alone`."""
        room = self._scene.room
        if box.left < room.left or box.right > room.right or box.top < room.top or box.bottom > room.bottom:
            return math.inf
        cost = _IN_STRIP * any(strip.overlaps(box) for strip in self._scene.strips)
        for index, line, alike in self._lines:
            if alike:
                cost += _TOUCHED * line.overlaps(alone)
            elif line.overlaps(box):
                # Where twins cross there is room for both labels only if neither stands on the crossing.
                cost += _ON_TWIN if on_arrow and self._scene.twins.get(self._own) == index else _CROSSED
        return cost

    @cached_property
    def _lines(self) -> list[tuple[int, Box, bool]]:
        """The other arrows within reach, and whether they have about the slope of the own one."""
        return [(index, line, abs(self._label.angle - angle) <= _ALIKE)
                for index, (line, angle) in enumerate(self._scene.lines)
                if index != self._own and self._within_reach([line])]

    def _within_reach(self, boxes: Sequence[Box]) -> list[Box]:
        """Those that a place of this label could touch at all: the others need not be asked each time."""
        upper, lower = self._reach
        return [box for box in boxes if box.bottom > upper and box.top < lower]

    @cached_property
    def _reach(self) -> tuple[float, float]:
        """How far up and down the label and what it keeps clear may extend, generously."""
        width, height = self._label.box_size
        far = abs(math.sin(math.radians(self._label.angle))) * width / 2 + 2 * height + 4
        (_, y0), (_, y1) = self._arrow.start, self._arrow.end
        return min(y0, y1) - far, max(y0, y1) + far

    def _text(self, spot: _Spot) -> Text:
        label = self._label
        return Text(spot.x, spot.y, label.text, label.size, label.role, label.face, label.anchor, label.angle)

    @cached_property
    def _normal(self) -> tuple[float, float]:
        normal = math.radians(self._label.angle + 90)
        return math.cos(normal), math.sin(normal)

    @cached_property
    def _upright(self) -> Turned:
        return Turned.of(*self._label.box_size, self._label.angle)

    @cached_property
    def _apart(self) -> Turned:
        """The area that arrows of about the same slope keep clear of where the label stands beside its own."""
        width, height = self._label.box_size
        return Turned.of(width, height * 3, self._label.angle)


def room_for(label: Text) -> float:
    """The length of the shortest arrow on which a label can stand, so that both ends of it show."""
    return label.box_size[0] + _TAIL + _HEAD
