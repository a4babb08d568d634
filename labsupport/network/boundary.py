"""Nothing for the private network leaves the machine by mistake."""

from __future__ import annotations

import functools
import socket
import sys
from typing import Any

from labsupport.errors import ReaderError
from labsupport.network.addresses import CLIENT, SERVER

_SO_NETNS_COOKIE = 71
"""Names the network namespace a socket belongs to (Linux 5.14 and later)."""

_SENDING = ("socket.connect", "socket.sendto", "socket.sendmsg")


@functools.cache
def guard_the_boundary() -> None:
    """From now on refuse to send to the private network from a socket that is not in it.

    Such a packet would leave the machine in clear text for whatever has that address outside.
    """
    here = own_namespace()
    if here is not None:
        sys.addaudithook(functools.partial(_refuse, here))


def namespace_of(sock: socket.socket) -> bytes | None:
    """What identifies the network namespace of a socket; None where the kernel does not tell."""
    try:
        return sock.getsockopt(socket.SOL_SOCKET, _SO_NETNS_COOKIE, 8)
    except OSError:
        return None


def own_namespace() -> bytes | None:
    """The namespace of this process, also while a host's block runs; None where the kernel does not tell."""
    # A new Internet socket would live on the host of a `with network.client:` block; a pair is always this process's.
    one, other = socket.socketpair()
    with one, other:
        return namespace_of(one)


def _refuse(here: bytes, event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _SENDING:
        return
    sock, address = arguments
    if isinstance(address, tuple) and address[:1] in ((CLIENT,), (SERVER,)) and namespace_of(sock) == here:
        raise ReaderError(
            f"{address[0]} is inside the private network, and this socket is outside; put the line into a block: "
            "with network.capture(): or with network.client:"
        )
