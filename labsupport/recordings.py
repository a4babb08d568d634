"""Observations on disk: what was seen live is kept, compared and, where nothing runs live, replayed."""

from __future__ import annotations

import datetime
import json
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labsupport.errors import DiffersFromRecording, Unavailable
from labsupport.settings import must_be_live, recording

Record = dict[str, Any]
"""One observation as JSON holds it."""


def replay(path: Path, needs: str, why: str, remedy: str) -> Record:
    """Read a recording. Raises `Unavailable` when replay is forbidden or there is nothing to replay."""
    what = f"the {needs} instrument"
    if must_be_live(needs):
        raise Unavailable(what, why, remedy)
    if not path.is_file():
        raise Unavailable(what, f"{why}, and nothing was recorded as {path.stem}", remedy)
    record: Record = json.loads(path.read_text(encoding="utf-8"))
    return record


def must_be_kept(path: Path, record: Record, story: Callable[[Record], Any]) -> bool:
    """Compare a live record with the recording; True when the environment asks to keep the new one.

    `story` takes out of a record what must be the same on every machine. Raises `DiffersFromRecording` under
    `LAB_REQUIRE=all`.
    """
    old = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    seen = story(json.loads(json.dumps(record)))
    same = old is not None and story(old) == seen
    keep = recording()
    if not keep and not same and must_be_live("all"):
        told = "there is no recording" if old is None else f"recorded was {story(old)}, seen was {seen}"
        raise DiffersFromRecording(f"{path.stem}: {told}; find out which is wrong, then run: make refresh RECORD=1")
    return keep == "all" or (keep == "missing" and not same)


def keep(path: Path, record: Record, **seen_by: str) -> None:
    """Write a recording with the machine it comes from, and who else saw it; the file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    text = json.dumps({"recorded": this_machine() | seen_by, **record}, indent=1, ensure_ascii=False)
    draft.write_text(text + "\n", encoding="utf-8")
    os.replace(draft, path)


def this_machine() -> dict[str, str]:
    """System, kernel and Python of this machine, as kept with every recording."""
    release = ".".join(platform.release().split(".")[:2])
    return {
        "system": f"{platform.system()} {release}",
        "python": platform.python_version(),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def recorded_on(folder: Path) -> tuple[str, ...]:
    """The browsers, systems and dates that a folder's recordings come from, each once."""
    machines = set()
    for path in sorted(folder.glob("*.json")):
        machine = json.loads(path.read_text(encoding="utf-8"))["recorded"]
        machines.add(", ".join(machine[each] for each in ("browser", "system", "date") if each in machine))
    return tuple(sorted(machines))
