"""A table of a playground: each cell knows its heading, so that a narrow screen can stack the cells of a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from labsupport.markup import Html, element


class Row(NamedTuple):
    """The cells of a row, in the order of the headings; where there are fewer, the last one takes the room of all."""

    cells: Sequence[str]
    kind: str | None = None


def stacking_table(caption: str, headings: Sequence[str], rows: Iterable[Row], *, kind: str, head: int = 0) -> Html:
    """A table named by its caption, which is for screen readers. The cell number `head` of a row is its heading."""
    top = element("tr", *(element("th", heading, scope="col") for heading in headings))
    body = (_row(row, headings, head) for row in rows)
    return element("table", element("caption", caption, class_="trial-hidden"), element("thead", top),
                   element("tbody", *body), class_=f"playground-table {kind}")


def mark(good: bool | None, word: str) -> Html:
    """A word with a sign: a tick, a cross, or a dash for neither."""
    sign, kind = {True: ("✓", "true"), False: ("✗", "false"), None: ("–", "open")}[good]
    return element("span", f"{sign} {word}", class_=f"playground-mark playground-{kind}")


def problem(text: str) -> Html:
    """What is wrong with something that the reader typed."""
    return element("p", text, class_="playground-error")


def nothing(text: str) -> Html:
    """Why there is nothing to see."""
    return element("p", text, class_="playground-nothing")


def _row(row: Row, headings: Sequence[str], head: int) -> Html:
    last, missing = len(row.cells) - 1, len(headings) - len(row.cells)
    cells = (
        element(
            "th" if number == head else "td", element("div", cell), scope="row" if number == head else None,
            data_heading=headings[number], colspan=str(1 + missing) if number == last and missing else None,
        )
        for number, cell in enumerate(row.cells)
    )
    return element("tr", *cells, class_=row.kind)
