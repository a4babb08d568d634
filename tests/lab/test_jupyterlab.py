"""`make lab` opens the chapters, in the environment's own Python, and running all cells gives the stored outputs.

One chapter here; `python -m tools.rerun` runs all of them so.
"""

from __future__ import annotations

import asyncio
import copy
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import jupyter_session, rerun
from tools.jupyter_session import JupyterServer
from tools.notebooks import code_cells

CHAPTER = "2-cookies-sessions-tokens/09-jwt-byte-by-byte.ipynb"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    """JupyterLab for a reader who has registered another program as `python3`."""
    home = tmp_path_factory.mktemp("home")
    registered = home / ".local" / "share" / "jupyter" / "kernels" / "python3"
    registered.mkdir(parents=True)
    broken = {"argv": ["/nowhere/python", "{connection_file}"], "display_name": "Another", "language": "python"}
    (registered / "kernel.json").write_text(json.dumps(broken), encoding="utf-8")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("LAB_", "XDG_"))}
    with rerun.served(home, variables) as running:
        yield running


def test_it_shows_the_parts_of_the_book(server: JupyterServer) -> None:
    listed = {each["name"] for each in asyncio.run(server.ask("GET", "contents/"))["content"]}
    assert {"1-get-and-post", "2-cookies-sessions-tokens", "3-tcp", "index.md"} <= listed


def test_the_kernel_is_that_of_the_environment(server: JupyterServer) -> None:
    async def interpreter() -> str:
        async with server.kernel(CHAPTER) as kernel:
            return str((await kernel.run("import sys; print(sys.prefix)"))[0]["text"])

    assert Path(asyncio.run(interpreter()).strip()) == Path(sys.prefix)


def test_a_chapter_shows_what_is_stored_the_first_time_once_more_and_after_a_restart(server: JupyterServer) -> None:
    runs = asyncio.run(rerun.rerun(server, CHAPTER))
    assert {run.time: run.different for run in runs} == {"fresh": [], "again": [], "restarted": []}


def test_another_output_is_told(server: JupyterServer) -> None:
    async def run() -> list[str]:
        notebook = await server.notebook(CHAPTER)
        shorter = {**notebook, "cells": [*code_cells(notebook)][:3]}
        stored = copy.deepcopy(shorter)
        async with server.kernel(CHAPTER) as kernel:
            ran = await kernel.run_all(shorter)
        stored["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "something else\n"}]
        return jupyter_session.differences(stored, ran[:2])

    told = asyncio.run(run())
    assert len(told) == 2
    assert "something else" in told[0] and told[1].endswith("did not run")
