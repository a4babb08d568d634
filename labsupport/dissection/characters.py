"""The octets of a message of text as characters, in its own lines. Pure Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice

from labsupport.dissection.dump import Plan, TableLine, Unit, lines_of, rest, units_of
from labsupport.dissection.fields import Dissection
from labsupport.dissection.text import printable
from labsupport.markup import Html, element, in_marks, join
from labsupport.measured import in_text

_MOST_OCTETS = 2000
_MOST_ROWS = 100
_MOST_LINES = 150
_TEXT_ROW = 72
_LINE_FEED = 10
_NAMES = {0: "NUL", 9: "HT", 10: "LF", 13: "CR"}


@dataclass(frozen=True, slots=True)
class Run:
    """The octets from `first` to before `end`, of one undivided field and in one row of the dump."""

    name: str
    first: int
    end: int
    unit: Unit
    odd: bool
    measured: bool


@dataclass(frozen=True, slots=True)
class TextPlan(Plan):
    """A plan with the rows of the dump; a row ends after a line feed."""

    rows: tuple[tuple[Run, ...], ...]

    whole = "message"

    @property
    def end(self) -> int:
        """The first octet that the dump does not show."""
        return self.rows[-1][-1].end

    def dump_as_html(self) -> Html:
        """The dump row by row: visible ASCII as it is, every other octet as its name or in hexadecimal."""
        rows = (_row(self.octets, row) for row in self.rows)
        more = (element("p", text, class_="trial-rest") for text in rest(len(self.octets), self.end))
        name = f"The {len(self.octets)} octets as characters"
        return element("div", *rows, *more, class_="trial-characters", role="group", aria_label=name)

    def dump_as_text(self) -> list[str]:
        """The dump in plain text: visible ASCII as it is, all else as escapes; long rows are broken."""
        pieces = (piece for row in self.rows for piece in _broken(row))
        return [_text_row(self.octets, piece) for piece in pieces] + rest(len(self.octets), self.end)


def plan(dissection: Dissection) -> TextPlan:
    """Lay out the table and the dump of a dissection, as much of them as is shown."""
    lines = lines_of(dissection)
    shown = tuple(islice(lines, _MOST_LINES))
    left_out = sum(1 for _ in lines)
    rows = tuple(islice(_rows(dissection, shown), _MOST_ROWS))
    return TextPlan(shown, dissection.fields, left_out, dissection.octets, rows)


def _rows(dissection: Dissection, lines: Sequence[TableLine]) -> Iterator[tuple[Run, ...]]:
    row: list[Run] = []
    for run in _runs(dissection, units_of(lines, min(len(dissection.octets), _MOST_OCTETS))):
        row.append(run)
        if dissection.octets[run.end - 1] == _LINE_FEED:
            yield tuple(row)
            row = []
    if row:
        yield tuple(row)


def _runs(dissection: Dissection, units: list[Unit]) -> Iterator[Run]:
    """The leaves, each divided where a line ends."""
    for number, leaf in enumerate(dissection.leaves()):
        first, end = leaf.first_bit // 8, min(leaf.end_bit // 8, len(units))
        if first >= len(units):
            return
        while first < end:
            stop = dissection.octets.find(b"\n", first, end) + 1 or end
            yield Run(leaf.name, first, stop, units[first], number % 2 == 1, leaf.measured)
            first = stop


def _row(octets: bytes, row: Sequence[Run]) -> Html:
    offset = element("span", str(row[0].first), class_="trial-offset")
    runs = element("span", *(_run(octets, run) for run in row), class_="trial-line")
    return element("div", offset, runs, class_="trial-row")


def _run(octets: bytes, run: Run) -> Html:
    cells = join(*(_cells(octets[run.first : run.end])))
    parity = "odd" if run.odd else "even"
    classes = f"trial-run trial-layer-{run.unit.layer % 4} trial-{parity} trial-u{run.unit.number}"
    return element("span", in_marks(cells) if run.measured else cells, class_=classes, title=run.name)


def _cells(octets: bytes) -> Iterator[str]:
    for is_visible, found in groupby(octets, key=lambda octet: 32 <= octet < 127):
        if is_visible:
            yield bytes(found).decode()
        else:
            for octet in found:
                yield element("span", _NAMES.get(octet, f"{octet:02x}"), class_="trial-octet")


def _broken(row: Sequence[Run]) -> Iterator[list[Run]]:
    """The row in pieces of so many octets as plain text has room for."""
    piece: list[Run] = []
    start = row[0].first
    for run in row:
        first = run.first
        while first < run.end:
            stop = min(run.end, start + _TEXT_ROW)
            piece.append(replace(run, first=first, end=stop))
            first = stop
            if stop == start + _TEXT_ROW:
                yield piece
                piece, start = [], stop
    if piece:
        yield piece


def _text_row(octets: bytes, row: Sequence[Run]) -> str:
    return f"{row[0].first:04}  {''.join(_text_run(octets, run) for run in row)}"


def _text_run(octets: bytes, run: Run) -> str:
    shown = printable(octets[run.first : run.end])
    return in_text(shown) if run.measured else shown
