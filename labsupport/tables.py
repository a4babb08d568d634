"""A small table for a cell's output: HTML on the page, aligned text elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from labsupport import measured
from labsupport.markup import Html, element, in_marks
from labsupport.records import Conversation


@dataclass(frozen=True, slots=True)
class Measured:
    """A cell of a table whose value differs from run to run."""

    value: object


@dataclass(frozen=True)
class Table:
    """Rows under headings. Numbers stand to the right; a `Measured` value is shown and not compared."""

    headings: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]

    def _repr_html_(self) -> str:
        head = element("tr", *(element("th", heading, scope="col") for heading in self.headings))
        body = [element("tr", *(_html_cell(cell) for cell in row)) for row in self.rows]
        table = element("table", element("thead", head), element("tbody", *body), class_="trial-table")
        return element("div", table, class_="trial-scroll", tabindex="0", role="group", aria_label="table")

    def __repr__(self) -> str:
        lines = [self.headings, *(tuple(map(_text_cell, row)) for row in self.rows)]
        widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
        return "\n".join("  ".join(_padded(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip()
                         for line in lines)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table with one row for each of `rows`.

    Raises `ValueError` for a row that has not one value a heading, and for a heading that is empty: a screen reader
    would tell of its column nothing.
    """
    for number, heading in enumerate(headings, 1):
        if not heading.strip():
            raise ValueError(f"heading {number} is empty; say what stands in its column")
    kept = tuple(tuple(row) for row in rows)
    for number, row in enumerate(kept, 1):
        if len(row) != len(headings):
            raise ValueError(f"row {number} has {len(row)} values for {len(headings)} headings: {row}")
    return Table(tuple(headings), kept)


def segment_table(conversation: Conversation) -> Table:
    """The segments of a conversation: who sent them, flags, relative numbers, octets of data, and when in ms."""
    start = conversation.segments[0].sent_ns
    arrows = {"client": "client → server", "server": "server → client"}
    rows = []
    for segment in conversation:
        seq, ack = conversation.relative(segment)
        fate = " (lost)" if segment.lost else ""
        rows.append((arrows[conversation.sender(segment)] + fate, segment.flag_names, seq, "–" if ack is None else ack,
                     segment.length, Measured(f"{(segment.sent_ns - start) / 1e6:.0f} ms")))
    return table(("segment", "flags", "seq", "ack", "data", "sent at"), rows)


def _html_cell(cell: object) -> Html:
    if isinstance(cell, Measured):  # what it looks like is a part of what differs from run to run
        return element("td", in_marks(element("span", str(cell.value), class_=_kind(cell.value))))
    return element("td", str(cell), class_=_kind(cell))


def _kind(value: object) -> str | None:
    """A number, or one with its unit as a measured value often is, stands to the right."""
    if isinstance(value, str):
        return "trial-number" if re.fullmatch(r"\d[\d,]*(\.\d+)?( \w+)?", value) else None
    return "trial-number" if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text_cell(cell: object) -> str:
    return measured.in_text(cell.value) if isinstance(cell, Measured) else str(cell)


def _width(cell: str) -> int:
    """A measured cell counts as one digit, however long it is: what follows it must not move when its value does."""
    return 3 if cell.startswith("⟦") else len(cell)


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))
