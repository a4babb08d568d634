"""Runs the notebooks below a folder, so many at once, and looks at nothing: `notebooks_child FOLDER AT_ONCE`."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from tools.compare import SECONDS_FOR_A_CELL
from tools.notebooks import find, read


async def execute_all(folder: Path, at_once: int) -> None:
    """Run them; the first cell that fails raises."""
    places = asyncio.Semaphore(at_once)

    async def execute(path: Path) -> None:
        notebook = nbformat.from_dict(read(path))
        surroundings = {"metadata": {"path": str(path.parent)}}
        async with places:
            client = NotebookClient(notebook, timeout=SECONDS_FOR_A_CELL, resources=surroundings)
            await client.async_execute(env=dict(os.environ), stderr=subprocess.DEVNULL)

    await asyncio.gather(*map(execute, find(folder)))


if __name__ == "__main__":
    asyncio.run(execute_all(Path(sys.argv[1]), int(sys.argv[2])))
