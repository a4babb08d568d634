"""Keep a Python process on its own machine.

Standard library only: the kernels of the tests load this file before they run a cell.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Any

LAB = ipaddress.ip_network("192.0.2.0/24")
"""The addresses of the private network (TEST-NET-1, RFC 5737); they are routed nowhere else."""


class OffMachineError(RuntimeError):
    """Code under test tried to reach another machine.

    No subclass of OSError, so that code which survives a refused connection cannot survive this.
    """


def keep_offline() -> None:
    """Refuse, for the rest of this process, every connection and name look-up that leaves the machine."""
    sys.addaudithook(_refuse)


def stays_here(host: str) -> bool:
    """True for a loopback or unspecified address, an address of the private network, and localhost names."""
    name = host.rstrip(".").lower()
    if name in ("", "localhost") or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    return address.is_loopback or address.is_unspecified or address in LAB


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    host = _destination(event, arguments)
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if isinstance(host, str) and not stays_here(host):
        raise OffMachineError(
            f"{event}: {host!r} is not on this machine. Serve it on 127.0.0.1, on a name under localhost, "
            f"or in the private network {LAB}."
        )


def _destination(event: str, arguments: tuple[Any, ...]) -> object:
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        return arguments[0] if _is_a_name(arguments[0]) else None
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        sock, address = arguments[:2]
        if sock.family in (socket.AF_INET, socket.AF_INET6) and address:
            return address[0]
    return None


def _is_a_name(host: object) -> bool:
    """Reading an address written in digits asks no name server."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str):
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False
