"""The canonical form of a stored notebook, and the digest that ties its outputs to the code that made them.

Two runs that show the same give the same bytes: no interpreter version, no timing, no editor state is stored.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import nbformat

from labsupport.measured import without_measured
from tools.kernels import ROOT

Notebook = dict[str, Any]
Cell = dict[str, Any]
Output = dict[str, Any]

CHAPTERS = ROOT / "chapters"
PACKAGE = ROOT / "labsupport"
EVIDENCE = "evidence"
"""Tag of the one cell that says where the evidence comes from; its output alone is not compared."""

_KEPT_IN_CELL = ("attachments", "cell_type", "id", "source")
_KEPT_METADATA = ("mystnb", "tags")
_SOURCES = (".py", ".css")
_KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
_LANGUAGE = {"name": "python", "pygments_lexer": "ipython3"}
_NO_NOTEBOOK = (
    UnicodeDecodeError,
    AttributeError,
    TypeError,
    nbformat.reader.NotJSONError,
    nbformat.ValidationError,
)
_STYLE = re.compile(r"(?is)<style\b.*?</style\s*>\s*")


def canonical(notebook: Notebook, digest: str) -> Notebook:
    """The notebook as it is stored: cells counted from 1, streams merged, no metadata without a use."""
    count = 0
    cells = []
    for cell in notebook["cells"]:
        count += cell["cell_type"] == "code"
        cells.append(_canonical_cell(cell, count))
    metadata = {"kernelspec": _KERNELSPEC, "labsupport": digest, "language_info": _LANGUAGE}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def canonical_outputs(outputs: Iterable[Output], count: int) -> list[Output]:
    """A cell's outputs without what differs between equal runs; `count` is the cell's execution count."""
    return [_canonical_output(output, count) for output in _merged_streams(outputs)]


def compared(cell: Cell) -> list[Output]:
    """What a comparison of the cell's outputs sees: every measured part is replaced by one fixed word."""
    unmeasured: list[Output] = _unmeasured(cell.get("outputs", []))
    return unmeasured


def digest(notebook: Path, package: Path = PACKAGE) -> str:
    """SHA-256 of what decides the outputs beside the cells: the package, save what runs in pages, and the claims."""
    in_pages = package / "page"
    sources = sorted(path for path in package.rglob("*") if path.suffix in _SOURCES and in_pages not in path.parents)
    summary = hashlib.sha256()
    for source in (*sources, claims_file(notebook)):
        if source.exists():
            name = source.name if source.parent == notebook.parent else source.relative_to(package).as_posix()
            content = source.read_bytes().replace(b"\r\n", b"\n")
            summary.update(f"{name}\0{len(content)}\0".encode() + content)
    return summary.hexdigest()


def claims_file(notebook: Path) -> Path:
    """The claims on trial in a notebook stand beside it: `01-x.ipynb` and `01-x.claims.yml`."""
    return notebook.with_suffix(".claims.yml")


def find(folder: Path = CHAPTERS) -> list[Path]:
    """All notebooks below a folder, in reading order; copies kept by an editor are left out."""
    return sorted(path for path in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)


def read(path: Path) -> Notebook:
    """A notebook from its file. Raises ValueError, naming the file, for anything else."""
    try:
        notebook: Notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        nbformat.validate(notebook)
    except _NO_NOTEBOOK as error:
        raise ValueError(f"{path} is no notebook: {str(error).splitlines()[0]}") from None
    return notebook


def text(notebook: Notebook) -> str:
    """The text of the notebook's file: sorted keys, one space of indent, a newline at the end."""
    node = nbformat.from_dict(json.loads(json.dumps(notebook)))
    nbformat.validate(node)
    return str(nbformat.writes(node)).rstrip("\n") + "\n"


def write(path: Path, content: str) -> None:
    """Replace a file in one step, so that a reader or a stopped program never meets half of it."""
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        unfinished.write_text(content, encoding="utf-8", newline="\n")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def tags(cell: Cell) -> list[str]:
    """The tags of a cell."""
    return list(cell["metadata"].get("tags", []))


def code_cells(notebook: Notebook) -> Iterator[Cell]:
    """The code cells of a notebook, in order."""
    return (cell for cell in notebook["cells"] if cell["cell_type"] == "code")


def _canonical_cell(cell: Cell, count: int) -> Cell:
    kept: Cell = {key: cell[key] for key in _KEPT_IN_CELL if key in cell}
    metadata = cell["metadata"]
    kept["metadata"] = {key: metadata[key] for key in _KEPT_METADATA if metadata.get(key)}
    if cell["cell_type"] == "code":
        kept |= {"execution_count": count, "outputs": canonical_outputs(cell["outputs"], count)}
    return kept


def _canonical_output(output: Output, count: int) -> Output:
    kind = output["output_type"]
    if kind == "stream":
        return {"output_type": kind, "name": output["name"], "text": output["text"]}
    if kind == "error":
        name, value = output["ename"], output["evalue"]
        return {"output_type": kind, "ename": name, "evalue": value, "traceback": [f"{name}: {value}"]}
    data = dict(output["data"])
    if "text/html" in data:
        data["text/html"] = _without_style(data["text/html"])
    shown = {"output_type": kind, "data": data, "metadata": {}}
    return shown | ({"execution_count": count} if kind == "execute_result" else {})


def _without_style(html: str) -> str:
    """The built book has one stylesheet; a cell shows its rules only to readers in JupyterLab."""
    return _STYLE.sub("", html)


def _merged_streams(outputs: Iterable[Output]) -> list[Output]:
    merged: list[Output] = []
    for output in outputs:
        last = merged[-1] if merged else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            merged.append(dict(output))
    return merged


def _unmeasured(value: Any) -> Any:
    if isinstance(value, str):
        return without_measured(value)
    if isinstance(value, list):
        return [_unmeasured(item) for item in value]
    if isinstance(value, dict):
        return {key: _unmeasured(item) for key, item in value.items()}
    return value
