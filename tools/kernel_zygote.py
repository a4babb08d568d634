"""A process that has imported what the chapters import, and becomes a kernel as often as it is asked to.

    kernel_zygote.py DESCRIPTOR

It reads requests from a socket, one JSON line each, and forks: the child is a kernel of its own in a session of its
own, and answers with its process id. Standard library only, so that nothing of `tools` is in a kernel. No thread runs
and no ZeroMQ socket is open when it forks.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
from typing import Any

PRELOADED = (
    *("ipykernel.kernelapp", "ipykernel.ipkernel", "matplotlib.figure", "matplotlib.backends.backend_svg"),
    *("flask", "requests", "yaml", "jwt", "joserfc.jwt", "redis", "cheroot.wsgi"),
    "selenium.webdriver.chrome.webdriver",
)
"""What most chapters import and only computes; the book's own package each chapter imports anew."""


def main() -> None:
    """Serve until the asker closes the socket; in a child, return from here into the kernel."""
    del sys.path[0]  # the folder of this file; a kernel adds its own
    asker = socket.socket(fileno=int(sys.argv[1]))
    for name in PRELOADED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children here
    with asker, asker.makefile("r", encoding="utf-8") as requests:
        for line in requests:
            if os.fork() == 0:
                request = json.loads(line)
                become(request)
                asker.sendall(b"%d\n" % os.getpid())
                break
        else:
            return
    launch(request["arguments"])


def become(request: dict[str, Any]) -> None:
    """Take the place of a process that was started as the request says, without its standard streams."""
    os.setsid()  # a signal to the group of the kernel must not reach the asker
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["variables"] | {"JPY_PARENT_PID": str(os.getppid())})
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def launch(arguments: list[str]) -> None:
    """Run a kernel in this process, as `python -m ipykernel_launcher` does; returns when it ends."""
    from ipykernel import kernelapp

    # ipykernel read JPY_PARENT_PID when it was imported; without it a kernel would outlive who asked for it.
    sys.argv = ["ipykernel_launcher", *arguments, f"--IPKernelApp.parent_handle={os.environ['JPY_PARENT_PID']}"]
    kernelapp.launch_new_instance()


if __name__ == "__main__":
    main()
