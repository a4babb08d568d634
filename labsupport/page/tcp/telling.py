"""What happened, moment by moment, in sentences: calls of programs, segments, timers, states. Pure Python."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from labsupport.network.model.journal import ORIGIN_NS
from labsupport.page.tcp.run import Run
from labsupport.page.tcp.scenario import Action
from labsupport.records import Conversation, Role, Segment
from labsupport.story import repetitions

_CALLS = {
    "connect": "calls connect()", "send": "calls send()", "close": "calls close()", "abort": "gives up and aborts",
    "shutdown": "calls shutdown(): it will send nothing more",
}


class Moment(NamedTuple):
    """Something that happened at once: when it was over, in nanoseconds from the beginning, and in sentences."""

    at_ns: int
    sentences: tuple[str, ...]


def moments(run: Run) -> tuple[Moment, ...]:
    """Everything that happened in a run, in order."""
    edges = (-1, *run.moments())
    return tuple(Moment(end, tuple(_Told(run, start, end).sentences())) for start, end in pairwise(edges))


class _Told:
    """What lies after `start` and not after `end`."""

    def __init__(self, run: Run, start: int, end: int) -> None:
        self._run, self._start, self._end = run, start, end
        self._talk = run.conversation
        segments = self._talk.segments if self._talk else ()
        self._sent = [each for each in segments if self._now(each.sent_ns)]
        self._arrived = [(each, number) for each in segments
                         for number, at_ns in enumerate(each.arrived_ns) if self._now(at_ns)]
        self._actions = [each for each in run.scenario.actions if start < round(each.at_ms * 1e6) <= end]

    def sentences(self) -> Iterator[str]:
        """The calls, the arrivals, the timers; the states that follow; what is sent."""
        yield from map(self._call, self._actions)
        yield from (_arrival(self._run, segment, number) for segment, number in self._arrived)
        states = list(self._states())
        if (self._sent or states) and not self._actions and not self._arrived:
            yield "2 MSL are over." if not self._sent and "TIME-WAIT" in self._before() else "A timer runs out."
        yield from states
        yield from map(self._sending, self._sent)
        if self._arrived and not (self._sent or states or self._brought_data()):
            yield "No state changes, and no answer is due."

    def _now(self, at_ns: int) -> bool:
        return self._start < at_ns - ORIGIN_NS <= self._end

    def _call(self, action: Action) -> str:
        if action.verb == "pause":
            return "Time passes."
        for trouble in self._run.troubles:
            if trouble.action is action:
                return f"The {action.end}'s program cannot {action.verb}: {trouble.why}."
        return f"The {action.end}'s program {_CALLS[action.verb]}."

    def _states(self) -> Iterator[str]:
        changes = [change for change in (self._talk.states if self._talk else ()) if self._now(change.at_ns)]
        for change in changes:
            yield f"The {change.end} is {'now ' if change.at_ns > ORIGIN_NS else ''}in {change.state}."

    def _before(self) -> set[str]:
        ends: dict[Role, str] = {}
        for change in self._talk.states if self._talk else ():
            if change.at_ns - ORIGIN_NS <= self._start:
                ends[change.end] = change.state
        return set(ends.values())

    def _sending(self, segment: Segment) -> str:
        talk = self._talk
        assert talk
        again = " again" if repetitions(talk)[talk.segments.index(segment)] else ""
        return f"The {talk.sender(segment)} sends {name_of(self._run, segment)}{again}{_ahead(self._run, segment)}."

    def _brought_data(self) -> bool:
        return any(segment.payload and not number for segment, number in self._arrived)


def name_of(run: Run, segment: Segment) -> str:
    """A segment as the sentences call it: `#3 PSH·ACK with 5 octets`."""
    data = f" with {segment.length} octets" if segment.length else ""
    return f"#{run.index(segment) + 1} {segment.flag_names}{data}"


def receiver(talk: Conversation, segment: Segment) -> Role:
    """The end that a segment is for."""
    return "server" if talk.sender(segment) == "client" else "client"


def _arrival(run: Run, segment: Segment, number: int) -> str:
    talk = run.conversation
    assert talk
    copy = "A second copy of " if number else ""
    return f"{copy}{name_of(run, segment)} arrives at the {receiver(talk, segment)}."


def _ahead(run: Run, segment: Segment) -> str:
    fate = run.fate(segment)
    return {"lost": ", which is lost", "late": f", which will take {fate.seconds:g} s",
            "twice": f", of which a second copy will take {fate.seconds:g} s"}.get(fate.kind, "")
