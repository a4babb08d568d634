"""Live first, recorded second, never silent: the one rule of every instrument.

A chapter's first cell calls `chapter`, which says where the evidence on the page comes from. Where an instrument
cannot run, the cell replays what was recorded under the same name; with `LAB_REQUIRE=all` it fails instead.
With `LAB_RECORD=missing` a live observation is kept if there is none yet or it tells another story, with
`LAB_RECORD=all` always.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class ReaderError(Exception):
    """A mistake or a limit that the reader can do something about: shown as its message, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class Unavailable(ReaderError):
    """An instrument cannot run on this machine; says what, why, and what to do about it."""

    def __init__(self, what: str, why: str, remedy: str) -> None:
        super().__init__(f"{what} cannot run here: {why}. Remedy: {remedy}")
        self.what, self.why, self.remedy = what, why, remedy


class DiffersFromRecording(ReaderError):
    """A live observation tells another story than its recording: one of the two is wrong."""


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether one instrument runs live here: by which engine, and if not, why and what to do."""

    engine: str
    reason: str = ""
    remedy: str = ""

    @property
    def live(self) -> bool:
        """False when the instrument can only replay recordings."""
        return self.engine != "recorded"


@dataclass(frozen=True, slots=True)
class Chapter:
    """The chapter a notebook belongs to, and where its files are."""

    name: str
    book: Path

    @property
    def notebook(self) -> Path:
        """The notebook itself."""
        return self.book / f"{self.name}.ipynb"

    @property
    def folder(self) -> Path:
        """The folder of the chapter's part."""
        return self.notebook.parent

    @property
    def claims_file(self) -> Path:
        """The claims that the chapter decides."""
        return self.book / f"{self.name}.claims.yml"

    @property
    def recordings(self) -> Path:
        """The folder of what the chapter's instruments saw where they could run."""
        return self.book / "recordings" / self.name


_current: Chapter | None = None


def chapter(name: str, needs: Sequence[str] = ("network",)) -> Any:
    """Begin a chapter: name it, and show once where its evidence comes from.

    `name` is the notebook's path below `chapters/` without its ending. `needs` are the instruments and programs
    that the cells use. Raises `Unavailable` when one of them cannot run and `LAB_REQUIRE` demands it.
    """
    global _current
    from labsupport.evidence import Evidence

    _current = Chapter(name, _book_folder(name))
    found = {need: availability(need) for need in needs}
    for need, state in found.items():
        if not state.live and must_be_live(need):
            raise Unavailable(f"the {need} instrument", state.reason, state.remedy)
    return Evidence(found, recorded_on(_current.recordings))


def current() -> Chapter:
    """The chapter that was begun. Raises `ReaderError` when the notebook named none."""
    if _current is None:
        raise ReaderError('no chapter was named; run the first cell, which calls chapter("part/notebook-name")')
    return _current


def availability(need: str) -> Availability:
    """Whether an instrument (`network`) or a program (`tshark`, `ss`, `curl`) runs live here."""
    if need == "network":
        from labsupport.network import availability as network_availability

        return network_availability()
    if shutil.which(need):
        return Availability("program")
    return Availability("recorded", f"the program {need} is not on the PATH", f"install the package that has {need}")


def must_be_live(need: str) -> bool:
    """True when `LAB_REQUIRE` (`all`, or names separated by commas) forbids to replay this instrument."""
    required = os.environ.get("LAB_REQUIRE", "").split(",")
    return "all" in required or need in required


def observe(
    name: str, look: Callable[[], Any], *, needs: str | Sequence[str], story: Callable[[Any], Any] = lambda seen: seen
) -> Any:
    """What `look` sees, live; or, where it cannot look, what was recorded under `name` in this chapter.

    `needs` names the instruments and programs it uses. The observation must be something JSON can hold; `story`
    takes out of it what is the same on every machine, by default all of it.
    """
    path = current().recordings / f"{name}.json"
    for need in [needs] if isinstance(needs, str) else needs:
        state = availability(need)
        if not state.live:
            return replay(path, need, state)["observation"]
    seen = json.loads(json.dumps(look()))
    check_or_keep(path, {"observation": seen}, story=lambda record: story(record["observation"]))
    return seen


def replay(path: Path, needs: str, state: Availability) -> dict[str, Any]:
    """Read a recording. Raises `Unavailable` when replay is forbidden or there is nothing to replay."""
    what = f"the {needs} instrument"
    if must_be_live(needs):
        raise Unavailable(what, state.reason, state.remedy)
    if not path.is_file():
        raise Unavailable(what, f"{state.reason}, and nothing was recorded as {path.stem}", state.remedy)
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record


def check_or_keep(path: Path, record: dict[str, Any], story: Callable[[dict[str, Any]], Any]) -> bool:
    """Compare a live record with the recording, or keep it, as the environment asks.

    `story` takes out of a record what must be the same on every machine. Returns True when the record was kept,
    so that the caller keeps the files that belong to it. Raises `DiffersFromRecording` under `LAB_REQUIRE=all`.
    """
    old = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    same = old is not None and story(old) == json.loads(json.dumps(story(record)))
    keep = os.environ.get("LAB_RECORD", "")
    if keep == "all" or (keep == "missing" and not same):
        write_json(path, {"recorded": this_machine(), **record})
        return True
    if not keep and not same and must_be_live("all"):
        told = "there is no recording" if old is None else f"recorded was {story(old)}, seen was {story(record)}"
        raise DiffersFromRecording(f"{path.stem}: {told}; find out which is wrong, then run: make refresh RECORD=1")
    return False


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a file that appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    draft.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(draft, path)


def this_machine() -> dict[str, str]:
    """System, kernel and Python of this machine, as kept with every recording."""
    release = ".".join(platform.release().split(".")[:2])
    return {
        "system": f"{platform.system()} {release}",
        "python": platform.python_version(),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def recorded_on(recordings: Path) -> tuple[str, ...]:
    """The systems and dates that a folder's recordings come from, each once."""
    machines = set()
    for path in sorted(recordings.glob("*.json")):
        machine = json.loads(path.read_text(encoding="utf-8"))["recorded"]
        machines.add(f"{machine['system']}, {machine['date']}")
    return tuple(sorted(machines))


def _book_folder(name: str) -> Path:
    here = Path.cwd()
    for folder in (here, *here.parents):
        for book in (folder, folder / "chapters"):
            if (book / f"{name}.ipynb").is_file() or (book / f"{name}.claims.yml").is_file():
                return book
    raise ReaderError(
        f"no chapter is called {name!r} at or above {here.name}/; give its path below chapters/, without .ipynb"
    )
