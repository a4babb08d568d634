"""A host of the model: its connections, its doors, and the answer to what belongs to none (RFC 9293 §3.10.7.1)."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from labsupport.errors import ReaderError
from labsupport.network.model.arrival import arrive, may_reopen
from labsupport.network.model.clock import Clock
from labsupport.network.model.connection import Connection
from labsupport.network.model.journal import Journal
from labsupport.network.model.rules import Rules
from labsupport.network.model.tcb import Tcb
from labsupport.network.model.wire import Wire
from labsupport.records import Endpoint, Role, Segment

_DYNAMIC_PORTS = range(49_152, 65_536)


class Door:
    """A port that a program listens at. `state` is LISTEN, and CLOSED after `close`.

    `accepted` are the connections that `accept()` handed to the program: each at once when it was established.
    """

    def __init__(self, host: Host, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.accepted: list[Connection] = []
        self.state = host.table["CLOSED", "passive OPEN"].into
        self._host = host

    @property
    def port(self) -> int:
        """The port."""
        return self.endpoint.port

    def close(self) -> None:
        """Listen no more; connections that are not yet established vanish. May be called again."""
        if self.state == "LISTEN":
            self.state = self._host.table["LISTEN", "CLOSE"].into
            self._host.shut(self)

    def __repr__(self) -> str:
        return f"<Door {self.endpoint}: {self.state}, {len(self.accepted)} accepted>"


class Host:
    """One of the two hosts. `initial_number` gives the next initial sequence number."""

    def __init__(self, end: Role, address: str, wire: Wire, clock: Clock, rules: Rules, journal: Journal,
                 initial_number: Callable[[], int]) -> None:
        self.end, self.address = end, address
        self.wire, self.clock, self.rules, self.table = wire, clock, rules, rules.table()
        self.initial_number = initial_number
        self.doors: dict[int, Door] = {}
        self._journal = journal
        self._ports = itertools.cycle(_DYNAMIC_PORTS)
        self._tcbs: dict[tuple[Endpoint, Endpoint], Tcb] = {}

    def listen(self, port: int) -> Door:
        """A door at a port."""
        self.doors[port] = door = Door(self, Endpoint(self.address, port))
        return door

    def shut(self, door: Door) -> None:
        """Take a door away, and what is not yet established with it."""
        del self.doors[door.port]
        for tcb in [each for each in self._tcbs.values() if each.door is door and each.state == "SYN-RECEIVED"]:
            tcb.enter("CLOSED")

    def open(self, local: Endpoint, remote: Endpoint, data: bytes) -> Connection:
        """Begin a connection from this host."""
        tcb = self._add(Tcb(self, local, remote))
        tcb.happens("active OPEN", data)
        return Connection(tcb)

    def state(self, local: Endpoint, remote: Endpoint) -> str:
        """What the host would say of one connection: its state, else LISTEN or CLOSED."""
        if tcb := self._tcbs.get((local, remote)):
            return tcb.state
        return "LISTEN" if local.port in self.doors else "CLOSED"

    def free_port(self) -> int:
        """The next port after those that were given out, and in no use. Raises `ReaderError` when all are in use."""
        taken = {local.port for local, _ in self._tcbs}
        for port in itertools.islice(self._ports, len(_DYNAMIC_PORTS)):
            if port not in taken:
                return port
        raise ReaderError(f"all dynamic ports of the {self.end} are in use; close connections, or name a port")

    def arrive(self, segment: Segment) -> None:
        """A segment for this host: to its connection, to a door, or to nobody."""
        ends = segment.destination, segment.source
        tcb, door = self._tcbs.get(ends), self.doors.get(segment.destination.port)
        if tcb and door and may_reopen(tcb, segment):
            tcb.stop()
            tcb.state, tcb = "CLOSED", None
        if tcb:
            arrive(tcb, segment)
        elif door and segment.flags & {"SYN", "ACK", "RST"} == {"SYN"}:
            arrive(self._add(Tcb(self, *ends, door)), segment)
        elif not door or "ACK" in segment.flags:
            self.refuse(segment)

    def refuse(self, segment: Segment) -> None:
        """Answer with RST what belongs to no connection, unless it is an RST."""
        ends = segment.destination, segment.source
        if "RST" in segment.flags:
            return
        if "ACK" in segment.flags:
            self.wire.send(*ends, "RST", segment.ack)
        else:
            self.wire.send(*ends, "RST·ACK", 0, segment.seq + segment.span)

    def note(self, tcb: Tcb, state: str) -> None:
        """Keep that a connection entered a state."""
        ends = (tcb.local, tcb.remote) if self.end == "client" else (tcb.remote, tcb.local)
        self._journal.note(ends, self.end, state)

    def accept(self, tcb: Tcb, door: Door) -> None:
        """Hand an established connection to the program at a door."""
        door.accepted.append(Connection(tcb))

    def forget(self, tcb: Tcb) -> None:
        """The connection is no more."""
        self._tcbs.pop((tcb.local, tcb.remote), None)

    def _add(self, tcb: Tcb) -> Tcb:
        self._tcbs[tcb.local, tcb.remote] = tcb
        return tcb
