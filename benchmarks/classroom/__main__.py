"""Hold a class on this machine, and say what it took, what went wrong, and what one learner saw of another.

    sudo .venv/bin/python -m benchmarks.classroom 30

Makes so many accounts, starts the hub of `deploy/jupyterhub`, has every learner run a chapter at the same time, and
compares each output with the stored one. Then one learner tries to reach what another has. All is removed in the end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.classroom import accounts, hub, lesson, neighbors, traces
from benchmarks.classroom.report import Class, different, faults, figures, report

_EVERY_S = 5.0
"""Seconds between two looks at the memory."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Hold the class; exit status 1 when an output differed, a neighbor got through, or something was left."""
    parser = argparse.ArgumentParser(prog="classroom", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("learners", nargs="?", type=int, default=30, help="how many; default: 30")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything that was seen to this file")
    options = parser.parse_args(arguments)
    try:
        held = hold(options.learners)
    except RuntimeError as error:
        raise SystemExit(f"classroom: {error}") from None
    if options.json:
        options.json.write_text(json.dumps(asdict(held), indent=1) + "\n", encoding="utf-8")
    print("\n".join(report(held)))
    return int(bool(faults(held)))


def hold(count: int) -> Class:
    """A class of so many. Raises RuntimeError where the machine lacks what it takes."""
    with accounts.learners(max(count, 2)) as names:
        with hub.running() as here:
            began = time.monotonic()
            with Highest(names) as memory:
                lessons = asyncio.run(lesson.held(here, names[:count]))
            seconds = time.monotonic() - began
            print(*figures(lessons, seconds, memory.gigabytes), *different(lessons), sep="\n", flush=True)
            asyncio.run(leave(here, names[2:]))
            attempts = asyncio.run(neighbors.attempts(here, *names[:2]))
            asyncio.run(leave(here, names[:2]))
        left = traces.left(names)
        with hub.running(loopback="shared") as here:
            shared = asyncio.run(neighbors.attempts(here, *names[:2]))
            asyncio.run(leave(here, names[:2]))
    return Class(seconds, memory.gigabytes, lessons, attempts, shared, left)


async def leave(here: hub.Hub, names: Sequence[str]) -> None:
    """Every learner's server ends."""
    await asyncio.gather(*map(here.stop, names), return_exceptions=True)


class Highest:
    """Watches, during a block, how much memory the processes of the learners have at most."""

    def __init__(self, names: Sequence[str]) -> None:
        self.gigabytes = 0.0
        self._names, self._over = names, threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Highest:
        self._watch.start()
        return self

    def _look(self) -> None:
        while not self._over.wait(_EVERY_S):
            self.gigabytes = max(self.gigabytes, traces.memory_of(self._names))

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self._watch.join()


if __name__ == "__main__":
    sys.exit(main())
