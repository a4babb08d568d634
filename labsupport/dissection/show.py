"""A dissection as HTML and as plain text: a dump, and a table of the fields. Pure Python.

What differs from run to run carries the mark of `labsupport.measured`, in the dump and in the table.
"""

from __future__ import annotations

from itertools import groupby

from labsupport.dissection import characters, hexadecimal, quanta
from labsupport.dissection.dump import Plan, TableLine
from labsupport.dissection.fields import Dissection, Field
from labsupport.markup import Html, element, in_marks, join
from labsupport.measured import in_text
from labsupport.standards import link

_MOST_CHARACTERS = 160
_HEADINGS = ("Octets", "Field", "Value", "Meaning", "Standard")


def as_html(dissection: Dissection) -> Html:
    """A dump above a table; the classes are those of `style.css`."""
    layout = _plan(dissection)
    return element(
        "div",
        element("p", dissection.title, class_="trial-title"),
        *(element("p", note, class_="trial-note") for note in dissection.notes),
        layout.dump_as_html(),
        _table(dissection, layout),
        class_="trial-dissection",
    )


def as_text(dissection: Dissection) -> str:
    """The same in plain text."""
    layout = _plan(dissection)
    table = [_text_line(line, layout) for line in layout.lines]
    head = [dissection.title, *dissection.notes]
    return "\n".join([*head, "", *layout.dump_as_text(), "", *table, *_left_out(layout)])


def _plan(dissection: Dissection) -> Plan:
    if dissection.encoded:
        return quanta.plan(dissection)
    return characters.plan(dissection) if dissection.is_text else hexadecimal.plan(dissection)


def _table(dissection: Dissection, layout: Plan) -> Html:
    head = element("thead", element("tr", *(element("th", text, scope="col") for text in _HEADINGS)))
    bodies = (
        element("tbody", *(_row(line, layout) if line.depth else _head_row(line, layout) for line in lines))
        for _, lines in groupby(layout.lines, key=lambda line: line.unit.layer)
    )
    caption = element("caption", f"The fields of the {layout.whole}: {dissection.title}", class_="trial-hidden")
    more = (
        element("tbody", element("tr", element("td", text, colspan="5", class_="trial-rest")))
        for text in _left_out(layout)
    )
    kind = "trial-fields trial-of-text" if dissection.is_text else "trial-fields"
    return element("table", caption, head, *bodies, *more, class_=kind)


def _left_out(layout: Plan) -> list[str]:
    return [f"… and {layout.left_out} more fields"] if layout.left_out else []


def _head_row(line: TableLine, layout: Plan) -> Html:
    field = line.field
    meaning = (" ", element("span", field.meaning, class_="trial-grammar")) if field.meaning else ()
    name = element("th", field.name, *meaning, scope="rowgroup", colspan="4")
    standard = element("td", link(line.field.standard), class_="trial-standard")
    return element("tr", name, standard, class_=f"trial-group {layout.layer(line)}")


def _row(line: TableLine, layout: Plan) -> Html:
    field = line.field
    shown = element("span", _shortened(field.shown))
    return element(
        "tr",
        element("td", _place(line, layout), class_="trial-place"),
        element("th", field.name, scope="row", class_=f"trial-depth-{line.depth}"),
        element("td", in_marks(shown) if field.measured else shown, class_="trial-value"),
        element("td", field.meaning, class_="trial-meaning"),
        element("td", _section(field, layout.head_of(line)), class_="trial-standard"),
        class_=f"{layout.layer(line)} trial-u{line.unit.number}",
    )


def _section(field: Field, head: Field) -> Html:
    """The section alone where the head of the group links to the same one: fewer stops for the keyboard."""
    return (
        link(field.standard) if field.standard != head.standard else join(field.standard.rpartition(" ")[2])
    )


def _place(line: TableLine, layout: Plan) -> str:
    """Which octets a field takes; for a part of an octet also which bits."""
    field, before = line.field, layout.first_octet(line)
    first, last = field.first_bit // 8 - before, (field.end_bit - 1) // 8 - before
    octets = str(first) if first == last else f"{first}–{last}"
    if field.first_bit % 8 == field.bits % 8 == 0:
        return octets
    first_bit, last_bit = field.first_bit % 8, (field.end_bit - 1) % 8
    if first != last:
        return f"{first}.{first_bit}–{last}.{last_bit}"
    return f"{octets}.{first_bit}" if field.bits == 1 else f"{octets}.{first_bit}–{last_bit}"


def _text_line(line: TableLine, layout: Plan) -> str:
    field, head = line.field, layout.head_of(line)
    if line.depth == 0:
        meaning = f": {field.meaning}" if field.meaning else ""
        return f"{field.name}{meaning} ({field.standard})"
    shown = _shortened(field.shown)
    value = f": {in_text(shown) if field.measured else shown}" if shown else ""
    source = "" if field.standard == head.standard else f" ({field.standard})"
    return f"  {_place(line, layout):<9} {'  ' * (line.depth - 1)}{field.name}{value} - {field.meaning}{source}"


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + "…"
