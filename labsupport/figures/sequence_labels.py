"""The labels on the arrows of a sequence diagram: what they say, and where they collide with nothing.

Pure Python. Every label has a list of places it could take, the best first, and takes the first free one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from .journeys import Journey
from .metrics import Face
from .placement import Box
from .sequence_reading import Reading
from .shapes import Arrow, Text

LABEL_SIZE = 8.5

_WIDE_SPACE = "\u2002"
_HEAD = 9.0
_BESIDE = 0.7
_SHORTER = 6.0
_COLLISION = 100.0
_CROSSED = 1.6
_IN_STRIP = 8.0
_STEPS = 14
_POSITIONS = tuple(
    (side * step / _STEPS, beside)
    for step in range(_STEPS + 1) for side in ((1, -1) if step else (1,)) for beside in (0.0, -1.0, 1.0)
)
"""Where along the arrow a label may stand, from -1 to 1, and on which side of it; the middle first."""


@dataclass(frozen=True, slots=True)
class _Scene:
    """What a label must keep clear of; `boxes` grows as labels are placed."""

    boxes: list[Box]
    lines: tuple[Box, ...]
    strips: tuple[Box, ...]
    room: Box


@dataclass(frozen=True, slots=True)
class _Place:
    """A place a label could take, and what it costs before anything else is looked at."""

    cost: float
    x: float
    y: float
    box: Box


def place_labels(journeys: Sequence[Journey], arrows: Sequence[Arrow], *, obstacles: Sequence[Box],
                 strips: Sequence[Box], room: Box) -> tuple[Text, ...]:
    """Place one label for each arrow, in the order of the arrows.

    No label overlaps another, one of the `obstacles`, or leaves the `room`; crossing arrows and the
    `strips` of cuts are avoided where possible. An arrow without any free place for its shortest label
    gets none.
    """
    lines = tuple(Box.of([arrow.start, arrow.end]) for arrow in arrows)
    scene = _Scene(list(obstacles), lines, tuple(strips), room)
    placed: dict[int, Text] = {}
    # Late arrows are long and can give way; the short ones cannot.
    for index in sorted(range(len(arrows)), key=lambda index: journeys[index].late):
        text = _best(wordings(journeys[index]), arrows[index], index, scene)
        if text:
            placed[index] = text
            scene.boxes.append(text.box)
    return tuple(placed[index] for index in sorted(placed))


def wordings(journey: Journey) -> tuple[str, ...]:
    """What the label of a journey may say, the fullest first; each says more than the next."""
    reading, flags = journey.reading, journey.reading.segment.flag_names
    remark = _remark(journey, reading)
    full = _joined(flags, reading.numbers, reading.octets, remark)
    brief = _joined(flags, reading.sequence, reading.octets, remark)
    shorter = (_joined(flags, reading.octets, remark), _joined(flags, remark), flags)
    return tuple(dict.fromkeys((full, brief, *shorter)))


def _joined(*parts: str) -> str:
    return _WIDE_SPACE.join(part for part in parts if part)


def _remark(journey: Journey, reading: Reading) -> str:
    remarks = ["retransmission"] if reading.again else []
    if reading.segment.forged:
        remarks.append("forged")
    if journey.copy:
        remarks.append("copy")
    if journey.late:
        remarks.append(f"{_delay(journey.delay)} late")
    return f"({', '.join(remarks)})" if remarks else ""


def _delay(ns: int) -> str:
    if ns >= 1_000_000_000:
        return f"{ns / 1e9:.1f} s"
    return f"{ns / 1e6:.0f} ms" if ns >= 10_000_000 else f"{ns / 1e6:.1f} ms"


def _best(texts: Sequence[str], arrow: Arrow, own: int, scene: _Scene) -> Text | None:
    """The cheapest place; None when even that one collides."""
    best, best_cost = None, _COLLISION
    for number, text in enumerate(texts):
        if best_cost <= number * _SHORTER:
            break
        label = Text(0, 0, text, LABEL_SIZE, arrow.role, _face(arrow), "middle", _angle(arrow))
        for place in _places(label, arrow):
            cost = place.cost + number * _SHORTER
            if cost < best_cost:
                cost += _penalty(place.box, own, scene, best_cost - cost)
            if cost < best_cost:
                best, best_cost = replace(label, x=place.x, y=place.y), cost
    return best


def _places(label: Text, arrow: Arrow) -> Iterator[_Place]:
    """Places on, above and below the arrow, from its middle outward, with what it costs to stand there."""
    (x0, y0), (x1, y1) = arrow.start, arrow.end
    length = math.hypot(x1 - x0, y1 - y0)
    width, height = label.box_size
    slack = max(0.0, 0.5 - (width / 2 + _HEAD) / length)
    normal = math.radians(label.angle + 90)
    for along, beside in _POSITIONS:
        off = beside * (height / 2 + 2.0)
        x = round(x0 + (x1 - x0) * (0.5 + along * slack) + off * math.cos(normal), 2)
        y = round(y0 + (y1 - y0) * (0.5 + along * slack) + off * math.sin(normal), 2)
        cost = slack * abs(along) + _BESIDE * abs(beside)
        yield _Place(cost, x, y, Box.around((x, y), width, height, label.angle))


def _penalty(box: Box, own: int, scene: _Scene, limit: float) -> float:
    """What a place costs for what it covers; a sum beyond `limit` need not be exact."""
    room = scene.room
    if box.left < room.left or box.right > room.right or box.top < room.top or box.bottom > room.bottom:
        return _COLLISION
    cost = _IN_STRIP * any(box.overlaps(strip) for strip in scene.strips)
    for index, line in enumerate(scene.lines):
        if cost >= limit:
            return cost
        cost += _CROSSED * (index != own and box.overlaps(line))
    return cost + _COLLISION * any(box.overlaps(other) for other in scene.boxes)


def _face(arrow: Arrow) -> Face:
    return "bold" if arrow.role in ("open", "close", "reset") else "regular"


def _angle(arrow: Arrow) -> float:
    """The slope of an arrow, turned by half a circle where text on it would stand on its head."""
    (x0, y0), (x1, y1) = arrow.start, arrow.end
    angle = round(math.degrees(math.atan2(y1 - y0, x1 - x0)), 2)
    if angle > 90:
        return angle - 180
    return angle + 180 if angle <= -90 else angle
