"""Packets as they pass an interface, with the kernel's own time stamps: AF_PACKET sockets and nothing else (Linux).

The filter is in place before the socket is bound and the time stamps are the kernel's, so nothing foreign is
seen, nothing is missed and nothing is seen twice. `man 7 packet`; the filter is classic BPF.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import socket
import struct
import threading
from collections.abc import Sequence

from labsupport.network.pcap import Packet

_SO_TIMESTAMPNS, _SO_ATTACH_FILTER, _SO_RCVBUFFORCE = 35, 26, 33
_SOL_PACKET, _PACKET_STATISTICS = 263, 6
_ETH_P_IP, _ETH_P_ALL = 0x0800, 0x0003
_BUFFER_SIZE = 8 << 20
_read_time = struct.Struct("qq").unpack_from

_LOAD_BYTE, _LOAD_HALF_AT_X, _X_IS_HEADER_LENGTH, _JUMP_IF_EQUAL, _RETURN = 0x30, 0x48, 0xB1, 0x15, 0x06
_PROTOCOL_FIELD = 9


class MissedPackets(RuntimeError):
    """The kernel dropped packets because the capture was not read in time; what was captured is not complete."""


class Sniffer:
    """Reads packets from prepared packet sockets in a thread until it is stopped.

    `packets` holds, for each socket, what was seen so far. The sockets are closed by `stop`.
    """

    def __init__(self, sockets: Sequence[socket.socket]) -> None:
        self.packets: list[list[Packet]] = [[] for _ in sockets]
        self._sockets = sockets
        self._wake, self._woken = os.pipe2(os.O_CLOEXEC)[::-1]
        self._thread = threading.Thread(target=self._read, name="sniffer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Read what is still in the kernel's buffers and end. Raises `MissedPackets` if the kernel dropped any."""
        os.write(self._wake, b"x")
        self._thread.join()
        dropped = sum(_dropped(sock) for sock in self._sockets)
        for sock in self._sockets:
            sock.close()
        os.close(self._wake)
        os.close(self._woken)
        if dropped:
            raise MissedPackets(f"{dropped} packets came faster than they could be read; send less in one capture")

    def _read(self) -> None:
        poll = select.poll()
        for sock in self._sockets:
            poll.register(sock, select.POLLIN)
        poll.register(self._woken, select.POLLIN)
        stopping = False
        while not stopping:
            stopping = any(descriptor == self._woken for descriptor, _ in poll.poll())
            for sock, packets in zip(self._sockets, self.packets, strict=True):
                _drain(sock, packets)


def packet_socket(sock: socket.socket, interface: str, port: int | None = None) -> socket.socket:
    """Prepare an AF_PACKET socket (SOCK_DGRAM, protocol 0) to see the TCP segments on an interface.

    With `port` only segments from or to it. On loopback each packet is seen once, as it arrives.
    """
    program = _tcp_filter(port)
    code = ctypes.create_string_buffer(program)
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", len(program) // 8, ctypes.addressof(code)))
    sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_SIZE)
    with contextlib.suppress(PermissionError):
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_SIZE)
    sock.bind((interface, _ETH_P_IP if interface == "lo" else _ETH_P_ALL))
    return sock


def _drain(sock: socket.socket, packets: list[Packet]) -> None:
    while True:
        try:
            octets, ancillary, _, _ = sock.recvmsg(65600, 64, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        seconds, nanoseconds = _read_time(ancillary[0][2])
        packets.append(Packet(seconds * 10**9 + nanoseconds, octets))


def _dropped(sock: socket.socket) -> int:
    return int(struct.unpack("II", sock.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))[1])


def _tcp_filter(port: int | None) -> bytes:
    """Classic BPF on a packet that starts with its IP header: accept TCP [from or to the port]."""
    def step(code: int, if_true: int = 0, if_false: int = 0, value: int = 0) -> bytes:
        return struct.pack("HBBI", code, if_true, if_false, value)

    accept, reject = step(_RETURN, value=0x40000), step(_RETURN)
    protocol = step(_LOAD_BYTE, value=_PROTOCOL_FIELD)
    if port is None:
        return protocol + step(_JUMP_IF_EQUAL, 0, 1, socket.IPPROTO_TCP) + accept + reject
    return b"".join((
        protocol, step(_JUMP_IF_EQUAL, 0, 6, socket.IPPROTO_TCP), step(_X_IS_HEADER_LENGTH),
        step(_LOAD_HALF_AT_X, value=0), step(_JUMP_IF_EQUAL, 2, 0, port),
        step(_LOAD_HALF_AT_X, value=2), step(_JUMP_IF_EQUAL, 0, 1, port), accept, reject,
    ))
