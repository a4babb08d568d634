"""Measure, print the table, and exit with 0 only when every target is met."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, cast

from benchmarks.report import Figures, Row, exit_status, table, write

NAMES = ("ready", "completeness", "experiment", "decoding", "dissecting", "simulating", "sessions", "drawing",
         "precedence", "notebooks", "book", "page_python")


class Bench(Protocol):
    """A module that measures, and makes rows of what it measured; no figure is a row that was not measured."""

    def measure(self) -> Figures:
        """Measure. Whatever it raises is the reason why there are no figures."""

    def rows(self, figures: Figures) -> list[Row]:
        """The rows of the table."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benches that are named, by default all; returns the exit status."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; default: all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result to this file as well")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no bench is called {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    rows = [row for name in options.names or NAMES for row in run(name, _bench(name))]
    print(table(rows))
    if options.json:
        write(options.json, rows, machine())
    return exit_status(rows)


def run(name: str, bench: Bench) -> list[Row]:
    """The rows of one bench. Where it cannot be measured it says why, and its rows are without figures."""
    print(f"measuring: {name}", file=sys.stderr, flush=True)
    try:
        figures = bench.measure()
    except Exception as error:  # one bench that cannot run must not hide the others
        print(f"not measured: {name}: {error}", file=sys.stderr, flush=True)
        figures = {}
    return bench.rows(figures)


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "load": list(os.getloadavg()),
    }


def _bench(name: str) -> Bench:
    return cast(Bench, importlib.import_module(f"benchmarks.{name}"))


if __name__ == "__main__":
    raise SystemExit(main())
