"""Kernels are spoken to through sockets in a folder, not through ports; a pytest plugin too.

Jupyter chooses five ports, closes them again and lets the kernel bind them a second later. On a busy machine another
program has one of them by then. Where that is the port of the outputs, the kernel lives on and never answers.
"""

from __future__ import annotations

import itertools
import os
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

PORTS_ONLY = os.name == "nt"
"""ZeroMQ has no sockets in folders on Windows."""

_LONGEST = 80
"""A socket's path may have 103 characters on macOS, 107 on Linux."""

_numbers = itertools.count()


def channels(folder: str) -> dict[str, str]:
    """Arguments of a KernelManager for a kernel with its sockets in `folder`; with ports where they cannot be there."""
    if PORTS_ONLY or len(folder) > _LONGEST:
        return {}
    return {"transport": "ipc", "ip": os.path.join(folder, f"kernel{next(_numbers)}")}


def sockets_folder() -> tempfile.TemporaryDirectory[str]:
    """A new folder for the sockets of kernels; a context manager."""
    return tempfile.TemporaryDirectory(prefix="kernels-", ignore_cleanup_errors=True)


def pytest_configure(config: pytest.Config) -> None:
    """Let nbval start its kernels so."""
    from jupyter_client.manager import KernelManager
    from nbval import kernel  # type: ignore[import-untyped]

    folder = sockets_folder()
    config.add_cleanup(folder.cleanup)

    def manager(**options: object) -> KernelManager:
        return KernelManager(**channels(folder.name), **options)

    kernel.KernelManager = manager
