"""What the instruments saw, as plain frozen values.

A live capture, a recorded one and a run of the TCP model all end as the records of this module; figures,
dissections and claims read nothing else. Pure Python, no input or output.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from labsupport import story

Role = Literal["client", "server"]
Tone = Literal["", "good", "bad", "aside"]

_FLAG_BITS = ((2, "SYN"), (1, "FIN"), (4, "RST"), (8, "PSH"), (16, "ACK"), (32, "URG"), (64, "ECE"), (128, "CWR"))
FLAGS = tuple(
    frozenset(name for bit, name in _FLAG_BITS if value & bit) for value in range(256)
)
"""The set of flag names for each value of the flags octet (RFC 9293 §3.1)."""


class Endpoint(NamedTuple):
    """One end of a connection: IPv4 address and port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


Ends = tuple[Endpoint, Endpoint]
"""Who a connection is between: client, server. A client may have the same port towards two servers."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One TCP segment as it was sent, and when it arrived (RFC 9293 §3.1).

    `seq`, `ack` and `window` are the numbers in the header: absolute, unscaled. Times are nanoseconds since the
    epoch on the clock of the machine that saw them. `arrived_ns` is empty for a segment that was lost and has
    two entries for one that the network duplicated. A forged segment arrived without having been sent by the host
    it names; its `sent_ns` is when it arrived. `packet` is the IPv4 packet that carried the segment.
    """

    source: Endpoint
    destination: Endpoint
    seq: int
    ack: int
    flags: frozenset[str]
    window: int
    options: bytes
    payload: bytes
    packet: bytes = field(repr=False)
    sent_ns: int = 0
    arrived_ns: tuple[int, ...] = ()
    forged: bool = False

    @property
    def length(self) -> int:
        """Octets of data in the segment; header, SYN and FIN not counted."""
        return len(self.payload)

    @property
    def span(self) -> int:
        """Sequence numbers the segment occupies: its data, one for SYN, one for FIN (SEG.LEN, RFC 9293 §3.4)."""
        return len(self.payload) + ("SYN" in self.flags) + ("FIN" in self.flags)

    @property
    def ports(self) -> set[int]:
        """Both ports."""
        return {self.source.port, self.destination.port}

    @property
    def lost(self) -> bool:
        """True when no copy of the segment arrived."""
        return not self.arrived_ns

    @property
    def flag_names(self) -> str:
        """The flags in the order people say them: `SYN·ACK`, `FIN·ACK`, `PSH·ACK`; `none` when there are none."""
        return "·".join(name for _, name in _FLAG_BITS if name in self.flags) or "none"


@dataclass(frozen=True, slots=True)
class StateChange:
    """The moment one end of a connection entered a state, as its kernel reported it.

    `state` is the name of RFC 9293 §3.3.2 (`SYN-RECEIVED`, `FIN-WAIT-1`, …).
    """

    at_ns: int
    end: Role
    state: str


@dataclass(frozen=True, repr=False)
class Conversation:
    """All segments between two endpoints, and the states both ends went through.

    The client is the end that sent the first SYN. `states` is empty where the states were not observed.
    """

    client: Endpoint
    server: Endpoint
    segments: tuple[Segment, ...]
    states: tuple[StateChange, ...] = ()

    @property
    def ends(self) -> Ends:
        """Client and server."""
        return self.client, self.server

    def sender(self, segment: Segment) -> Role:
        """The end that sent the segment."""
        return "client" if segment.source == self.client else "server"

    def relative(self, segment: Segment) -> tuple[int, int | None]:
        """Sequence and acknowledgment number counted from each end's initial sequence number.

        Where an end opened again under a new one, it counts from the nearest below. The second is None for a segment
        without ACK, whose acknowledgment field means nothing (RFC 9293 §3.1).
        """
        return story.relative(self, segment)

    def initial_sequence_number(self, end: Role) -> int:
        """The sequence number of the end's first SYN; of its first segment where the capture holds no SYN."""
        own = self.sent_by(end)
        for segment in own:
            if "SYN" in segment.flags:
                return segment.seq
        return own[0].seq if own else 0

    @property
    def opening(self) -> tuple[Segment, ...]:
        """The segments up to the one that completes the handshake: SYN, SYN·ACK, ACK on a quiet network."""
        for index, segment in enumerate(self.segments):
            if self.sender(segment) == "client" and "ACK" in segment.flags and not segment.forged:
                return self.segments[: index + 1]
        return self.segments

    @property
    def closing(self) -> tuple[Segment, ...]:
        """The segments from the first that carries FIN or RST: FIN·ACK, ACK, FIN·ACK, ACK in an orderly close."""
        for index, segment in enumerate(self.segments):
            if segment.flags & {"FIN", "RST"}:
                return self.segments[index:]
        return ()

    def sent_by(self, end: Role) -> tuple[Segment, ...]:
        """The segments that one end sent."""
        return tuple(segment for segment in self.segments if self.sender(segment) == end)

    @property
    def data(self) -> tuple[Segment, ...]:
        """The segments that carry data."""
        return tuple(segment for segment in self.segments if segment.payload)

    @property
    def story(self) -> dict[str, list[str]]:
        """What happened, less what only timers decide: the same on every run and every machine.

        For each end the segments it sent: all of the opening, later those that occupy sequence numbers, reset the
        connection or were forged; and its states until the connection was synchronized (RFC 9293 §3.3.2). Left out
        are retransmissions and acknowledgments that stand alone.
        """
        return story.story(self)

    @property
    def half_closed(self) -> bool:
        """True when one end has sent its FIN and the other has not (RFC 9293 §3.6)."""
        if any("RST" in segment.flags for segment in self.segments):
            return False
        return len({self.sender(segment) for segment in self.segments if "FIN" in segment.flags}) == 1

    def state(self, end: Role) -> str:
        """The state one end was last seen in; `CLOSED` when it was never seen in any."""
        return ("CLOSED", *self.path(end))[-1]

    @property
    def final_states(self) -> set[str]:
        """The states both ends were last seen in; one name when they agree."""
        return {self.state("client"), self.state("server")}

    def path(self, end: Role) -> tuple[str, ...]:
        """The states one end went through, in order."""
        return tuple(change.state for change in self.states if change.end == end)

    def __repr__(self) -> str:
        flags = ", ".join(segment.flag_names for segment in self.segments)
        return f"<Conversation: {flags}; client {self.state('client')}, server {self.state('server')}>"

    def __len__(self) -> int:
        return len(self.segments)

    def __iter__(self) -> Iterator[Segment]:
        return iter(self.segments)


def conversations(segments: Iterable[Segment], states: dict[Ends, tuple[StateChange, ...]] | None = None
                  ) -> tuple[Conversation, ...]:
    """Sort segments into conversations, in the order in which these began.

    A SYN with a new number, after a FIN or RST, begins the next conversation of the same endpoints. `states` gives
    what was observed of the connections by their ends.
    """
    latest: dict[frozenset[Endpoint], list[Segment]] = {}
    streams: list[list[Segment]] = []
    for segment in segments:
        ends = frozenset((segment.source, segment.destination))
        if ends not in latest or _reopens(segment, latest[ends]):
            latest[ends] = []
            streams.append(latest[ends])
        latest[ends].append(segment)
    return tuple(_conversation(stream, streams, states or {}) for stream in streams)


def _reopens(segment: Segment, stream: list[Segment]) -> bool:
    if segment.flags & {"SYN", "ACK"} != {"SYN"} or segment.forged:
        return False
    over = any(earlier.flags & {"FIN", "RST"} for earlier in stream)
    return over and all(segment.seq != earlier.seq for earlier in stream if "SYN" in earlier.flags)


def _conversation(
    stream: list[Segment], streams: list[list[Segment]], states: dict[Ends, tuple[StateChange, ...]]
) -> Conversation:
    opener = next((s for s in stream if s.flags & {"SYN", "ACK"} == {"SYN"}), stream[0])
    ends = opener.source, opener.destination
    begun = [other[0].sent_ns for other in streams if {other[0].source, other[0].destination} == set(ends)]
    # Several conversations of the same endpoints share the list of states; each has those of its own time.
    start = 0 if stream[0].sent_ns == begun[0] else stream[0].sent_ns
    stop = next((time_ns for time_ns in begun if time_ns > stream[0].sent_ns), math.inf)
    own = tuple(change for change in states.get(ends, ()) if start <= change.at_ns < stop)
    return Conversation(*ends, tuple(stream), own)


class FieldLine(NamedTuple):
    """One line of a header section: field name as it was written, and value (RFC 9110 §5)."""

    name: str
    value: str

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP request and its response, as the server saw them (RFC 9110 §3, RFC 9112 §2).

    `target` is the request target to the letter of the request line. The field lines stand in the order of
    the message, a name as often as it came. Bodies are without transfer coding; of a long one only the
    beginning is kept, `request_length` and `response_length` count all its octets. `when_ns` is the moment
    the request line was read, in nanoseconds since the epoch. What is no HTTP is no exchange.
    """

    method: str
    target: str
    version: str
    request_fields: tuple[FieldLine, ...]
    request_body: bytes
    request_length: int
    status: int
    reason: str
    response_fields: tuple[FieldLine, ...]
    response_body: bytes
    response_length: int
    client: Endpoint = field(repr=False)
    when_ns: int = field(repr=False)

    def request_values(self, name: str) -> tuple[str, ...]:
        """The values of a request field, one for each line; names match without regard to case."""
        return _values(self.request_fields, name)

    def response_values(self, name: str) -> tuple[str, ...]:
        """The values of a response field, one for each line: `response_values("Set-Cookie")`."""
        return _values(self.response_fields, name)

    def __str__(self) -> str:
        return f"{self.method} {self.target} → {self.status} {self.reason}".rstrip()


def _values(fields: Iterable[FieldLine], name: str) -> tuple[str, ...]:
    return tuple(line.value for line in fields if line.name.lower() == name.lower())


@dataclass(frozen=True, slots=True)
class Message:
    """What one participant tells another, as one row of a message diagram; a note where it tells itself.

    `text` says what is sent, `detail` what in it matters: a field line, a parameter. A `reply` answers an earlier
    message. The `tone` judges: "good", "bad", or "aside" for what goes on beside the exchange. Neighbors with the same
    `part` belong together: a step, a channel.
    """

    sender: str
    receiver: str
    text: str
    detail: str = ""
    reply: bool = False
    tone: Tone = ""
    part: str = ""
