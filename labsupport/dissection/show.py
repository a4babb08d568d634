"""A dissection as HTML and as plain text: a hex dump, and a table of the fields. Pure Python.

What differs from run to run carries the mark of `labsupport.measured`, in the dump and in the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from labsupport.dissection.dump import Line, Plan, Unit, plan
from labsupport.dissection.fields import Dissection, Field
from labsupport.markup import Html, element, in_marks, join
from labsupport.measured import in_text
from labsupport.standards import link

_ROW, _NARROW_ROW = 16, 8
_MOST_OCTETS = 192
_MOST_CHARACTERS = 160
_HEADINGS = ("Octets", "Field", "Value", "Meaning", "Standard")


def as_html(dissection: Dissection) -> Html:
    """A hex dump above a table; the classes are those of `style.css`."""
    layout = plan(dissection)
    return element(
        "div",
        element("p", dissection.title, class_="trial-title"),
        *(element("p", note, class_="trial-note") for note in dissection.notes),
        _dump(dissection.octets, layout),
        _table(dissection.title, layout),
        class_="trial-dissection",
    )


def as_text(dissection: Dissection) -> str:
    """The same in plain text, sixteen octets in a row."""
    layout = plan(dissection)
    dump = [f"{at:04x}  {_text_row(dissection.octets, layout, at)}" for at in _row_starts(dissection.octets)]
    table = [_text_line(line, layout.head_of(line)) for line in layout.lines]
    return "\n".join([dissection.title, *dissection.notes, "", *dump, *_rest(dissection.octets), "", *table])


def _dump(octets: bytes, layout: Plan) -> Html:
    children: list[Html] = []
    for (first, second), run in groupby(range(min(len(octets), _MOST_OCTETS)), key=layout.octets.__getitem__):
        places = list(run)
        if first is second:
            children.append(_whole(octets, places, first))
        else:
            children.append(_divided(octets, places[0], first, second))
    rest = (element("span", text, class_="trial-rest") for text in _rest(octets))
    name = f"The {len(octets)} octets in hexadecimal"
    return element("div", *children, *rest, class_="trial-dump", role="group", aria_label=name)


def _whole(octets: bytes, places: list[int], unit: Unit) -> Html:
    cells = join(*(join(_offset(at), element("span", f"{octets[at]:02x}")) for at in places))
    return element("span", in_marks(cells) if unit.measured else cells, class_=_unit_classes(unit))


def _divided(octets: bytes, at: int, first: Unit, second: Unit) -> Html:
    """An octet whose two digits belong to two fields."""
    halves = (
        element("span", in_marks(digit) if unit.measured else digit, class_=_unit_classes(unit))
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


def _unit_classes(unit: Unit) -> str:
    parity = "odd" if unit.number % 2 else "even"
    return f"trial-unit trial-layer-{unit.layer % 4} trial-{parity} trial-u{unit.number}"


def _table(title: str, layout: Plan) -> Html:
    head = element("thead", element("tr", *(element("th", text, scope="col") for text in _HEADINGS)))
    bodies = (
        element("tbody", *(_row(line, group) if line.depth else _head_row(line) for line in lines))
        for group, lines in ((top, list(run)) for top, run in groupby(layout.lines, key=layout.head_of))
    )
    caption = element("caption", f"The fields of the packet: {title}", class_="trial-hidden")
    return element("table", caption, head, *bodies, class_="trial-fields")


def _head_row(line: Line) -> Html:
    name = element("th", line.field.name, scope="rowgroup", colspan="4")
    standard = element("td", link(line.field.standard), class_="trial-standard")
    return element("tr", name, standard, class_=f"trial-group trial-layer-{line.unit.layer % 4}")


def _row(line: Line, head: Field) -> Html:
    field = line.field
    shown = element("span", _shortened(field.shown))
    return element(
        "tr",
        element("td", _place(field), class_="trial-place"),
        element("th", field.name, scope="row", class_=f"trial-depth-{line.depth}"),
        element("td", in_marks(shown) if field.measured else shown, class_="trial-value"),
        element("td", field.meaning, class_="trial-meaning"),
        element("td", _section(field, head), class_="trial-standard"),
        class_=f"trial-layer-{line.unit.layer % 4} trial-u{line.unit.number}",
    )


def _section(field: Field, head: Field) -> Html:
    """The section alone where the head of the group links to the same one: fewer stops for the keyboard."""
    return (
        link(field.standard) if field.standard != head.standard else join(field.standard.rpartition(" ")[2])
    )


def _place(field: Field) -> str:
    """Which octets a field takes; for a part of an octet also which bits."""
    first, last = field.first_bit // 8, (field.end_bit - 1) // 8
    octets = str(first) if first == last else f"{first}–{last}"
    if field.first_bit % 8 == field.bits % 8 == 0:
        return octets
    first_bit, last_bit = field.first_bit % 8, (field.end_bit - 1) % 8
    if first != last:
        return f"{first}.{first_bit}–{last}.{last_bit}"
    return f"{octets}.{first_bit}" if field.bits == 1 else f"{octets}.{first_bit}–{last_bit}"


def _text_line(line: Line, head: Field) -> str:
    field = line.field
    if line.depth == 0:
        return f"{field.name} ({field.standard})"
    shown = _shortened(field.shown)
    value = f": {in_text(shown) if field.measured else shown}" if shown else ""
    source = "" if field.standard == head.standard else f" ({field.standard})"
    return f"  {_place(field):<9} {'  ' * (line.depth - 1)}{field.name}{value} - {field.meaning}{source}"


def _text_row(octets: bytes, layout: Plan, start: int) -> str:
    places = range(start, min(start + _ROW, len(octets), _MOST_OCTETS))
    runs = groupby(places, key=lambda at: any(unit.measured for unit in layout.octets[at]))
    return " ".join(_text_run(octets, list(run), measured) for measured, run in runs)


def _text_run(octets: bytes, places: list[int], measured: bool) -> str:
    digits = " ".join(f"{octets[at]:02x}" for at in places)
    return in_text(digits) if measured else digits


def _row_starts(octets: bytes) -> Iterator[int]:
    return iter(range(0, min(len(octets), _MOST_OCTETS), _ROW))


def _rest(octets: bytes) -> list[str]:
    hidden = len(octets) - _MOST_OCTETS
    return [f"… and {hidden} more octets"] if hidden > 0 else []


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + "…"
