"""Hosts of the private network: where a cell's sockets and programs live.

`Host` is one network namespace. Used as a context manager, every socket that Python code creates inside the block
belongs to that host: `requests`, `http.client`, Flask and plain sockets need no change. `Loopback` has the same
face for machines without namespaces: its sockets are the machine's own, on 127.0.0.1.
"""

from __future__ import annotations

import json
import os
import shlex
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labsupport import troubles
from labsupport.errors import ReaderError, Unavailable
from labsupport.network.sockdiag import SocketDiagnostics
from labsupport.processes import NO_FILES, Running
from labsupport.programs import path_of

_PLAIN_LINUX = {
    "net.ipv6.conf.all.disable_ipv6": "1",
    "net.ipv4.tcp_rmem": "4096 131072 6291456",
    "net.ipv4.tcp_wmem": "4096 16384 4194304",
    "net.ipv4.tcp_congestion_control": "cubic",
    "net.ipv4.tcp_timestamps": "1",
    "net.ipv4.tcp_sack": "1",
    "net.ipv4.tcp_window_scaling": "1",
    "net.ipv4.tcp_ecn": "2",
    "net.ipv4.tcp_no_metrics_save": "1",
}
"""The kernel's own defaults, so that a tuned machine shows what every other machine shows."""

_HELPER = Path(__file__).with_name("helper.py")
_ON_THE_HOST = (socket.AF_INET, socket.AF_INET6, socket.AF_PACKET) if hasattr(socket, "AF_PACKET") else ()
_AF_NETLINK, _NETLINK_SOCK_DIAG = 16, 4
_real_socket = socket.socket


class Host:
    """One host of the private network: a Linux network namespace of its own."""

    def __init__(self, helper: Helper, interface: str = "", address: str = "127.0.0.1", peer: str = "") -> None:
        (self._index, namespace), descriptors = helper.ask("host", interface, address, peer, _PLAIN_LINUX)
        self.address = address
        self.interface = interface or "lo"
        self.tun = descriptors[0] if descriptors else -1
        self._helper = helper
        self._enter = ["nsenter", "--target", str(helper.pid), "--user", "--preserve-credentials",
                       f"--net=/proc/{helper.pid}/fd/{namespace}"]

    def socket(self, family: int = socket.AF_INET, kind: int = socket.SOCK_STREAM, protocol: int = 0) -> socket.socket:
        """A socket that lives on this host."""
        return _real_socket(family, kind, protocol, fileno=self._descriptor(family, kind, protocol))

    def run(self, *command: str, timeout: float = 30) -> str:
        """Run a program on this host (`ss`, `curl`, …) and return what it printed.

        Raises `Unavailable` when the program is not installed, `ReaderError` when it fails or takes longer than
        `timeout` seconds.
        """
        return _printed([path_of(self._enter[0]), *self._enter[1:]], command, timeout)

    def start(self, *command: str, files: Mapping[str, str] = NO_FILES) -> Running:
        """Start a program on this host that runs beside the cells: a browser, a server of another kind.

        `files` are put into the folder that it runs in: the text of each by its name, as in
        `start("nginx", "-c", "nginx.conf", files={"nginx.conf": "…"})`. Raises `Unavailable` when it is not installed.
        """
        return Running(*command, through=self._enter, files=files)

    def setting(self, key: str, value: object) -> None:
        """Set a kernel setting of this host, e.g. `net.ipv4.tcp_fastopen`.

        Raises `ReaderError` for one that the kernel lacks or refuses, or that is not the host's alone.
        """
        if not key.startswith("net."):
            raise ReaderError(f"{key} is a setting of the whole machine; a host has settings of its own below net.")
        try:
            self._helper.ask("sysctl", self._index, key, str(value))
        except OSError as error:
            raise ReaderError(f"{key}={value} cannot be set: {error.strerror}") from None

    def command(self, *command: str) -> str:
        """The command line with which a program runs on this host from a terminal of the reader's own.

        It works for the user whose notebook this is, as long as its kernel lives.
        """
        return shlex.join([*self._enter, *command])

    def diagnostics(self) -> SocketDiagnostics:
        """The kernel's own view of this host's TCP sockets."""
        return SocketDiagnostics(self.socket(_AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG))

    def __enter__(self) -> Host:
        _hosts_in_use.append(self)
        socket.socket = HostSocket  # type: ignore[misc]
        return self

    def __exit__(self, *exception: object) -> None:
        # Blocks may end in another order than they began, as when a cell is interrupted: take out the latest of ours.
        del _hosts_in_use[max(at for at, host in enumerate(_hosts_in_use) if host is self)]
        if not _hosts_in_use:
            socket.socket = _real_socket  # type: ignore[misc]

    def _descriptor(self, family: int, kind: int, protocol: int) -> int:
        _, descriptors = self._helper.ask("socket", self._index, int(family), int(kind), int(protocol))
        return descriptors[0]

    def close(self) -> None:
        """Give back the TUN device; the namespace goes when its last socket is closed."""
        if self.tun >= 0:
            os.close(self.tun)
            self.tun = -1


class Loopback:
    """The machine's own loopback with the face of a `Host`."""

    address = "127.0.0.1"
    interface = "lo"

    def socket(self, family: int = socket.AF_INET, kind: int = socket.SOCK_STREAM, protocol: int = 0) -> socket.socket:
        """A socket of this machine; bind it to 127.0.0.1 only."""
        return _real_socket(family, kind, protocol)

    def diagnostics(self) -> SocketDiagnostics:
        """The kernel's own view of this machine's TCP sockets (Linux)."""
        return SocketDiagnostics(self.socket(_AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG))

    def run(self, *command: str, timeout: float = 30) -> str:
        """Run a program of this machine and return what it printed; raises as a `Host` does."""
        return _printed([], command, timeout)

    def start(self, *command: str, files: Mapping[str, str] = NO_FILES) -> Running:
        """Start a program of this machine that runs beside the cells."""
        return Running(*command, files=files)

    def command(self, *command: str) -> str:
        """The command line itself: a terminal is on this host already."""
        return shlex.join(command)

    def __enter__(self) -> Loopback:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def close(self) -> None:
        """Nothing to give back."""


def _printed(through: list[str], command: tuple[str, ...], timeout: float) -> str:
    """What a command prints, run `through` another one."""
    try:
        done = subprocess.run([*through, path_of(command[0]), *command[1:]], text=True, capture_output=True,
                              timeout=timeout, stdin=subprocess.DEVNULL, check=True)
    except subprocess.CalledProcessError as error:
        raise ReaderError(f"{' '.join(command)}: status {error.returncode}: {error.stderr.strip()}") from None
    except subprocess.TimeoutExpired:
        raise ReaderError(f"{' '.join(command)}: not done after {timeout:g} s") from None
    return done.stdout


class Helper:
    """The child process that makes namespaces and the sockets in them.

    Raises `Unavailable` with the kernel's reason where namespaces are refused.
    """

    def __init__(self) -> None:
        self._channel, inherited = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = threading.Lock()
        self._number = 0
        with inherited:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_HELPER), str(inherited.fileno())],
                pass_fds=[inherited.fileno()], stdin=subprocess.DEVNULL,
            )
        try:
            self.pid: int = self._answer()[0]
        except OSError as error:
            self.close()
            raise Unavailable("a private network", troubles.REFUSED.format(error=error.strerror),
                              "see labsupport.doctor") from None

    def ask(self, operation: str, *arguments: object) -> tuple[Any, list[int]]:
        """Have the helper do something; returns its value and the descriptors it passed."""
        with self._lock:
            self._number += 1
            self._channel.send(json.dumps([self._number, operation, arguments]).encode())
            return self._answer()

    def _answer(self) -> tuple[Any, list[int]]:
        """The answer to the latest request; one that an interrupt left unread is thrown away."""
        while True:
            message, descriptors, _, _ = socket.recv_fds(self._channel, 65536, 4)
            for descriptor in descriptors:
                os.set_inheritable(descriptor, False)
            if not message:
                raise OSError(0, "the helper process died; restart the notebook's kernel")
            reply = json.loads(message)
            if reply["number"] == self._number:
                break
            for descriptor in descriptors:
                os.close(descriptor)
        if "error" in reply:
            raise OSError(reply["errno"], reply["error"])
        return reply["value"], descriptors

    def close(self) -> None:
        """End the helper. Sockets already handed out stay usable."""
        self._channel.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class HostSocket(_real_socket):
    """What `socket.socket` is while a block of a host runs: sockets that Python code makes live on that host.

    Jupyter's own sockets are not made by Python code and stay where they are.
    """

    def __init__(self, family: int = -1, type: int = -1, proto: int = -1, fileno: int | None = None) -> None:
        family = socket.AF_INET if family == -1 and fileno is None else family
        if fileno is None and family in _ON_THE_HOST and _hosts_in_use:
            type = socket.SOCK_STREAM if type == -1 else type
            fileno = _hosts_in_use[-1]._descriptor(family, type, max(proto, 0))
        super().__init__(family, type, proto, fileno)


_hosts_in_use: list[Host] = []
