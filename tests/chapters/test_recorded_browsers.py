"""Where no browser is, a chapter says that it replays and decides on its recordings; else it says what to do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from labsupport import programs
from tests.chapters.guards import recordings
from tools import kernels
from tools.notebooks import CHAPTERS, code_cells, find, read

BROWSERS = ("chromium", "chromedriver", "firefox", "geckodriver")

FIRST_CELLS = [(path, next(code_cells(read(path)))["source"]) for path in find()]
BROWSING = [(path, source) for path, source in FIRST_CELLS if '"chromium"' in source]
STORED = [path for path, _ in BROWSING if any(cell["outputs"] for cell in code_cells(read(path)))]

REMEDY = "install chromium and chromedriver of the same version"

@pytest.fixture(scope="session")
def without_browsers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a machine that has every program of this one, but no browser and no driver."""
    folder = tmp_path_factory.mktemp("programs")
    hidden = {name for each in BROWSERS for name in (each, *programs.ALSO_CALLED.get(each, ()))}
    for path in os.environ["PATH"].split(os.pathsep):
        for program in Path(path).glob("*"):
            link = folder / program.name
            if program.name not in hidden and not link.exists() and not link.is_symlink():
                link.symlink_to(program)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LAB_")}
    return kept | {"PATH": str(folder)}


def of_chromium(notebook: Path) -> list[Path]:
    """The recordings of what Chromium showed in a chapter, or in a copy of one in a book of its own."""
    book = notebook.parents[1]
    folder = book / "recordings" / notebook.relative_to(book).with_suffix("")
    return [file for file in sorted(folder.glob("*.json"))
            if json.loads(file.read_text(encoding="utf-8"))["recorded"].get("browser", "").startswith("Chromium ")]


def begun(path: Path, source: str, folder: Path, machine: Mapping[str, str], require: str = "") -> str:
    """What the first cell of a chapter shows on a machine; ends with the exit status."""
    variables = kernels.environment(folder, base=machine, add={"LAB_REQUIRE": require})
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "-c", source],
        cwd=path.parent, env=variables, text=True, capture_output=True, timeout=120, check=False,
    )
    return f"{done.stdout}{done.stderr}\nstatus {done.returncode}"


def compared(path: Path, machine: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Every cell of a chapter, run on a machine, with every output compared."""
    return subprocess.run(
        [sys.executable, "-m", "tools.compare", str(path)],
        cwd=kernels.ROOT, env=dict(machine), text=True, capture_output=True, timeout=600, check=False,
    )


def test_a_chapter_needs_a_browser() -> None:
    assert STORED, "no first cell names a browser; the tests below would test nothing"


def test_the_machine_is_without_browsers_and_otherwise_this_one(
    without_browsers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = {name: programs.find_program(name) is not None for name in ("sh", "curl", "nginx", "node")}
    monkeypatch.setenv("PATH", without_browsers["PATH"])
    assert {name: programs.find_program(name) is not None for name in here} == here
    assert [name for name in BROWSERS if programs.find_program(name)] == [], (
        "a folder that is searched beside the PATH has a browser: " + ", ".join(programs.SYSTEM_FOLDERS)
    )


@pytest.mark.parametrize(("path", "source"), BROWSING, ids=lambda value: getattr(value, "stem", ""))
def test_the_notice_says_that_it_replays_and_why(
    path: Path, source: str, tmp_path: Path, without_browsers: dict[str, str]
) -> None:
    shown = begun(path, source, tmp_path, without_browsers)
    assert shown.endswith("status 0"), shown
    source = "Chromium " if of_chromium(path) else ""
    assert f"chromium: replayed from recordings ({source}" in shown
    assert "chromium: replayed from recordings (nothing recorded yet)" not in shown
    assert f"because the program chromium is not installed. To see it live: {REMEDY}" in shown


@pytest.mark.parametrize(("path", "source"), BROWSING, ids=lambda value: getattr(value, "stem", ""))
def test_the_first_cell_fails_with_the_remedy_where_all_must_be_live(
    path: Path, source: str, tmp_path: Path, without_browsers: dict[str, str]
) -> None:
    shown = begun(path, source, tmp_path, without_browsers, require="all")
    assert shown.endswith("status 1"), shown
    assert "Unavailable: the chromium instrument cannot run here: the program chromium is not installed" in shown
    assert f"Remedy: {REMEDY}" in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_the_chapter_runs_and_decides_on_its_recordings(path: Path, without_browsers: dict[str, str]) -> None:
    done = compared(path, without_browsers)
    assert done.returncode == 0, done.stdout[-4000:]


# A recording that was tampered with ---------------------------------------------------------------------------------


def a_copy(path: Path, folder: Path) -> Path:
    """The chapter with its claims and its recordings, in a book of its own; returns the notebook."""
    book = folder / "chapters"
    copy = book / path.relative_to(CHAPTERS)
    copy.parent.mkdir(parents=True)
    for ending in (".ipynb", ".claims.yml"):
        shutil.copy(path.with_suffix(ending), copy.with_suffix(ending))
    shutil.copytree(recordings(path), book / recordings(path).relative_to(CHAPTERS))
    return copy


def tampered(observation: Any) -> Any:
    """Another observation of the same form: other words, other numbers, and the opposite of each truth."""
    if isinstance(observation, dict):
        return {name: tampered(each) for name, each in observation.items()}
    if isinstance(observation, list):
        return [tampered(each) for each in observation]
    if isinstance(observation, bool):
        return not observation
    if isinstance(observation, int | float):
        return observation + 1
    return "tampered with"


def test_what_was_tampered_with_differs_in_every_part() -> None:
    seen = {"a": [1, "two", True, None, 0.5], "b": {}}
    assert tampered(seen) == {"a": [2, "tampered with", False, "tampered with", 1.5], "b": {}}


def test_a_copy_of_a_chapter_runs_and_decides_as_the_chapter_does(
    tmp_path: Path, without_browsers: dict[str, str]
) -> None:
    done = compared(a_copy(STORED[0], tmp_path), without_browsers)
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.parametrize("path", [path for path in STORED if of_chromium(path)], ids=lambda path: path.stem)
def test_a_recording_that_was_tampered_with_fails_the_chapter(
    path: Path, tmp_path: Path, without_browsers: dict[str, str]
) -> None:
    copy = a_copy(path, tmp_path)
    file = of_chromium(copy)[0]
    record = json.loads(file.read_text(encoding="utf-8"))
    record["observation"] = tampered(record["observation"])
    file.write_text(json.dumps(record), encoding="utf-8")
    done = compared(copy, without_browsers)
    assert done.returncode == 1, done.stdout[-4000:]
    assert "FAILED" in done.stdout
