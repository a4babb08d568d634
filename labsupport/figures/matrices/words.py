"""The matrix in words: row by row, which kind is in which columns."""

from __future__ import annotations

from ..titles import sentence
from .reading import NOT_OBSERVED, Cell, Name, Table


def describe(table: Table, title: str, note: str) -> str:
    """Tell after title and note what each row holds, in the order of its columns."""
    told = [sentence(text) for text in (title, note) if text.strip()]
    return " ".join([*told, *(_row(table, row) for row in table.row_names)])


def _row(table: Table, row: Name) -> str:
    """A row; columns with the same in them are told together."""
    held: dict[Cell | None, list[Name]] = {}
    for column in table.column_names:
        held.setdefault(table.cells.get((row, column)), []).append(column)
    if len(held) == 1:
        return f"{row}: {_cell(table, *held)} in all columns."
    parts = (f"{_cell(table, cell)} ({_columns(columns)})" for cell, columns in held.items())
    return f"{row}: {'; '.join(parts)}."


def _cell(table: Table, cell: Cell | None) -> str:
    if cell is None:
        return NOT_OBSERVED
    told = table.kinds[cell.kind]
    return f"{told} “{cell.text}”" if cell.text else told


def _columns(columns: list[Name]) -> str:
    """The columns by group: the name of a group is told once."""
    groups: dict[str, list[str]] = {}
    for column in columns:
        groups.setdefault(column.group, []).append(column.text)
    return "; ".join(f"{group}: {', '.join(names)}" if group else ", ".join(names) for group, names in groups.items())
