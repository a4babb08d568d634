"""The way each end of a connection took through the states.

Pure Python. An instrument samples states, so it may miss one that was left at once. What lies between two states that
were seen is joined along the table, by transitions for which the segments that passed give evidence. The same story
gives the same walk, whatever was sampled of it.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from labsupport.network.model.transitions import STATES, Transition

from ...records import Conversation, Role, Segment, StateChange
from ...story import UNRELATED
from ..sequence.reading import states as observed

_SLACK_NS = 5_000_000  # a state is read so much later than it was entered, at most
_AT_REST = {"CLOSED", "LISTEN"}
_OPENING = {"LISTEN", "SYN-SENT", "SYN-RECEIVED"}


class Step(NamedTuple):
    """One arrow an end took: by a `transition` of the table, or without one to CLOSED.

    `reset` says why that was: `RST sent`, `RST received`, `new SYN` for a TIME-WAIT cut short, `given up` for a
    connection that ended without any segment; empty for a transition.
    """

    state: str
    into: str
    transition: Transition | None = None
    reset: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """The steps of one end in order, and the state in which it was seen first. Both empty for an end not observed."""

    end: Role
    start: str
    steps: tuple[Step, ...]

    @property
    def states(self) -> tuple[str, ...]:
        """The states the end went through."""
        return (self.start, *(step.into for step in self.steps)) if self.start else ()


def walk(conversation: Conversation, end: Role, table: Sequence[Transition]) -> Walk:
    """The way of one end through the table. Raises ValueError for a state that RFC 9293 does not know."""
    evidence = _evidence(conversation, end)
    seen = _seen(conversation, end, evidence)
    steps: list[Step] = []
    for before, after in pairwise(seen):
        state = steps[-1].into if steps else before.state
        steps += _joined(state, after.state, table, evidence, evidence.reset_between(before.at_ns, after.at_ns))
    return Walk(end, seen[0].state if seen else "", tuple(steps))


def _seen(conversation: Conversation, end: Role, evidence: _Evidence) -> list[StateChange]:
    """The states of an end from CLOSED on where the capture holds its opening, else from the first one seen."""
    changes = list(observed(conversation, end))
    for change in changes:
        if change.state not in STATES:
            raise ValueError(
                f"the {end} was in the state {change.state!r}, which TCP does not have: "
                f"name it as RFC 9293 does ({', '.join(STATES)})"
            )
    if not changes or changes[0].state not in _AT_REST:
        return changes
    first = changes[0]
    listens = first.state == "LISTEN" or (len(changes) > 1 and not evidence.active)
    start = [StateChange(first.at_ns, end, state) for state in ["CLOSED", "LISTEN"][: 1 + listens]]
    return start + changes[1:]


def _joined(state: str, into: str, table: Sequence[Transition], evidence: _Evidence, reset: str) -> list[Step]:
    """The steps between two states that were seen one after the other."""
    if state == into:
        return []
    if into == "CLOSED" and reset:
        back = [step for step in table if (step.state, step.event) == (state, "rcv RST")]
        if back and reset == "RST received" and not evidence.active:
            return [Step(state, back[0].into, back[0])]
        return [Step(state, into, reset=reset)]
    if state == "TIME-WAIT" and into in _OPENING:
        # A new connection need not wait for 2 MSL (RFC 9293 §3.6.1).
        return [Step(state, "CLOSED", reset="new SYN"), *_joined("CLOSED", into, table, evidence, "")]
    way = _shortest(state, into, [step for step in table if evidence.supports(step)])
    if way is not None:
        return way
    if into == "CLOSED":
        return [Step(state, into, reset="given up")]
    if state != "CLOSED" and into in _OPENING:
        over = Step(state, "CLOSED", reset=reset or "given up")
        return [over, *_joined("CLOSED", into, table, evidence, "")]
    return _shortest(state, into, table) or []


def _shortest(state: str, into: str, table: Sequence[Transition]) -> list[Step] | None:
    """The fewest steps from one state to another, the first in the table's order; None where there is no way."""
    ways: dict[str, list[Step]] = {state: []}
    queue = deque([state])
    while queue and into not in ways:
        here = queue.popleft()
        for transition in table:
            if transition.state == here and transition.into not in ways:
                ways[transition.into] = [*ways[here], Step(here, transition.into, transition)]
                queue.append(transition.into)
    return ways.get(into)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What the segments say about one end. Times are nanoseconds, infinite for what never happened."""

    syn_sent: float
    """When it sent a SYN without ACK."""
    syn_arrived: float
    syn_ack_arrived: float
    syn_acked: float
    fin_sent: float
    fin_arrived: float
    fin_acked: float
    resets: tuple[tuple[int, str], ...]

    @property
    def active(self) -> bool:
        """True for an end that opened the connection."""
        return self.syn_sent < math.inf

    def supports(self, step: Transition) -> bool:
        """Whether the event of a transition can have happened at this end."""
        return _SIGNS.get((step.state, step.event), _SIGNS["", step.event])(self)

    def reset_between(self, before: float, after: float) -> str:
        """Which RST broke off the connection between two changes of state; empty for none."""
        return next((how for at_ns, how in self.resets if before - _SLACK_NS <= at_ns <= after), "")


_SIGNS: Mapping[tuple[str, str], Callable[[_Evidence], bool]] = {
    ("", "passive OPEN"): lambda end: True,
    ("", "active OPEN"): lambda end: end.active,
    ("", "CLOSE"): lambda end: end.fin_sent < math.inf,
    ("LISTEN", "CLOSE"): lambda end: end.syn_arrived == math.inf,
    ("SYN-SENT", "CLOSE"): lambda end: end.syn_ack_arrived == math.inf,
    ("SYN-RECEIVED", "CLOSE"): lambda end: end.fin_sent < min(end.syn_acked, math.inf),
    ("", "rcv SYN"): lambda end: end.syn_arrived < end.syn_ack_arrived,
    ("", "rcv SYN·ACK"): lambda end: end.syn_ack_arrived < end.syn_arrived,
    ("", "rcv ACK of SYN"): lambda end: end.syn_acked < math.inf,
    ("", "rcv RST"): lambda end: any(how == "RST received" for _, how in end.resets),
    ("", "rcv FIN"): lambda end: end.fin_arrived < math.inf,
    ("", "rcv ACK of FIN"): lambda end: end.fin_acked < math.inf,
    ("FIN-WAIT-1", "rcv FIN"): lambda end: end.fin_arrived < end.fin_acked,
    ("FIN-WAIT-1", "rcv ACK of FIN"): lambda end: end.fin_acked < end.fin_arrived,
    ("", "rcv FIN, ACK of FIN"): lambda end: end.fin_arrived == end.fin_acked < math.inf,
    ("", "2 MSL over"): lambda end: True,
}
"""What must have been seen for an event: first for the event in one state, then, under no name, in any."""


def _evidence(conversation: Conversation, end: Role) -> _Evidence:
    sent = [(segment.sent_ns, segment) for segment in conversation.sent_by(end) if not segment.forged]
    peer: Role = "server" if end == "client" else "client"
    arrived = [(at_ns, segment) for segment in conversation.sent_by(peer) for at_ns in segment.arrived_ns]
    resets = [(at_ns, "RST sent") for at_ns, segment in sent if "RST" in segment.flags]
    resets += [(at_ns, "RST received") for at_ns, segment in arrived if "RST" in segment.flags]
    syns = [(at_ns, segment) for at_ns, segment in arrived if "SYN" in segment.flags]
    return _Evidence(
        syn_sent=_first(sent, lambda segment: segment.flags & {"SYN", "ACK"} == {"SYN"}),
        syn_arrived=_first(syns, lambda segment: "ACK" not in segment.flags),
        syn_ack_arrived=_first(syns, lambda segment: "ACK" in segment.flags),
        syn_acked=_first(arrived, lambda segment: _acknowledges(conversation, segment, 1)),
        fin_sent=_first(sent, lambda segment: "FIN" in segment.flags),
        fin_arrived=_first(arrived, lambda segment: "FIN" in segment.flags),
        fin_acked=_first(arrived, lambda segment: _acknowledges(conversation, segment, _after_fin(conversation, end))),
        resets=tuple(sorted(resets)),
    )


def _first(moments: Sequence[tuple[int, Segment]], wanted: Callable[[Segment], bool]) -> float:
    return min((at_ns for at_ns, segment in moments if wanted(segment)), default=math.inf)


def _acknowledges(conversation: Conversation, segment: Segment, number: float) -> bool:
    acknowledged = conversation.relative(segment)[1]
    return acknowledged is not None and number <= acknowledged < UNRELATED


def _after_fin(conversation: Conversation, end: Role) -> float:
    """The relative number after the FIN of an end; infinite while it has sent none."""
    fins = [segment for segment in conversation.sent_by(end) if "FIN" in segment.flags and not segment.forged]
    return min((conversation.relative(segment)[0] + segment.span for segment in fins), default=math.inf)
