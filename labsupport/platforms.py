"""What runs live on which platform: a table for readers, and for tests that put the code on each platform.

A platform is what the instruments ask of it: its system, and whether the kernel permits namespaces and packets. From
that the table follows, as `labsupport.experiment.availability` decides it on the machine itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from labsupport import troubles

INSTRUMENTS = {
    "Private network": ("network",),
    "Captured packets": ("loopback",),
    "Chromium": ("chromium",),
    "Firefox": ("firefox",),
    "Redis, nginx, haproxy, Express": ("redis-server", "nginx", "haproxy", "express"),
    "curl, Node, tshark": ("curl", "node", "tshark"),
    "ss, nstat": ("ss", "nstat"),
}
"""What cells use, and the needs that it stands for: those of a line run on the same platforms."""

LINUX_ONLY = ("ss", "nstat")
BESIDE_THE_CELLS = ("chromium", "firefox", "redis-server", "express", "nginx", "haproxy")
"""Programs that go on while the cells do, which takes a POSIX system."""


@dataclass(frozen=True, slots=True)
class Platform:
    """One place where people run the book.

    `system` is `sys.platform` there. `namespaces` tells whether the kernel permits user namespaces and TUN devices,
    `raw_sockets` whether packets may be captured. `lacks` are programs that cannot be had there. `remedy` is what to do
    for the network experiments, empty where nothing is to be done.
    """

    name: str
    system: str
    namespaces: bool = False
    raw_sockets: bool = False
    lacks: tuple[str, ...] = ()
    remedy: str = ""

    def runs_all(self, needs: tuple[str, ...]) -> bool:
        """Whether all of several instruments run live there."""
        return all(map(self.runs, needs))

    def runs(self, need: str) -> bool:
        """Whether an instrument runs live there, its program being installed."""
        if self.system == "emscripten":
            return False
        if need in ("network", "loopback"):
            return self.namespaces or (need == "loopback" and self.raw_sockets)
        if need in BESIDE_THE_CELLS and self.system == "win32":
            return False
        return need not in self.lacks and (need not in LINUX_ONLY or self.system == "linux")


_RECORDED = "nothing, or use a Linux machine"
_CONTAINER = "docker run --security-opt seccomp=unconfined --device /dev/net/tun"

PLATFORMS = (
    Platform("Linux", "linux", namespaces=True),
    Platform("Windows with WSL 2", "linux", namespaces=True, remedy="run the commands inside WSL"),
    Platform("Ubuntu 24.04 and later", "linux", remedy=troubles.SETTINGS[0].remedy.partition(" (")[0]),
    Platform("Docker", "linux", lacks=("firefox",), remedy=_CONTAINER),
    Platform("JupyterHub", "linux", namespaces=True),
    Platform("Binder", "linux", lacks=("firefox",), remedy="nothing"),
    Platform("macOS", "darwin", remedy=_RECORDED),
    Platform("Windows", "win32", remedy=_RECORDED),
    Platform("This page's Python", "emscripten", remedy=troubles.IN_A_PAGE.remedy),
)
"""Where people run the book, each as it is before anything is done about it."""
