"""Runs the cells of the notebooks below a folder, each notebook in a plain Python, and compares nothing.

    cells_child FOLDER AT_ONCE      # prints the seconds that the cells took, all together
    cells_child NOTEBOOK            # one notebook, in this process

There is no kernel, no message and no stored output: what is left is the work of the cells and what they wait for.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tools  # noqa: F401 - saves a second of `import nbformat`
from tools.notebooks import code_cells, find, read
from tools.offline import keep_offline


def run_all(folder: Path, at_once: int) -> float:
    """Run them, so many at a time; the seconds of their cells. Raises RuntimeError where a cell fails."""
    with ThreadPoolExecutor(at_once) as pool:
        return sum(pool.map(_in_a_process_of_its_own, find(folder)))


def run_cells(notebook: Path) -> float:
    """Run the cells of a notebook here, in its folder; the seconds they took. Raises what a cell raises."""
    from IPython.core.interactiveshell import InteractiveShell

    sources = [str(cell["source"]) for cell in code_cells(read(notebook))]
    os.chdir(notebook.parent)
    keep_offline()
    shell = InteractiveShell.instance()
    began = time.perf_counter()
    for source in sources:
        shell.run_cell(source, store_history=False).raise_error()
    return time.perf_counter() - began


def _in_a_process_of_its_own(notebook: Path) -> float:
    command = [sys.executable, "-m", "benchmarks.cells_child", str(notebook)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{notebook.name} failed: {(done.stdout + done.stderr).strip()[-300:]}")
    return float(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    place = Path(sys.argv[1]).resolve()
    print(json.dumps(run_cells(place) if place.is_file() else run_all(place, int(sys.argv[2]))))
