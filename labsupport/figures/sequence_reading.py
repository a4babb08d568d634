"""What each segment of a conversation is to a reader: its kind, its relative numbers, sent before or not.

Pure Python; the diagram and its description both read a conversation through this module.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from ..records import Conversation, Role, Segment, StateChange

Kind = Literal["open", "data", "close", "reset", "ack"]

ENDS: tuple[Role, Role] = ("client", "server")

_WRAP = 1 << 32
_UNRELATED = 1 << 30
_BLIP_NS = 5_000_000
_START = frozenset({"CLOSED", "LISTEN"})
_KIND_OF_FLAG: tuple[tuple[str, Kind], ...] = (("RST", "reset"), ("SYN", "open"), ("FIN", "close"))


@dataclass(frozen=True, slots=True)
class Reading:
    """A segment as its reader sees it.

    `seq` and `ack` count from the initial sequence number they belong to, also where a connection was
    opened a second time. `seq` is None when it belongs to none of them, `ack` also when the segment
    carries no ACK. `renumbered` marks a SYN with another initial sequence number than the end's first one;
    `again` a segment whose first sequence number was sent before.
    """

    segment: Segment
    sender: Role
    kind: Kind
    seq: int | None
    ack: int | None
    renumbered: bool
    again: bool

    @property
    def numbers(self) -> str:
        """The relative numbers as they are written beside an arrow: `seq=1 ack=139`."""
        return self.sequence if self.acknowledges is None else f"{self.sequence} {self.acknowledges}"

    @property
    def sequence(self) -> str:
        """The relative number: `seq=1`, `seq=0 (new ISN)`, `seq=?` for one that fits no connection."""
        return f"seq={'?' if self.seq is None else self.seq}{' (new ISN)' if self.renumbered else ''}"

    @property
    def acknowledges(self) -> str | None:
        """The relative acknowledgment number, `ack=139`; None for a segment without ACK."""
        if "ACK" not in self.segment.flags:
            return None
        return f"ack={'?' if self.ack is None else self.ack}"

    @property
    def octets(self) -> str:
        """The amount of data, `138 B`; empty for a segment without any."""
        return f"{self.segment.length} B" if self.segment.length else ""


def read(conversation: Conversation) -> tuple[Reading, ...]:
    """Read the segments of a conversation in the order in which they were sent."""
    reader = _Reader(conversation)
    in_order = sorted(conversation.segments, key=lambda segment: segment.sent_ns)
    return tuple(reader.read(segment) for segment in in_order)


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
    changes = [_at_its_event(change, conversation) for change in conversation.states if change.end == end]
    changes.sort(key=lambda change: change.at_ns)
    if not changes or not conversation.segments:
        return tuple(changes)
    start = min(segment.sent_ns for segment in conversation.segments)
    first = changes[0].state
    while changes and changes[0].state in _START and changes[0].at_ns <= start + _BLIP_NS:
        first = changes.pop(0).state
    opened = any("SYN" in segment.flags for segment in conversation.segments)
    if first not in _START:
        if not opened:
            return tuple(changes)
        listening = end == "server" and all(change.state != "SYN-SENT" for change in changes)
        first = "LISTEN" if listening else "CLOSED"
    return (StateChange(start - 1, end, first), *_without_repeats(changes, first))


def _at_its_event(change: StateChange, conversation: Conversation) -> StateChange:
    """The change at the moment of the segment that went with it: a state is read a little after it was entered."""
    events = [
        at_ns
        for segment in conversation.segments
        for at_ns in ([segment.sent_ns] if conversation.sender(segment) == change.end else segment.arrived_ns)
        if at_ns <= change.at_ns < at_ns + _BLIP_NS
    ]
    return replace(change, at_ns=max(events, default=change.at_ns))


def _without_repeats(changes: list[StateChange], state: str) -> list[StateChange]:
    kept = []
    for change in changes:
        if change.state != state:
            kept.append(change)
        state = change.state
    return kept


class _Reader:
    """What has been sent so far, as the background of the next segment."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._heard = {conversation.sender(segment) for segment in conversation}
        self._origins: dict[Role, list[int]] = {"client": [], "server": []}
        self._reached: dict[tuple[Role, int], int] = {}
        self._answered: set[tuple[Role, int]] = set()

    def read(self, segment: Segment) -> Reading:
        sender = self._conversation.sender(segment)
        renumbered = self._renumbers(sender, segment)
        seq, origin = _relative(segment.seq, self._origins[sender])
        again = seq is not None and self._repeats(segment, sender, origin, seq)
        ack = self._acknowledged(segment, sender)
        return Reading(segment, sender, kind(segment), seq, ack, renumbered, again)

    def _renumbers(self, sender: Role, segment: Segment) -> bool:
        """Note a new initial sequence number; True when it replaces an earlier one of the sender."""
        origins = self._origins[sender]
        if not origins:
            origins.append(self._conversation.initial_sequence_number(sender))
        if "SYN" not in segment.flags or segment.seq in origins:
            return False
        origins.append(segment.seq)
        return True

    def _repeats(self, segment: Segment, sender: Role, origin: int, seq: int) -> bool:
        """Note what the segment occupies; True when that was sent before.

        The SYN·ACK that answers a crossing SYN repeats the number of a SYN, yet says something new
        (RFC 9293 §3.5).
        """
        if not segment.span:
            return False
        before = self._reached.get((sender, origin), 0)
        self._reached[sender, origin] = max(before, seq + segment.span)
        if segment.flags >= {"SYN", "ACK"} and (sender, origin) not in self._answered:
            self._answered.add((sender, origin))
            return False
        return seq < before

    def _acknowledged(self, segment: Segment, sender: Role) -> int | None:
        if "ACK" not in segment.flags:
            return None
        peer = ENDS[sender == "client"]
        if peer not in self._heard:
            return None
        origins = self._origins[peer] or [self._conversation.initial_sequence_number(peer)]
        return _relative(segment.ack, origins)[0]


def _relative(number: int, origins: list[int]) -> tuple[int | None, int]:
    """The distance from the nearest origin below, and that origin; None when all are too far to be meant."""
    origin = min(origins, key=lambda origin: (number - origin) % _WRAP)
    distance = (number - origin) % _WRAP
    return (distance if distance < _UNRELATED else None), origin
