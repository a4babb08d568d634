"""From what a chapter hands over to a table: rows, columns and cells in their order, every input checked.

Pure Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

MOST_KINDS = 5
MOST_COLUMNS = 20
NOT_OBSERVED = "not observed"

_EXAMPLE = '{"ETag": {"typed": "full", "Back": "none"}, …}'


class Name(NamedTuple):
    """The name of a row or column; `group` is empty for one that belongs to none."""

    group: str
    text: str

    def __str__(self) -> str:
        return f"{self.group}, {self.text}" if self.group else self.text


class Cell(NamedTuple):
    """What stands in a cell: a kind and, where there is one, a text of its own."""

    kind: str
    text: str


class Group(NamedTuple):
    """Neighbors that belong together."""

    name: str
    members: tuple[Name, ...]


@dataclass(frozen=True)
class Table:
    """Cells by row and column; those not observed are missing. `kinds` holds the legend in the order of the scale."""

    rows: tuple[Group, ...]
    columns: tuple[Group, ...]
    kinds: Mapping[str, str]
    cells: Mapping[tuple[Name, Name], Cell]

    @property
    def row_names(self) -> tuple[Name, ...]:
        """All rows, from top to bottom."""
        return tuple(name for group in self.rows for name in group.members)

    @property
    def column_names(self) -> tuple[Name, ...]:
        """All columns, from left to right."""
        return tuple(name for group in self.columns for name in group.members)

    @property
    def used(self) -> tuple[str, ...]:
        """The kinds that some cell has, in the order of the scale."""
        found = {cell.kind for cell in self.cells.values()}
        return tuple(kind for kind in self.kinds if kind in found)

    @property
    def complete(self) -> bool:
        """True when every cell was observed."""
        return len(self.cells) == len(self.row_names) * len(self.column_names)

    def step(self, kind: str) -> int:
        """The place of a kind on a scale from 0 to 4, whose ends the first and the last kind take."""
        last = len(self.kinds) - 1
        place = list(self.kinds).index(kind)
        return _STEPS[last][place]


_STEPS = ((4,), (0, 4), (0, 2, 4), (0, 1, 3, 4), (0, 1, 2, 3, 4))


def read(cells: object, kinds: object) -> Table:
    """Order and check the cells. Raises TypeError and ValueError that name the input and the remedy."""
    legend, rows = _legend(kinds), _rows(cells)
    found = {(row, column): _cell(value, legend, row, column)
             for row, columns in rows.items() for column, value in columns.items()}
    observed = {place: cell for place, cell in found.items() if cell}
    if not observed:
        raise ValueError(f"there is no cell to draw: pass rows with what was observed in each, {_EXAMPLE}")
    count = len({column for columns in rows.values() for column in columns})
    if count > MOST_COLUMNS:
        raise ValueError(
            f"{count} columns are more than the {MOST_COLUMNS} that fit into the width of a page: "
            "make them the rows, or draw two figures"
        )
    return Table(_grouped(rows), _grouped(_merged(map(list, rows.values()))), legend, observed)


def _legend(kinds: object) -> Mapping[str, str]:
    if not isinstance(kinds, Mapping):
        raise TypeError(
            f"kinds must map each kind to what the legend says, not be {type(kinds).__name__}: "
            'pass {"none": "no request", "full": "full request"}'
        )
    for kind, told in kinds.items():
        if not _is_text(kind) or not _is_text(told):
            raise ValueError(f"the kind {kind!r} with the legend {told!r} needs two texts that are not empty")
    if not 1 <= len(kinds) <= MOST_KINDS:
        raise ValueError(
            f"{len(kinds)} kinds: a scale has from 1 to {MOST_KINDS}, which the eye can tell apart; "
            "put those together that differ least, and tell the rest by the cells' own texts"
        )
    return dict(kinds)


def _rows(cells: object) -> dict[Name, dict[Name, object]]:
    if not isinstance(cells, Mapping):
        raise TypeError(f"a matrix needs rows with their cells, not {type(cells).__name__}: pass {_EXAMPLE}")
    rows = {}
    for key, columns in cells.items():
        row = _name(key, "row")
        if not isinstance(columns, Mapping):
            raise TypeError(f"the row {str(row)!r} is {type(columns).__name__}: pass its cells by column, {_EXAMPLE}")
        rows[row] = {_name(column, "column"): value for column, value in columns.items()}
    return rows


def _name(key: object, what: str) -> Name:
    pair = ("", key) if isinstance(key, str) else key
    if not isinstance(pair, tuple) or len(pair) != 2 or not all(isinstance(part, str) for part in pair):
        raise TypeError(f"the {what} {key!r} is no name: pass a text, or (group, text) for a member of a group")
    if not _is_text(pair[1]) or (isinstance(key, tuple) and not _is_text(pair[0])):
        raise ValueError(f"the {what} {key!r} has an empty name: name it in one to three words")
    return Name(*pair)


def _cell(value: object, legend: Mapping[str, str], row: Name, column: Name) -> Cell | None:
    if value is None:
        return None
    pair = (value, "") if isinstance(value, str) else value
    where = f"the cell {str(column)!r} of the row {str(row)!r}"
    if not isinstance(pair, tuple | list) or len(pair) != 2 or not all(isinstance(part, str) for part in pair):
        raise TypeError(f"{where} is {value!r}: pass a kind, (kind, text), or None for what was not observed")
    if pair[0] not in legend:
        known = ", ".join(map(repr, legend))
        raise ValueError(f"{where} is of the kind {pair[0]!r}: add it to kinds, which has {known}")
    return Cell(pair[0], " ".join(pair[1].split()))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _merged(rows: Iterable[Sequence[Name]]) -> list[Name]:
    """All columns in the order of the rows; one that earlier rows lack follows its left neighbor."""
    order: list[Name] = []
    for row in rows:
        place = 0
        for name in row:
            if name not in order:
                order.insert(place, name)
            place = order.index(name) + 1
    return order


def _grouped(names: Iterable[Name]) -> tuple[Group, ...]:
    """Members of a group beside each other, the groups in the order of their first members."""
    groups: dict[str, list[Name]] = {}
    for name in names:
        groups.setdefault(name.group, []).append(name)
    return tuple(Group(group, tuple(members)) for group, members in groups.items())
