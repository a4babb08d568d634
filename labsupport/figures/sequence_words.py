"""A conversation in words: what its diagram shows, less all that depends on timing.

When a host acknowledges, and whether it does so in a segment of its own, differs from run to run. What it
sends does not. So the opening is told in full, and afterwards only segments that occupy sequence numbers
or reset.
"""

from __future__ import annotations

from itertools import takewhile

from ..records import Conversation, Role
from .sequence_reading import ENDS, Reading, read, states


def describe(conversation: Conversation, title: str) -> str:
    """Tell a conversation in a few sentences, the same on every run of the same exchange.

    After the title: the opening, segment by segment; then, for each end, what it sent, without
    retransmissions and pure acknowledgments; then the states of each end up to ESTABLISHED.
    """
    readings = read(conversation)
    opening = _opening(conversation, readings)
    told = [f"{title.rstrip('.')}."]
    if opening:
        told.append("The opening: " + "; ".join(map(_in_full, opening)) + ".")
    later = readings[len(opening):]
    told.extend(_sent_by(end, later, "then" if opening else "") for end in ENDS)
    told.extend(_states_of(conversation, end) for end in ENDS)
    return " ".join(sentence for sentence in told if sentence)


def _opening(conversation: Conversation, readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """The readings up to the client's first ACK; none where the capture does not hold the first SYN."""
    if not any(reading.kind == "open" for reading in readings):
        return ()
    for index, reading in enumerate(readings):
        if reading.sender == "client" and "ACK" in reading.segment.flags:
            return readings[: index + 1]
    return readings


def _in_full(reading: Reading) -> str:
    peer = ENDS[reading.sender == "client"]
    return f"{reading.sender} to {peer} {_words(reading, reading.numbers)}"


def _sent_by(end: Role, readings: tuple[Reading, ...], then: str) -> str:
    told = [
        _words(reading, reading.sequence)
        for reading in readings
        if reading.sender == end and not reading.again and (reading.segment.span or reading.kind == "reset")
    ]
    return f"The {end} {then} sends: ".replace("  ", " ") + "; ".join(told) + "." if told else ""


def _words(reading: Reading, numbers: str) -> str:
    parts = [reading.segment.flag_names, numbers, reading.octets]
    remarks = ["retransmission"] * reading.again + ["lost"] * reading.segment.lost
    remarks += ["forged"] * reading.segment.forged
    if remarks:
        parts.append(f"({', '.join(remarks)})")
    return " ".join(part for part in parts if part)


def _states_of(conversation: Conversation, end: Role) -> str:
    path = [change.state for change in states(conversation, end)]
    if not path:
        return ""
    until = list(takewhile(lambda state: state != "ESTABLISHED", path))
    told = path[: len(until) + 1]
    return f"The {end} is in {told[0]}." if len(told) == 1 else f"The {end} goes through {', '.join(told)}."
