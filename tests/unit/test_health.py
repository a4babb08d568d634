"""The page about the book's health says what the runs show, and what so few runs cannot show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from _ext.protocols_on_trial import health

FAILED = {"chapter": "3-tcp/01-open", "cell": "open-figure", "what": "mismatch 'text/html'"}
AFTER_IT = FAILED | {"cell": "verdicts"}


def runs(good: int, bad: int = 0) -> list[health.Run]:
    good_ones = {"at_once": 2, "failed": []}
    made = [{"date": f"2026-11-{day:02}", "seconds": 200.0 + day, **good_ones} for day in range(1, good + 1)]
    bad_one = {"date": "2026-12-01", "at_once": 1, "seconds": 300.0, "failed": [FAILED, AFTER_IT]}
    return [*made, *[bad_one] * bad]


@pytest.mark.parametrize(
    ("count", "bad", "highest"),
    [(1, 0, 0.95), (10, 0, 0.259), (100, 0, 0.0295), (100, 1, 0.0466), (10, 5, 0.777), (3, 3, 1.0)],
)
def test_the_highest_rate_that_fits_is_the_limit_of_clopper_and_pearson(count: int, bad: int, highest: float) -> None:
    assert health.highest_rate(count, bad) == pytest.approx(highest, abs=0.001)


def test_without_a_run_nothing_is_claimed() -> None:
    assert health.verdict([]).startswith("No full run is recorded yet.")


def test_few_good_runs_are_not_called_a_proof() -> None:
    told = health.verdict(runs(4))
    assert "4 full runs from 2026-11-01 to 2026-11-04 UTC, 203 seconds each (median); 4 of them beside another" in told
    assert "In 0 of them a cell failed: 0.0 percent" in told
    assert "up to 53 percent of runs would fit" in told


def test_runs_that_failed_are_counted_and_those_since_then() -> None:
    assert "In 2 of them a cell failed: 20.0 percent" in health.verdict(runs(8, bad=2))
    assert health.verdict(runs(8, bad=2)).endswith("Since the last of them 0 runs passed.")
    assert health.verdict([*runs(0, bad=1), *runs(3)]).endswith("Since the last of them 3 runs passed.")
    assert "Since the last" not in health.verdict(runs(8))


def test_the_first_cell_of_a_chapter_that_failed_is_named_with_what_it_said() -> None:
    (run,) = runs(0, bad=1)
    (flake,) = health.flakes(run)
    assert flake == ("3-tcp/01-open", "2026-12-01", "open-figure, and 1 after it", "mismatch 'text/html'")
    other = {"chapter": "3-tcp/02-close", "cell": "close", "what": ""}
    assert health.flakes({**run, "failed": [FAILED, other]}) == [
        ("3-tcp/01-open", "2026-12-01", "open-figure", "mismatch 'text/html'"),
        ("3-tcp/02-close", "2026-12-01", "close", "–"),
    ]


def test_a_run_in_which_nothing_failed_has_no_line() -> None:
    assert health.flakes(runs(1)[0]) == []


def test_a_chapter_shows_its_last_run_or_that_it_has_none() -> None:
    ran = {"date": "2026-11-23 20:00", "cells": 49, "seconds": 7.14, "failed": {}}
    assert health.last_run(ran) == ("2026-11-23 20:00", "49", "7.1", "as stored")
    assert health.last_run(ran | {"failed": {"open": "KeyError"}})[-1] == "1 failed"
    assert health.last_run(None)[0] == health.NEVER


def test_a_book_without_the_file_has_no_runs(tmp_path: Path) -> None:
    assert health.read(tmp_path / "health.json") == {"machine": {}, "chapters": {}, "runs": []}
    (tmp_path / "health.json").write_text(json.dumps({"runs": [1]}), encoding="utf-8")
    assert health.read(tmp_path / "health.json") == {"runs": [1]}
