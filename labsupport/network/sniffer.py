"""Packets as they pass an interface, with the kernel's own time stamps: AF_PACKET sockets and nothing else (Linux).

The filter is in place before the socket is bound and the time stamps are the kernel's, so nothing foreign is
seen, nothing is missed and nothing is seen twice. `man 7 packet`; the filter is classic BPF.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import select
import socket
import struct
import threading
from collections.abc import Sequence

from labsupport.errors import ReaderError
from labsupport.network.pcap import Packet

_SO_TIMESTAMPNS, _SO_ATTACH_FILTER, _SO_RCVBUFFORCE = 35, 26, 33
_SOL_PACKET, _PACKET_STATISTICS = 263, 6
_ETH_P_IP, _ETH_P_ALL = 0x0800, 0x0003
_BUFFER_SIZE = 8 << 20
_read_time = struct.Struct("qq").unpack_from

_LOAD_BYTE, _JUMP_IF_EQUAL, _RETURN = 0x30, 0x15, 0x06
_PROTOCOL_FIELD, _WHOLE_PACKET = 9, 0x40000


class MissedPackets(ReaderError):
    """What was captured is not complete: the kernel dropped packets that were not read in time, or reading failed."""


class Sniffer:
    """Reads packets from prepared packet sockets in a thread, from `begin` on, until it is stopped.

    `packets` holds, for each socket, what was seen so far. The sockets are closed by `stop`.
    """

    def __init__(self, sockets: Sequence[socket.socket]) -> None:
        self.packets: list[list[Packet]] = [[] for _ in sockets]
        self._sockets = sockets
        self._woken, self._wake = socket.socketpair()
        self._open = contextlib.ExitStack()
        for sock in (self._woken, self._wake, *sockets):
            self._open.callback(sock.close)
        self.begun = self.stopped = False
        self.failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="sniffer", daemon=True)
        self._thread.start()

    def begin(self, interfaces: Sequence[str]) -> None:
        """See what passes from now on: one interface for each socket. On loopback a packet is seen as it arrives."""
        self.begun = True
        for sock, interface in zip(self._sockets, interfaces, strict=True):
            sock.bind((interface, _ETH_P_IP if interface == "lo" else _ETH_P_ALL))

    def stop(self) -> None:
        """Read what is still in the kernel's buffers and end. Raises `MissedPackets` if the kernel dropped any.

        An interrupted stop may be repeated; a second one does nothing.
        """
        if self.stopped:
            return
        self._wake.send(b"x")
        if self._thread is not threading.current_thread():  # the garbage collector may run in any thread
            self._thread.join()
        self.stopped = True
        with self._open:
            dropped = sum(_dropped(sock) for sock in self._sockets)
        if self.failure:
            raise MissedPackets(f"reading the packets failed: {self.failure}; run the cell again") from self.failure
        if dropped:
            raise MissedPackets(f"{dropped} packets came faster than they could be read; send less in one capture")

    def _run(self) -> None:
        try:
            self._read()
        except Exception as error:  # told to the cell by `stop`
            self.failure = error

    def _read(self) -> None:
        poll = select.poll()
        for sock in self._sockets:
            poll.register(sock, select.POLLIN)
        poll.register(self._woken, select.POLLIN)
        stopping = False
        while not stopping:
            stopping = any(descriptor == self._woken.fileno() for descriptor, _ in poll.poll())
            for sock, packets in zip(self._sockets, self.packets, strict=True):
                _drain(sock, packets)


def packet_socket(sock: socket.socket) -> socket.socket:
    """Prepare an AF_PACKET socket (SOCK_DGRAM, protocol 0) to see TCP segments over IPv4, once it is bound."""
    keep_time_stamps_on()
    program = b"".join((
        _step(_LOAD_BYTE, value=_PROTOCOL_FIELD), _step(_JUMP_IF_EQUAL, 0, 1, socket.IPPROTO_TCP),
        _step(_RETURN, value=_WHOLE_PACKET), _step(_RETURN),
    ))
    code = ctypes.create_string_buffer(program)
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", len(program) // 8, ctypes.addressof(code)))
    sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_SIZE)
    with contextlib.suppress(PermissionError):
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_SIZE)
    return sock


def _drain(sock: socket.socket, packets: list[Packet]) -> None:
    while True:
        try:
            octets, ancillary, _, _ = sock.recvmsg(65600, 64, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        seconds, nanoseconds = _read_time(ancillary[0][2])
        packets.append(Packet(seconds * 10**9 + nanoseconds, octets))


@functools.cache
def keep_time_stamps_on() -> socket.socket:
    """A socket that is never closed, so that the kernel stamps packets from the start of every capture.

    It begins to stamp a moment after the first socket asks for it, and ceases when the last such socket is closed.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    return sock


def _dropped(sock: socket.socket) -> int:
    return int(struct.unpack("II", sock.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))[1])


def _step(code: int, if_true: int = 0, if_false: int = 0, value: int = 0) -> bytes:
    """One instruction of classic BPF; the packet begins with its IP header."""
    return struct.pack("HBBI", code, if_true, if_false, value)
