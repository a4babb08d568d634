"""A sound notebook of a few cells, for tests that break it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from labsupport.measured import in_markup, in_text
from tools.notebooks import Cell, Notebook, Output, canonical, digest, text, write

NOTICE = '<div class="trial-evidence"><p>Evidence on Linux 6.1</p></div>'


def sound_notebook() -> Notebook:
    """One notebook with a cell of each kind that a chapter has."""
    return {
        "cells": [
            {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# A chapter"},
            code_cell(
                "notice",
                "chapter('small')",
                shown("Evidence", {"text/html": NOTICE}),
                tags=["evidence", "nbval-ignore-output"],
            ),
            code_cell("greeting", "print('hello')", printed("hello\n")),
            code_cell("duration", "print(measured)", printed(f"the reply took {in_text(80)} ms\n")),
            code_cell(
                "figure",
                "drawing",
                shown("Three arrows", {"image/svg+xml": svg("three arrows")}),
                alt="Three arrows",
            ),
            code_cell(
                "error",
                "1 / 0",
                {
                    "output_type": "error",
                    "ename": "ZeroDivisionError",
                    "evalue": "division by zero",
                    "traceback": [],
                },
                tags=["raises-exception"],
            ),
        ],
        "metadata": {},
    }


def code_cell(
    identity: str, source: str, *outputs: Output, tags: list[str] | None = None, alt: str = ""
) -> Cell:
    """A code cell with its outputs; `alt` is the alternative text of its figure."""
    metadata: dict[str, Any] = {"tags": tags} if tags else {}
    if alt:
        metadata["mystnb"] = {"image": {"alt": alt}}
    return {
        "cell_type": "code",
        "id": identity,
        "metadata": metadata,
        "source": source,
        "outputs": list(outputs),
    }


def printed(words: str) -> Output:
    """What a cell wrote to stdout."""
    return {"output_type": "stream", "name": "stdout", "text": words}


def shown(plain: str, others: dict[str, str] | None = None) -> Output:
    """The value of a cell, as plain text and in other forms."""
    return {"output_type": "execute_result", "data": {"text/plain": plain, **(others or {})}, "metadata": {}}


def svg(words: str) -> str:
    """A drawing whose lines are measured and whose description is compared."""
    lines = in_markup('<path d="M0 1"/>')
    return f"<svg><desc>{words}</desc>{lines}</svg>"


def stored(notebook: Notebook, folder: Path, name: str = "small.ipynb") -> Path:
    """Store a notebook as `make refresh` does."""
    path = folder / name
    write(path, text(canonical(notebook, digest(path))))
    return path
