"""`Model`: two hosts and a wire in simulated time. The same run each time, in about a millisecond."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable

from labsupport.errors import ReaderError
from labsupport.network.addresses import CLIENT, SERVER
from labsupport.network.model.clock import Clock, Kind
from labsupport.network.model.connection import Connection, check_data
from labsupport.network.model.host import Door, Host
from labsupport.network.model.journal import Journal
from labsupport.network.model.rules import Rules
from labsupport.network.model.sequence import NUMBERS
from labsupport.network.model.tcb import MSS
from labsupport.network.model.transitions import Handshake, transitions
from labsupport.network.model.wire import Wire
from labsupport.network.policy import Policy
from labsupport.records import Conversation, Endpoint, Segment, conversations

_MOST_EVENTS = 100_000
_A_MOMENT_S = 1e-6


class Model:
    """A private network with a client and a server that exist only in simulated time.

    It opens and closes connections as RFC 9293 has it, with the answers of RFC 5961 to what does not fit, as Linux
    does. In between it sends what a window holds, and repeats what is lost when a timer runs out; it knows no
    congestion control, no probes, no timestamps and no selective acknowledgment.

    `rtt_ms` is the round-trip time of the wire in milliseconds. `policy(segment, index)` returns the one-way delays, in
    seconds, of the copies that arrive, as for the real wire. `handshake` is `three-way` or `two-way`.
    `retransmit=False` switches all retransmission off. `time_wait_s` is how long TIME-WAIT lasts, 2 MSL; 0 for none.
    An acknowledgment that may travel with data waits `delayed_ack_ms` for it. The first `linear_timeouts` time-outs of
    a SYN do not double the next (Linux ≥ 6.5 has 4). `isn` gives the next initial sequence number; without it they
    rise, and are the same on every run.

    `first` decides what a kernel leaves to chance: whether a segment that arrives at the very moment at which a timer
    runs out comes before it (`segment`) or after (`timer`). After a lost SYN·ACK both ends' timers run out like that.
    """

    def __init__(
        self, *, rtt_ms: float = 80, policy: Policy | None = None, handshake: Handshake = "three-way",
        retransmit: bool = True, time_wait_s: float = 60, delayed_ack_ms: float = 0, linear_timeouts: int = 0,
        isn: Callable[[], int] | None = None, first: Kind = "segment",
    ) -> None:
        given = isinstance(rtt_ms, int | float) and 0 < rtt_ms <= 10_000  # type: ignore[redundant-expr]
        _check("rtt_ms", rtt_ms, given, "a round-trip time; give milliseconds above 0 and at most 10000")
        _check("time_wait_s", time_wait_s, 0 <= time_wait_s <= 3600, "2 MSL; give seconds from 0 to 3600")
        _check("delayed_ack_ms", delayed_ack_ms, 0 <= delayed_ack_ms < 500, "a delay below 500 ms (RFC 9293 §3.8.6.3)")
        _check("linear_timeouts", linear_timeouts, linear_timeouts in range(128), "a number of time-outs from 0 to 127")
        _check("first", first, first in ("segment", "timer"), "one of 'segment' and 'timer'")
        transitions(handshake)
        self.rtt_ms = rtt_ms
        self._isn = isn or itertools.count(1_000_000, 16_000_000).__next__
        self._clock = Clock(first)
        self._journal = Journal(self._clock)
        self._wire = Wire(self._clock, rtt_ms / 2000, policy, self._deliver)
        rules = Rules(handshake, rtt_ms / 1000, retransmit, time_wait_s, delayed_ack_ms / 1000, linear_timeouts)
        common = self._wire, self._clock, rules, self._journal, self._initial_number
        self._client, self._server = Host("client", CLIENT, *common), Host("server", SERVER, *common)

    def listen(self, port: int = 7000) -> Door:
        """A program on the server listens. Raises `ReaderError` when one does at that port."""
        _check_port(port, 1)
        if port in self._server.doors:
            raise ReaderError(f"port {port} of the server cannot be listened on: a door is there; close() it first")
        return self._server.listen(port)

    def connect(self, door: Door | int, *, port: int = 0, data: bytes = b"") -> Connection:
        """A program on the client begins to connect to a door, or to any port of the server: its SYN is sent now.

        `port` is the client's own, 0 for the next that is free. The SYN carries `data`, if any: what the peer makes of
        it before the connection is established is to keep it. Raises `ReaderError` when the port is in use, or for more
        data than a segment holds.
        """
        check_data(data)
        _check("data", data, len(data) <= MSS, f"short enough for a SYN, which carries up to {MSS} octets")
        _check_port(port, 0)
        remote = Endpoint(SERVER, door.port if isinstance(door, Door) else door)
        _check_port(remote.port, 1)
        local = Endpoint(CLIENT, port or self._client.free_port())
        return self._open(self._client, local, remote, data)

    def connect_from_server(self, caller: Connection) -> Connection:
        """A program on the server begins to connect from the port the caller connects to, to the caller's own port.

        Before the caller's SYN has arrived, the two cross: a simultaneous open (RFC 9293 §3.5, figure 7). Nobody may
        listen at the port.
        """
        return self._open(self._server, caller.remote, caller.local, b"")

    def run(self, until: Callable[[], object] | None = None, *, seconds: float = math.inf) -> None:
        """Let time pass: until nothing more can happen, until a condition holds, or for some seconds.

        Raises `ReaderError` when the condition does not come to hold, or when there is no end to what happens.
        """
        if not seconds >= 0:
            raise ReaderError(f"seconds={seconds!r} is no time to run; give seconds from 0 on")
        end_ns = self._clock.now_ns + seconds * 1e9
        for _ in range(_MOST_EVENTS):
            if until and until():
                return
            next_ns = self._clock.next_ns()
            if next_ns is None or next_ns > end_ns:
                break
            self._clock.advance()
        else:
            raise ReaderError(f"there is no end to it: {_MOST_EVENTS} events and still more; seen so far: {self}")
        if until:
            raise ReaderError(f"it did not happen by {self.now_s:g} s; seen so far: {self.conversations}")
        if seconds < math.inf:
            self._clock.now_ns = round(end_ns)

    def forge(self, flags: Iterable[str], source: Endpoint, destination: Endpoint, *, seq: int, ack: int = 0,
              payload: bytes = b"") -> None:
        """Hand a forged segment to the host it is addressed to, as if it had come over the wire, now.

        Raises `ReaderError` for an address that is neither host's.
        """
        if destination.host not in (CLIENT, SERVER):
            raise ReaderError(f"no host has the address {destination.host}; forge to {CLIENT} or {SERVER}")
        new = source.host == CLIENT and "SYN" in flags and (source, destination) not in self._journal.changes
        self._wire.forge(source, destination, frozenset(flags), seq, ack, payload)
        if new:
            self._journal.note((source, destination), "client", self._client.state(source, destination))

    @property
    def policy(self) -> Policy | None:
        """What the wire does to each segment; may be set at any time."""
        return self._wire.policy

    @policy.setter
    def policy(self, policy: Policy | None) -> None:
        self._wire.policy = policy

    @property
    def now_s(self) -> float:
        """The simulated time, in seconds since the beginning."""
        return self._clock.now_ns / 1e9

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All segments in the order in which they were sent; what is on its way has the time when it will arrive."""
        return tuple(sorted(self._wire.segments, key=lambda segment: segment.sent_ns))

    @property
    def conversations(self) -> tuple[Conversation, ...]:
        """The connections, as a capture has them."""
        return conversations(self.segments, self._journal.changes)

    @property
    def conversation(self) -> Conversation:
        """The only conversation. Raises `ReaderError` when there were none or several."""
        found = self.conversations
        if len(found) != 1:
            raise ReaderError(f"the model holds {len(found)} conversations; choose one of .conversations")
        return found[0]

    def __repr__(self) -> str:
        return f"<Model: {len(self._wire.segments)} segments in {self.now_s:g} s>"

    def _open(self, host: Host, local: Endpoint, remote: Endpoint, data: bytes) -> Connection:
        state = host.state(local, remote)
        if state != "CLOSED":
            told = f"port {local.port} of the {host.end} is in use: {state}"
            raise ReaderError(f"{told}; give another, or run() until it is free")
        if (local, remote) in self._journal.changes:
            # A moment later, so that the records tell one connection from the next.
            self.run(seconds=_A_MOMENT_S)
        connection = host.open(local, remote, data)
        if host is self._client:
            self._journal.begin((local, remote), self._server.state(remote, local))
        return connection

    def _deliver(self, segment: Segment) -> None:
        for host in (self._client, self._server):
            if host.address == segment.destination.host:
                host.arrive(segment)

    def _initial_number(self) -> int:
        try:
            number = self._isn()
        except StopIteration:
            raise ReaderError("isn has no more numbers; give one for each end of each connection") from None
        if not isinstance(number, int):
            raise ReaderError(f"isn gave {number!r}; an initial sequence number is an int, taken modulo 2³²")
        return number % NUMBERS


def _check(name: str, value: object, right: bool, what: str) -> None:
    if not right:
        raise ReaderError(f"{name}={value!r} is not {what}")


def _check_port(port: int, lowest: int) -> None:
    if port not in range(lowest, 65_536):
        raise ReaderError(f"port {port!r} is no port; give a number from {lowest} to 65535")
