"""Observations on disk: what was seen live is kept, compared and, where nothing runs live, replayed."""

from __future__ import annotations

import datetime
import json
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labsupport.errors import DiffersFromRecording, ReaderError, Unavailable
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
    seen = story(as_json_has_it(f"{path.stem!r}", record))
    same = old is not None and story(old) == seen
    keep = recording()
    if not keep and not same and must_be_live("all"):
        told = "there is no recording" if old is None else f"recorded was {story(old)}, seen was {seen}"
        raise DiffersFromRecording(f"{path.stem}: {told}; find out which is wrong, then run: make refresh RECORD=1")
    return keep == "all" or (keep == "missing" and not same)


def as_json_has_it(look: str, seen: Any) -> Any:
    """What `look` saw as a recording gives it back: a tuple as a list, a number that is a key as a text.

    Raises `ReaderError` that names `look` for what JSON cannot hold, NaN among it.
    """
    try:
        return json.loads(json.dumps(seen, allow_nan=False))
    except (TypeError, ValueError, RecursionError) as error:
        raise ReaderError(f"what {look} saw cannot be kept: {error}; return numbers, texts or lists") from None


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
