"""A conversation as it is told: relative numbers, retransmissions, and what is the same on every run.

Pure Python. When a host acknowledges, and whether it does so in a segment of its own, is up to its timers; what it
sends is not. Recordings are compared by the story, and figures describe themselves with it.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labsupport.records import Conversation, Role, Segment

SYNCHRONIZED = "synchronized"
"""How a story names the states from ESTABLISHED on (RFC 9293 §3.3.2): which of them is seen is up to timers."""

ENDS: tuple[Role, Role] = ("client", "server")
"""Both ends of a conversation, the client first."""

UNRELATED = 1 << 30
"""A relative number from here on is taken for one of a connection that was not seen: no capture carries a gibibyte."""

_WRAP = 1 << 32
_SYNCHRONIZED_STATES = {
    "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
}


def story(conversation: Conversation) -> dict[str, list[str]]:
    """What happened, less what only timers decide; see `Conversation.story`."""
    opening = conversation.opening
    told: dict[str, list[str]] = {"client": [], "server": []}
    for segment, again in zip(conversation, repetitions(conversation), strict=True):
        in_full = segment in opening or segment.forged
        if in_full or "RST" in segment.flags or (segment.span and not again):
            told[conversation.sender(segment)].append(_in_words(conversation, segment, with_ack=in_full))
    return told | {f"{end} states": _states(conversation.path(end)) for end in ENDS}


def relative(conversation: Conversation, segment: Segment) -> tuple[int, int | None]:
    """The relative sequence and acknowledgment number; see `Conversation.relative`."""
    mine, theirs = _ends(conversation, segment)
    seq = 0 if "SYN" in segment.flags else _distance(conversation, mine, segment.seq)
    return seq, _distance(conversation, theirs, segment.ack) if "ACK" in segment.flags else None


def numbers(conversation: Conversation, segment: Segment) -> tuple[str, str]:
    """The relative numbers as they are written, `("seq=1", "ack=139")`; no second one without ACK.

    `seq=0 (new ISN)` is that of a SYN whose number is not the end's first. `?` stands for a number that belongs to no
    connection that was seen.
    """
    mine, theirs = _ends(conversation, segment)
    seq, ack = relative(conversation, segment)
    new = "SYN" in segment.flags and segment.seq != conversation.initial_sequence_number(mine)
    sequence = f"seq={_written(seq)}{' (new ISN)' if new else ''}"
    if ack is None:
        return sequence, ""
    return sequence, f"ack={_written(ack) if conversation.sent_by(theirs) else '?'}"


def repetitions(conversation: Conversation) -> tuple[bool, ...]:
    """For each segment, whether it is a retransmission: its end had sent its first sequence number before.

    The SYN·ACK that answers a crossing SYN repeats the number of a SYN, yet says something new (RFC 9293 §3.5). A SYN
    after the end's own FIN begins a new connection, whatever its number. What was forged was not sent by the end it
    names.
    """
    reached: dict[tuple[Role, int], int] = {}
    answered: set[tuple[Role, int]] = set()
    finished: set[tuple[Role, int]] = set()
    again = []
    for segment in conversation:
        seq, _ = relative(conversation, segment)
        opened = (conversation.sender(segment), (segment.seq - seq) % _WRAP)
        if "SYN" in segment.flags and opened in finished and not segment.forged:
            reached.pop(opened)
            answered.discard(opened)
            finished.discard(opened)
        answers = segment.flags >= {"SYN", "ACK"} and opened not in answered
        again.append(not answers and segment.span > 0 and seq < reached.get(opened, 0) and not segment.forged)
        if segment.span and not segment.forged:
            reached[opened] = max(reached.get(opened, 0), seq + segment.span)
            finished |= {opened} if "FIN" in segment.flags else set()
            answered |= {opened} if answers else set()
    return tuple(again)


def _ends(conversation: Conversation, segment: Segment) -> tuple[Role, Role]:
    return ("client", "server") if conversation.sender(segment) == "client" else ("server", "client")


def _distance(conversation: Conversation, end: Role, number: int) -> int:
    """How far a number lies above the nearest initial sequence number of an end below it."""
    sent = conversation.sent_by(end)
    origins = [segment.seq for segment in sent if "SYN" in segment.flags and not segment.forged]
    return min((number - origin) % _WRAP for origin in origins or [conversation.initial_sequence_number(end)])


def _written(number: int) -> str:
    return str(number) if number < UNRELATED else "?"


def _states(path: tuple[str, ...]) -> list[str]:
    """The states of an end until it was synchronized."""
    before = list(takewhile(lambda state: state not in _SYNCHRONIZED_STATES, path))
    return before + [SYNCHRONIZED] * (len(before) < len(path))


def _in_words(conversation: Conversation, segment: Segment, *, with_ack: bool) -> str:
    sequence, acknowledges = numbers(conversation, segment)
    words = [segment.flag_names, sequence, acknowledges * with_ack, f"{segment.length} B" * (segment.length > 0)]
    fate = ["lost"] * segment.lost + ["forged"] * segment.forged
    words.append(f"({', '.join(fate)})" if fate else "")
    return " ".join(filter(None, words))
