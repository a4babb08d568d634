"""What a path adds to a state diagram: the numbers of its steps, and resets, which the table does not have.

Pure Python. Both look for a free place among the labels.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, product

from ...records import Role
from ..metrics import text_width
from ..placement import Box, Point, Turned
from ..shapes import Text
from ..theme import SMALLEST_TEXT, WIDTH
from .places import BOTTOM
from .shapes import Badge, Pill

BADGE = 13.0
"""The height of a badge, and the width of one with a single digit."""

_TEXT_SIZE = SMALLEST_TEXT
_ALONG = tuple(0.5 + side * step / 40 for step in range(19) for side in ((1, -1) if step else (1,)))
_HEAD = 9.0
_PILL_HEIGHT = 25.0
_GRID = 4
_NEAR = 110
_CROSSING = 40.0
_SLANTED = 60.0
_CLEAR = 4.0


def badges_on(way: Sequence[Point], takers: Mapping[Role, Sequence[int]], taken: Sequence[Box]) -> tuple[Badge, ...]:
    """The numbers of the steps along an arrow, side by side; on its longest piece and in the middle where it is free.

    Where nothing is free they stand in the middle of the longest piece.
    """
    if not takers:
        return ()
    first: tuple[Badge, ...] = ()
    for (start, end), along in product(_by_length(way), _ALONG):
        row = _row(start, end, along, takers)
        first = first or row
        if row and not any(badge.box.overlaps(box) for badge in row for box in taken):
            return row
    return first


def reset_beside(box: Box, reason: str, takers: Mapping[Role, Sequence[int]], taken: Sequence[Box],
                 lines: Sequence[Box]) -> tuple[Pill, tuple[Point, ...], tuple[Badge, ...]]:
    """A way from a state's box to a CLOSED of its own, in the nearest free place, and the numbers on it.

    `taken` is what neither may touch, `lines` are the arrows: the way may cross one where nothing else is free. Where
    nothing near is free, a place farther off serves, to which the way may lead across anything.
    """
    near, far = _around(box, _pill_width(reason), _NEAR), _around(box, _pill_width(reason), 5 * _NEAR)
    found = _free_place(box, near, takers, taken, lines, taken) or _free_place(box, far, takers, taken, (), ())
    if found is None:
        raise ValueError(f"no room for a reset beside the box at {_middle(box)}: move the places of the states apart")
    pill, way = found
    return _pill(pill, reason), way, _on_reset(way, takers)


def _free_place(box: Box, pills: Iterable[Box], takers: Mapping[Role, Sequence[int]], taken: Sequence[Box],
                lines: Sequence[Box], in_the_way: Sequence[Box]) -> tuple[Box, tuple[Point, Point]] | None:
    """The cheapest of the places for the CLOSED, the first of several, and the way to it past what is in the way."""
    best, best_cost, best_number = None, math.inf, 0
    occupied = [*taken, *lines]
    for cost, number, pill, way in sorted(_priced(box, pills), key=lambda priced: priced[:2]):
        if cost > best_cost:
            break
        if not _stands(box, pill, way, takers, occupied):
            continue
        if _touches(_corridor(way, BADGE + _CLEAR), [other for other in in_the_way if other != box]):
            continue
        wide = _corridor(way, BADGE + 2 * _CLEAR)
        cost += _CROSSING * sum(wide.overlaps(other) for other in lines)
        if (cost, number) < (best_cost, best_number):
            best, best_cost, best_number = (pill, way), cost, number
    return best


def _priced(box: Box, pills: Iterable[Box]) -> Iterator[tuple[float, int, Box, tuple[Point, Point]]]:
    """The pills with the way to each, what it costs if it crosses nothing, and a number."""
    for number, pill in enumerate(pills):
        start = _nearest(box, _middle(pill), 9.0)
        end = _nearest(pill, start, 6.0)
        across, down = abs(start[0] - end[0]), abs(start[1] - end[1])
        yield across + down + _SLANTED * (min(across, down) > 0), number, pill, (start, end)


def _stands(box: Box, pill: Box, way: tuple[Point, Point], takers: Mapping[Role, Sequence[int]],
            taken: Sequence[Box]) -> bool:
    """True for a pill in a free place whose way has room for the numbers on it."""
    numbers = () if _touches(pill, taken) else _on_reset(way, takers)
    return bool(numbers) and not any(_touches(number.box, [box, pill]) for number in numbers)


def _on_reset(way: tuple[Point, Point], takers: Mapping[Role, Sequence[int]]) -> tuple[Badge, ...]:
    """The numbers in the middle of what its arrowhead leaves of a way; none where it is too short."""
    length = math.dist(*way)
    return _row(*way, 0.5 - _HEAD / 2 / length, takers) if length > _HEAD else ()


def _corridor(way: tuple[Point, Point], width: float) -> Box:
    (x0, y0), (x1, y1) = way
    angle = math.degrees(math.atan2(y1 - y0, x1 - x0))
    return Box.around(((x0 + x1) / 2, (y0 + y1) / 2), math.dist(*way) - 2, width, angle)


def _row(start: Point, end: Point, along: float, takers: Mapping[Role, Sequence[int]]) -> tuple[Badge, ...]:
    """Badges one behind the other along a piece, around one of its points; none where it is too short."""
    length = math.dist(start, end)
    ux, uy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    extents = [_width(numbers) / abs(ux) if abs(ux) > abs(uy) else BADGE / abs(uy) for numbers in takers.values()]
    at = along * length - sum(extents) / 2
    if at < 1 or at + sum(extents) > length - _HEAD:
        return ()
    row = []
    for (end_of, numbers), extent in zip(takers.items(), extents, strict=True):
        x, y = start[0] + ux * (at + extent / 2), start[1] + uy * (at + extent / 2)
        row.append(_badge((round(x, 2), round(y, 2)), end_of, numbers))
        at += extent
    return tuple(row)


def _badge(at: Point, end: Role, numbers: Sequence[int]) -> Badge:
    text = Text(*at, _told(numbers), _TEXT_SIZE, "paper", "bold")
    return Badge(Box.around(at, _width(numbers) - 1, BADGE - 1), end, text)


def _told(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _width(numbers: Sequence[int]) -> float:
    return max(BADGE, text_width(_told(numbers), _TEXT_SIZE, "bold") + 6)


def _by_length(way: Sequence[Point]) -> list[tuple[Point, Point]]:
    return sorted(pairwise(way), key=lambda piece: -math.dist(*piece))


def _pill_width(reason: str) -> float:
    return max(text_width("CLOSED", _TEXT_SIZE, "mono"), text_width(reason, _TEXT_SIZE, "bold")) + 12


def _around(box: Box, width: float, reach: int) -> Iterator[Box]:
    """Places for a pill in the neighborhood of a box."""
    x, y = map(round, _middle(box))
    shape = Turned.of(width, _PILL_HEIGHT)
    for across in range(-reach, reach + 1, _GRID):
        for down in range(-reach, reach + 1, _GRID):
            pill = shape.at((x + across, y + down))
            if pill.left > 3 and pill.right < WIDTH - 3 and pill.top > 0 and pill.bottom < BOTTOM:
                yield pill


def _pill(box: Box, reason: str) -> Pill:
    x, y = _middle(box)
    told = Text(x, y - 5.5, reason, _TEXT_SIZE, "reset", "bold")
    return Pill(box, (told, Text(x, y + 5.5, "CLOSED", _TEXT_SIZE, "ink", "mono")))


def _touches(box: Box, others: Sequence[Box]) -> bool:
    return any(box.overlaps(other) for other in others)


def _middle(box: Box) -> Point:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


def _nearest(box: Box, point: Point, inset: float) -> Point:
    """The point of a box's edge nearest to a point outside, not too close to a corner."""
    x = min(max(point[0], box.left + inset), box.right - inset)
    y = min(max(point[1], box.top + inset), box.bottom - inset)
    if point[1] > box.bottom or point[1] < box.top:
        return x, box.bottom if point[1] > box.bottom else box.top
    return box.right if point[0] > box.right else box.left, y
