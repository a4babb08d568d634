"""The ways segments took through the network, and the room they need on paper.

Pure Python. A segment that the network duplicated made two journeys, a lost one made one that ends on the
way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from ..records import Role, StateChange
from .sequence_reading import ENDS, Reading
from .timeline import Spacing, row

LATE = 5
"""A journey that took so many times the usual delay is late."""

_APART = 12.5
_STATES_APART = 11.0


@dataclass(frozen=True, slots=True)
class Journey:
    """One copy of a segment under way: `number` is the place of its segment among the readings.

    `start` and `end` are nanoseconds. They differ by a few from the record where two segments share an
    instant.
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
    usual = usual_delay(readings)
    journeys: list[Journey] = []
    latest: dict[Role, int] = {}
    for number, reading in enumerate(readings):
        sent = reading.segment.sent_ns
        start = max(sent, latest.get(reading.sender, sent - 1) + 1)
        latest[reading.sender] = start
        if reading.segment.lost:
            journeys.append(Journey(number, reading, start, start + usual * 7 // 10 + 1, True, False, False))
        for copy, arrived in enumerate(sorted(reading.segment.arrived_ns)):
            late = usual > 0 and arrived - sent > LATE * usual
            journeys.append(Journey(number, reading, start, arrived, False, copy > 0, late))
    return tuple(_with_distinct_ends(journeys))


def _with_distinct_ends(journeys: list[Journey]) -> list[Journey]:
    distinct = list(journeys)
    taken: dict[Role, int] = {}
    for index in sorted(range(len(journeys)), key=lambda index: journeys[index].end):
        sender, end = journeys[index].reading.sender, journeys[index].end
        taken[sender] = max(end, taken.get(sender, end - 1) + 1)
        distinct[index] = replace(journeys[index], end=taken[sender])
    return distinct


def instants_of(journeys: Sequence[Journey], states: dict[Role, tuple[StateChange, ...]]) -> list[int]:
    """Every instant at which something is drawn."""
    instants = [instant for journey in journeys for instant in (journey.start, journey.end)]
    return instants + [change.at_ns for end in ENDS for change in states[end]]


def spacings_of(journeys: Sequence[Journey], states: dict[Role, tuple[StateChange, ...]],
                roominess: float) -> list[Spacing]:
    """The distances that keep arrows of one direction, and labels of crossing ones, apart."""
    spacings = []
    for end in ENDS:
        own = [journey for journey in journeys if journey.reading.sender == end]
        spacings += row((journey.start for journey in own), _APART * roominess)
        spacings += row((journey.end for journey in own), _APART * roominess)
        spacings += row((change.at_ns for change in states[end]), _STATES_APART)
    for journey in journeys:
        earlier, later = sorted((journey.start, journey.end))
        spacings.append(Spacing(earlier, later, _APART))
    return spacings
