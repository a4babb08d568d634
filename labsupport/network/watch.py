"""Which states each connection goes through, seen in the kernels of both ends."""

from __future__ import annotations

import threading
import time

from labsupport.network.packet import NotTcp, decode
from labsupport.network.sockdiag import SocketDiagnostics
from labsupport.records import Endpoint, Ends, Role, StateChange

_AT_REST = {"CLOSED", "LISTEN", "TIME-WAIT", "ESTABLISHED"}


class StateWatch:
    """Looks, while active, at both ends of every connection whose first segment passed, and keeps the changes.

    A state is seen if it lasts until the wire moves next, or 5 ms: those that end with an arriving segment always do,
    one that a program leaves at once may not.
    """

    def __init__(self, client: SocketDiagnostics, server: SocketDiagnostics, client_address: str) -> None:
        self.active = False
        self._kernels: dict[Role, SocketDiagnostics] = {"client": client, "server": server}
        self._client_address = client_address
        self._now: dict[Ends, dict[Role, str]] = {}
        self._changes: dict[Ends, list[StateChange]] = {}
        self._lock = threading.Lock()

    def begin(self) -> set[Ends]:
        """Watch the connections that begin from now on; returns those that the client has already."""
        with self._lock:
            self._now, self._changes = {}, {}
            earlier = {(entry.local, entry.remote) for entry in self._kernels["client"].sockets()}
        self.active = True
        return earlier

    def end(self) -> None:
        """Watch no more; what was seen stays until the next `begin`."""
        self.active = False

    def look(self, packet: bytes | None) -> None:
        """Take note of the packet's connection if it is new, then look at both ends of all."""
        if not self.active:
            return
        with self._lock:
            if packet is not None:
                self._note(packet)
            for ends, now in self._now.items():
                self._look_at(*ends, now)

    def changes(self) -> dict[Ends, tuple[StateChange, ...]]:
        """What was seen of each connection, by its ends."""
        with self._lock:
            return {ends: tuple(changes) for ends, changes in self._changes.items()}

    @property
    def settled(self) -> bool:
        """True when no connection is on its way from one state to the next."""
        with self._lock:
            return all(set(now.values()) <= _AT_REST for now in self._now.values())

    def _note(self, packet: bytes) -> None:
        try:
            segment = decode(packet)
        except NotTcp:
            return
        if "SYN" in segment.flags and segment.source.host == self._client_address:
            ends = segment.source, segment.destination
            self._now.setdefault(ends, {})
            self._changes.setdefault(ends, [])

    def _look_at(self, client: Endpoint, server: Endpoint, now: dict[Role, str]) -> None:
        for role, kernel in self._kernels.items():
            here, there = (client, server) if role == "client" else (server, client)
            state = _of_connection(kernel.state(here, there), now.get(role))
            if state != now.get(role):
                now[role] = state
                self._changes[client, server].append(StateChange(time.time_ns(), role, state))

    def close(self) -> None:
        """Close both netlink sockets."""
        for kernel in self._kernels.values():
            kernel.close()


def _of_connection(state: str, before: str | None) -> str:
    """A listener answers for a connection that is gone; only SYN-RECEIVED goes back to LISTEN (RFC 9293 §3.10.7.4)."""
    over = state == "LISTEN" and before not in (None, "LISTEN", "SYN-RECEIVED")
    return "CLOSED" if over else state
