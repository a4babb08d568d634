"""One capture: the packets at both ends of the wire, joined to segments, and the states of both ends."""

from __future__ import annotations

import gc
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labsupport.errors import ReaderError, Unavailable
from labsupport.experiment import current, named
from labsupport.network import pcap
from labsupport.network.addresses import CLIENT
from labsupport.network.joining import join
from labsupport.network.pcap import Packet
from labsupport.network.policy import wire_failure
from labsupport.network.precedence import go_first, wait_in_line
from labsupport.network.sockdiag import SocketState
from labsupport.recordings import as_json_has_it, keep, must_be_kept, replay
from labsupport.records import Conversation, Endpoint, Ends, Segment, StateChange, conversations

if TYPE_CHECKING:
    from labsupport.network.hosts import Host, Loopback
    from labsupport.network.lab import Network
    from labsupport.network.sniffer import Sniffer

Story = Callable[[tuple[Conversation, ...]], Any]
"""Takes out of what a capture saw what is the same on every run and every machine."""

_VANTAGES = ("client", "server")
_LOOPBACK_S, _DELAYED_ACK_S, _REACTION_S, _LONGEST_S = 0.01, 0.06, 0.3, 60.0
"""How long silence must last before a capture is complete: on loopback; for a delayed acknowledgment, which Linux
sends after 40 ms; for a program that still has to react; and after which time it never will be."""

_LOOK_EVERY_S = 0.002


class Capture:
    """What passed on the wire while a `with` block ran.

    After the block `segments` holds all that passed, `conversations` the connections that began in the block or, if
    none did, those that went on. The block ends when nothing moves on the wire any more.
    """

    def __init__(self, network: Network, name: str, story: Story, needs: Iterable[str] = ()) -> None:
        self.network, self.name, self._story = network, name, story
        states = [("network", network.state), *((need, named(name, need)) for need in needs)]
        self._need, self._state = next((each for each in states if not each[1].live), states[0])
        self.segments: tuple[Segment, ...] = ()
        self.conversations: tuple[Conversation, ...] = ()
        self._sniffer: Sniffer | None = None
        self._packets: list[list[Packet]] = []
        self._earlier: set[Ends] = set()
        self._looks: dict[str, Any] = {}
        if not self._live:
            self._replay()

    @property
    def conversation(self) -> Conversation:
        """The only conversation; inside the block, what it was so far.

        Raises `ReaderError` when there were none or several.
        """
        self._join_if_running()
        if not self.conversations:
            raise ReaderError("the capture saw no segment; send through this network inside the with block")
        if len(self.conversations) != 1:
            count = len(self.conversations)
            raise ReaderError(f"the capture holds {count} conversations; choose one of .conversations")
        return self.conversations[0]

    def __enter__(self) -> Capture:
        if self.network.capturing:
            raise ReaderError("a capture of this network is still running; end its block, or make another network")
        if self._live:
            self._begin()
        self.network.client.__enter__()
        self.network.capturing = True
        return self

    def _begin(self) -> None:
        if self.network.watch and self.network.link:
            self._earlier = self.network.watch.begin()
            self.network.link.begin()
        self._sniffer = self.network.sniff()
        go_first()
        # A full collection of garbage takes a tenth of a second in a notebook, during which the wire would stand still.
        # What was there before the block is left out of it.
        gc.freeze()

    def __exit__(self, exception: type[BaseException] | None, *rest: object) -> None:
        self.network.capturing = False
        self.network.client.__exit__()
        if self._sniffer is None:
            return
        try:
            if exception is None:
                self._settle()
                self._raise_failure()
        finally:
            self._stop()
        if exception is None:
            self._join()
            self._compare()

    def _stop(self) -> None:
        gc.unfreeze()
        wait_in_line()
        sniffer, self._sniffer = self._sniffer, None
        assert sniffer is not None
        sniffer.stop()
        self._packets = self._concerned(sniffer)
        self.network.prepare_to_sniff()
        if self.network.watch:
            self.network.watch.end()

    def until(self, happened: Callable[[Conversation], bool], timeout: float = 5) -> None:
        """Wait inside the block until the latest conversation satisfies a condition.

        Where packets are replayed there is nothing to wait for. Raises `ReaderError` after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while self._sniffer is not None:
            self._join_if_running()
            self._raise_failure()
            if self.conversations and happened(self.conversations[-1]):
                return
            if time.monotonic() > deadline:
                raise ReaderError(f"it did not happen within {timeout:g} s; seen so far: {self.conversations}")
            time.sleep(_LOOK_EVERY_S)

    def look(self, name: str, what: Callable[[], Any]) -> Any:
        """Something else to be seen while the block runs, kept with the recording: `look("queue", lambda: …)`.

        What is seen must be something JSON can hold, and comes back as JSON has it: a tuple as a list. Raises
        `ReaderError` after the block.
        """
        if self._sniffer:
            self._looks[name] = as_json_has_it(f"look({name!r})", what())
        elif self._live:
            raise ReaderError(f"look({name!r}) belongs inside the with block, while there is something to see")
        if name not in self._looks:
            raise Unavailable(f"{name!r} of {self.name!r}", "it was not recorded", self._state.remedy)
        return deepcopy(self._looks[name])

    def sockets(self, name: str, host: Host | Loopback) -> list[SocketState]:
        """A host's TCP sockets at this moment, kept with the recording under `name`."""
        def dump() -> list[list[Any]]:
            diagnostics = host.diagnostics()
            try:
                return [[*each.local, *each.remote, *astuple(each)[2:]] for each in diagnostics.sockets()]
            finally:
                diagnostics.close()

        rows = self.look(name, dump)
        return [SocketState(Endpoint(*row[:2]), Endpoint(*row[2:4]), *row[4:]) for row in rows]

    @property
    def _live(self) -> bool:
        return self._state.live

    def _settle(self) -> None:
        """Wait until nothing moves any more; longer where a connection is half open or half closed."""
        assert self._sniffer is not None
        quiet_since = started = time.monotonic()
        count = -1
        while time.monotonic() < quiet_since + self._patience_s():
            time.sleep(_LOOK_EVERY_S)
            self._raise_failure()
            now = sum(map(len, self._sniffer.packets))
            if now != count or (self.network.link and not self.network.link.idle):
                quiet_since, count = time.monotonic(), now
            if quiet_since > started + _LONGEST_S:
                told = f"segments still pass {_LONGEST_S:g} s after the block"
                raise ReaderError(f"{told}; close what sends them inside it")

    def _patience_s(self) -> float:
        assert self._sniffer is not None
        if self.network.watch:
            return _DELAYED_ACK_S if self.network.watch.settled else _REACTION_S
        self._join_if_running()
        return _REACTION_S if any(c.half_closed for c in self.conversations) else _LOOPBACK_S

    def _raise_failure(self) -> None:
        link = self.network.link
        if link and link.failure:
            raise wire_failure(link.failure) from link.failure

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

    def _tell(self, packets: list[list[Packet]], states: dict[Ends, tuple[StateChange, ...]]) -> None:
        self.segments = join(packets, CLIENT)
        found = conversations(self.segments, states)
        begun = (talk for talk in found if "SYN" in talk.segments[0].flags and talk.ends not in self._earlier)
        self.conversations = tuple(begun) or found

    def _compare(self) -> None:
        """Check the live observation against its recording, or keep it."""
        if not self.name:
            return
        states = {(talk.ends, change) for talk in self.conversations for change in talk.states}
        passed = {(segment.source, segment.destination) for segment in self.segments}
        record = {
            "rtt_ms": self.network.rtt_ms,
            "vantages": _VANTAGES[: len(self._packets)],
            "story": self._story(self.conversations),
            "states": sorted([*client, *server, each.at_ns, each.end, each.state] for (client, server), each in states),
            "earlier": sorted(
                [*client, *server] for client, server in self._earlier if {(client, server), (server, client)} & passed
            ),
            "looks": self._looks,
        }
        path = self._path("json")
        if must_be_kept(path, record, story=lambda seen: [seen["rtt_ms"], seen["story"], sorted(seen["looks"])]):
            path.parent.mkdir(parents=True, exist_ok=True)
            for vantage, packets in zip(_VANTAGES, self._packets, strict=False):
                pcap.write(self._path(f"{vantage}.pcap"), packets)
            keep(path, record)

    def _path(self, ending: str) -> Path:
        return current().recording(self.name, ending)

    def _replay(self) -> None:
        state = self._state
        if not self.name:
            raise Unavailable("a capture without a name", state.reason, state.remedy)
        record = replay(self._path("json"), self._need, state.reason, state.remedy)
        if record["rtt_ms"] != self.network.rtt_ms:
            told = f"it was recorded with rtt_ms={record['rtt_ms']}"
            raise Unavailable(f"{self.name!r} with rtt_ms={self.network.rtt_ms}", told, state.remedy)
        self._packets = [pcap.read(self._path(f"{vantage}.pcap")) for vantage in record["vantages"]]
        self._looks = record["looks"]
        self._earlier = {_ends(*row) for row in record["earlier"]}
        states: dict[Ends, list[StateChange]] = defaultdict(list)
        for *ends, at_ns, end, state_name in record["states"]:
            states[_ends(*ends)].append(StateChange(at_ns, end, state_name))
        self._tell(self._packets, {ends: tuple(changes) for ends, changes in states.items()})


def _ends(client_host: str, client_port: int, server_host: str, server_port: int) -> Ends:
    """Both ends as a recording names them."""
    return Endpoint(client_host, client_port), Endpoint(server_host, server_port)


def stories(conversations: tuple[Conversation, ...]) -> list[dict[str, list[str]]]:
    """The story of each conversation: what a capture and its recording have in common unless a cell says otherwise."""
    return [conversation.story for conversation in conversations]
