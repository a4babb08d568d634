"""Run the notebooks and store what they show. Nothing else writes an output.

An output is stored anew only when more than its measured parts changed, so a second run leaves no difference.
What is stored was seen live: where an instrument would have to replay, the notebook fails and stays as it is.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import copy
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from tools import kernels, readme_figure
from tools.kernel_channels import channels, sockets_folder
from tools.notebooks import (
    CHAPTERS,
    EVIDENCE,
    Cell,
    Notebook,
    canonical,
    canonical_outputs,
    compared,
    digest,
    find,
    read,
    tags,
    text,
    write,
)

Merge = Callable[[Cell, Cell], Cell]
"""Given a cell as stored and as it has just run: the one to store."""

AT_ONCE = 2
SECONDS_FOR_A_CELL = 60


class CellFailedError(RuntimeError):
    """A cell raised, or did not end; the notebook's file is as it was."""


@dataclass(frozen=True)
class Refreshed:
    """What a run made of one file: the text that was in it, and the text that belongs there now."""

    path: Path
    before: str
    after: str

    @property
    def changed(self) -> bool:
        """True when the file does not hold what the run gives."""
        return self.before != self.after

    def store(self) -> None:
        """Write the new text, unless somebody edited the file while the notebook ran."""
        if _content(self.path) != self.before:
            raise CellFailedError(f"{self.path} was edited while it ran; refresh it again")
        if self.changed:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write(self.path, self.after)


def main(arguments: Sequence[str] | None = None) -> int:
    """Refresh the notebooks named; exit status 1 when one fails or, with --check, when one differs."""
    options = _options(arguments)
    variables = kernels.environment(add=live_only(options))
    kernels.warm(variables)
    merge = as_run if options.redraw or options.record else keeping_what_is_stored
    try:
        results = asyncio.run(_refresh_all(notebooks(options.paths), merge, variables))
        results += [file for result in results if isinstance(result, Refreshed) for file in made_from(result)]
    except ValueError as error:
        raise SystemExit(f"refresh: {error}") from None
    except KeyboardInterrupt:
        raise SystemExit("refresh: stopped; no notebook was changed") from None
    return _conclude(results, options.check)


def live_only(options: argparse.Namespace) -> dict[str, str]:
    """What the cells are told: to replay nothing, and what to record; a check records nothing."""
    recorded = {} if options.check else {"LAB_RECORD": "all" if options.record else "missing"}
    return {"LAB_REQUIRE": "all", **recorded}


def notebooks(paths: Sequence[Path]) -> list[Path]:
    """The notebooks that the paths, files or folders, stand for. Raises ValueError for a path without any."""
    found: list[Path] = []
    for path in paths:
        here = find(path) if path.is_dir() else [path] if path.is_file() else []
        if not here:
            raise ValueError(f"no notebook at {path}; name an .ipynb file or a folder that has some")
        found += here
    return found


def keeping_what_is_stored(stored: Cell, fresh: Cell) -> Cell:
    """The cell with its stored outputs, where the fresh ones differ in nothing but measured parts."""
    kept_as_it_is = EVIDENCE in tags(stored) and stored["outputs"]
    return stored if kept_as_it_is or compared(stored) == compared(fresh) else fresh


def as_run(stored: Cell, fresh: Cell) -> Cell:
    """The cell as it has just run, measured parts and all."""
    return fresh


async def refresh(path: Path, merge: Merge, variables: Mapping[str, str]) -> Refreshed:
    """Run one notebook in a new kernel and give what its file should hold. Raises CellFailedError."""
    before = path.read_text(encoding="utf-8")
    stored = read(path)
    fresh = await _run(copy.deepcopy(stored), path, variables)
    merged = canonical(fresh, digest(path))
    for index, cell in enumerate(merged["cells"]):
        if cell["cell_type"] == "code":
            old = stored["cells"][index]
            as_stored = cell | {"outputs": canonical_outputs(old["outputs"], cell["execution_count"])}
            merged["cells"][index] = merge(as_stored, cell)
    return Refreshed(path, before, text(merged))


def made_from(result: Refreshed) -> list[Refreshed]:
    """The file that is made from this notebook's outputs, where it has one. Raises ValueError where they lack it."""
    if result.path.resolve() != readme_figure.NOTEBOOK:
        return []
    file = readme_figure.FILE
    return [Refreshed(file, _content(file), readme_figure.drawn(nbformat.reads(result.after, as_version=4)))]


async def _refresh_all(
    paths: Sequence[Path], merge: Merge, variables: Mapping[str, str]
) -> list[Refreshed | CellFailedError]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(path: Path) -> Refreshed | CellFailedError:
        async with places:
            try:
                return await refresh(path, merge, variables)
            except CellFailedError as error:
                return error

    return await asyncio.gather(*map(one, paths))


async def _run(notebook: Notebook, path: Path, variables: Mapping[str, str]) -> Notebook:
    started: list[int] = []

    def on_cell_execute(cell: Cell, cell_index: int) -> None:
        started.append(cell_index)
        _let_interrupts_through()

    with sockets_folder() as folder:
        client = NotebookClient(
            nbformat.from_dict(notebook),
            km=AsyncKernelManager(kernel_spec_manager=_ThisInterpreter(), **channels(folder)),
            timeout=SECONDS_FOR_A_CELL,
            record_timing=False,
            resources={"metadata": {"path": str(path.parent)}},
            on_cell_execute=on_cell_execute,
        )
        await _execute(client, path, notebook, variables, started)
    ran: Notebook = client.nb
    return ran


async def _execute(
    client: NotebookClient, path: Path, notebook: Notebook, variables: Mapping[str, str], started: Sequence[int]
) -> None:
    try:
        await client.async_execute(env=dict(variables), stderr=subprocess.DEVNULL, cleanup_kc=True)
    except CellExecutionError as error:
        raise CellFailedError(_failure(path, notebook, started, f"{error.ename}: {error.evalue}")) from None
    except CellTimeoutError:
        late = f"not finished after {SECONDS_FOR_A_CELL} s"
        raise CellFailedError(_failure(path, notebook, started, late)) from None
    except DeadKernelError:
        raise CellFailedError(_failure(path, notebook, started, "the kernel died")) from None


class _ThisInterpreter(KernelSpecManager):
    """Knows one kernel, that of the running interpreter, whatever the reader has registered as `python3`."""

    def _kernel_dirs_default(self) -> list[str]:
        return []


def _let_interrupts_through() -> None:
    """nbclient would turn Ctrl-C into the end of one notebook; it is the end of all."""
    loop = asyncio.get_running_loop()
    with contextlib.suppress(NotImplementedError):
        loop.remove_signal_handler(signal.SIGINT)
        loop.remove_signal_handler(signal.SIGTERM)


def _failure(path: Path, notebook: Notebook, started: Sequence[int], what: str) -> str:
    index = started[-1] if started else 0
    cell = notebook["cells"][index]
    return f"{path}: cell {index + 1} ({cell['id']}): {what}\n" + "\n".join(
        f"    {line}" for line in cell["source"].splitlines()
    )


def _conclude(results: Sequence[Refreshed | CellFailedError], check: bool) -> int:
    failed = [result for result in results if isinstance(result, CellFailedError)]
    done = [result for result in results if isinstance(result, Refreshed)]
    for result in done:
        if not check:
            try:
                result.store()
            except CellFailedError as edited:
                failed.append(edited)
                continue
        change = "differs" if check else "stored"
        print(f"{change if result.changed else 'the same':9} {result.path}")
    for failure in failed:
        print(f"failed    {failure}", file=sys.stderr)
    return int(bool(failed) or (check and any(result.changed for result in done)))


def _content(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="refresh", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("paths", nargs="*", type=Path, default=[CHAPTERS], help="notebooks or folders")
    parser.add_argument("--redraw", action="store_true", help="store measured parts anew as well")
    purpose = parser.add_mutually_exclusive_group()
    purpose.add_argument("--record", action="store_true", help="record every capture again, and redraw")
    purpose.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file would change")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
