"""Octets as base64url carries them: four characters above the three octets they stand for. Pure Python."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice

from labsupport.dissection.dump import Plan, TableLine, Unit, lines_of, rest, units_of
from labsupport.dissection.fields import Dissection, Encoded, Field
from labsupport.dissection.text import printable
from labsupport.markup import Html, element, in_marks, join
from labsupport.measured import in_text

_OF_CHARACTERS, _OF_OCTETS = 4, 3
_MOST_OCTETS = 600
_MOST_LINES = 150
_TEXT_ROW = 48
_NAMES = {9: "HT", 10: "LF", 13: "CR"}


@dataclass(frozen=True, slots=True)
class Carried:
    """A part of the text, the field that its octets are, and whether they are characters; otherwise hexadecimal."""

    part: Encoded
    field: Field
    is_text: bool

    @property
    def end(self) -> int:
        """The first octet of the part that is not shown, or the end of the part."""
        return min(self.part.end, self.part.first + _MOST_OCTETS)

    @property
    def measured(self) -> bool:
        """True where the octets, and so the characters, differ from run to run."""
        return any(leaf.measured for leaf in self.field.leaves())

    @property
    def heading(self) -> str:
        """Which characters of the text these are; the dots between the parts are not among them."""
        first, count = self.part.first_character, len(self.part.characters)
        return f"characters {first}–{first + count - 1}" if count else "no character"

    def characters(self, octet: int, count: int) -> str:
        """The characters that carry so many octets from one on, which begins a group."""
        at = (octet - self.part.first) // _OF_OCTETS * _OF_CHARACTERS
        return self.part.characters[at : at + -(-count // _OF_OCTETS) * _OF_CHARACTERS]


@dataclass(frozen=True, slots=True)
class QuantaPlan(Plan):
    """A plan with the parts of the text, and for each octet the unit of its line."""

    parts: tuple[Carried, ...]
    units: tuple[Unit, ...]

    whole, hues = "token", 5

    def first_octet(self, line: TableLine) -> int:
        """Octets are counted from the beginning of their part."""
        return self.parts[line.unit.layer].part.first

    def dump_as_html(self) -> Html:
        """The parts one below the other; in each the groups of four characters with their octets."""
        last = self.parts[-1].part
        length = last.first_character + len(last.characters)
        name = f"The {length} characters of the token, and the octets that they carry"
        parts = (self._part(layer, carried) for layer, carried in enumerate(self.parts))
        return element("div", *parts, class_="trial-token", role="group", aria_label=name)

    def dump_as_text(self) -> list[str]:
        """The parts in plain text: a row of characters, and under it the octets that they carry."""
        return [row for carried in self.parts for row in self._part_as_text(carried)]

    def _part(self, layer: int, carried: Carried) -> Html:
        head = element("p", element("b", carried.part.name), f" {carried.heading}", class_="trial-part")
        quanta = [self._quantum(carried, at) for at in _groups(carried, _OF_OCTETS)]
        if layer < len(self.parts) - 1 and carried.end == carried.part.end:
            quanta[-1:] = [element("span", *quanta[-1:], element("span", ".", class_="trial-dot"))]
        shown = in_marks(join(*quanta)) if carried.measured else join(*quanta)
        more = (element("p", text, class_="trial-rest") for text in rest(carried.part.end, carried.end))
        kind = "" if carried.is_text else " trial-in-hexadecimal"
        return element("div", head, shown, *more, class_=f"trial-layer-{layer % self.hues}{kind}")

    def _quantum(self, carried: Carried, at: int) -> Html:
        end = min(at + _OF_OCTETS, carried.end)
        runs = groupby(range(at, end), key=self.units.__getitem__)
        octets = join(*(self._run(carried, list(places), unit) for unit, places in runs))
        characters = element("span", carried.characters(at, end - at))
        return element("span", characters, element("span", octets), class_="trial-quantum")

    def _run(self, carried: Carried, places: list[int], unit: Unit) -> Html:
        octets = self.octets[places[0] : places[-1] + 1]
        cells = join(*_cells(octets)) if carried.is_text else octets.hex(" ")
        return element("span", cells, class_=f"trial-{unit.parity} trial-u{unit.number}")

    def _part_as_text(self, carried: Carried) -> Iterator[str]:
        yield f"{carried.part.name}, {carried.heading}"
        for at in _groups(carried, _TEXT_ROW):
            octets = self.octets[at : min(at + _TEXT_ROW, carried.end)]
            shown = printable(octets) if carried.is_text else octets.hex(" ")
            for row in (carried.characters(at, len(octets)), shown):
                yield f"  {in_text(row) if carried.measured else row}"
        yield from rest(carried.part.end, carried.end)


def plan(dissection: Dissection) -> QuantaPlan:
    """Lay out the table and the parts of a dissection whose octets came encoded, as much of them as is shown."""
    lines = lines_of(dissection)
    shown = tuple(islice(lines, _MOST_LINES))
    parts = tuple(
        Carried(part, field, not any(map(_is_raw, field.leaves())))
        for part, field in zip(dissection.encoded, dissection.fields, strict=True)
    )
    units = tuple(units_of(shown, len(dissection.octets)))
    return QuantaPlan(shown, dissection.fields, sum(1 for _ in lines), dissection.octets, parts, units)


def _groups(carried: Carried, octets: int) -> range:
    return range(carried.part.first, carried.end, octets)


def _is_raw(leaf: Field) -> bool:
    """True for a leaf that is shown in hexadecimal; no text is its own hexadecimal."""
    return isinstance(leaf.value, bytes) and leaf.shown == leaf.value.hex(" ")


def _cells(octets: bytes) -> Iterator[str]:
    """Visible ASCII as it is, every other octet as its name or in hexadecimal."""
    for octet in octets:
        if 32 <= octet < 127:
            yield chr(octet)
        else:
            yield element("span", _NAMES.get(octet, f"{octet:02x}"), class_="trial-octet")
