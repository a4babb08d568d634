"""The octets of a dissection in hexadecimal, and the line of the table that each belongs to. Pure Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from labsupport.dissection.dump import Plan, TableLine, Unit, rest
from labsupport.dissection.fields import Dissection, Field
from labsupport.markup import Html, element, in_marks, join
from labsupport.measured import in_text

_ROW, _NARROW_ROW = 16, 8
_MOST_OCTETS = 192
_BITS_A_DIGIT = 4


@dataclass(frozen=True, slots=True)
class HexPlan(Plan):
    """A plan with the units of each octet's two digits."""

    units: tuple[tuple[Unit, Unit], ...]

    whole = "packet"

    def dump_as_html(self) -> Html:
        """The dump as a grid: sixteen octets in a row, eight where there is little room."""
        octets = self.octets
        runs = groupby(range(min(len(octets), _MOST_OCTETS)), key=self.units.__getitem__)
        children = (_run(octets, list(places), *units) for units, places in runs)
        more = (element("span", text, class_="trial-rest") for text in rest(len(octets), _MOST_OCTETS))
        name = f"The {len(octets)} octets in hexadecimal"
        return element("div", *children, *more, class_="trial-dump", role="group", aria_label=name)

    def dump_as_text(self) -> list[str]:
        """The dump in plain text, sixteen octets in a row."""
        starts = range(0, min(len(self.octets), _MOST_OCTETS), _ROW)
        rows = [f"{at:04x}  {_text_row(self, at)}" for at in starts]
        return rows + rest(len(self.octets), _MOST_OCTETS)


def plan(dissection: Dissection) -> HexPlan:
    """Lay out the table and the dump of a dissection, both in the order of the octets."""
    found = [
        (layer, depth, field) for layer, top in enumerate(dissection.fields) for depth, field in top.lines()
    ]
    owners = _owners([field for _, _, field in found], 2 * len(dissection.octets))
    units: list[Unit] = []
    for number, (owner, digits) in enumerate(groupby(owners)):
        layer, _, field = found[owner]
        units += [Unit(number, layer, field.measured)] * len(list(digits))
    lines = (TableLine(field, depth, units[field.first_bit // _BITS_A_DIGIT]) for _, depth, field in found)
    pairs = tuple(zip(units[::2], units[1::2], strict=True))
    return HexPlan(tuple(lines), dissection.fields, 0, dissection.octets, pairs)


def _run(octets: bytes, places: list[int], first: Unit, second: Unit) -> Html:
    return _whole(octets, places, first) if first is second else _divided(octets, places[0], first, second)


def _whole(octets: bytes, places: list[int], unit: Unit) -> Html:
    cells = join(*(join(_offset(at), element("span", f"{octets[at]:02x}")) for at in places))
    return element("span", in_marks(cells) if unit.measured else cells, class_=unit.classes)


def _divided(octets: bytes, at: int, first: Unit, second: Unit) -> Html:
    """An octet whose two digits belong to two fields."""
    halves = (
        element("span", in_marks(digit) if unit.measured else digit, class_=unit.classes)
        for digit, unit in zip(f"{octets[at]:02x}", (first, second), strict=True)
    )
    return join(_offset(at), element("span", *halves, class_="trial-halves"))


def _offset(at: int) -> Html:
    """The number of the first octet of a row; every second one counts only where rows are short."""
    if at % _NARROW_ROW:
        return Html("")
    return element(
        "span", f"{at:04x}", class_="trial-offset" if at % _ROW == 0 else "trial-offset trial-narrow"
    )


def _text_row(layout: HexPlan, start: int) -> str:
    places = range(start, min(start + _ROW, len(layout.octets), _MOST_OCTETS))
    runs = groupby(places, key=lambda at: any(unit.measured for unit in layout.units[at]))
    return " ".join(_text_run(layout.octets, list(run), measured) for measured, run in runs)


def _text_run(octets: bytes, places: list[int], measured: bool) -> str:
    digits = " ".join(f"{octets[at]:02x}" for at in places)
    return in_text(digits) if measured else digits


def _owners(fields: Sequence[Field], digits: int) -> list[int]:
    """For each digit the index of the innermost field that begins and ends between digits."""
    owners = [0] * digits
    for index, field in enumerate(fields):
        if field.first_bit % _BITS_A_DIGIT == field.bits % _BITS_A_DIGIT == 0:
            first, end = field.first_bit // _BITS_A_DIGIT, field.end_bit // _BITS_A_DIGIT
            owners[first:end] = [index] * (end - first)
    return owners
