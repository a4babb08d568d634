"""Why a cell does not run in a page, in words for its reader; found in how it ended there."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Sequence

from labsupport.claims import ClaimContradicted
from labsupport.page.cells import GIVEN_UP
from tools.notebooks import Cell
from tools.page_runs import Ran

ABOVE = "It goes on with what a cell above makes, and that one cannot run in a page."
SUM = "It sums up what the cells above decide, and some of them cannot run in a page."
THREADS = "Two things have to happen in it at the same time, and Python in a page does one after the other."
LONG = "It waits or computes for minutes in a page."
PACKAGE = "It uses {name}, which Python in a page does not have."
PLOT = "It plots with matplotlib, which Python in a page does not have."
PROGRAM = "It starts a program, and a page cannot."
TLS = "It encrypts with TLS, for which a page can make no certificate."
SYSTEM = "It observes the network of an operating system, and a page has none."
OTHERWISE = (
    "Its evidence comes out otherwise in a page, whose Python differs from that on Linux, "
    "in the numbers of errors for example."
)
OTHER = "It asks Python for something that a page does not have."

_NO_PACKAGE = re.compile(
    r"No module named '(\w+)|^the package (\w+) cannot|(cryptography) installed|needs (matplotlib)"
)


def reason(cell: Cell, ran: Ran, failed: Sequence[Cell]) -> str:
    """One sentence for the way a cell ended; `failed` are the cells that do not run either."""
    error = next((output for output in ran.outputs if output["output_type"] == "error"), None)
    if ran.ok is None:
        return LONG
    if error is not None and GIVEN_UP in "\n".join(error["traceback"]):
        return THREADS
    if error is not None and (known := _of_error(error["ename"], error["evalue"])):
        return known
    if failed and "verdicts(" in cell["source"]:
        return SUM
    if _used_by(cell) & _made_by(failed):
        return ABOVE
    if error is None or _is_of_the_system(error["ename"]):
        return SYSTEM
    return OTHERWISE if error["ename"] == ClaimContradicted.__name__ else OTHER


def _of_error(name: str, told: str) -> str:
    """What the error says by itself; empty where it does not."""
    package = _NO_PACKAGE.search(told)
    if package:
        missing = next(filter(None, package.groups()))
        return PLOT if missing == "matplotlib" else PACKAGE.format(name=missing)
    if name != "Unavailable" and "processes" not in told:
        return ""
    if told.startswith("this wait"):
        return THREADS
    if told.startswith("TLS"):
        return TLS
    return PROGRAM if "program" in told or "processes" in told else SYSTEM


def _is_of_the_system(name: str) -> bool:
    """True for the name of an exception that the operating system raises."""
    kind = getattr(builtins, name, None)
    return isinstance(kind, type) and issubclass(kind, OSError)


def _made_by(cells: Sequence[Cell]) -> set[str]:
    """The names that the cells give a value."""
    names: set[str] = set()
    for cell in cells:
        for node in ast.walk(ast.parse(cell["source"])):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
    return names


def _used_by(cell: Cell) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(cell["source"])) if isinstance(node, ast.Name)}
