"""Kernels that are forked from one process which has done the imports; a pytest plugin.

Each notebook still has a kernel process of its own, with a session, a namespace and channels of its own; what is lost
is that its imports are cold. The run without this plugin, `python -m tools.compare --plain`, is the reference.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

POSSIBLE = sys.platform == "linux" and hasattr(os, "pidfd_open")
"""Only on Linux can a process that has imported all this be forked without doubt, and its child be watched."""

_ZYGOTE = Path(__file__).with_name("kernel_zygote.py")


class Zygote:
    """The process that the kernels are forked from; it begins with the first and ends with this one."""

    def __init__(self) -> None:
        self._lines: Any = None
        self._ours: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def fork(self, arguments: list[str], folder: str, variables: Mapping[str, str]) -> Forked:
        """A new kernel with these arguments, in a folder, with these environment variables only."""
        ours = self._ours or self.begin()
        request = {"arguments": arguments, "folder": folder, "variables": dict(variables)}
        ours.sendall(json.dumps(request).encode() + b"\n")
        answer = self._lines.readline()
        if not answer:
            raise RuntimeError("the process that forks kernels has ended; run tools.compare with --plain")
        return Forked(int(answer))

    def end(self) -> None:
        """End the process. The kernels notice that it is gone and end as well."""
        if self._ours and self._process:
            self._lines.close()
            self._ours.close()
            self._process.terminate()  # it may still be importing
            self._process.wait(10)

    def begin(self) -> socket.socket:
        """Start the process; it does its imports while others work. Kernels are asked for through the socket."""
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, str(_ZYGOTE), str(theirs.fileno())]
            self._process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        self._ours, self._lines = ours, ours.makefile("r", encoding="utf-8")
        return ours


class Forked:
    """A kernel that is the child of another process; what jupyter_client uses of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._watched: int | None = None
        with contextlib.suppress(ProcessLookupError):
            self._watched = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """0 when the process has ended, whatever its status was; None before."""
        return 0 if self._watched is None or select.select([self._watched], [], [], 0)[0] else None

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended. Raises `subprocess.TimeoutExpired`."""
        if self._watched is not None:
            if not select.select([self._watched], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            os.close(self._watched)
            self._watched = None
        return 0

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


class ForkedProvisioner(LocalProvisioner):
    """Has the zygote fork where its base class starts a program."""

    zygote: Zygote

    async def launch_kernel(self, cmd: list[str], **how: Any) -> KernelConnectionInfo:
        """Fork a kernel with the arguments that follow the name of its module in the command."""
        arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
        folder = str(how.get("cwd") or Path.cwd())
        forked = self.zygote.fork(arguments, folder, how.get("env") or os.environ)
        self.process = forked  # type: ignore[assignment]
        self.pid = self.pgid = forked.pid
        self.cwd = folder
        return self.connection_info


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let nbval fork its kernels, after `tools.kernel_channels` has said how they are spoken to."""
    if not POSSIBLE:
        return
    from nbval import kernel  # type: ignore[import-untyped]

    zygote = Zygote()
    config.add_cleanup(zygote.end)
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", default=None):
        zygote.begin()  # here notebooks will run, not in workers
    kernel.KernelManager = warm(kernel.KernelManager, zygote)


def warm(manager_of: Callable[..., KernelManager], zygote: Zygote) -> Callable[..., KernelManager]:
    """The same maker of managers, whose kernels the zygote forks."""

    def manager(**options: object) -> KernelManager:
        made = manager_of(**options)
        made.provisioner = ForkedProvisioner(kernel_spec=made.kernel_spec, parent=made)
        made.provisioner.zygote = zygote
        return made

    return manager
