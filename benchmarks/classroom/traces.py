"""What a class leaves on the machine when every server has ended: processes, namespaces, ports, files."""

from __future__ import annotations

import contextlib
import os
import pwd
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.classroom.accounts import processes_of

FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", "/run")
"""Where any user may write."""
NAMESPACES = ("lsns", "--noheadings", "--type", "net", "--output", "NS,USER")


def left(learners: Sequence[str]) -> dict[str, list[str]]:
    """What is there of the learners, by kind; all lists are empty where nothing is."""
    users = {pwd.getpwnam(name).pw_uid: name for name in learners}
    return {
        "processes": [f"{name}: {each}" for name in learners for each in processes_of(name)],
        "network namespaces": [number for number, user in _printed(*NAMESPACES) if user in users.values()],
        "ports": [line[3] for line in _printed("ss", "-Hltne") if any(f"uid:{uid}" in line for uid in users)],
        "files outside their homes": [str(path) for folder in FOLDERS for path in _below(folder, set(users))],
        "open homes": [name for name in learners if _others_may_enter(Path(pwd.getpwnam(name).pw_dir))],
    }


def memory_of(learners: Sequence[str]) -> float:
    """Gigabytes that their processes have, each page divided by those who share it (PSS)."""
    total = 0
    for process in (each for name in learners for each in processes_of(name)):
        with contextlib.suppress(OSError, StopIteration):
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
            total += int(next(line.split()[1] for line in lines if line.startswith("Pss:")))
    return total / 1e6


def _printed(*command: str) -> list[list[str]]:
    """The words of each line that a program prints."""
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [line.split() for line in told.splitlines()]


def _below(folder: str, owners: set[int]) -> list[Path]:
    found = []
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            with contextlib.suppress(OSError):
                path = Path(place, name)
                if path.lstat().st_uid in owners:
                    found.append(path)
    return found


def _others_may_enter(folder: Path) -> bool:
    return bool(folder.stat().st_mode & 0o077)
