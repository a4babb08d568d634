"""What the pages about the book need to know of its chapters: their questions, what they need, what they import.

A chapter is its notebook. Its title and its question are its first words; its needs stand in its first cell.
"""

from __future__ import annotations

import ast
import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

COPY = "openings"
"""A file beside the doctrees with what was read of the chapters; written when it is something else."""

_NUMBER = re.compile(r"(\d+)-[^/]+/(\d+)-[^/]+$")
_USUAL_NEED = ("network",)


@dataclass(frozen=True)
class Chapter:
    """One notebook of the book.

    `uses` says for each name that it imports from `labsupport`, as module and name, the id of the first cell that uses
    it.
    """

    page: str
    part: str
    title: str
    question: str
    needs: tuple[str, ...]
    uses: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """Its number, `3.1`, which its place gives."""
        found = _NUMBER.search(self.page)
        return f"{int(found[1])}.{int(found[2])}" if found else ""


def setup(app: Sphinx) -> None:
    """Tell the pages about the chapters when a chapter says something else."""
    app.connect("builder-inited", write_copy)


def write_copy(app: Sphinx) -> None:
    """Write what was read where it is something else than before (handler of `builder-inited`)."""
    file = Path(app.doctreedir) / COPY
    text = "\n".join(map(repr, chapters_of(app)))
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        file.write_text(text, encoding="utf-8")


def noted_chapters(env: BuildEnvironment) -> list[Chapter]:
    """The chapters, for the page that is being read: it will be read again when one of them says something else."""
    env.note_dependency(str(Path(env.doctreedir) / COPY))
    return chapters_of(env.app)


def chapters_of(app: Sphinx) -> list[Chapter]:
    """The notebooks of the table of contents, in its order."""
    source = Path(app.srcdir)
    root = getattr(app.config.external_site_map, "root", None)
    parts = {str(page): str(tree.caption or "") for tree in getattr(root, "subtrees", ()) for page in tree.items}
    pages = [str(page) for page in app.config.external_site_map if (source / f"{page}.ipynb").is_file()]
    return [read_chapter(source, page, parts.get(page, "")) for page in pages]


def read_chapter(source: Path, page: str, part: str = "") -> Chapter:
    """One chapter of the book whose folder is `source`."""
    return _chapter(source, page, part, (source / f"{page}.ipynb").stat().st_mtime_ns)


@functools.cache
def _chapter(source: Path, page: str, part: str, written: int) -> Chapter:
    cells = json.loads((source / f"{page}.ipynb").read_text(encoding="utf-8"))["cells"]
    prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    code = [(str(cell.get("id", "")), "".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]
    title, question = opening(prose)
    return Chapter(page, part, title or Path(page).name, question, needs_of(code), uses_of(code))


def opening(prose: str) -> tuple[str, str]:
    """The title of a chapter and the paragraph under it, which asks its question."""
    blocks = [" ".join(block.split()) for block in prose.split("\n\n")]
    for number, block in enumerate(blocks):
        if block.startswith("# "):
            return block[2:], "".join(blocks[number + 1 : number + 2])
    return "", ""


def needs_of(code: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The instruments that the call of `chapter` names; the network where it names none."""
    for _, source in code:
        for call in _calls(source, "chapter"):
            given = [one.value for one in call.keywords if one.arg == "needs"] + call.args[1:2]
            return _texts(given[0], _constants(source)) if given else _USUAL_NEED
    return ()


def uses_of(code: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """For each name imported from `labsupport` the first cell that has it outside of an import, else the importing."""
    uses: dict[tuple[str, str], str] = {}
    for position, (cell, source) in enumerate(code):
        for module, name, known_as in _imports(source):
            word = re.compile(rf"\b{known_as}\b")
            places = (each for each, text in code[position:] if word.search(_without_imports(text)))
            uses.setdefault((module, name), next(places, cell))
    return uses


def _imports(source: str) -> Iterator[tuple[str, str, str]]:
    if "labsupport" not in source:
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "labsupport":
            for alias in node.names:
                yield str(node.module), alias.name, alias.asname or alias.name


def _without_imports(source: str) -> str:
    return re.sub(r"^from labsupport[\w.]* import (?:\([^)]*\)|.*)$", "", source, flags=re.MULTILINE)


def _calls(source: str, name: str) -> Iterator[ast.Call]:
    if f"{name}(" in source:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield node


def _constants(source: str) -> dict[str, str]:
    """The names that the cell gives to texts."""
    return {
        target.id: str(node.value.value)
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _texts(node: ast.expr, constants: Mapping[str, str]) -> tuple[str, ...]:
    """The texts that an expression names: a text, a name of one, or a tuple of them."""
    if isinstance(node, (ast.Tuple, ast.List)):
        return tuple(text for each in node.elts for text in _texts(each, constants))
    if isinstance(node, ast.Name):
        return (constants[node.id],)
    value: Any = ast.literal_eval(node)
    return (value,) if isinstance(value, str) else tuple(value)
