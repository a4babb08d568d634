"""Run the notebooks again with nbval and compare every output with the stored one.

Only what `labsupport.measured` marks, and the notice of where the evidence comes from, may differ.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from labsupport.measured import nbval_sanitizer
from tools import kernels
from tools.kernels import ROOT

AT_ONCE = 2
SECONDS_FOR_A_CELL = 60
WITHOUT = ("-p", "no:hypothesispytest")
"""A plugin that every worker would import, and no notebook uses."""
THROUGH_FOLDERS = ("-p", "tools.kernel_channels")
WARM = ("-p", "tools.warm_kernels")


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare the notebooks below a folder; pytest's exit status is returned."""
    parser = argparse.ArgumentParser(prog="compare", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "chapters", help="default: chapters")
    parser.add_argument("--junitxml", metavar="FILE", help="write a report to this file")
    parser.add_argument("--plain", action="store_true", help="start a new Python for each kernel, and fork none")
    options = parser.parse_args(arguments)
    report = [f"--junitxml={options.junitxml}"] if options.junitxml else []
    color = "auto" if sys.stdout.isatty() else "no"
    variables = kernels.environment()
    kernels.warm(variables)
    at_once = 0 if options.folder.is_file() else AT_ONCE
    warm = () if options.plain else WARM
    compare = command(options.folder, f"--color={color}", *report, *warm, at_once=at_once)
    return subprocess.run(compare, cwd=ROOT, env=variables, check=False).returncode


def command(folder: Path, *for_pytest: str, at_once: int = AT_ONCE) -> list[str]:
    """The pytest command that compares; writes the rule for measured parts to a file that nbval reads.

    `at_once` is how many notebooks run at the same time, each in a process of its own; with 0 one after the other.
    """
    sanitizer = kernels.SURROUNDINGS / "measured.cfg"
    sanitizer.parent.mkdir(parents=True, exist_ok=True)
    sanitizer.write_text(nbval_sanitizer(), encoding="utf-8", newline="\n")
    return [
        *(sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env", *WITHOUT, *THROUGH_FOLDERS),
        *(f"--nbval-cell-timeout={SECONDS_FOR_A_CELL}", f"--nbval-sanitize-with={sanitizer}"),
        *("-n", str(at_once), "--dist", "loadscope", *for_pytest, str(folder)),
    ]


if __name__ == "__main__":
    raise SystemExit(main())
