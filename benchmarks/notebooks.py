"""nbval over the chapters against nbmake, which compares nothing, and against the bare cells; as many at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from functools import partial

from benchmarks.report import Below, Figures, Row, Within
from benchmarks.rounds import alternate, timed
from tools import compare, kernels
from tools.kernels import ROOT
from tools.notebooks import CHAPTERS

_ROUNDS = 1
"""One takes a quarter of an hour."""
_LONGEST_S = 1200
_WHAT = "run and compare the chapters"


def rows(figures: Figures) -> list[Row]:
    """The comparison beside the run it is measured by, beside nbmake, and beside the least that is possible."""
    ours = figures.get("nbval")
    return [
        Row(_WHAT, ours, "the same with --plain", figures.get("plain"), "s", Below(240)),
        Row(_WHAT, ours, "nbmake, no comparison", figures.get("nbmake"), "s", Within(1.1)),
        Row(_WHAT, ours, "its cells in plain processes", figures.get("cells"), "s", Within(1.3)),
    ]


def measure() -> Figures:
    """Seconds of `nbval`, of `nbval` without warm kernels (`plain`), of `nbmake` and of the `cells` by themselves.

    Raises RuntimeError when one of them fails.
    """
    variables = kernels.environment()
    kernels.warm(variables)
    commands = {
        "nbval": compare.command(CHAPTERS, *compare.WARM),
        "plain": compare.command(CHAPTERS),
        "nbmake": nbmake(),
        "cells": [sys.executable, "-m", "benchmarks.cells_child", str(CHAPTERS), str(compare.AT_ONCE)],
    }
    return alternate({name: timed(partial(_run, command, variables)) for name, command in commands.items()}, _ROUNDS)


def nbmake() -> list[str]:
    """The pytest command that runs the chapters with nbmake, as many at once."""
    return [
        *(sys.executable, "-m", "pytest", "-q", "--nbmake", f"--nbmake-timeout={compare.SECONDS_FOR_A_CELL}"),
        *(*compare.WITHOUT, "-n", str(compare.AT_ONCE), str(CHAPTERS)),
    ]


def _run(command: Sequence[str], variables: dict[str, str]) -> None:
    done = subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=_LONGEST_S, check=False
    )
    if done.returncode:
        last = (done.stderr + done.stdout).strip().splitlines()[-1]
        raise RuntimeError(f"{' '.join(command[1:3])} failed: {last}")
