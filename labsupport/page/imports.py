"""Imports of cells in a page: what a package has that the page lacks can be named, and tells so when it is used.

A chapter's first cell imports what all its cells use. One package that the page lacks must not take the others away.
`IPython.display` is there, and shows its values in the page.
"""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from labsupport import shell
from labsupport.errors import Unavailable
from labsupport.page.turns import REMEDY

ELSEWHERE = (
    "aioquic", "authlib", "cryptography", "django", "gunicorn", "joserfc", "lz4", "matplotlib", "numpy", "redis",
    "selenium", "trustme", "waitress",
)  # fmt: skip
"""Packages of the book that the page does not have: most are compiled for a machine."""


def cells_import(
    name: str,
    names: Mapping[str, object] | None = None,
    local: Mapping[str, object] | None = None,
    wanted: Sequence[str] | None = (),
    level: int = 0,
) -> Any:
    """`__import__` of the cells. Raises what an import raises, but not for the packages in `ELSEWHERE`."""
    module: types.ModuleType | None
    if name.partition(".")[0] == "IPython":
        show_in_the_page()
    try:
        module = builtins.__import__(name, names, local, wanted or (), level)
    except ModuleNotFoundError as missing:
        package = _elsewhere(missing)
        module = sys.modules.get(name) if wanted else None
        return _Partly(name, module, package)
    return _Partly(name, module) if wanted and name.startswith("labsupport") else module


def show_in_the_page() -> None:
    """Have `IPython.display` show values as the page does. What changes an output that stands there is missing."""
    import IPython.display
    from IPython.core import display_functions

    for name in display_functions.__all__:
        function = _display if name == "display" else _changing(name)
        setattr(display_functions, name, function)
        setattr(IPython.display, name, function)


def _display(*values: object) -> None:
    """Show values among the outputs of the cell."""
    if cells := shell.running():
        for value in values:
            cells.display(value)


def _changing(name: str) -> Callable[..., NoReturn]:
    def change(*arguments: object, **named: object) -> NoReturn:
        raise Unavailable(f"IPython's {name}()", "a page adds to the outputs of a cell and changes none", REMEDY)

    return change


def _elsewhere(missing: ModuleNotFoundError) -> str:
    """The package that is missing; raises the error again where the book does not use it."""
    package = (missing.name or "").partition(".")[0]
    if package not in ELSEWHERE:
        raise missing
    return package


class _Partly(types.ModuleType):
    """A module of which some names are missing, or all."""

    def __init__(self, name: str, module: types.ModuleType | None, package: str = "") -> None:
        super().__init__(name)
        self._module, self._package = module, package

    def __getattr__(self, name: str) -> Any:
        if self._module is None:
            return _missing(name, self._package)
        try:
            return getattr(self._module, name)
        except ModuleNotFoundError as missing:
            return _missing(name, _elsewhere(missing))


class _Missing(type):
    """The class of what is missing: any use of it raises `Unavailable`."""

    package: str

    def __call__(cls, *arguments: object, **named: object) -> Any:
        raise _unavailable(cls.package)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise _unavailable(cls.package)


def _missing(name: str, package: str) -> Any:
    """What stands for a name; an exception, since a cell may name it in `except`."""
    return _Missing(name, (Exception,), {"package": package})


def _unavailable(package: str) -> Unavailable:
    return Unavailable(f"the package {package}", "Python in this page does not have it", REMEDY)
