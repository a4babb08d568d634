"""Runs Python with a loopback of its own: what a notebook serves, no other learner on the machine can reach.

    python private_kernel.py -m ipykernel_launcher -f FILE

The servers of the chapters listen on 127.0.0.1, where every user of a machine may connect. So a learner's kernel is
put into a network namespace, which has nothing but its own loopback. JupyterLab speaks to it through sockets in a
folder of the learner's. The kernel's user stays who it is. Standard library only; Linux.
"""

import ctypes
import fcntl
import os
import socket
import struct
import sys

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS = 0x8914
IFF_UP, IFF_RUNNING = 0x1, 0x40
REFUSED = (
    "The kernel has no network of its own: {why}. Permit user namespaces to ordinary users "
    "(python -m labsupport.doctor tells how), or start the hub with CLASS_LOOPBACK=shared."
)


def main(arguments: list[str]) -> None:
    try:
        enter_namespaces(os.getuid(), os.getgid())
        bring_up_loopback()
    except OSError as error:
        raise SystemExit(REFUSED.format(why=error.strerror)) from None
    os.execv(sys.executable, [sys.executable, *arguments])


def enter_namespaces(uid: int, gid: int) -> None:
    """A user namespace in which the learner is the same user, and a network namespace that belongs to it."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def bring_up_loopback() -> None:
    """Let 127.0.0.1 and ::1 work; the right to do so ends with the next program."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP | IFF_RUNNING))


if __name__ == "__main__":
    main(sys.argv[1:])
