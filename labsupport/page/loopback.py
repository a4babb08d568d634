"""The loopback network of a page: TCP between sockets of one process, in memory.

What is sent is there to be read at once. Closing, half-closing and resetting do to the other end what they do over TCP
(RFC 9293 §3.6, §3.10.5).
"""

from __future__ import annotations

import errno
import ipaddress
import os
import random
import socket as real
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labsupport.page.sockets import Socket

Address = tuple[str, int]

_ANY = "0.0.0.0"
_EPHEMERAL = range(32768, 61000)


@dataclass(eq=False)
class Stream:
    """One direction of a connection: octets on their way, and how it ended."""

    octets: bytearray = field(default_factory=bytearray)
    ended: bool = False
    """The sender has sent its FIN."""
    reset: bool = False
    """The reader has been sent a RST."""
    unread: bool = False
    """The reader has closed: what comes now is answered by a RST."""

    @property
    def readable(self) -> bool:
        """True when a read would not wait."""
        return bool(self.octets) or self.ended or self.reset


class Loopback:
    """Who listens where."""

    def __init__(self) -> None:
        self._listeners: dict[Address, deque[Socket]] = {}
        self._random = random.Random()

    def bind(self, address: Address) -> Address:
        """The address with a port, a free one for 0. Raises OSError for one in use, or that is not this machine's."""
        host, port = _ip(address[0]), address[1]
        if host != _ANY and not ipaddress.ip_address(host).is_loopback:
            raise error(errno.EADDRNOTAVAIL)
        if not port:
            port = next(iter(self._free_ports(host)))
        elif (host, port) in self._listeners:
            raise error(errno.EADDRINUSE)
        return host, port

    def _free_ports(self, host: str) -> list[int]:
        ports = self._random.sample(_EPHEMERAL, 64)
        return [port for port in ports if (host, port) not in self._listeners]

    def listen(self, address: Address) -> deque[Socket]:
        """The queue of connections to an address, which takes them from now on."""
        if address in self._listeners:
            raise error(errno.EADDRINUSE)
        return self._listeners.setdefault(address, deque())

    def close(self, address: Address) -> None:
        """Take no more connections there."""
        for waiting in self._listeners.pop(address, ()):
            waiting.abort()

    def connect(self, address: Address, accepted: Callable[[Address], Socket]) -> Address:
        """Queue the other end of a connection. Raises OSError where nobody listens, or beyond this machine."""
        host, port = _ip(address[0]), address[1]
        host = "127.0.0.1" if host == _ANY else host
        if not ipaddress.ip_address(host).is_loopback:
            raise error(errno.ENETUNREACH)
        queue = self._listeners.get((host, port), self._listeners.get((_ANY, port)))
        if queue is None:
            raise error(errno.ECONNREFUSED)
        queue.append(accepted((host, port)))
        return host, port


def resolve(host: str | bytes | None) -> str:
    """The IPv4 address of a name. Raises `socket.gaierror` for names of other machines: there are none here."""
    name = (host.decode() if isinstance(host, bytes) else host or "127.0.0.1").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return "127.0.0.1"
    try:
        return str(ipaddress.IPv4Address(name))
    except ValueError:
        raise real.gaierror(real.EAI_NONAME, "Name or service not known") from None


def error(number: int) -> OSError:
    """The error of a call that failed, of the class that Python has for it."""
    return OSError(number, os.strerror(number))


def _ip(host: str) -> str:
    return resolve(host) if host else _ANY


loopback = Loopback()
"""The loopback of this page."""
