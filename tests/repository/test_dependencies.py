"""What the project imports, it declares: nothing works by the luck of another package's dependencies."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tools.kernels import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
OWN = {"labsupport", "tools", "tests", "tasks", "benchmarks", "deploy", "_ext", "_typeshed"}
BROUGHT_BY_JUPYTER_BOOK = {
    "docutils",
    "ipython",
    "jupyter-client",
    "pydata-sphinx-theme",
    "sphinx",
    "sphinx-external-toc",
}
"""Their versions are jupyter-book's choice; a range of our own could only contradict it."""


def declared(*groups: list[str]) -> set[str]:
    names = {re.split(r"[\[<>=!~; ]", line)[0] for group in groups for line in group}
    return {canonicalize_name(name) for name in names} | BROUGHT_BY_JUPYTER_BOOK


def imported(folder: Path) -> Iterator[tuple[str, str]]:
    """File and distribution of each import of a third party below a folder."""
    distributions = packages_distributions()
    for path in folder.rglob("*.py"):
        if "node_modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for name in _names(node):
                if name not in sys.stdlib_module_names | OWN:
                    yield (
                        path.relative_to(ROOT).as_posix(),
                        canonicalize_name(distributions.get(name, [name])[0]),
                    )


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level and node.module:
        return [node.module.partition(".")[0]]
    return []


@pytest.mark.parametrize(
    ("folder", "extras"),
    [
        ("labsupport", []),
        ("_ext", []),
        ("tools", ["test", "print"]),
        ("tests", ["test", "bench", "print"]),
        ("benchmarks", ["test", "bench"]),
    ],
)
def test_every_import_is_declared(folder: str, extras: list[str]) -> None:
    known = declared(PROJECT["dependencies"], *(EXTRAS[extra] for extra in extras))
    assert sorted({found for found in imported(ROOT / folder) if found[1] not in known}) == []
