"""The outer margins of a sequence diagram: exact times, and the names of states beside their bars.

Pure Python. Both stand in one column at each side, so that the drawing stays narrow; times stand where the
event is, names where the times leave room.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from ...records import Role
from ..placement import Wish, spread
from ..shapes import Anchor, Bar, Leader, Lifeline, Text
from ..theme import SMALLEST_TEXT

TIME_SIZE = SMALLEST_TEXT
STATE_SIZE = SMALLEST_TEXT

_LINE = 1.2
_SAME_EVENT = 3.5
_OWN_TIME = 6.0
_FIRM = 8.0
_UNNOTICED = 2.0


@dataclass(frozen=True, slots=True)
class Margin:
    """One margin: its texts, and hairlines to those that could not stand beside what they name."""

    GAP: ClassVar[float] = 5.5

    times: tuple[Text, ...]
    states: tuple[Text, ...]
    leaders: tuple[Leader, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    y: float
    text: str


def clock(span: int) -> Callable[[int], str]:
    """How times are written in a figure that spans so many nanoseconds."""
    return _microseconds if span < 20_000_000 else _milliseconds


def _microseconds(ns: int) -> str:
    return f"{ns / 1e3:,.0f} µs"


def _milliseconds(ns: int) -> str:
    return f"{ns / 1e6:,.0f} ms" if ns < 10_000_000_000 else f"{ns / 1e9:,.2f} s"


def margin(line: Lifeline, end: Role, y: Callable[[int], float], start: int, tell: Callable[[int], str],
           events: Sequence[int], changes: Sequence[int], bars: Sequence[Bar]) -> Margin:
    """Fill the margin beside a lifeline.

    `events` are the instants a segment left or reached this end, `changes` those of its states; a change
    gets a time of its own only where no event is near. `y` gives the height of an instant, `tell` writes
    it.
    """
    entries = _times([_Entry(y(event), tell(event - start)) for event in sorted(events)])
    lonely = [
        _Entry(y(change), tell(change - start))
        for change in changes if all(abs(y(change) - y(event)) > _OWN_TIME for event in events)
    ]
    entries = sorted(entries + lonely, key=lambda entry: entry.y)
    names = [_Entry(_free_middle(bar, [entry.y for entry in entries]), bar.state) for bar in bars]
    wishes = [Wish(entry.y, TIME_SIZE * _LINE, _FIRM) for entry in entries]
    wishes += [Wish(name.y, STATE_SIZE * _LINE) for name in names]
    heights = spread(wishes, line.top)
    side = -1 if end == "client" else 1
    x = line.x + side * (line.half_width + Margin.GAP)
    anchor: Anchor = "end" if side < 0 else "start"
    beside = [(entry.y, entry.y) for entry in entries] + [(bar.y + 2, bar.y + bar.height - 2) for bar in bars]
    leaders = [_leader(line, side, span, height) for span, height in zip(beside, heights, strict=True)]
    return Margin(
        tuple(Text(x, height, entry.text, TIME_SIZE, "muted", "regular", anchor)
              for entry, height in zip(entries, heights, strict=False)),
        tuple(Text(x, height, name.text, STATE_SIZE, "ink", "mono", anchor)
              for name, height in zip(names, heights[len(entries):], strict=True)),
        tuple(leader for leader in leaders if leader),
    )


def _times(entries: list[_Entry]) -> list[_Entry]:
    """One time for an arrival and the reaction to it, and for events whose times read the same."""
    kept: list[_Entry] = []
    for entry in entries:
        if not kept or (entry.y - kept[-1].y >= _SAME_EVENT and entry.text != kept[-1].text):
            kept.append(entry)
    return kept


def _free_middle(bar: Bar, occupied: list[float]) -> float:
    """The middle of the longest stretch of a bar beside which no time stands."""
    top, bottom = bar.y, bar.y + bar.height
    edges = [top, *(y for y in occupied if top < y < bottom), bottom]
    stretches = [(below - above, above, below) for above, below in pairwise(edges)]
    _, above, below = max(stretches, key=lambda stretch: stretch[0])
    return (above + below) / 2


def _leader(line: Lifeline, side: int, span: tuple[float, float], height: float) -> Leader | None:
    """A hairline from the nearest point of what is named, unless the text stands right beside it."""
    nearest = min(max(height, span[0]), span[1])
    if abs(nearest - height) < _UNNOTICED:
        return None
    edge = line.x + side * line.half_width
    return Leader((edge, nearest), (edge + side * (Margin.GAP - 1.5), height))
