"""The labels on the arrows of a sequence diagram: what they say, and where they collide with nothing.

Pure Python. A label stands on its own arrow, on no other of about the same slope, and beside its own only far
from those: so nobody can take it for a neighbor's. Where the fullest wording has no such place, a shorter one is
taken, for all arrows of that kind and direction alike; for both directions where two of a kind cross, and for late
arrows apart from the others.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from ..placement import Box
from ..shapes import Arrow, Text
from .journeys import Journey
from .reading import Reading

LABEL_SIZE = 9.2

_WIDE_SPACE = "\u2002"
_TAIL = 4.0
_HEAD = 9.0
_BESIDE = 10.0
_SHORTER = 30.0
_COLLISION = 1000.0
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
_ABBREVIATED = 1


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels that found a place, in the order of their arrows.

    `crowding` is how far they fall short of full wordings on their own arrows, 0 where all are as they should
    be; `unlabelled` counts the arrows without any free place.
    """

    texts: tuple[Text, ...]
    crowding: float
    unlabelled: int


@dataclass(frozen=True, slots=True)
class _Scene:
    """What a label must keep clear of: arrows with their angles, and `boxes`, which grow as labels are placed."""

    boxes: list[Box]
    lines: tuple[tuple[Box, float], ...]
    strips: tuple[Box, ...]
    room: Box
    twins: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class _Place:
    """A place a label could take, what it costs to stand there, and the area no arrow of its slope may touch."""

    cost: float
    text: Text
    alone: Box
    on_arrow: bool


@dataclass(frozen=True, slots=True)
class _Placed:
    """A label in its place, which of its wordings that is, and what it cost; no text where no place was free.

    `shortened` counts what the wording leaves out beyond abbreviations.
    """

    text: Text | None
    level: int
    cost: float
    shortened: int = 0


def place_labels(journeys: Sequence[Journey], arrows: Sequence[Arrow], *, obstacles: Sequence[Box],
                 strips: Sequence[Box], room: Box) -> Labels:
    """Place one label on each arrow.

    No label overlaps another, one of the `obstacles`, or leaves the `room`; arrows of about its slope are
    not touched unless nothing else is left, crossing ones and the `strips` of cuts avoided where possible.
    """
    lines = tuple((Box.of([arrow.start, arrow.end]), arrow.angle) for arrow in arrows)
    twins = _twins(journeys, arrows)
    families = _families(journeys, arrows, twins)
    levels: dict[str, int] = defaultdict(int)
    while True:
        scene = _Scene(list(obstacles), lines, tuple(strips), room, twins)
        placed = _all_placed(journeys, arrows, [levels[family] for family in families], scene)
        reached = dict(levels)
        for family, label in zip(families, placed, strict=True):
            levels[family] = max(levels[family], label.level)
        if levels == reached:
            return _labels(placed)


def _families(journeys: Sequence[Journey], arrows: Sequence[Arrow], twins: Mapping[int, int]) -> list[str]:
    """The arrows whose labels leave out the same, by the name of their family."""
    both_ways = {arrows[index].role for index in twins}
    return [
        f"{arrow.role} {arrow.forward or arrow.role in both_ways} {journey.late}"
        for journey, arrow in zip(journeys, arrows, strict=True)
    ]


def _twins(journeys: Sequence[Journey], arrows: Sequence[Arrow]) -> dict[int, int]:
    """The pairs of arrows with the same flags that cross: what both ends sent at once."""
    lines = [Box.of([arrow.start, arrow.end]) for arrow in arrows]
    pairs = [
        (one, other) for one, other in combinations(range(len(arrows)), 2)
        if journeys[one].reading.segment.flags == journeys[other].reading.segment.flags
        and arrows[one].forward != arrows[other].forward and lines[one].overlaps(lines[other])
    ]
    return dict(pairs) | {other: one for one, other in pairs}


def _labels(placed: Sequence[_Placed]) -> Labels:
    texts = tuple(label.text for label in placed if label.text)
    costs = [label.cost + _SHORTER * label.shortened for label in placed]
    return Labels(texts, sum(cost for cost in costs if cost >= _BESIDE), len(placed) - len(texts))


def wordings(journey: Journey) -> tuple[str, ...]:
    """What the label of a journey may say, the fullest first: abbreviated, without ack, without numbers, flags only.

    Wordings of two labels at one place of the list leave out the same. A late one always says so.
    """
    reading, flags = journey.reading, journey.reading.segment.flag_names
    remark, brief = _remark(journey, reading, "retransmission"), _remark(journey, reading, "retrans.")
    return (
        _joined(flags, reading.numbers, reading.octets, remark),
        _joined(flags, reading.numbers, reading.octets, brief),
        _joined(flags, reading.sequence, reading.octets, brief),
        _joined(flags, reading.octets, brief),
        _joined(flags, brief) if journey.late else flags,
    )


def room_for(label: Text) -> float:
    """The length of the shortest arrow on which a label can stand, so that both ends of it show."""
    return label.box_size[0] + _TAIL + _HEAD


def _joined(*parts: str) -> str:
    return _WIDE_SPACE.join(part for part in parts if part)


def _remark(journey: Journey, reading: Reading, again: str) -> str:
    remarks = [again] if reading.again else []
    if journey.copy:
        remarks.append("copy")
    if journey.late:
        remarks.append(f"{_delay(journey.delay)} late")
    return f"({', '.join(remarks)})" if remarks else ""


def _delay(ns: int) -> str:
    if ns >= 1_000_000_000:
        return f"{ns / 1e9:.1f} s"
    return f"{ns / 1e6:.0f} ms" if ns >= 10_000_000 else f"{ns / 1e6:.1f} ms"


def _all_placed(journeys: Sequence[Journey], arrows: Sequence[Arrow], levels: Sequence[int],
                scene: _Scene) -> list[_Placed]:
    placed = [_Placed(None, level, _COLLISION) for level in levels]
    # Long arrows can give way; the short ones cannot.
    lengths = [round(math.dist(arrow.start, arrow.end), -1) for arrow in arrows]
    for index in sorted(range(len(arrows)), key=lengths.__getitem__):
        placed[index] = label = _best(wordings(journeys[index]), arrows[index], index, levels[index], scene)
        if label.text:
            scene.boxes.append(label.text.box)
    return placed


def _best(texts: Sequence[str], arrow: Arrow, own: int, level: int, scene: _Scene) -> _Placed:
    """The cheapest place for one of the wordings from a level on; without text when even that one collides."""
    best, best_cost = _Placed(None, level, _COLLISION), _COLLISION
    for number in range(level, len(texts)):
        base = (number - level) * _SHORTER
        if best_cost <= base:
            break
        label = Text(0, 0, texts[number], LABEL_SIZE, arrow.role, arrow.face, "middle", arrow.angle)
        for place in _places(label, arrow):
            cost = place.cost + base
            if cost < best_cost:
                cost += _penalty(place, own, scene, best_cost - cost)
            if cost < best_cost:
                shortened = max(0, texts.index(texts[number]) - _ABBREVIATED)
                best, best_cost = _Placed(place.text, number, cost - base, shortened), cost
    return best


def _places(label: Text, arrow: Arrow) -> Iterator[_Place]:
    """Places on the arrow, from its middle outward, then beside it; none where it is too short."""
    (x0, y0), (x1, y1) = arrow.start, arrow.end
    length, (width, height) = math.dist(arrow.start, arrow.end), label.box_size
    nearest, farthest = (_TAIL + width / 2) / length, 1 - (_HEAD + width / 2) / length
    if nearest > farthest:
        return
    normal = math.radians(label.angle + 90)
    for position, beside in _POSITIONS:
        along = min(max(0.5 + position / 2, nearest), farthest)
        off = beside * (height / 2 + 1.5)
        x = round(x0 + (x1 - x0) * along + off * math.cos(normal), 2)
        y = round(y0 + (y1 - y0) * along + off * math.sin(normal), 2)
        alone = Box.around((x, y), width, height * (3 if beside else 1), label.angle)
        yield _Place(abs(along - 0.5) + _BESIDE * abs(beside), replace(label, x=x, y=y), alone, not beside)


def _penalty(place: _Place, own: int, scene: _Scene, limit: float) -> float:
    """What a place costs for what it covers; a sum beyond `limit` need not be exact."""
    box, room = place.text.box, scene.room
    if box.left < room.left or box.right > room.right or box.top < room.top or box.bottom > room.bottom:
        return _COLLISION
    cost = _IN_STRIP * any(box.overlaps(strip) for strip in scene.strips)
    for index, (line, angle) in enumerate(scene.lines):
        if cost >= limit:
            return cost
        if index == own:
            continue
        if abs(place.text.angle - angle) <= _ALIKE:
            cost += _TOUCHED * place.alone.overlaps(line)
        else:
            # Where twins cross there is room for both labels only if neither stands on the crossing.
            crossed = _ON_TWIN if place.on_arrow and scene.twins.get(own) == index else _CROSSED
            cost += crossed * box.overlaps(line)
    return cost + _COLLISION * any(box.overlaps(other) for other in scene.boxes)
