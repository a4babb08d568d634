"""Live first, recorded second, never silent: the one rule of every instrument.

A chapter's first cell calls `chapter`, which says where the evidence on the page comes from. Where an instrument
cannot run, the cell replays what was recorded under the same name; with `LAB_REQUIRE=all` it fails instead.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labsupport import recordings, troubles
from labsupport.errors import ReaderError, Unavailable
from labsupport.platforms import BESIDE_THE_CELLS
from labsupport.programs import find_program
from labsupport.settings import in_a_page, must_be_live, wanted_engine

if TYPE_CHECKING:
    from labsupport.evidence import Evidence


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


REPLAY_WANTED = Availability("recorded", *troubles.REPLAY_WANTED.told())
"""The state of every instrument and program while the environment asks for recordings."""

IN_A_PAGE = Availability("recorded", *troubles.IN_A_PAGE.told())
"""The state of every instrument and program in a reader's tab."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """The chapter a notebook belongs to, what it needs, and where its files are."""

    name: str
    book: Path
    needs: tuple[str, ...] = ()

    @property
    def claims_file(self) -> Path:
        """The claims that the chapter decides."""
        return self.book / f"{self.name}.claims.yml"

    @property
    def recordings(self) -> Path:
        """The folder of what the chapter's instruments saw where they could run."""
        return self.book / "recordings" / self.name

    def recording(self, name: str, ending: str = "json") -> Path:
        """The file that keeps what was seen under a name. Raises `ReaderError` for one that is no plain file name."""
        if not _PLAIN_NAME.fullmatch(name):
            raise ReaderError(f"{name!r} cannot name a recording; use letters, digits and hyphens, as in 'late-syn'")
        return self.recordings / f"{name}.{ending}"


BROWSERS = ("chromium", "firefox")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_current: Chapter | None = None


def chapter(name: str, needs: str | Sequence[str] = "network") -> Evidence:
    """Begin a chapter: name it, and show once where its evidence comes from.

    `name` is the notebook's path below `chapters/` without its ending. `needs` are the instruments and programs
    that the cells use. Raises `Unavailable` when one of them cannot run and `LAB_REQUIRE` demands it.
    """
    global _current
    from labsupport.evidence import Evidence

    _current = Chapter(name, _book_folder(name), _several(needs))
    found = {need: availability(need) for need in _current.needs}
    for need, state in found.items():
        if not state.live and must_be_live(need):
            raise Unavailable(f"the {need} instrument", state.reason, state.remedy)
    return Evidence(found, recordings.recorded_on(_current.recordings))


def current() -> Chapter:
    """The chapter that was begun. Raises `ReaderError` when the notebook named none."""
    if _current is None:
        raise ReaderError('no chapter was named; run the first cell, which calls chapter("part/notebook-name")')
    return _current


def availability(need: str) -> Availability:
    """Whether an instrument or a program runs live here.

    `network` is two hosts and a wire, `loopback` packets of one host, `net.…` a setting that only newer kernels have,
    `chromium` and `firefox` browsers with their drivers, `express` apps in Node with the packages they require;
    anything else is the name of a program. None of them does where `LAB_ENGINE=recorded` asks for recordings.
    """
    if wanted_engine() == "recorded":
        return REPLAY_WANTED
    if in_a_page():
        return IN_A_PAGE
    if need in BESIDE_THE_CELLS and os.name != "posix":
        return Availability("recorded", *troubles.NOT_POSIX.told())
    if need in BROWSERS:
        from labsupport.browser.driver import availability as of_browser

        return of_browser(need)
    if need == "express":
        from labsupport.node import availability as of_node

        return of_node()
    if need in ("network", "loopback"):
        from labsupport.network import availability as of_network

        state = of_network()
        only_loopback = need == "network" and state.engine == "direct"
        return Availability("recorded", state.reason, state.remedy) if only_loopback else state
    if need.startswith("net."):
        network = availability("network")
        if not network.live:
            return network
        if (Path("/proc/sys") / need.replace(".", "/")).exists():
            return replace(network, engine="setting")
        return Availability("recorded", *troubles.NO_SETTING.told(need=need))
    if find_program(need):
        return Availability("program")
    return Availability("recorded", *troubles.NO_PROGRAM.told(program=need))


def observe(
    name: str,
    look: Callable[[], Any],
    *,
    needs: str | Sequence[str],
    story: Callable[[Any], Any] = lambda seen: seen,
    browser: Callable[[], str] | None = None,
) -> Any:
    """What `look` sees, live; or, where it cannot look, what was recorded under `name` in this chapter.

    `needs` names the instruments and programs it uses, which the chapter must have named too. `story` takes out of an
    observation what is the same on every machine, by default all of it. `browser` tells the version of the one that
    looked, which is kept with the observation. What is seen comes back as JSON has it: a tuple as a list. Raises
    `ReaderError` for what JSON cannot hold.
    """
    path = current().recording(name)
    for need in _several(needs):
        state = named(name, need)
        if not state.live:
            return recordings.replay(path, need, state.reason, state.remedy)["observation"]
    record = {"observation": recordings.as_json_has_it(f"observe({name!r})", look())}
    if recordings.must_be_kept(path, record, story=lambda each: story(each["observation"])):
        recordings.keep(path, record, **({"browser": browser()} if browser else {}))
    return record["observation"]


def named(what: str, need: str) -> Availability:
    """Whether an instrument runs live here; raises `ReaderError` when the chapter has not named it among its needs."""
    if need not in current().needs:
        raise ReaderError(f"{what!r} needs {need!r}; name it in the chapter's first cell: chapter(…, needs=(…))")
    return availability(need)


def _several(needs: str | Sequence[str]) -> tuple[str, ...]:
    return (needs,) if isinstance(needs, str) else tuple(needs)


def _book_folder(name: str) -> Path:
    here = Path.cwd()
    for folder in (here, *here.parents):
        for book in (folder, folder / "chapters"):
            if (book / f"{name}.ipynb").is_file() or (book / f"{name}.claims.yml").is_file():
                return book
    raise ReaderError(
        f"no chapter is called {name!r} at or above {here.name}/; give its path below chapters/, without .ipynb"
    )
