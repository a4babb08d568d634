"""The labels on the arrows of a sequence diagram: what they say, and where they collide with nothing.

Pure Python. A label stands on its own arrow, on no other of about the same slope, and beside its own only far
from those: so nobody can take it for a neighbor's. Where the fullest wording has no such place, a shorter one is
taken, for all arrows of that kind and direction alike; for both directions where two of a kind cross, and for late
arrows apart from the others.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from ..placement import Box
from ..shapes import Arrow, Text
from .journeys import Journey
from .reading import Reading
from .spots import BESIDE, Choice, Scene

_WIDE_SPACE = "\u2002"
_SHORTER = 30.0
_COLLISION = 1000.0
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
    twins = _twins(journeys, arrows)
    families = _families(journeys, arrows, twins)
    scene = Scene.of(arrows, strips, room, twins)
    choices = [[Choice(words, arrow, index, scene) for words in wordings(journey)]
               for index, (journey, arrow) in enumerate(zip(journeys, arrows, strict=True))]
    levels: dict[str, int] = defaultdict(int)
    while True:
        placed = _all_placed(choices, arrows, [levels[family] for family in families], obstacles)
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
    return Labels(texts, sum(cost for cost in costs if cost >= BESIDE), len(placed) - len(texts))


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


def _all_placed(choices: Sequence[Sequence[Choice]], arrows: Sequence[Arrow], levels: Sequence[int],
                obstacles: Sequence[Box]) -> list[_Placed]:
    placed, taken = [_Placed(None, level, _COLLISION) for level in levels], list(obstacles)
    # Long arrows can give way; the short ones cannot.
    lengths = [round(math.dist(arrow.start, arrow.end), -1) for arrow in arrows]
    for index in sorted(range(len(arrows)), key=lengths.__getitem__):
        placed[index] = label = _best(choices[index], levels[index], taken)
        if label.text:
            taken.append(label.text.box)
    return placed


def _best(choices: Sequence[Choice], level: int, taken: Sequence[Box]) -> _Placed:
    """The cheapest place for one of the wordings from a level on; without text when even that one collides."""
    best, best_cost = _Placed(None, level, _COLLISION), _COLLISION
    words = [choice.words for choice in choices]
    for number in range(level, len(choices)):
        base = (number - level) * _SHORTER
        if best_cost <= base:
            break
        found = choices[number].cheapest(base, best_cost, taken)
        if found:
            text, best_cost = found
            shortened = max(0, words.index(words[number]) - _ABBREVIATED)
            best = _Placed(text, number, best_cost - base, shortened)
    return best
