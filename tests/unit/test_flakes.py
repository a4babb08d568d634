"""Runs of all notebooks are kept, counted and gone on with; a report of pytest is read chapter by chapter."""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools import flakes
from tools.notebooks import CHAPTERS, code_cells, find, read
from tools.reports import by_chapter

ONE, TWO = find()[:2]
REPORT = """<testsuites><testsuite>
<testcase classname="{one}" name="Cell 0" time="1.5"/>
<testcase classname="{one}" name="Cell 1" time="0.25"><failure message="[+6 more lines]">{fault}</failure></testcase>
<testcase classname="{one}" name="Cell 2" time="0"><skipped/></testcase>
</testsuite></testsuites>"""
RAISED = "#x1B[91mNotebook cell execution failed&#10;#x1B[94mTraceback:&#10;&#10;#x1B[31mKeyError#x1B[39m: 'syn'&#10;"
DIFFERS = "Cell outputs differ&#10;Traceback:&#10;#x1B[94m mismatch 'stdout'#x1B[91m&#10; assert '3' == '2'&#10;"


def name(notebook: Path) -> str:
    return notebook.relative_to(CHAPTERS).with_suffix("").as_posix()


@pytest.mark.parametrize(("fault", "what"), [(RAISED, "KeyError: 'syn'"), (DIFFERS, "mismatch 'stdout'")])
def test_a_report_says_what_became_of_each_chapter(tmp_path: Path, fault: str, what: str) -> None:
    report = tmp_path / "report.xml"
    dotted = f"chapters.{name(ONE).replace('/', '.')}.ipynb"
    report.write_text(REPORT.format(one=dotted, fault=fault), encoding="utf-8")
    ran = by_chapter(report, [ONE, TWO])
    second_cell = list(code_cells(read(ONE)))[1]["id"]
    assert ran[name(ONE)].as_record() == {"cells": 3, "seconds": 1.8, "failed": {second_cell: what}}
    assert ran[name(TWO)].cells == 0, "a chapter that did not run is seen as such"


def record(*chapters: Path, failed: bool = False) -> dict[str, Any]:
    """What a run of some chapters gives."""
    return {
        "date": "2026-11-23 20:00", "commit": "1234567", "at_once": 1, "machine": {"Python": "3.11"}, "seconds": 230.5,
        "chapters": {name(path): {"cells": 40, "seconds": 9.0, "failed": {}} for path in chapters},
        "failed": [{"chapter": name(ONE), "cell": "open", "what": "KeyError"}] if failed else [],
    }


def test_a_full_run_counts_and_a_run_of_a_part_only_says_when_its_chapters_ran(tmp_path: Path) -> None:
    whole = flakes.summed_up(flakes.health(tmp_path / "none.json"), record(*find(), failed=True))
    assert [run["seconds"] for run in whole["runs"]] == [230.5]
    part = flakes.summed_up(whole, record(ONE) | {"date": "2026-11-24 08:00"})
    assert len(part["runs"]) == 1
    assert part["chapters"][name(ONE)]["date"] == "2026-11-24 08:00"
    assert part["chapters"][name(TWO)]["date"] == "2026-11-23 20:00"


def test_a_chapter_that_is_gone_is_forgotten() -> None:
    before = {"machine": {}, "chapters": {"9-gone/01-x": {}}, "runs": []}
    assert set(flakes.summed_up(before, record(ONE))["chapters"]) == {name(ONE)}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Path]:
    """Which paths were run; nothing really runs, and what is kept stands in a folder of the test."""
    paths: list[Path] = []

    def batch(path: Path, at_once: int) -> list[dict[str, Any]]:
        paths.extend([path] * at_once)
        return [record(*find(), failed=len(paths) == 2) for _ in range(at_once)]

    monkeypatch.setattr(flakes, "batch", batch)
    monkeypatch.setattr(flakes, "RUNS", tmp_path / "runs.jsonl")
    return paths


def test_the_runs_that_are_missing_are_made_and_those_of_other_days_count(made: list[Path], tmp_path: Path) -> None:
    health = tmp_path / "health.json"
    assert flakes.main(["1", "--health", str(health)]) == 0
    assert flakes.main(["3", "--health", str(health)]) == 1, "in the second a cell failed"
    assert len(made) == 3
    assert len(json.loads(health.read_text(encoding="utf-8"))["runs"]) == 3
    assert len((tmp_path / "runs.jsonl").read_text(encoding="utf-8").splitlines()) == 3
    assert flakes.main(["3", "--health", str(health)]) == 0
    assert len(made) == 3


def test_batches_make_no_run_too_many(made: list[Path], tmp_path: Path) -> None:
    flakes.main(["5", "--at-once", "3", "--health", str(tmp_path / "health.json")])
    assert len(made) == 5


def test_a_batch_of_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        flakes.main(["5", "--at-once", "0"])
    assert "1 or more" in capsys.readouterr().err


def test_the_runs_of_a_batch_go_on_at_the_same_time_and_each_has_its_seconds() -> None:
    naps = [[sys.executable, "-c", f"import time; time.sleep({nap})"] for nap in (1.5, 0.1)]
    long, short = flakes._run_to_the_end(naps, {})
    assert short < long < 1.5 + short + 1


def test_a_run_that_could_not_test_at_all_is_told() -> None:
    with pytest.raises(RuntimeError, match="could not run: no such plugin"):
        flakes._run_to_the_end([[sys.executable, "-c", "print('no such plugin'); raise SystemExit(4)"]], {})


def test_no_run_begins_when_the_time_is_over(made: list[Path], tmp_path: Path) -> None:
    options = argparse.Namespace(runs=5, path=CHAPTERS, minutes=-1.0, at_once=1, health=tmp_path / "health.json")
    assert list(flakes.records(options)) == []


def test_a_run_that_is_stopped_leaves_nothing_behind() -> None:
    """A stand-in for pytest that would sleep for a minute is gone when the block ends by an interrupt."""
    ready = "import signal, time; signal.signal(signal.SIGINT, signal.default_int_handler); print(flush=True)"
    sleeper = subprocess.Popen(
        [sys.executable, "-c", f"{ready}; time.sleep(60)"], start_new_session=True, stdout=subprocess.PIPE
    )
    assert sleeper.stdout
    with sleeper, pytest.raises(KeyboardInterrupt), flakes._ended(sleeper):
        sleeper.stdout.readline()
        raise KeyboardInterrupt
    assert sleeper.poll() in (1, 130, -signal.SIGINT)


def test_the_machine_is_described_by_its_programs_and_packages() -> None:
    described = flakes.machine()
    assert {"System", "Processors", "Python", "flask", "nbval"} <= described.keys()
    assert not {"packages", "private network"} & described.keys()
