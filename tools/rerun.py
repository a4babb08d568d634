"""Run chapters as a reader does in JupyterLab, and compare what they show with what is stored.

    python -m tools.rerun                    # every chapter
    python -m tools.rerun chapters/3-tcp     # some

Each chapter runs three times: in a fresh kernel, once more in that kernel, and after a restart. The server is the one
of `make lab`, without a window.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import tasks
from tools.jupyter_session import JupyterServer, differences
from tools.notebooks import CHAPTERS, find

TIMES = ("fresh", "again", "restarted")
"""A first run, a second one in the same kernel, and one after a restart."""

_START_S = 60.0


@dataclass(frozen=True)
class Rerun:
    """How one run of a chapter went: which of `TIMES`, the seconds it took, and how it differs from what is stored."""

    path: str
    time: str
    seconds: float
    different: list[str]

    def __str__(self) -> str:
        head = f"{self.path:55} {self.time:9} {self.seconds:5.1f} s  {len(self.different) or 'as stored'}"
        return "\n    ".join([head, *self.different])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the chapters that are named; exit status 1 when one shows something else than what is stored."""
    parser = argparse.ArgumentParser(prog="rerun", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", nargs="*", type=Path, default=[CHAPTERS], help="notebooks or folders")
    chosen = [found for path in parser.parse_args(arguments).paths for found in _notebooks(path.resolve())]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="lab-") as home, served(Path(home)) as server:
        for path in chosen:
            for run in asyncio.run(rerun(server, path.relative_to(CHAPTERS).as_posix())):
                print(run, flush=True)
                failed += bool(run.different)
    print(f"{len(chosen) * len(TIMES)} runs, {failed} with other outputs than stored")
    return int(bool(failed))


async def rerun(server: JupyterServer, path: str) -> list[Rerun]:
    """Run a chapter, by its path below `chapters/`, each of the three times."""
    runs: list[Rerun] = []
    notebook = await server.notebook(path)
    async with server.kernel(path) as kernel:
        for which in TIMES:
            if which == "restarted":
                await kernel.restart()
            began = time.monotonic()
            ran = await kernel.run_all(notebook)
            runs.append(Rerun(path, which, time.monotonic() - began, differences(notebook, ran)))
    return runs


@contextlib.contextmanager
def served(home: Path, variables: Mapping[str, str] = os.environ) -> Iterator[JupyterServer]:
    """JupyterLab as `make lab` starts it, without a window, for a reader whose home is this folder."""
    token = secrets.token_hex(16)
    headless = ("--no-browser", "--ServerApp.port=0", "--ServerApp.log_level=ERROR")
    command = [sys.executable, *tasks.lab_command(), *headless]
    own = {"HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home / "runtime"), "JUPYTER_TOKEN": token, **tasks.LAB}
    with subprocess.Popen(command, env={**variables, **own}, cwd=tasks.ROOT) as process:
        try:
            yield JupyterServer(_address(home, process), token)
        finally:
            process.terminate()


def _address(home: Path, process: subprocess.Popen[bytes]) -> str:
    """The address that the server wrote down for programs like this one."""
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, ValueError):  # not there yet, or half written
            told = (home / "runtime" / f"jpserver-{process.pid}.json").read_text(encoding="utf-8")
            return str(json.loads(told)["url"])
        time.sleep(0.05)
    raise RuntimeError(f"JupyterLab did not start within {_START_S:g} s; run `make lab` to see why")


def _notebooks(path: Path) -> list[Path]:
    return find(path) if path.is_dir() else [path]


if __name__ == "__main__":
    raise SystemExit(main())
