"""Which cells run in the reader's tab: each is tried in the interpreter of the page, and its output compared.

    python -m tools.page_cells            # write chapters/page-cells.json
    python -m tools.page_cells --check    # write nothing; fail where the file is out of date

For each code cell the file has an empty text where the cell runs there and gives the stored output, else the reason why
it does not.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tools import page_python
from tools.kernels import ROOT
from tools.notebooks import (
    CHAPTERS,
    EVIDENCE,
    Cell,
    Output,
    canonical_outputs,
    code_cells,
    compared,
    find,
    read,
    tags,
    write,
)
from tools.npm import PYODIDE, NotInstalledError, node_modules
from tools.page_reasons import reason
from tools.page_runs import Ran, ran_in_the_page

FILE = CHAPTERS / "page-cells.json"
AT_ONCE = 2
_NOT_OFFERED = ("remove-cell",)
"""A tag of cells that no page shows."""

Manifest = dict[str, dict[str, str]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the cells of all chapters, or of some; write the file or compare it."""
    parser = argparse.ArgumentParser(prog="page_cells", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("chapters", nargs="*", help="paths below chapters/, without an ending; by default all")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the file is out of date")
    options = parser.parse_args(arguments)
    try:
        node_modules(PYODIDE)
    except NotInstalledError as problem:
        print(f"The cells cannot be tried without Pyodide: {problem}", file=sys.stderr)
        return 1
    stored = stored_manifest()
    tried: Manifest = {}
    for name, cells in try_chapters(options.chapters or [name_of(path) for path in find()]):
        tried[name] = cells
        if not options.check:
            _write(stored | tried)
    print(shares(tried))
    return _report(stored, tried) if options.check else 0


def _write(known: Manifest) -> None:
    """Write what is known of the chapters that there are; what is not tried yet keeps what was found before."""
    ordered = {name: known[name] for name in map(name_of, find()) if name in known}
    write(FILE, json.dumps(ordered, indent=1) + "\n")


def name_of(path: Path) -> str:
    """A chapter's path below chapters/, without its ending."""
    return path.relative_to(CHAPTERS).with_suffix("").as_posix()


def stored_manifest() -> Manifest:
    """What the file says; empty where there is none."""
    return dict(json.loads(FILE.read_text(encoding="utf-8"))) if FILE.is_file() else {}


def try_chapters(names: Iterable[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each chapter's cells with what keeps them from running."""
    page_python.make()
    names = list(names)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from zip(names, pool.map(try_chapter, names), strict=True)


def try_chapter(name: str) -> dict[str, str]:
    """The cells of a chapter by their id: an empty text, or why they do not run.

    In the page the reader can run only what runs. So the rest is left out, and all is tried again, until nothing new
    fails.
    """
    cells = [cell for cell in code_cells(read(CHAPTERS / f"{name}.ipynb"))]
    offered = [cell for cell in cells if not set(tags(cell)).intersection(_NOT_OFFERED)]
    found: dict[str, str] = {}
    while True:
        left = [cell for cell in offered if cell["id"] not in found]
        new = _failures(name, left, offered, found)
        if not new:
            return {cell["id"]: found.get(cell["id"], "") for cell in offered}
        found |= new


def _failures(name: str, left: list[Cell], offered: list[Cell], found: dict[str, str]) -> dict[str, str]:
    """Why some of the cells that are left do not run."""
    new: dict[str, str] = {}
    for cell, ran in zip(left, ran_in_the_page(name, [cell["source"] for cell in left]), strict=False):
        if ran.ok is not None and difference(cell, ran.outputs) is None and (ran.ok or _stored_error(cell)):
            continue
        new[cell["id"]] = reason(cell, ran, [each for each in offered if each["id"] in found | new])
        _tell(name, cell, ran, new[cell["id"]])
        if ran.ok is None:
            break  # what comes after it is tried without it
    return new


def difference(cell: Cell, outputs: Iterable[Output]) -> tuple[list[Output], list[Output]] | None:
    """What is stored and what was seen, less what is measured, where they differ; None where they agree.

    `outputs` are those of the page, in order. Of the notice that says where the evidence comes from nothing is
    compared.
    """
    if EVIDENCE in tags(cell):
        return None
    stored = compared(cell)
    seen = compared({"outputs": canonical_outputs(outputs, cell["execution_count"])})
    return None if seen == stored else (stored, seen)


def stored_cell(chapter: str, cell_id: str) -> Cell:
    """A cell of a chapter as it is stored."""
    return next(cell for cell in code_cells(read(CHAPTERS / f"{chapter}.ipynb")) if cell["id"] == cell_id)


def shares(manifest: Manifest) -> str:
    """How many cells run, for each chapter and in all."""
    lines = [f"{_running(cells):4} of {len(cells):3}  {name}" for name, cells in manifest.items()]
    total, running = sum(map(len, manifest.values())), sum(map(_running, manifest.values()))
    return "\n".join([*lines, f"{running:4} of {total:3}  code cells run in the page"])


def _running(cells: dict[str, str]) -> int:
    return sum(not why for why in cells.values())


def _stored_error(cell: Cell) -> bool:
    return any(output["output_type"] == "error" for output in cell["outputs"])


def _tell(name: str, cell: Cell, ran: Ran, why: str) -> None:
    """One line on stderr for who looks after the cells."""
    errors = [f"{each['ename']}: {each['evalue']}" for each in ran.outputs if each["output_type"] == "error"]
    print(f"{name} {cell['id']}: {why} [{'; '.join(errors)[:200]}]", file=sys.stderr, flush=True)


def _report(stored: Manifest, tried: dict[str, Any]) -> int:
    """Name what the file says otherwise."""
    status = 0
    for name, cells in tried.items():
        told = stored.get(name, {})
        for cell_id in [*cells, *(each for each in told if each not in cells)]:
            if told.get(cell_id) != cells.get(cell_id):
                now, then = (each.get(cell_id, "no such cell") or "it runs" for each in (cells, told))
                print(f"{name} {cell_id}: {FILE.relative_to(ROOT)} says: {then} Now: {now}")
                status = 1
    if status:
        print("Run python -m tools.page_cells and look at what has changed.")
    return status


if __name__ == "__main__":
    raise SystemExit(main())
