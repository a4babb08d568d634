"""Run all notebooks again and again, and keep what became of each run: a test that sometimes fails is a fault too.

    python -m tools.flakes 100               # until 100 full runs are kept; those of other days count
    python -m tools.flakes 100 --minutes 60  # the same, but begin no run after an hour
    python -m tools.flakes 100 --at-once 2   # the same in batches of two runs, which disturb each other
    python -m tools.flakes 3 chapters/3-tcp  # three runs of one part; they are no full runs

Each run is live only, two notebooks at a time. One line a run is added to `_build/flakes/runs.jsonl`, with every
chapter; what the page about the book's health shows is written to `chapters/appendix/health.json` after each run.
Stopped by Ctrl-C or SIGTERM it forgets the batch it is in and keeps the others. Exit status 1 when a cell failed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from labsupport import doctor
from tools import compare, kernels
from tools.kernels import ROOT
from tools.notebooks import CHAPTERS, find, write
from tools.reports import Ran, by_chapter

HEALTH = CHAPTERS / "appendix" / "health.json"
RUNS = ROOT / "_build" / "flakes" / "runs.jsonl"
PACKAGES = ("flask", "requests", "PyJWT", "cryptography", "redis", "selenium", "matplotlib", "ipykernel", "nbval",
            "jupyter-book", "Sphinx")
"""Installed packages whose versions the health page names."""

_PATIENCE_S = 10

Record = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the runs that are missing; 1 when a cell failed in one of them."""
    parser = argparse.ArgumentParser(prog="flakes", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("runs", type=int, help="how many full runs shall be kept; of a part, how many to make now")
    parser.add_argument("path", nargs="?", type=Path, default=CHAPTERS, help="notebook or folder; default: chapters")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no run after so many minutes")
    parser.add_argument("--at-once", type=int, default=1, metavar="N", help="runs at the same time; default: 1")
    parser.add_argument("--health", type=Path, default=HEALTH, metavar="FILE", help="the summary to go on with")
    options = parser.parse_args(arguments)
    if options.at_once < 1:
        parser.error(f"--at-once {options.at_once}: give how many runs to make at the same time, 1 or more")
    # A shell has what it starts in the background ignore SIGINT, and the runs would inherit that.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        failed = [record for record in records(options) if record["failed"]]
    except KeyboardInterrupt:
        return 130
    return int(bool(failed))


def records(options: argparse.Namespace) -> Iterator[Record]:
    """Make the runs in batches, keep each, and give what became of it."""
    whole = options.path.resolve() == CHAPTERS
    made = len(health(options.health)["runs"]) if whole else 0
    last = time.monotonic() + options.minutes * 60
    while made < options.runs and time.monotonic() <= last:
        for record in batch(options.path, min(options.at_once, options.runs - made)):
            made += 1
            keep(record, options.health)
            failed = ", ".join(f"{each['chapter']} {each['cell']}" for each in record["failed"]) or "nothing failed"
            print(f"run {made} of {options.runs}: {record['seconds']:.0f} s, {failed}", flush=True)
            yield record


def batch(path: Path, at_once: int) -> list[Record]:
    """Run the notebooks at a path once, or several times at the same time; what became of each run, and on what."""
    common = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M"), "commit": commit(), "machine": machine(),
        "at_once": at_once,
    }  # fmt: skip
    variables = kernels.environment(add={"LAB_REQUIRE": "all"})
    kernels.warm(variables)
    with tempfile.TemporaryDirectory(prefix="flakes-") as folder:
        reports = [Path(folder) / f"report-{number}.xml" for number in range(at_once)]
        commands = [compare.command(path, f"--junitxml={report}", *compare.WARM) for report in reports]
        seconds = _run_to_the_end(commands, variables)
        notebooks = find(path) if path.is_dir() else [path.resolve()]
        runs = zip(seconds, (by_chapter(report, notebooks) for report in reports), strict=True)
        return [common | _what_became(took, chapters) for took, chapters in runs]


def _what_became(seconds: float, chapters: dict[str, Ran]) -> Record:
    return {
        "seconds": round(seconds, 1),
        "chapters": {name: ran.as_record() for name, ran in chapters.items()},
        "failed": [each for name, ran in chapters.items() for each in _failures(name, ran)],
    }


def keep(record: Record, file: Path) -> None:
    """Add the run to the list of all, and to the summary."""
    RUNS.parent.mkdir(parents=True, exist_ok=True)
    with RUNS.open("a", encoding="utf-8") as runs:
        runs.write(json.dumps(record) + "\n")
    write(file, json.dumps(summed_up(health(file), record), indent=1, ensure_ascii=False) + "\n")


def summed_up(before: Record, record: Record) -> Record:
    """The summary with one run more. A run of a part says something of its chapters and is not counted."""
    date = record["date"]
    chapters = before["chapters"] | {name: {"date": date, **ran} for name, ran in record["chapters"].items()}
    there = {_name(path) for path in find()}
    counted = {key: record[key] for key in ("date", "commit", "at_once", "seconds", "failed")}
    return {
        "machine": record["machine"],
        "chapters": {name: chapters[name] for name in sorted(there & chapters.keys())},
        "runs": [*before["runs"], *([counted] if there <= record["chapters"].keys() else [])],
    }


def health(file: Path) -> Record:
    """The summary as it stands; an empty one where there is none."""
    if not file.exists():
        return {"machine": {}, "chapters": {}, "runs": []}
    summary: Record = json.loads(file.read_text(encoding="utf-8"))
    return summary


def machine() -> dict[str, str]:
    """What the runs are made on, by name: the system, every program that the doctor knows, and packages."""
    programs = {found.what: found.how for found in doctor.examine(doctor.probes()) if found.live}
    for same in ("packages", "private network", "packet capture", doctor.NODE_PEERS):
        programs.pop(same, None)
    packages = {name: metadata.version(name) for name in PACKAGES}
    system = {"System": f"{platform.system()} {platform.release()}", "Processors": str(os.cpu_count())}
    return system | programs | packages


def commit() -> str:
    """The state of the repository: its commit, with a plus sign where files differ from it; empty without git."""
    describe = ["git", "describe", "--always", "--dirty=+", "--abbrev=7"]
    return subprocess.run(describe, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def _failures(name: str, ran: Ran) -> list[dict[str, str]]:
    return [{"chapter": name, "cell": cell, "what": what} for cell, what in ran.failed.items()]


def _name(path: Path) -> str:
    return path.relative_to(CHAPTERS).with_suffix("").as_posix()


def _run_to_the_end(commands: Sequence[Sequence[str]], variables: dict[str, str]) -> list[float]:
    """The seconds that each of several runs of pytest took. Raises RuntimeError when one could not test at all."""
    # The processes end before the threads that wait for them, whatever happens.
    with ThreadPoolExecutor(len(commands)) as pool, ExitStack() as processes:
        began = [processes.enter_context(_ended(_started(command, variables))) for command in commands]
        return list(pool.map(_seconds_of, began))


def _started(command: Sequence[str], variables: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, cwd=ROOT, env=variables, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def _seconds_of(process: subprocess.Popen[bytes]) -> float:
    began = time.monotonic()
    output, _ = process.communicate()
    if process.returncode not in (0, 1):
        raise RuntimeError(f"pytest could not run: {output.decode(errors='replace').strip()[-500:]}")
    return time.monotonic() - began


@contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """The process; whatever happens in the block, it and those it started are gone afterwards."""
    try:
        yield process
    finally:
        for number in (signal.SIGINT, signal.SIGKILL):
            if process.poll() is None:
                os.killpg(process.pid, number)
                try:
                    process.wait(_PATIENCE_S)
                except subprocess.TimeoutExpired:
                    continue


if __name__ == "__main__":
    sys.exit(main())
