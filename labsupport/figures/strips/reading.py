"""What the segments of a conversation hold: header sections, content, or octets that are no HTTP.

Pure Python. TCP knows nothing of messages, so the octets of each end are put together first and divided afterwards
(RFC 9112 §2.1, §6); only then is it asked what of them stands in which segment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ...records import Conversation, Role, Segment
from ...story import ENDS, UNRELATED, repetitions
from ..sequence.reading import in_order

Kind = Literal["header", "content", "octets"]

SILENCE_NS = 10_000_000
"""A silence is marked from this length on."""

_START_LINE = re.compile(rb"(?:[!#$%&'*+.^_`|~\w-]+ \S+ HTTP/1\.[01]|HTTP/1\.[01] \d{3}(?: [^\r\n]*)?)\r\n")
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r\n]*chunked[ \t]*\r\n", re.IGNORECASE)
_CHUNK = re.compile(rb"([0-9A-Fa-f]+)[^\r\n]*\r\n")
_WITHOUT_CONTENT = re.compile(rb"HTTP/1\.[01] (?:1\d\d|204|304)\b")


class Section(NamedTuple):
    """A stretch of what one end sent: the octets from `start` to before `end`."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Part:
    """So many octets of one kind, neighbors in a segment."""

    kind: Kind
    octets: int


@dataclass(frozen=True, slots=True)
class Block:
    """A segment that carries data. `silence_ns` is how long all was still before it, 0 for less than `SILENCE_NS`."""

    sender: Role
    parts: tuple[Part, ...]
    silence_ns: int
    again: bool
    lost: bool

    @property
    def octets(self) -> int:
        """Octets of data in the segment."""
        return sum(part.octets for part in self.parts)


def blocks_of(conversation: Conversation) -> tuple[Block, ...]:
    """The segments with data, in the order of sending."""
    ordered = in_order(conversation)
    streams = {end: _Stream.of(ordered, end) for end in ENDS}
    carrying = [(segment, again) for segment, again in zip(ordered, repetitions(ordered), strict=True)
                if segment.payload]
    blocks = []
    for number, (segment, again) in enumerate(carrying):
        sender = ordered.sender(segment)
        silence = _silence(segment, [earlier for earlier, _ in carrying[:number]])
        parts = streams[sender].parts(ordered.relative(segment)[0], segment.length)
        blocks.append(Block(sender, parts, silence if silence >= SILENCE_NS else 0, again, segment.lost))
    return tuple(blocks)


def sections(stream: bytes) -> Iterator[Section]:
    """Divide what one end sent into the header sections and the content of its messages.

    From the first octet that begins no message, all is of the kind `octets`. The answer to a HEAD is not recognized.
    """
    at = 0
    while at < len(stream):
        if not _START_LINE.match(stream, at):
            yield Section("octets", at, len(stream))
            return
        blank = stream.find(b"\r\n\r\n", at)
        body = blank + 4 if blank >= 0 else len(stream)
        yield Section("header", at, body)
        at = min(_end_of_content(stream, at, body), len(stream))
        if at > body:
            yield Section("content", body, at)


def _end_of_content(stream: bytes, at: int, body: int) -> int:
    """Where the content of the message at `at` ends (RFC 9112 §6.3)."""
    header = stream[at:body]
    length = _LENGTH.search(header)
    if _WITHOUT_CONTENT.match(header):
        return body
    if _CHUNKED.search(header):
        return _end_of_chunks(stream, body)
    if length:
        return body + int(length.group(1))
    return len(stream) if header.startswith(b"HTTP/") else body


def _end_of_chunks(stream: bytes, at: int) -> int:
    """The end of chunks with their sizes and trailers; the stream's end where they are cut off (RFC 9112 §7.1)."""
    while chunk := _CHUNK.match(stream, at):
        size = int(chunk.group(1), 16)
        if not size:
            end = stream.find(b"\r\n\r\n", chunk.end() - 2)
            return end + 4 if end >= 0 else len(stream)
        at = chunk.end() + size + 2
    return len(stream)


@dataclass(frozen=True)
class _Stream:
    """What one end sent, in sections; `origin` is the relative sequence number of its first octet."""

    origin: int
    sections: tuple[Section, ...]

    @classmethod
    def of(cls, conversation: Conversation, end: Role) -> _Stream:
        carried = {conversation.relative(segment)[0]: segment.payload
                   for segment in conversation.sent_by(end) if segment.payload}
        carried = {place: payload for place, payload in carried.items() if place < UNRELATED}
        origin = min(carried, default=0)
        stream = bytearray()
        for place in sorted(carried):
            payload = carried[place]
            stream.extend(bytes(max(0, place - origin - len(stream))))  # what the capture did not see
            stream[place - origin:place - origin + len(payload)] = payload
        return cls(origin, tuple(sections(bytes(stream))))

    def parts(self, place: int, length: int) -> tuple[Part, ...]:
        """What stands in a segment that begins at a relative sequence number."""
        start = place - self.origin
        cuts = [(section.kind, min(section.end, start + length) - max(section.start, start))
                for section in self.sections]
        return _merged([Part(kind, octets) for kind, octets in cuts if octets > 0]) or (Part("octets", length),)


def _merged(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Neighbors of one kind as one: messages that follow each other without content."""
    merged: list[Part] = []
    for part in parts:
        if merged and merged[-1].kind == part.kind:
            merged[-1] = Part(part.kind, merged[-1].octets + part.octets)
        else:
            merged.append(part)
    return tuple(merged)


def _silence(segment: Segment, earlier: Sequence[Segment]) -> int:
    """How long a sender had neither sent nor received data before a segment."""
    heard = [
        at_ns for other in earlier
        for at_ns in ((other.sent_ns,) if other.source == segment.source else other.arrived_ns[:1])
        if at_ns <= segment.sent_ns
    ]
    return segment.sent_ns - max(heard) if heard else 0
