"""Four ways to capture the TCP segments of a private loopback, under one face: ours, scapy, tcpdump, tshark."""

from __future__ import annotations

import importlib.util
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from labsupport.network import Network, pcap
from labsupport.network.hosts import Host

_READY_S, _QUIET_S, _LOOK_EVERY_S = 10.0, 0.3, 0.02
"""When a peer that is not ready is given up; how long it must have taken in nothing before it is stopped, so that
it loses nothing that it still has to read; and how often to look. Ours waits for the end by itself."""


class Capturer(Protocol):
    """Captures what passes on one loopback; to be used once."""

    def start(self) -> None:
        """Begin, and return at once."""

    def wait_until_ready(self) -> None:
        """Return when, by its own word, it captures. Raises TimeoutError."""

    def stop(self) -> list[bytes]:
        """End; returns the IP packets that were captured."""

    def listen(self) -> socket.socket:
        """A listening socket on the loopback."""

    def socket(self) -> socket.socket:
        """A client's socket on the loopback."""

    def segments_received(self) -> int:
        """How many segments the kernel has received on the loopback so far."""


class OnLoopback:
    """What the peers have in common: they watch the loopback of this process."""

    def listen(self) -> socket.socket:
        """A listening socket on the loopback."""
        return socket.create_server(("127.0.0.1", 0), backlog=128)

    def socket(self) -> socket.socket:
        """A client's socket on the loopback."""
        return socket.socket()

    def segments_received(self) -> int:
        """How many segments the kernel has received on the loopback so far."""
        return _segments_received(Path("/proc/net/snmp").read_text(encoding="ascii"))


class Ours:
    """`Network.capture` in a network of its own, which is made beforehand."""

    def __init__(self, network: Network) -> None:
        if not isinstance(network.server, Host):
            raise RuntimeError(f"no private network here: {network.state.reason}")
        self._network, self._host = network, network.server
        self._capture = network.capture()

    def start(self) -> None:
        """Begin; it captures when this returns."""
        self._capture = self._network.capture()
        self._capture.__enter__()

    def wait_until_ready(self) -> None:
        """Nothing to wait for."""

    def stop(self) -> list[bytes]:
        """End; returns the IP packets that were captured."""
        self._capture.__exit__(None, None, None)
        return [segment.packet for segment in self._capture.segments]

    def listen(self) -> socket.socket:
        """A listening socket of the private server."""
        return self._network.listen(0)

    def socket(self) -> socket.socket:
        """A socket of the private client."""
        return self._host.socket()

    def segments_received(self) -> int:
        """How many segments the private kernel has received so far."""
        return _segments_received(self._host.run("cat", "/proc/net/snmp"))


class Scapy(OnLoopback):
    """scapy's AsyncSniffer."""

    def __init__(self) -> None:
        from scapy.all import AsyncSniffer

        self._ready = threading.Event()
        self._packets: list[Any] = []
        self._sniffer: Any = AsyncSniffer(
            iface="lo", started_callback=self._ready.set, store=False, prn=self._packets.append
        )

    def start(self) -> None:
        """Begin, and return at once."""
        self._sniffer.start()

    def wait_until_ready(self) -> None:
        """Return when `started_callback` was called."""
        if not self._ready.wait(_READY_S):
            raise TimeoutError(f"scapy is not ready after {_READY_S:g} s")

    def stop(self) -> list[bytes]:
        """End; returns the IP packets that were captured."""
        from scapy.layers.inet import TCP

        _wait_for_quiet(lambda: len(self._packets))
        self._sniffer.stop()
        return [bytes(packet["IP"]) for packet in self._packets if TCP in packet]


class Program(OnLoopback):
    """A program that writes a capture file and says on stderr when it begins."""

    def __init__(self, command: list[str], ready: str, pause_s: float) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="benchmarks-")
        self._file = Path(self._folder.name) / "capture.pcap"
        self._command, self._ready, self._pause_s = [*command, str(self._file)], ready, pause_s

    def start(self) -> None:
        """Begin, and return at once."""
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )

    def wait_until_ready(self) -> None:
        """Return when the program has said so, and after the pause that it needs."""
        assert self._process.stderr
        said = ""
        for line in self._process.stderr:
            said = line.strip()
            if self._ready in line:
                time.sleep(self._pause_s)
                return
        self._end()
        raise TimeoutError(f"{self._command[0]} did not begin to capture: {said}")

    def stop(self) -> list[bytes]:
        """End; returns the IP packets that were captured."""
        time.sleep(self._pause_s)
        _wait_for_quiet(lambda: self._file.stat().st_size)
        try:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(_READY_S)
            return [packet.octets for packet in pcap.read(self._file)]
        finally:
            self._end()

    def _end(self) -> None:
        """Leave neither the process nor its file."""
        with self._process:
            self._process.kill()
        self._folder.cleanup()


def tcpdump() -> Capturer:
    """tcpdump, every packet written at once; with room for large ones it would drop packets in this mode."""
    command = ["tcpdump", "-i", "lo", "-U", "--immediate-mode", "-s", "2000", "-w"]
    return Program(command, "listening on", pause_s=0)


def tshark() -> Capturer:
    """tshark; it says that it captures before it does, and writes late, hence the pause before and after."""
    return Program(["tshark", "-q", "-i", "lo", "-F", "pcap", "-w"], "Capturing on", pause_s=1)


def peers(*names: str) -> dict[str, Callable[[], Capturer]]:
    """Those of the named peers that are on this machine."""
    known: dict[str, Callable[[], Capturer]] = {"scapy": Scapy, "tcpdump": tcpdump, "tshark": tshark}
    return {name: known[name] for name in names if shutil.which(name) or importlib.util.find_spec(name)}


def _wait_for_quiet(taken_in: Callable[[], int]) -> None:
    """Return when the count has not grown for a while."""
    before, since = taken_in(), time.monotonic()
    while time.monotonic() < since + _QUIET_S:
        time.sleep(_LOOK_EVERY_S)
        if (now := taken_in()) != before:
            before, since = now, time.monotonic()


def _segments_received(snmp: str) -> int:
    """`Tcp: InSegs` of /proc/net/snmp, a line of names followed by a line of numbers (RFC 4022, tcpInSegs)."""
    names, numbers = (line.split() for line in snmp.splitlines() if line.startswith("Tcp:"))
    return int(numbers[names.index("InSegs")])
