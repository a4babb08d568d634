"""Which cell decides which claim, read from the source of the cells."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from labsupport.claims import Ledger
from tools.notebooks import Notebook, claims_file, code_cells, read

_FOR_IPYTHON = re.compile(r"\s*(!(?!=)|%[%a-z])")


def faults(paths: Sequence[Path], ledgers: Sequence[Path]) -> list[str]:
    """A sentence for each claim that is not decided in exactly one executed cell of its own chapter."""
    found = [fault for path in paths for fault in _of_chapter(path)]
    known = {claims_file(path) for path in paths}
    found += [f"{ledger.name}: no notebook stands beside it" for ledger in ledgers if ledger not in known]
    claims = Counter(claim.id for ledger in ledgers for claim in Ledger.read(ledger))
    return found + [
        f"{name}: the id of claims in {count} chapters" for name, count in claims.items() if count > 1
    ]


def decisions(notebook: Notebook) -> Iterator[str]:
    """The id of the claim of each `claim("…").decide(…)` in a cell that ran, as often as it stands there."""
    for cell in code_cells(notebook):
        if cell["execution_count"] is not None:
            yield from filter(None, map(_decided, ast.walk(ast.parse(_python(cell["source"])))))


def _of_chapter(path: Path) -> Iterator[str]:
    ledger = claims_file(path)
    promised = [claim.id for claim in Ledger.read(ledger)] if ledger.exists() else []
    decided = Counter(decisions(read(path)))
    for name in promised:
        if decided[name] != 1:
            yield f"{path.name}: {name} is decided in {decided[name]} executed cells, not in one"
    for name in decided.keys() - set(promised):
        yield f"{path.name}: {name} is decided, but {ledger.name} has no such claim"


def _decided(node: ast.AST) -> str | None:
    match node:
        case ast.Call(
            func=ast.Attribute(
                value=ast.Call(func=ast.Name(id="claim"), args=[ast.Constant(value=str(name))]), attr="decide"
            )
        ):
            return name
    return None


def _python(source: str) -> str:
    """The source without the lines that only IPython understands."""
    return "\n".join("" if _FOR_IPYTHON.match(line) else line for line in source.splitlines())
