"""A figure is worth what it is compared with: the table, the verdicts, the exit status. Nothing is timed here."""

from __future__ import annotations

import importlib
import itertools
import json
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from benchmarks import __main__ as bench
from benchmarks import capturers, cells_child, completeness, decoding, notebooks, ready
from benchmarks.report import Below, Exactly, Faster, Figures, Row, Target, Within, exit_status, table, write
from benchmarks.rounds import alternate, timed
from labsupport.network.packet import decode
from tools.kernels import ROOT

SNMP = """Ip: Forwarding DefaultTTL
Ip: 1 64
Tcp: RtoAlgorithm RtoMin InSegs OutSegs
Tcp: 1 200 1600 1599
"""
MEASURED: dict[str, Figures] = {
    "ready": {"ours": 0.5, "ours at once": 10, "scapy": 12.5, "scapy at once": 0, "tcpdump": 20, "tcpdump at once": 0},
    "completeness": {
        f"{name} {fault}": 0 for name in ("ours", "scapy", "tcpdump", "tshark") for fault in ("missed", "doubled")
    },
    "experiment": {"new": 100, "reused": 30, "child": 300},
    "decoding": {"ours": 30, "scapy": 1000, "dpkt": 200, "tshark": 500},
    "dissecting": {"segments": 20, "scapy": 50, "requests": 40, "h11": 4, "long": 120, "quarter": 30, "cookie": 320,
                   "cookie quarter": 90, "token": 8, "token quarter": 2},
    "simulating": {"model": 40, "kernel": 4},
    "sessions": {"redis get": 40, "hget": 38, "redis set": 50, "hset": 40, "sqlite get": 3, "select": 1,
                 "flask redis": 250, "flask cookie": 120, "python": 1500, "nginx": 700},
    "drawing": {"diagram": 240, "axes": 40, "written": 2, "plotted": 120},
    "precedence": {"first": 1, "in line": 15},
    "notebooks": {"nbval": 14, "plain": 16, "nbmake": 14, "cells": 12},
    "book": {"cold": 2, "no change": 0.2, "a chapter edited": 2, "cold, alone": 20, "no change, alone": 4,
             "a chapter edited, alone": 5, "empty": 1.5, "share": 0.1},
    "page_python": {"first": 4, "start": 3, "wire": 9, "unpacked": 20, "median": 10, "slowest": 200, "above": 5},
}


def row(ours: float | None, theirs: float | None, target: Target | None = None, unit: str = "ms") -> Row:
    return Row("opening a door", ours, "a key", theirs, unit, target)


@pytest.mark.parametrize(
    ("target", "ours", "theirs", "verdict"),
    [
        (Faster(20), 1, 20, "met"),
        (Faster(20), 1, 19.99, "missed"),
        (Within(1.5), 15, 10, "met"),
        (Within(1.5), 15.01, 10, "missed"),
        (Below(15), 14.99, 1, "met"),
        (Below(15), 15, 100, "missed"),
        (Exactly(0), 0, 7, "met"),
        (Exactly(0), 1, 7, "missed"),
        (Exactly(10), 9, 0, "missed"),
    ],
)
def test_a_target_is_met_up_to_its_limit(target: Target, ours: float, theirs: float, verdict: str) -> None:
    assert row(ours, theirs, target).verdict == verdict


def test_what_was_not_measured_is_not_met() -> None:
    assert row(None, 5, Faster(2)).verdict == "not measured"
    assert row(5, None, Exactly(5)).verdict == "not measured"


def test_a_row_without_a_target_has_no_verdict() -> None:
    assert row(1, 2).verdict == ""


def test_a_time_that_never_came_misses_every_target() -> None:
    assert row(math.inf, 5, Faster(2)).verdict == "missed"
    assert row(math.inf, math.inf, Below(15)).verdict == "missed"
    assert "never" in table([row(math.inf, 5, Faster(2))])


def test_the_ratio_says_how_many_times_our_time_the_peer_takes() -> None:
    assert row(2, 50).ratio == 25
    assert row(50, 2, Faster(20)).ratio == 0.04


@pytest.mark.parametrize("target", [Within(1.5), Below(15)])
def test_where_our_time_is_limited_the_ratio_says_how_many_times_the_peers_it_is(target: Target) -> None:
    assert row(3, 2, target).ratio == 1.5


@pytest.mark.parametrize(
    ("ours", "theirs", "unit"), [(None, 1, "ms"), (1, None, "ms"), (0, 1, "ms"), (1, 0, "s"), (3, 9, "segments")]
)
def test_counts_and_missing_figures_have_no_ratio(ours: float | None, theirs: float | None, unit: str) -> None:
    assert row(ours, theirs, unit=unit).ratio is None


def test_the_exit_status_is_0_only_when_every_target_is_met() -> None:
    met, missed, unmeasured, beside = row(1, 9, Faster(2)), row(9, 1, Faster(2)), row(1, None, Faster(2)), row(1, None)
    assert exit_status([met, beside]) == 0
    assert exit_status([met, missed, unmeasured]) == 1
    assert exit_status([met, unmeasured]) == 2


def test_a_table_without_a_target_promises_nothing_and_does_not_pass() -> None:
    assert exit_status([]) == 2
    assert exit_status([row(1, 2)]) == 2


def test_the_table_has_aligned_columns() -> None:
    head, first, second = table([row(0.5, 12.5, Faster(20)), row(None, 5)]).splitlines()
    assert head.split() == ["what", "ours", "peer's", "peer", "ratio", "target", "verdict"]
    assert first.split("  ")[0] == "opening a door"
    assert [first[head.index("target") :], first.count("25x")] == ["at least 20x  met", 1]
    assert second.endswith("not measured")
    assert head.index("verdict") == first.index("met") == second.index("not measured")


def test_a_target_reads_like_the_figure_it_limits() -> None:
    assert [str(target) for target in (Faster(20), Within(1.5), Below(15), Exactly(0))] == [
        "at least 20x", "at most 1.5x", "ours below 15", "ours 0",
    ]


def test_the_result_is_written_as_strict_json(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    write(file, [row(1, 30, Faster(20)), row(math.inf, None)], {"processors": 2})
    content = json.loads(file.read_text(encoding="utf-8"), parse_constant=pytest.fail)
    assert content["machine"] == {"processors": 2}
    assert content["rows"][0] == {
        "what": "opening a door", "unit": "ms", "ours": 1, "peer": "a key", "theirs": 30,
        "ratio": 30, "target": "at least 20x", "verdict": "met",
    }
    assert [content["rows"][1][name] for name in ("ours", "target", "verdict")] == [None, None, "not measured"]
    assert list(tmp_path.iterdir()) == [file]


def test_a_result_that_cannot_be_written_leaves_no_half_of_it(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        write(tmp_path / "result.json", [], {"processors": object()})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("module", [importlib.import_module(f"benchmarks.{name}") for name in bench.NAMES])
def test_every_bench_has_the_same_rows_with_and_without_figures(module: bench.Bench) -> None:
    name = module.__name__.split(".")[1]  # type: ignore[attr-defined]
    measured, empty = module.rows(MEASURED[name]), module.rows({})
    assert [(row.what, row.peer) for row in measured] == [(row.what, row.peer) for row in empty]
    assert {row.verdict for row in empty} == {"not measured"}
    assert exit_status(measured) == 0
    assert exit_status(empty) == 2


def test_a_peer_that_is_not_here_is_named_and_hides_no_other() -> None:
    figures = {name: figure for name, figure in MEASURED["ready"].items() if not name.startswith("tcpdump")}
    verdicts = {(row.peer, row.verdict) for row in ready.rows(figures)}
    assert verdicts == {("scapy", "met"), ("tcpdump", "not measured")}


class Stopwatch:
    """A clock that goes on by one second each time somebody looks."""

    def __init__(self) -> None:
        self._ticks = itertools.count()

    def __call__(self) -> float:
        return next(self._ticks)


def test_sides_take_turns_and_turn_about() -> None:
    order: list[str] = []
    sides = {name: timed(lambda name=name: order.append(name), Stopwatch()) for name in "ab"}  # type: ignore[misc]
    assert alternate(sides, 3) == {"a": 1, "b": 1}
    assert "".join(order) == "abbaab"


def test_the_median_bears_one_bad_round() -> None:
    figures: Iterator[float] = iter([3, math.inf, 2])
    assert alternate({"a": lambda: next(figures)}, 3) == {"a": 3}


def test_missed_and_doubled_segments_are_counted() -> None:
    first, second = decoding.segments(2)
    assert completeness.faults(2, [first, second]) == {"missed": 0, "doubled": 0}
    assert completeness.faults(3, [first, second, first, first]) == {"missed": 1, "doubled": 2}
    assert completeness.faults(1, [first, b"\x60 not TCP over IPv4"]) == {"missed": 0, "doubled": 0}


def test_the_kernels_own_count_is_read_by_name() -> None:
    assert capturers._segments_received(SNMP) == 1600


def test_only_peers_that_are_here_take_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: "/bin/tcpdump" if name == "tcpdump" else None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert list(capturers.peers("scapy", "tcpdump", "tshark")) == ["tcpdump"]


def test_a_program_that_does_not_begin_is_reported_with_what_it_said() -> None:
    program = capturers.Program([sys.executable, "-c", "raise SystemExit('no permission')"], "listening on", 0)
    program.start()
    with pytest.raises(TimeoutError, match="did not begin to capture: no permission"):
        program.wait_until_ready()


def test_the_segments_to_decode_are_all_different() -> None:
    packets = list(decoding.segments(1000))
    assert len(set(packets)) == 1000
    assert {decode(packet).length for packet in packets} == set(range(1000))


def test_decoders_that_disagree_are_not_compared() -> None:
    ours = decoding.Decoder(lambda: [1, 2], lambda number: (number,))
    other = decoding.Decoder(lambda: [1, 3], lambda number: (number,))
    decoding.check_agreement({"ours": ours, "same": ours})
    with pytest.raises(RuntimeError, match="other decodes the segments to other numbers"):
        decoding.check_agreement({"ours": ours, "other": other})


def test_a_command_that_fails_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match=r"-c .* failed: chapter 9 is missing"):
        notebooks._run([sys.executable, "-c", "raise SystemExit('chapter 9 is missing')"], {})


class Fake:
    """A bench with one row, whose measuring gives figures or fails."""

    def __init__(self, figures: Figures | Exception) -> None:
        self.figures = figures

    def measure(self) -> Figures:
        if isinstance(self.figures, Exception):
            raise self.figures
        return self.figures

    def rows(self, figures: Figures) -> list[Row]:
        return [row(figures.get("ours"), figures.get("theirs"), Faster(2))]


@pytest.mark.parametrize(
    ("figures", "status", "verdict"),
    [
        ({"ours": 1, "theirs": 5}, 0, "met"),
        ({"ours": 1, "theirs": 1}, 1, "missed"),
        (RuntimeError("the key is lost"), 2, "not measured"),
    ],
)
def test_the_command_prints_the_table_writes_json_and_returns_the_status(
    figures: Figures | Exception, status: int, verdict: str,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(bench, "_bench", lambda name: Fake(figures))
    assert bench.main(["book", "--json", str(tmp_path / "result.json")]) == status
    printed = capsys.readouterr()
    assert printed.out.splitlines()[1].endswith(verdict)
    assert ("the key is lost" in printed.err) == isinstance(figures, Exception)
    assert json.loads((tmp_path / "result.json").read_text())["rows"][0]["verdict"] == verdict


def test_without_names_every_bench_is_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[str] = []

    def remember(name: str) -> Fake:
        asked.append(name)
        return Fake({})

    monkeypatch.setattr(bench, "_bench", remember)
    assert bench.main([]) == 2
    assert asked == list(bench.NAMES)
    assert len(capsys.readouterr().out.splitlines()) == 1 + len(bench.NAMES)


def test_an_unknown_bench_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bench.main(["speed"])
    assert "no bench is called speed; there are ready, completeness" in capsys.readouterr().err


def test_the_machine_is_described_without_its_name() -> None:
    assert set(bench.machine()) == {"system", "processors", "python", "load"}


@pytest.fixture
def two_notebooks(tmp_path: Path) -> Path:
    """A folder with one notebook whose cells run, and one whose second cell does not."""
    for name, sources in {"fine": ["import os", "print(os.getcwd())"], "ill": ["one = 1", "one / 0"]}.items():
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / f"{name}.ipynb")
    return tmp_path


def bare_run(place: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", cells_child.__name__, str(place), "2"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_cells_by_themselves_run_in_the_folder_of_their_notebook_and_are_timed(two_notebooks: Path) -> None:
    done = bare_run(two_notebooks / "fine.ipynb")
    folder, seconds = done.stdout.splitlines()
    assert folder == str(two_notebooks.resolve())
    assert float(seconds) > 0


def test_the_bare_run_of_notebooks_fails_with_the_cell_that_fails(two_notebooks: Path) -> None:
    done = bare_run(two_notebooks)
    assert done.returncode == 1
    assert "ill.ipynb failed" in done.stderr
    assert "ZeroDivisionError" in done.stderr
