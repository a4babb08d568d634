"""Cells run by the interpreter of the page, in Node: no browser is needed for it."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO

from tools import page_python
from tools.kernels import ROOT
from tools.notebooks import Output

SECONDS_FOR_A_CELL = 240
"""Long, since the processors may be busy with others."""
_SCRIPT, _BOOT = ROOT / "tools" / "page_cells.mjs", ROOT / "_static" / "python-boot.js"


@dataclass(frozen=True)
class Ran:
    """What came of a cell: whether it ended without an error (None: it did not end), its outputs, how long it took."""

    ok: bool | None
    outputs: list[Output] = field(default_factory=list)
    milliseconds: int = 0


def ran_in_the_page(chapter: str, sources: Sequence[str]) -> Iterator[Ran]:
    """The cells of a chapter in a fresh interpreter, in order; the last one is the first that did not end.

    Raises RuntimeError, with what Node printed, when the interpreter does not start.
    """
    command = ["node", str(_SCRIPT), str(page_python.node_modules()), str(page_python.MADE), str(_BOOT)]
    with subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, text=True, encoding="utf-8") as node:
        assert node.stdin and node.stdout and node.stderr
        node.stdin.write(json.dumps({"chapter": chapter, "cells": list(sources)}))
        node.stdin.close()
        lines = _lines_of(node.stdout)
        try:
            for _ in sources:
                line = lines.get(timeout=SECONDS_FOR_A_CELL)
                if not line:
                    raise RuntimeError(f"Python for the page ended in {chapter}: {node.stderr.read()[-2000:]}")
                yield Ran(**json.loads(line))
        except queue.Empty:
            yield Ran(None)
        finally:
            node.kill()


def _lines_of(stream: IO[str]) -> queue.Queue[str]:
    """The lines as they come; an empty one at the end."""
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        for line in stream:
            lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    return lines
