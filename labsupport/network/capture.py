"""One capture: the packets at both ends of the wire, joined to segments, and the states of both ends."""

from __future__ import annotations

import math
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labsupport.experiment import ReaderError, Unavailable, check_or_keep, current, replay
from labsupport.network import pcap
from labsupport.network.packet import decode
from labsupport.network.pcap import Packet
from labsupport.network.sockdiag import SocketState
from labsupport.records import Conversation, Endpoint, Segment, StateChange, conversations

if TYPE_CHECKING:
    from labsupport.network.hosts import Host, Loopback
    from labsupport.network.lab import Network
    from labsupport.network.sniffer import Sniffer

Story = Callable[[tuple[Conversation, ...]], Any]
"""Takes out of what a capture saw what is the same on every run and every machine."""

_VANTAGES = ("client", "server")
CLIENT = "192.0.2.1"
"""The client's address in the private network, reserved for documentation (RFC 5737 §3): no network routes it."""

_LOOPBACK_S, _DELAYED_ACK_S, _REACTION_S, _LONGEST_S = 0.01, 0.06, 0.3, 3.0
"""How long silence must last before a capture is complete: on loopback; for a delayed acknowledgment, which Linux
sends after 40 ms; for a program that still has to react; and when to stop waiting all the same."""

_LOOK_EVERY_S = 0.002


class Capture:
    """What passed on the wire while a `with` block ran.

    After the block `segments` holds all that passed, `conversations` the connections that began in the block or, if
    none did, those that went on. The block ends when nothing moves on the wire any more.
    """

    def __init__(self, network: Network, name: str, story: Story) -> None:
        self.network, self.name, self._story = network, name, story
        self.segments: tuple[Segment, ...] = ()
        self.conversations: tuple[Conversation, ...] = ()
        self._sniffer: Sniffer | None = None
        self._packets: list[list[Packet]] = []
        self._earlier: set[Endpoint] = set()
        self._looks: dict[str, Any] = {}
        if not self._live:
            self._replay()

    @property
    def conversation(self) -> Conversation:
        """The only conversation; inside the block, what it was so far.

        Raises `ReaderError` when there were none or several.
        """
        self._join_if_running()
        if len(self.conversations) != 1:
            count = len(self.conversations)
            raise ReaderError(f"the capture holds {count} conversations; choose one of .conversations")
        return self.conversations[0]

    def __enter__(self) -> Capture:
        if self._live:
            if self.network.watch and self.network.link:
                self._earlier = self.network.watch.begin()
                self.network.link.begin()
            self._sniffer = self.network.sniff()
        self.network.client.__enter__()
        return self

    def __exit__(self, exception: type[BaseException] | None, *rest: object) -> None:
        self.network.client.__exit__()
        if self._sniffer is None:
            return
        if exception is None:
            self._settle()
        self._sniffer.stop()
        self._packets, self._sniffer = self._concerned(self._sniffer), None
        self.network.prepare_to_sniff()
        if self.network.watch:
            self.network.watch.end()
        if exception is None:
            self._raise_failures()
            self._join()
            self._compare()

    def until(self, happened: Callable[[Conversation], bool], timeout: float = 5) -> None:
        """Wait inside the block until the latest conversation satisfies a condition.

        Where packets are replayed there is nothing to wait for. Raises `ReaderError` after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while self._sniffer is not None:
            self._join_if_running()
            if self.conversations and happened(self.conversations[-1]):
                return
            if time.monotonic() > deadline:
                raise ReaderError(f"it did not happen within {timeout:g} s; seen so far: {self.conversations}")
            time.sleep(_LOOK_EVERY_S)

    def look(self, name: str, what: Callable[[], Any]) -> Any:
        """Something else to be seen while the block runs, kept with the recording: `look("queue", lambda: …)`.

        What is seen must be something JSON can hold. Raises `ReaderError` after the block.
        """
        if self._sniffer:
            self._looks[name] = what()
        elif self._live:
            raise ReaderError(f"look({name!r}) belongs inside the with block, while there is something to see")
        if name not in self._looks:
            raise Unavailable(f"{name!r} of {self.name!r}", "it was not recorded", self.network.state.remedy)
        return self._looks[name]

    def sockets(self, name: str, host: Host | Loopback) -> list[SocketState]:
        """A host's TCP sockets at this moment, kept with the recording under `name`."""
        def dump() -> list[list[Any]]:
            diagnostics = host.diagnostics()
            try:
                return [[*s.local, *s.remote, s.state, s.receive_queue, s.send_queue] for s in diagnostics.sockets()]
            finally:
                diagnostics.close()

        rows = self.look(name, dump)
        return [SocketState(Endpoint(*row[:2]), Endpoint(*row[2:4]), *row[4:]) for row in rows]

    def save(self, path: Path) -> None:
        """Write the packets as seen at the client to a capture file for Wireshark or tshark."""
        pcap.write(path, self._packets[0])

    @property
    def _live(self) -> bool:
        return self.network.state.live

    def _settle(self) -> None:
        """Wait until nothing moves any more; longer where a connection is half open or half closed."""
        assert self._sniffer is not None
        quiet_since = time.monotonic()
        deadline, count = quiet_since + _LONGEST_S, -1
        while time.monotonic() < min(deadline, quiet_since + self._patience_s()):
            time.sleep(_LOOK_EVERY_S)
            now = sum(map(len, self._sniffer.packets))
            if now != count or (self.network.link and not self.network.link.idle):
                quiet_since, count = time.monotonic(), now

    def _patience_s(self) -> float:
        assert self._sniffer is not None
        if self.network.watch:
            return _DELAYED_ACK_S if self.network.watch.settled else _REACTION_S
        self._join_if_running()
        return _REACTION_S if any(c.half_closed for c in self.conversations) else _LOOPBACK_S

    def _raise_failures(self) -> None:
        link = self.network.link
        if link and link.failure:
            failure, link.failure = link.failure, None
            told = f"the policy raised {failure!r}; it gets (segment, index) and returns delays in seconds"
            raise ReaderError(told) from failure

    def _join_if_running(self) -> None:
        if self._sniffer:
            self._packets = self._concerned(self._sniffer)
            self._join()

    def _concerned(self, sniffer: Sniffer) -> list[list[Packet]]:
        """What was seen up to now of this network's packets; the sniffer goes on in its thread."""
        return [[packet for packet in list(seen) if self.network.concerns(packet.octets)] for seen in sniffer.packets]

    def _join(self) -> None:
        states = self.network.watch.changes() if self.network.watch else {}
        self._tell(self._packets, states)

    def _tell(self, packets: list[list[Packet]], states: dict[Endpoint, tuple[StateChange, ...]]) -> None:
        self.segments = join(packets, CLIENT)
        found = conversations(self.segments, states)
        begun = (talk for talk in found if "SYN" in talk.segments[0].flags and talk.client not in self._earlier)
        self.conversations = tuple(begun) or found

    def _compare(self) -> None:
        """Check the live observation against its recording, or keep it."""
        if not self.name:
            return
        folder = current().recordings
        record = {
            "rtt_ms": self.network.rtt_ms,
            "story": self._story(self.conversations),
            "states": [[*c.client, s.at_ns, s.end, s.state] for c in self.conversations for s in c.states],
            "earlier": sorted(self._earlier),
            "looks": self._looks,
        }
        path = folder / f"{self.name}.json"
        if check_or_keep(path, record, story=lambda seen: [seen["story"], sorted(seen["looks"])]):
            for vantage, packets in zip(_VANTAGES, self._packets, strict=False):
                pcap.write(folder / f"{self.name}.{vantage}.pcap", packets)

    def _replay(self) -> None:
        if not self.name:
            raise Unavailable("a capture without a name", self.network.state.reason, self.network.state.remedy)
        folder = current().recordings
        record = replay(folder / f"{self.name}.json", "network", self.network.state)
        files = [folder / f"{self.name}.{vantage}.pcap" for vantage in _VANTAGES]
        self._packets = [pcap.read(file) for file in files if file.is_file()]
        self._looks = record["looks"]
        self._earlier = {Endpoint(*client) for client in record["earlier"]}
        states: dict[Endpoint, list[StateChange]] = defaultdict(list)
        for host, port, at_ns, end, state in record["states"]:
            states[Endpoint(host, port)].append(StateChange(at_ns, end, state))
        self._tell(self._packets, {client: tuple(changes) for client, changes in states.items()})


def stories(conversations: tuple[Conversation, ...]) -> list[dict[str, list[str]]]:
    """The story of each conversation: what a capture and its recording have in common unless a cell says otherwise."""
    return [conversation.story for conversation in conversations]


def join(packets: Sequence[Sequence[Packet]], client: str) -> tuple[Segment, ...]:
    """The segments of a wire from what was seen at its two ends, in the order in which they were sent.

    `packets` is what was seen at the client, whose address is `client`, and at the server. What one end saw leave
    and the other saw arrive is one segment; what only left was lost; what only arrived was forged. With one
    vantage point, a loopback, a segment is sent and arrives at the same moment.
    """
    if len(packets) == 1:
        return tuple(decode(packet.octets, packet.time_ns, (packet.time_ns,)) for packet in packets[0])
    departures: dict[bytes, list[int]] = defaultdict(list)
    arrivals: dict[bytes, list[int]] = defaultdict(list)
    for at_client, vantage in zip((True, False), packets, strict=True):
        for packet in vantage:
            from_client = packet.octets[12:16] == socket.inet_aton(client)
            (departures if from_client == at_client else arrivals)[packet.octets].append(packet.time_ns)
    segments = [segment for octets, sent in departures.items() for segment in _copies(octets, sent, arrivals[octets])]
    forged = [(octets, at) for octets, times in arrivals.items() if octets not in departures for at in times]
    segments += [replace(decode(octets, at, (at,)), forged=True) for octets, at in forged]
    return tuple(sorted(segments, key=lambda segment: segment.sent_ns))


def _copies(octets: bytes, sent: Sequence[int], arrived: Sequence[int]) -> Iterator[Segment]:
    """One segment for each departure of the same bytes, with what arrived before the next departure."""
    for at, until in zip(sent, (*sent[1:], math.inf), strict=True):
        yield decode(octets, at, tuple(time_ns for time_ns in arrived if at <= time_ns < until))
