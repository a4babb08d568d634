"""The figure at the head of the README: one figure of a chapter, as a file of its own.

It stands in no page whose theme it could follow, so its colors are those of a light page.
"""

from __future__ import annotations

import re

from tools.notebooks import CHAPTERS, Notebook, code_cells

NOTEBOOK = CHAPTERS / "3-tcp" / "01-three-way-handshake.ipynb"
CELL = "open-figure"
FILE = CHAPTERS / "figures" / "handshake.svg"

_MARK = re.compile(r"<!--/?measured-->")
_THEMED = re.compile(r"var\(--[\w-]+, (#[0-9a-f]{6})\)")


def drawn(notebook: Notebook) -> str:
    """The SVG that the cell shows, in light colors and without marks. Raises ValueError where it shows none."""
    outputs = [output for cell in code_cells(notebook) if cell["id"] == CELL for output in cell["outputs"]]
    for output in outputs:
        if svg := output.get("data", {}).get("image/svg+xml"):
            return _THEMED.sub(r"\1", _MARK.sub("", svg)).rstrip() + "\n"
    raise ValueError(f"{NOTEBOOK.name} shows no figure in a cell {CELL!r}; name another in tools/readme_figure.py")
