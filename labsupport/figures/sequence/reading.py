"""What each segment of a conversation is to a reader: its kind, its relative numbers, sent before or not.

Pure Python; the diagram and its description both read a conversation through this module.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from ...records import Conversation, Role, Segment, StateChange
from ...story import numbers, repetitions

Kind = Literal["open", "data", "close", "reset", "ack"]

_BLIP_NS = 5_000_000
_START = frozenset({"CLOSED", "LISTEN"})
_OPENING = frozenset({"SYN-SENT", "SYN-RECEIVED"})
_CAUSES = {
    "SYN-SENT": (True, "SYN"), "SYN-RECEIVED": (False, "SYN"), "ESTABLISHED": (False, "ACK"),
    "FIN-WAIT-1": (True, "FIN"), "FIN-WAIT-2": (False, "ACK"), "CLOSE-WAIT": (False, "FIN"),
    "CLOSING": (False, "FIN"), "LAST-ACK": (True, "FIN"), "TIME-WAIT": (False, "FIN"),
}
"""Whether an end enters a state when it sends or when it gets a segment, and which (RFC 9293 §3.3.2, figure 5)."""
_KIND_OF_FLAG: tuple[tuple[str, Kind], ...] = (("RST", "reset"), ("SYN", "open"), ("FIN", "close"))


@dataclass(frozen=True, slots=True)
class Reading:
    """A segment as its reader sees it.

    `sequence` and `acknowledges` are its relative numbers as they are written beside an arrow, `seq=1` and
    `ack=139`; the second is empty without ACK. `again` marks a retransmission.
    """

    segment: Segment
    sender: Role
    kind: Kind
    sequence: str
    acknowledges: str
    again: bool

    @property
    def numbers(self) -> str:
        """Both relative numbers: `seq=1 ack=139`."""
        return f"{self.sequence} {self.acknowledges}".rstrip()

    @property
    def octets(self) -> str:
        """The amount of data, `138 B`; empty for a segment without any."""
        return f"{self.segment.length} B" if self.segment.length else ""


def read(conversation: Conversation) -> tuple[Reading, ...]:
    """Read the segments of a conversation in the order in which they were sent."""
    ordered = in_order(conversation)
    return tuple(
        Reading(segment, ordered.sender(segment), kind(segment), *numbers(ordered, segment), again)
        for segment, again in zip(ordered, repetitions(ordered), strict=True)
    )


def in_order(conversation: Conversation) -> Conversation:
    """The conversation with its segments in the order in which they were sent."""
    return replace(conversation, segments=tuple(sorted(conversation.segments, key=lambda segment: segment.sent_ns)))


def kind(segment: Segment) -> Kind:
    """What a segment does to a connection; RST, SYN and FIN outrank the data they may carry."""
    for flag, name in _KIND_OF_FLAG:
        if flag in segment.flags:
            return name
    return "data" if segment.payload else "ack"


def states(conversation: Conversation, end: Role) -> tuple[StateChange, ...]:
    """The states of one end, from the one it was in before the first segment.

    An instrument that samples may see the initial CLOSED or LISTEN late or not at all. Where the capture
    holds the opening, that state is known and comes first. Empty where no state of this end was observed.
    """
    observed = sorted((change for change in conversation.states if change.end == end), key=lambda change: change.at_ns)
    if not observed or not conversation.segments:
        return tuple(observed)
    start = min(segment.sent_ns for segment in conversation.segments)
    changes = sorted((_at_its_event(change, conversation) for change in observed), key=lambda change: change.at_ns)
    first = changes[0].state
    if first not in _START | _OPENING and observed[0].at_ns < _first_event(conversation, end):
        # The end is still busy with an earlier connection of the same endpoints.
        return (StateChange(start - 1, end, first), *_without_repeats(changes, first))
    while changes and changes[0].state in _START and changes[0].at_ns <= start + _BLIP_NS:
        first = changes.pop(0).state
    opened = any("SYN" in segment.flags and not segment.forged for segment in conversation.segments)
    if first not in _START:
        if not opened and first not in _OPENING:
            return tuple(changes)
        listening = end == "server" and all(change.state != "SYN-SENT" for change in changes)
        first = "LISTEN" if listening else "CLOSED"
    return (StateChange(start - 1, end, first), *_without_repeats(changes, first))


def _first_event(conversation: Conversation, end: Role) -> float:
    """When an end sent or received for the first time."""
    return min((
        at_ns for segment in conversation.segments
        for at_ns in ([segment.sent_ns] if conversation.sender(segment) == end else segment.arrived_ns)
    ), default=math.inf)


def _at_its_event(change: StateChange, conversation: Conversation) -> StateChange:
    """The change at the moment of the segment that caused it: a state is read a little after it was entered."""
    near = [
        (segment, at_ns)
        for segment in conversation.segments
        for at_ns in ([segment.sent_ns] if conversation.sender(segment) == change.end else segment.arrived_ns)
        if at_ns <= change.at_ns < at_ns + _BLIP_NS
    ]
    sent, flag = _CAUSES.get(change.state, (False, ""))
    causes = [
        at_ns for segment, at_ns in near
        if flag in segment.flags and sent == (conversation.sender(segment) == change.end)
    ]
    if causes:
        # Data may follow on the heels of the segment that established the connection.
        return replace(change, at_ns=min(causes) if change.state == "ESTABLISHED" else max(causes))
    return replace(change, at_ns=max((at_ns for _, at_ns in near), default=change.at_ns))


def _without_repeats(changes: list[StateChange], state: str) -> list[StateChange]:
    kept = []
    for change in changes:
        if change.state != state:
            kept.append(change)
        state = change.state
    return kept
