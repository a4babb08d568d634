"""The arrows of a sequence diagram, and the words where one ends or starts on the way.

Pure Python. A lost segment ends in a cross; a forged one starts at a marker, because no end of the connection
sent it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from ...records import Role
from ...story import ENDS
from ..placement import Box, Point
from ..shapes import Anchor, Arrow, Dash, Text
from ..theme import SMALLEST_TEXT
from .journeys import Journey
from .labels import wordings
from .reading import Kind
from .spots import LABEL_SIZE, room_for

REMARK_SIZE = SMALLEST_TEXT

DASHES: dict[Kind, Dash] = {
    "open": "solid", "data": "solid", "close": "solid", "reset": "dotted", "ack": "dashed",
}
WEIGHTS: dict[Kind, float] = {"open": 1.7, "data": 1.7, "close": 1.7, "reset": 1.7, "ack": 1.0}

_LATE_WEIGHT = 1.0
_LOST_AT = 0.82
_FORGED_FROM = tuple(percent / 100 for percent in range(52, 20, -4))
"""How far along the way a forged segment may start; the farthest first."""
_FORGED_ABOVE = (14.0, 9.0, 5.0, 19.0, 0.0)
"""How much higher than its arrival it may start; nobody knows when it was sent."""
_OFF = 7.5
_MARK = 9.0


def arrows_of(journeys: Sequence[Journey], y: Callable[[int], float], edge: Callable[[Role], float],
              strips: Sequence[Box] = ()) -> tuple[Arrow, ...]:
    """One arrow for each journey.

    `y` gives the height of an instant, `edge` the side of an end's lifeline. The `strips` of cuts are no place
    where a forged segment could start.
    """
    arrows = [_arrow(journey, y, edge) for journey in journeys]
    for index, journey in enumerate(journeys):
        if journey.reading.segment.forged:
            arrows[index] = _forged(journey, arrows[index], arrows[:index] + arrows[index + 1:], strips)
    return tuple(arrows)


def loss(arrow: Arrow) -> Text:
    """The word behind the cross of a lost segment."""
    return _remark("lost", arrow.end, _OFF if arrow.forward else -_OFF)


def forgery(arrow: Arrow) -> Text:
    """The word before the marker of a forged segment."""
    return _remark("forged", arrow.start, -_OFF if arrow.forward else _OFF)


def mark(arrow: Arrow) -> Box:
    """The area of the cross or the marker of an arrow that ends or starts on the way."""
    return Box.around(arrow.end if arrow.lost else arrow.start, _MARK, _MARK)


def _remark(word: str, at: Point, off: float) -> Text:
    anchor: Anchor = "start" if off > 0 else "end"
    return Text(at[0] + off, at[1], word, REMARK_SIZE, "reset", "bold", anchor)


def _arrow(journey: Journey, y: Callable[[int], float], edge: Callable[[Role], float]) -> Arrow:
    sender, kind = journey.reading.sender, journey.reading.kind
    start = (edge(sender), y(journey.start))
    end = (edge(ENDS[sender == "client"]), y(journey.end))
    if journey.lost:
        end = _along(start, end, _LOST_AT)
    weight = _LATE_WEIGHT if journey.late else WEIGHTS[kind]
    return Arrow(journey.number, start, end, kind, weight, DASHES[kind], journey.lost,
                 journey.reading.segment.forged)


def _along(start: Point, end: Point, part: float) -> Point:
    return start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1])


def _forged(journey: Journey, level: Arrow, others: Sequence[Arrow], strips: Sequence[Box]) -> Arrow:
    """The arrow from a start that is clear of all others, and leaves room for the label where it can."""
    label = Text(0, 0, wordings(journey)[0], LABEL_SIZE, level.role, level.face)
    need = room_for(label) / math.dist(level.start, level.end)
    roomy = [part for part in _FORGED_FROM if part <= 1 - need] or _FORGED_FROM[-1:]
    starts = [(_along(level.start, level.end, part), above) for part in roomy for above in _FORGED_ABOVE]
    arrows = [level.starting((x, y - above)) for (x, y), above in starts]
    remarks = [box for other in others if other.lost for box in (loss(other).box, mark(other))]
    remarks += [box for other in others if other.forged for box in (forgery(other).box, mark(other))]
    lines = [Box.of([other.start, other.end]) for other in others]
    return min(arrows, key=lambda arrow: _crowding(arrow, label, lines, [*remarks, *strips]))


def _crowding(arrow: Arrow, label: Text, lines: Sequence[Box], remarks: Sequence[Box]) -> int:
    """How often other arrows touch a forged one, its start or its label; a remark counts as many arrows."""
    middle = _along(arrow.start, arrow.end, 0.5)
    taken = [forgery(arrow).box, mark(arrow), Box.around(middle, *label.box_size, arrow.angle)]
    touched = sum(box.overlaps(line) for box in [*taken, Box.of([arrow.start, arrow.end])] for line in lines)
    return touched + 99 * sum(box.overlaps(remark) for box in taken for remark in remarks)
