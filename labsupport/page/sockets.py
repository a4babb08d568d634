"""`Socket`: the face of `socket.socket` on the loopback of a page, for TCP over IPv4."""

from __future__ import annotations

import errno
import itertools
import socket as real
import struct
import weakref
from collections import deque
from collections.abc import Callable
from typing import Any

from labsupport.errors import Unavailable
from labsupport.page.loopback import Address, Stream, error, loopback
from labsupport.page.turns import REMEDY, turns

_NOT_BLOCKING_ROOM = 1 << 20
"""Octets that a socket which does not block takes before it says that it would."""

_numbers = itertools.count(1000)
"""Descriptors that no file has."""

by_number: weakref.WeakValueDictionary[int, Socket] = weakref.WeakValueDictionary()
"""The sockets by these descriptors."""


class Socket(real.socket):
    """A TCP socket of the page. It blocks by letting the others of the page go on."""

    _number = -1

    def __init__(self, family: int = -1, type: int = -1, proto: int = -1, fileno: int | None = None) -> None:
        if family not in (-1, real.AF_INET) or type not in (-1, real.SOCK_STREAM) or fileno is not None:
            raise Unavailable("a socket of this kind", "the page carries TCP over IPv4 in memory, nothing else", REMEDY)
        self._io_refs, self._closed = 0, False
        self._number = next(_numbers)
        by_number[self._number] = self
        self._timeout = real.getdefaulttimeout()
        self._options: dict[tuple[int, int], Any] = {}
        self._own: Address = ("0.0.0.0", 0)
        self._other: Address | None = None
        self._queue: deque[Socket] | None = None
        self.incoming, self.outgoing = Stream(), Stream()

    # Addresses

    def bind(self, address: Any) -> None:
        """Take an address; port 0 takes a free one."""
        self._own = loopback.bind(address[:2])

    def listen(self, backlog: int = 128) -> None:
        """Take connections from now on."""
        if self._queue is None:
            if not self._own[1]:
                self.bind(self._own)
            self._queue = loopback.listen(self._own)

    def accept(self) -> tuple[Socket, Address]:
        """The next connection and where it comes from."""
        queue = self._queue
        if queue is None:
            raise error(errno.EINVAL)
        self._wait(lambda: bool(queue) or self._number < 0)
        if self._number < 0:
            raise error(errno.EBADF)
        accepted = queue.popleft()
        return accepted, accepted.getpeername()

    def connect(self, address: Any) -> None:
        """Open a connection. Raises OSError where nobody listens."""
        if self._other:
            raise error(errno.EISCONN)
        if not self._own[1]:
            self._own = loopback.bind(("127.0.0.1", 0))
        self._other = loopback.connect(address[:2], self._accepted)

    def connect_ex(self, address: Any) -> int:
        """The same; the number of the error, or 0."""
        try:
            self.connect(address)
        except OSError as refused:
            return refused.errno or errno.EINVAL
        return 0

    def _accepted(self, address: Address) -> Socket:
        other = Socket()
        other._own, other._other = address, self._own
        other.incoming, other.outgoing = self.outgoing, self.incoming
        return other

    def getsockname(self) -> Address:
        """Its own address."""
        return self._own

    def getpeername(self) -> Address:
        """The address of the other end."""
        if self._other is None:
            raise error(errno.ENOTCONN)
        return self._other

    # Octets

    def send(self, data: Any, flags: int = 0) -> int:
        """Send all the octets; the number of those that were sent."""
        octets = memoryview(data).cast("B")
        self._check_sending()
        if self._timeout == 0:
            octets = octets[: max(0, _NOT_BLOCKING_ROOM - len(self.outgoing.octets))]
            if not octets and len(memoryview(data)):
                raise error(errno.EAGAIN)
        if self.outgoing.unread:
            self.incoming.reset = True
        else:
            self.outgoing.octets += octets
        return len(octets)

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Send all the octets."""
        self.send(data, flags)

    def _check_sending(self) -> None:
        if self._number < 0:
            raise error(errno.EBADF)
        if self._other is None:
            raise error(errno.ENOTCONN)
        if self.incoming.reset and not self.incoming.ended and not self.outgoing.ended:
            self.outgoing.ended = True
            raise error(errno.ECONNRESET)
        if self.outgoing.ended or self.incoming.reset:
            raise error(errno.EPIPE)

    def recv(self, size: int, flags: int = 0) -> bytes:
        """At most `size` octets, as soon as there are some; none when the other end has sent its FIN."""
        if self._number < 0:
            raise error(errno.EBADF)
        if self._other is None:
            raise error(errno.ENOTCONN)
        stream = self.incoming
        least = size if flags & real.MSG_WAITALL else 1
        self._wait(lambda: stream.readable and (len(stream.octets) >= least or stream.ended or stream.reset))
        if stream.reset:
            stream.reset, stream.ended = False, True
            stream.octets.clear()
            self.outgoing.ended = True
            raise error(errno.ECONNRESET)
        octets = bytes(stream.octets[:size])
        if not flags & real.MSG_PEEK:
            del stream.octets[: len(octets)]
        return octets

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """The same into a buffer; the number of octets."""
        octets = self.recv(nbytes or len(buffer), flags)
        buffer[: len(octets)] = octets
        return len(octets)

    def _wait(self, happened: Callable[[], bool]) -> None:
        if self._timeout == 0 and not happened():
            turns.wait(happened, 0)
            if not happened():
                raise error(errno.EAGAIN)
        elif not turns.wait(happened, self._timeout):
            raise TimeoutError("timed out")

    # The end

    def shutdown(self, how: int) -> None:
        """End one direction or both."""
        if self._other is None:
            raise error(errno.ENOTCONN)
        if how in (real.SHUT_WR, real.SHUT_RDWR):
            self.outgoing.ended = True
        if how in (real.SHUT_RD, real.SHUT_RDWR):
            self.incoming.ended = True

    def abort(self) -> None:
        """Close with a RST."""
        self.setsockopt(real.SOL_SOCKET, real.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def _real_close(self, _ss: Any = None) -> None:
        if self._number < 0:
            return
        self._number = -1
        if self._queue is not None:
            loopback.close(self._own)
        if self._other is None:
            return
        hard = self._options.get((real.SOL_SOCKET, real.SO_LINGER)) == struct.pack("ii", 1, 0)
        if (hard or self.incoming.octets) and not self.outgoing.unread:
            self.outgoing.reset = True
        self.outgoing.ended, self.incoming.unread = True, True

    def detach(self) -> int:
        """Close it here; the number it had."""
        number = self._number
        self._real_close()
        return number

    def __del__(self) -> None:
        self._real_close()

    # What it is like

    def fileno(self) -> int:
        """A number of its own; -1 when it is closed."""
        return self._number

    def setsockopt(self, level: int, option: int, value: Any, length: int = 0) -> None:
        """Keep a setting; lingering alone has an effect."""
        self._options[level, option] = value

    def getsockopt(self, level: int, option: int, length: int = 0) -> Any:
        """A setting that was made, 0 for others."""
        return self._options.get((level, option), b"\0" * length if length else 0)

    def settimeout(self, value: float | None) -> None:
        """How long calls wait, in seconds; None for as long as it takes."""
        self._timeout = value

    def gettimeout(self) -> float | None:
        """How long calls wait."""
        return self._timeout

    timeout = property(gettimeout)

    def setblocking(self, flag: bool) -> None:
        """Whether calls wait."""
        self._timeout = None if flag else 0.0

    def getblocking(self) -> bool:
        """Whether calls wait."""
        return self._timeout != 0

    @property
    def family(self) -> real.AddressFamily:
        """IPv4."""
        return real.AF_INET

    @property
    def type(self) -> real.SocketKind:
        """A stream."""
        return real.SOCK_STREAM

    @property
    def proto(self) -> int:
        """Whatever carries a stream."""
        return 0

    @property
    def readable(self) -> bool:
        """True when `accept` or `recv` would not wait."""
        return bool(self._queue) if self._queue is not None else self.incoming.readable
