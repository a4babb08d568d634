"""What a run of the model and a capture of the kernel have in common: everything but the times."""

from __future__ import annotations

from typing import NamedTuple

from labsupport.records import Conversation, Role, Segment


class Step(NamedTuple):
    """One segment without its times: who sent it, flags, relative numbers, octets of data, copies that arrived.

    `ack` is None without ACK; `copies` is 0 for a lost segment and 2 for a duplicated one.
    """

    end: Role
    flags: str
    seq: int
    ack: int | None
    length: int
    copies: int


def agree(one: Conversation, other: Conversation) -> bool:
    """True when two runs, of a model or a kernel, differ in nothing but times: their traces and both ends' states."""
    paths = [(talk.path("client"), talk.path("server")) for talk in (one, other)]
    return trace(one) == trace(other) and paths[0] == paths[1]


def trace(conversation: Conversation) -> tuple[Step, ...]:
    """The segments of a conversation in the order in which they were sent.

    Of two that crossed on the wire the client's stands first: which of them left a little earlier is up to two clocks.
    """
    ours, theirs = list(conversation.sent_by("client")), list(conversation.sent_by("server"))
    transits = [segment.arrived_ns[0] - segment.sent_ns for segment in conversation if segment.arrived_ns]
    transit_ns = min(transits, default=0)
    steps = []
    while ours or theirs:
        server_is_next = not ours or any(_was_there(segment, ours[0], transit_ns) for segment in theirs)
        steps.append(_step(conversation, (theirs if server_is_next else ours).pop(0)))
    return tuple(steps)


def _was_there(segment: Segment, other: Segment, transit_ns: int) -> bool:
    """True when a segment had arrived before the other was sent; a lost one would have been as fast as the others."""
    arrived_ns = segment.arrived_ns[0] if segment.arrived_ns else segment.sent_ns + transit_ns
    return arrived_ns <= other.sent_ns


def _step(conversation: Conversation, segment: Segment) -> Step:
    seq, ack = conversation.relative(segment)
    return Step(conversation.sender(segment), segment.flag_names, seq, ack, segment.length, len(segment.arrived_ns))
