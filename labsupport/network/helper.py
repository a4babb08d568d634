"""The child process that owns the private network namespaces and hands out sockets in them.

Run as a script with the number of an inherited Unix socket. A socket belongs for good to the namespace in which
it was created, whoever holds its descriptor; so this process, which is single-threaded and may therefore enter
namespaces, creates what is asked for and passes the descriptor to the notebook's kernel, which may not.
It ends when the other end of the Unix socket is closed, however the kernel died. Standard library only.
"""

import contextlib
import ctypes
import fcntl
import functools
import itertools
import json
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from typing import Any

Answer = tuple[Any, list[int]]
"""What goes back to the kernel: a value that JSON can hold, and descriptors to pass and close."""

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFADDR, SIOCSIFDSTADDR, SIOCSIFNETMASK, SIOCSIFMTU, SIOCSIFFLAGS = 0x8916, 0x8918, 0x891C, 0x8922, 0x8914
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
IFF_UP, IFF_RUNNING = 0x1, 0x40

libc = ctypes.CDLL(None, use_errno=True)
namespaces: list[int] = []


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = socket.socket(fileno=int(sys.argv[1]))
    for number, answer in itertools.chain([(0, become_root)], requests(channel)):
        try:
            value, descriptors = answer()
            reply: dict[str, Any] = {"number": number, "value": value}
        except OSError as error:
            reply = {"number": number, "error": error.strerror or str(error), "errno": error.errno}
            descriptors = []
        socket.send_fds(channel, [json.dumps(reply).encode()], descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def requests(channel: socket.socket) -> Iterator[tuple[int, Callable[[], Answer]]]:
    """Yield what the kernel asks for, one at a time, until it closes the channel."""
    while message := channel.recv(65536):
        number, name, arguments = json.loads(message)
        yield number, functools.partial(OPERATIONS[name], *arguments)


def become_root() -> Answer:
    """Enter a user namespace in which this process is root, and the notebook's user everywhere else."""
    uid, gid = os.geteuid(), os.getegid()
    check(libc.unshare(CLONE_NEWUSER))
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    return os.getpid(), []


def add_host(interface: str, address: str, peer: str, settings: dict[str, str]) -> Answer:
    """Make a network namespace with loopback and, if an interface is named, a TUN device to the peer."""
    check(libc.unshare(CLONE_NEWNET))
    namespaces.append(os.open("/proc/self/ns/net", os.O_RDONLY))
    for key, value in settings.items():
        with contextlib.suppress(OSError):  # an older kernel lacks some of them
            write_setting(key, value)
    bring_up("lo")
    descriptors = []
    if interface:
        descriptors = [open_tun(interface)]
        bring_up(interface, address=address, peer=peer)
    return [len(namespaces) - 1, namespaces[-1]], descriptors


def open_socket(host: int, family: int, kind: int, protocol: int) -> Answer:
    """Create a socket in a host's namespace."""
    enter(host)
    return None, [socket.socket(family, kind, protocol).detach()]


def set_sysctl(host: int, key: str, value: str) -> Answer:
    """Write a kernel setting of a host's namespace."""
    enter(host)
    write_setting(key, value)
    return None, []


def write_setting(key: str, value: str) -> None:
    try:
        with open("/proc/sys/" + key.replace(".", "/"), "w") as file:
            file.write(value)
    except FileNotFoundError:
        raise OSError(2, f"this kernel has no setting {key}") from None


def enter(host: int) -> None:
    check(libc.setns(namespaces[host], CLONE_NEWNET))


def open_tun(name: str) -> int:
    descriptor = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return descriptor


def bring_up(interface: str, address: str = "", peer: str = "") -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        if address:
            configure(control, interface, SIOCSIFMTU, struct.pack("i", 1500))
            configure(control, interface, SIOCSIFADDR, ipv4(address))
            configure(control, interface, SIOCSIFDSTADDR, ipv4(peer))
            configure(control, interface, SIOCSIFNETMASK, ipv4("255.255.255.255"))
        configure(control, interface, SIOCSIFFLAGS, struct.pack("h", IFF_UP | IFF_RUNNING))


def configure(control: socket.socket, interface: str, request: int, value: bytes) -> None:
    fcntl.ioctl(control, request, struct.pack("16s", interface.encode()) + value.ljust(24, b"\0"))


def ipv4(address: str) -> bytes:
    return struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(address))


def check(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


OPERATIONS: dict[str, Callable[..., Answer]] = {"host": add_host, "socket": open_socket, "sysctl": set_sysctl}

if __name__ == "__main__":
    with contextlib.suppress(ConnectionError):  # the kernel is gone, and so is this process
        main()
