"""What the standard library lacks on another platform, as the stubs that mypy brings tell (typeshed)."""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import mypy

STUBS = Path(mypy.__file__).parent / "typeshed" / "stdlib"
IMPORTED = frozenset({"sys", "Any", "Final", "Never", "NamedTuple"})
"""What the stubs themselves import."""
MODULES = ("fcntl", "grp", "os", "pwd", "resource", "select", "signal", "socket", "ssl", "sys", "termios", "time")
"""Those that differ and that a program like ours may use."""


def modules(platform: str) -> list[str]:
    """The modules that are not there at all on `win32` or `darwin`."""
    return [module for module in MODULES if not names(module, platform)]


def attributes(platform: str) -> dict[str, frozenset[str]]:
    """For each module, the names that Linux has and the platform has not."""
    return {module: names(module, "linux") - names(module, platform) for module in MODULES}


@functools.cache
def names(module: str, platform: str) -> frozenset[str]:
    """The public names that a module has on a platform, for the Python that runs."""
    found = frozenset(_defined(ast.parse(_stub(module).read_text(encoding="utf-8")).body, platform))
    # A module that says only which platforms it is for still imports what it would need.
    own = {name for name in found if not name.startswith("_")}
    return found - IMPORTED if own - IMPORTED else frozenset()


def _stub(module: str) -> Path:
    return next(path for path in (STUBS / f"{module}.pyi", STUBS / module / "__init__.pyi") if path.exists())


def _defined(body: Iterable[ast.stmt], platform: str) -> Iterator[str]:
    for statement in body:
        match statement:
            case ast.If(test=test, body=then, orelse=otherwise):
                yield from _defined(then if _holds(test, platform) else otherwise, platform)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Assign(targets=targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
            case ast.ImportFrom(module="_typeshed" | "typing" | "typing_extensions" | "collections.abc"):
                pass
            case ast.ImportFrom(names=aliases) | ast.Import(names=aliases):
                yield from (alias.asname or alias.name for alias in aliases)


def _holds(test: ast.expr, platform: str) -> bool:
    """A condition of a stub: of the platform and of Python's version only."""
    code = compile(ast.Expression(test), "stub", "eval")
    told = type("sys", (), {"platform": platform, "version_info": sys.version_info})
    return bool(eval(code, {"sys": told, "TYPE_CHECKING": False}))
