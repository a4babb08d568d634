"""nbval over the chapters against the same cells run by nbclient, which compares nothing; as many at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from benchmarks.report import Figures, Row, Within
from benchmarks.rounds import alternate, timed
from tools import compare, kernels
from tools.kernels import ROOT
from tools.notebooks import CHAPTERS

_ROUNDS = 3
_LONGEST_S = 600


def rows(figures: Figures) -> list[Row]:
    """The comparison beside the bare run."""
    return [Row("run and compare the chapters", figures.get("nbval"), "nbclient, no comparison",
                figures.get("nbclient"), "s", Within(1.5))]


def measure() -> Figures:
    """Seconds of `nbval` and `nbclient`. Raises RuntimeError when one of them fails."""
    variables = kernels.environment()
    kernels.warm(variables)
    bare = [sys.executable, "-m", "benchmarks.notebooks_child", str(CHAPTERS), str(compare.AT_ONCE)]
    sides = {
        "nbval": timed(lambda: _run(compare.command(CHAPTERS), variables)),
        "nbclient": timed(lambda: _run(bare, variables)),
    }
    return alternate(sides, _ROUNDS)


def _run(command: Sequence[str], variables: dict[str, str]) -> None:
    done = subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=_LONGEST_S, check=False
    )
    if done.returncode:
        last = (done.stderr + done.stdout).strip().splitlines()[-1]
        raise RuntimeError(f"{' '.join(command[1:3])} failed: {last}")
