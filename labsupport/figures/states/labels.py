"""The labels of a state diagram: beside their own arrow, clear of boxes, of all arrows and of each other.

Pure Python. Each label has several places and line breaks to choose from; the search goes back where a choice leaves
another label without any, so none is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from labsupport.network.model.transitions import Transition

from ..metrics import text_width, wrap
from ..placement import Box, Point
from ..shapes import LINE_HEIGHT, Anchor, Text
from ..theme import SMALLEST_TEXT

LABEL_SIZE = SMALLEST_TEXT
REACH = 3.8
"""How far from its middle a line may reach: two strokes side by side."""

_ALONG = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9, 0.0, 1.0)
_BESIDE, _ABOVE = 9.5, 7.0
_WIDTHS = (130.0, 62.0, 46.0)
_LINE_COST = 0.35
_SHORT_PIECE = 30.0
_AIR = 1.5
_LEADING = 0.3


@dataclass(frozen=True, slots=True)
class Label:
    """What stands beside an arrow, in one line or several."""

    texts: tuple[Text, ...]
    box: Box


@dataclass(frozen=True, slots=True)
class _Place:
    cost: float
    label: Label


def place_labels(table: Sequence[Transition], routes: Sequence[Sequence[Point]], obstacles: Sequence[Box],
                 room: Box) -> tuple[Label, ...]:
    """One label for each transition of a table, in its order. Raises ValueError where they do not all fit."""
    taken = [*obstacles, *(box for way in routes for box in corridors(way))]
    choices = [
        sorted((place for place in _places(transition, way) if _free(place.label.box, taken, room)),
               key=lambda place: place.cost)
        for transition, way in zip(table, routes, strict=True)
    ]
    order = sorted(range(len(table)), key=lambda index: len(choices[index]))
    chosen = _choose(choices, order, {})
    if chosen is None:
        raise ValueError("the transitions have more words than the diagram has room for: shorten their events")
    return tuple(chosen[index] for index in range(len(table)))


def corridors(way: Sequence[Point]) -> tuple[Box, ...]:
    """The area that the pieces of an arrow occupy."""
    return tuple(
        Box.around(((x0 + x1) / 2, (y0 + y1) / 2), abs(x1 - x0) + 2 * REACH, abs(y1 - y0) + 2 * REACH)
        for (x0, y0), (x1, y1) in pairwise(way)
    )


def wordings(transition: Transition) -> tuple[tuple[str, ...], ...]:
    """The event and, after a slash, what is sent, broken into lines: from one line to many."""
    sends = (f"/ {transition.sends}",) if transition.sends else ()
    broken = [(" ".join((transition.event, *sends)),)]
    broken += [(*_broken(transition.event, width), *sends) for width in _WIDTHS]
    return tuple(dict.fromkeys(broken))


def _broken(event: str, width: float) -> list[str]:
    """An event in lines, broken first after its commas."""
    parts = event.replace(", ", ",\n").split("\n") if text_width(event, LABEL_SIZE) > width else [event]
    return [line for part in parts for line in wrap(part, LABEL_SIZE, "regular", width)]


def _choose(choices: Sequence[Sequence[_Place]], order: Sequence[int],
            chosen: dict[int, Label]) -> dict[int, Label] | None:
    if len(chosen) == len(order):
        return chosen
    index = order[len(chosen)]
    for place in choices[index]:
        if not any(place.label.box.overlaps(other.box) for other in chosen.values()):
            complete = _choose(choices, order, chosen | {index: place.label})
            if complete:
                return complete
    return None


def _free(box: Box, taken: Sequence[Box], room: Box) -> bool:
    inside = box.left >= room.left and box.right <= room.right and box.top >= room.top and box.bottom <= room.bottom
    return inside and not any(box.overlaps(other) for other in taken)


def _places(transition: Transition, way: Sequence[Point]) -> Iterator[_Place]:
    for start, end in pairwise(way):
        length = abs(end[0] - start[0]) + abs(end[1] - start[1])
        short = max(0.0, 1 - length / _SHORT_PIECE)
        for lines in wordings(transition):
            for along in _ALONG:
                at = (start[0] + along * (end[0] - start[0]), start[1] + along * (end[1] - start[1]))
                cost = short + abs(along - 0.5) + _LINE_COST * len(lines)
                beside = _beside if start[0] == end[0] else _above
                yield from (_Place(cost + more, label) for more, label in beside(lines, at))


def _beside(lines: Sequence[str], at: Point) -> Iterator[tuple[float, Label]]:
    """To the right and the left of a vertical piece."""
    yield 0.0, _label(lines, at[0] + _BESIDE, at[1], "start")
    yield 0.1, _label(lines, at[0] - _BESIDE, at[1], "end")


def _above(lines: Sequence[str], at: Point) -> Iterator[tuple[float, Label]]:
    """Above and below a horizontal piece."""
    off = _ABOVE + len(lines) * LABEL_SIZE * LINE_HEIGHT / 2
    yield 0.0, _label(lines, at[0], at[1] - off, "middle")
    yield 0.1, _label(lines, at[0], at[1] + off, "middle")


def _label(lines: Sequence[str], x: float, y: float, anchor: Anchor) -> Label:
    step = LABEL_SIZE * LINE_HEIGHT + _LEADING
    top = y - step * (len(lines) - 1) / 2
    texts = tuple(
        Text(round(x, 2), round(top + step * number, 2), line, LABEL_SIZE, "ink", "regular", anchor)
        for number, line in enumerate(lines)
    )
    boxes = [text.box for text in texts]
    left, right = min(box.left for box in boxes), max(box.right for box in boxes)
    upper, lower = boxes[0].top - _AIR, boxes[-1].bottom + _AIR
    return Label(texts, Box.around(((left + right) / 2, (upper + lower) / 2), right - left, lower - upper))
