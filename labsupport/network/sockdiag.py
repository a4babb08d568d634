"""The kernel's own view of TCP sockets, by socket diagnostics over netlink (Linux, `man 7 sock_diag`).

Needs no privilege, sees SYN-RECEIVED and TIME-WAIT, which `getsockopt(TCP_INFO)` does not, and costs microseconds.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from dataclasses import dataclass

from labsupport.records import Endpoint

STATES = {
    1: "ESTABLISHED", 2: "SYN-SENT", 3: "SYN-RECEIVED", 4: "FIN-WAIT-1", 5: "FIN-WAIT-2", 6: "TIME-WAIT", 7: "CLOSED",
    8: "CLOSE-WAIT", 9: "LAST-ACK", 10: "LISTEN", 11: "CLOSING", 12: "SYN-RECEIVED",
}
"""The names of RFC 9293 §3.3.2 for the kernel's numbers (`include/net/tcp_states.h`). 12 is not yet a socket."""

TIMERS = ("", "retransmit", "keep-alive", "time-wait", "probe")
"""The names of a socket's running timer by the kernel's numbers; `ss -o` shows the same."""

_SOCK_DIAG_BY_FAMILY, _NLMSG_ERROR, _NLMSG_DONE = 20, 2, 3
_NLM_F_REQUEST, _NLM_F_DUMP = 0x1, 0x300
_ALL_STATES, _NO_COOKIE = 0xFFFF_FFFF, 0xFFFF_FFFF
_NOBODY = Endpoint("0.0.0.0", 0)


@dataclass(frozen=True, slots=True)
class SocketState:
    """One TCP socket as the kernel describes it.

    Queues are what `ss` shows: octets received and not yet read, octets sent and not yet acknowledged; for a
    socket in LISTEN, the connections waiting for `accept()` and the most that may wait. `timer` is the one that runs
    for the socket, empty for none, and `expires_s` the seconds until it runs out. `retransmissions` counts how often
    something was sent again, or how many probes went out, while the timer is one of those.
    """

    local: Endpoint
    remote: Endpoint
    state: str
    receive_queue: int
    send_queue: int
    timer: str = ""
    expires_s: float = 0.0
    retransmissions: int = 0


class SocketDiagnostics:
    """Asks one host's kernel about its sockets; takes the netlink socket to ask through and owns it."""

    def __init__(self, netlink: socket.socket) -> None:
        self._netlink = netlink
        self._sequence = 0

    def state(self, local: Endpoint, remote: Endpoint) -> str:
        """The state of one connection's local end; `LISTEN` or `CLOSED` when there is no such connection."""
        self._request(local, remote, _NLM_F_REQUEST)
        answer = self._netlink.recv(65536)
        if struct.unpack_from("=H", answer, 4)[0] != _NLMSG_ERROR:
            return STATES[answer[17]]
        error = -struct.unpack_from("=i", answer, 16)[0]
        if error != errno.ENOENT:
            raise OSError(error, f"socket diagnostics: {os.strerror(error)}")
        return "CLOSED"

    def sockets(self) -> list[SocketState]:
        """All TCP sockets of the host over IPv4, listeners too."""
        self._request(_NOBODY, _NOBODY, _NLM_F_REQUEST | _NLM_F_DUMP)
        found: list[SocketState] = []
        while True:
            answer, at = self._netlink.recv(1 << 18), 0
            while at < len(answer):
                length, kind = struct.unpack_from("=IH", answer, at)
                if kind == _NLMSG_DONE:
                    return found
                if kind == _NLMSG_ERROR:
                    error = -struct.unpack_from("=i", answer, at + 16)[0]
                    raise OSError(error, f"socket diagnostics: {os.strerror(error)}")
                found.append(_socket_state(answer[at + 16 : at + length]))
                at += (length + 3) & ~3

    def close(self) -> None:
        """Close the netlink socket."""
        self._netlink.close()

    def _request(self, local: Endpoint, remote: Endpoint, flags: int) -> None:
        self._sequence += 1
        identity = (
            struct.pack("!HH", local.port, remote.port)
            + socket.inet_aton(local.host).ljust(16, b"\0") + socket.inet_aton(remote.host).ljust(16, b"\0")
            + struct.pack("=III", 0, _NO_COOKIE, _NO_COOKIE)
        )
        body = struct.pack("=BBBxI", socket.AF_INET, socket.IPPROTO_TCP, 0, _ALL_STATES) + identity
        self._netlink.send(struct.pack("=IHHII", 16 + len(body), _SOCK_DIAG_BY_FAMILY, flags, self._sequence, 0) + body)


def _timer(number: int) -> str:
    """The name of a timer; newer kernels may have more of them."""
    return TIMERS[number] if number < len(TIMERS) else "unknown"


def _socket_state(message: bytes) -> SocketState:
    local_port, remote_port = struct.unpack_from("!HH", message, 4)
    expires_ms, receive_queue, send_queue = struct.unpack_from("=III", message, 52)
    return SocketState(
        Endpoint(socket.inet_ntoa(message[8:12]), local_port), Endpoint(socket.inet_ntoa(message[24:28]), remote_port),
        STATES[message[1]], receive_queue, send_queue, _timer(message[2]), expires_ms / 1000, message[3],
    )
