"""The ways segments took through the network, and the room they need on paper.

Pure Python. A segment that the network duplicated made two journeys, a lost one made one that ends on the
way, a forged one made one that begins there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import median

from ...records import Role, StateChange
from ...story import ENDS
from .reading import Reading
from .timeline import Spacing, row

LATE = 5
"""A journey that took so many times the usual delay is late."""

_APART = 13.5
_STATES_APART = 11.0
_TWINS_APART = 46.0


@dataclass(frozen=True, slots=True)
class Journey:
    """One copy of a segment under way: `number` is the place of its segment among the readings.

    `start` and `end` are nanoseconds. They differ by a few from the record where two segments share an
    instant. What was lost has the end it would have had in the order of sending, after about the usual delay,
    so that its arrow runs side by side with its neighbors. What was forged has no start but its end.
    """

    number: int
    reading: Reading
    start: int
    end: int
    lost: bool
    copy: bool
    late: bool

    @property
    def delay(self) -> int:
        """The time under way."""
        return self.end - self.start


def usual_delay(readings: Sequence[Reading]) -> int:
    """The median time from end to end, in nanoseconds; 0 when no segment arrived."""
    arrived = [reading.segment for reading in readings if not reading.segment.lost]
    delays = [segment.arrived_ns[0] - segment.sent_ns for segment in arrived]
    return max(0, int(median(delays))) if delays else 0


def journeys_of(readings: Sequence[Reading]) -> tuple[Journey, ...]:
    """All journeys in the order of sending; no two of one direction start or arrive at the same instant."""
    usual = max(1, usual_delay(readings))
    starts = _distinct([(reading.sender, reading.segment.sent_ns) for reading in readings])
    journeys: list[Journey] = []
    for number, (reading, start) in enumerate(zip(readings, starts, strict=True)):
        sent, arrivals = reading.segment.sent_ns, sorted(reading.segment.arrived_ns)
        if reading.segment.lost:
            end = _end_in_order(readings, number, start + usual, journeys)
            journeys.append(Journey(number, reading, start, end, True, False, False))
        for copy, arrived in enumerate(arrivals):
            late = usual > 1 and arrived - sent > LATE * usual
            journeys.append(Journey(number, reading, start, arrived, False, copy > 0, late))
    ends = _distinct([(journey.reading.sender, journey.end) for journey in journeys])
    return tuple(
        replace(journey, end=end, start=end if journey.reading.segment.forged else journey.start)
        for journey, end in zip(journeys, ends, strict=True)
    )


def _end_in_order(readings: Sequence[Reading], number: int, end: int, before: Sequence[Journey]) -> int:
    """The end of a lost segment: after those of earlier segments of its direction, before those of later ones."""
    sender = readings[number].sender
    earlier = [
        journey.end for journey in before
        if journey.reading.sender == sender and not (journey.late or journey.copy or journey.reading.segment.forged)
    ]
    later = [
        min(reading.segment.arrived_ns) for reading in readings[number + 1:]
        if reading.sender == sender and reading.segment.arrived_ns and not reading.segment.forged
    ]
    return min([max([end, *earlier]), *later])


def _distinct(instants: Sequence[tuple[Role, int]]) -> list[int]:
    """The instants of both ends, those of one end moved apart by a nanosecond where they coincide."""
    moved = [instant for _, instant in instants]
    taken: dict[Role, int] = {}
    for index in sorted(range(len(instants)), key=lambda index: instants[index][1]):
        end, instant = instants[index]
        moved[index] = taken[end] = max(instant, taken.get(end, instant - 1) + 1)
    return moved


def instants_of(journeys: Sequence[Journey], states: dict[Role, tuple[StateChange, ...]]) -> list[int]:
    """Every instant at which something is drawn."""
    instants = [journey.end for journey in journeys]
    instants += [journey.start for journey in journeys if not journey.reading.segment.forged]
    return instants + [change.at_ns for end in ENDS for change in states[end]]


def spacings_of(journeys: Sequence[Journey], states: dict[Role, tuple[StateChange, ...]],
                roominess: float) -> list[Spacing]:
    """The distances that keep arrows of one direction, and labels of crossing ones, apart."""
    spacings = []
    for end in ENDS:
        own = [journey for journey in journeys if journey.reading.sender == end]
        sent = [journey for journey in own if not journey.reading.segment.forged]
        spacings += row((journey.start for journey in sent), _APART * roominess)
        spacings += row((journey.end for journey in own), _APART * roominess)
        spacings += row((change.at_ns for change in states[end]), _STATES_APART)
        for journey in sent:
            earlier, later = sorted((journey.start, journey.end))
            spacings.append(Spacing(earlier, later, _APART))
    spacings += [
        Spacing(min(journey.start, journey.end), max(journey.start, journey.end), _TWINS_APART)
        for one, other in combinations(journeys, 2) if _twins(one, other) for journey in (one, other)
    ]
    flat = (journey.start for journey in journeys if journey.start == journey.end)
    return spacings + row(flat, _APART * roominess)


def _twins(one: Journey, other: Journey) -> bool:
    """True for what both ends sent at once: the arrows cross, and only steep ones leave room for both labels."""
    ours, theirs = one.reading, other.reading
    alike = ours.sender != theirs.sender and ours.kind == theirs.kind and ours.segment.flags == theirs.segment.flags
    whole = not (one.late or other.late or one.lost or other.lost or ours.segment.forged or theirs.segment.forged)
    return alike and whole and one.start < other.end and other.start < one.end
