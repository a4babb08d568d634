"""Which octets of a hex dump belong to which line of the table. Pure Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from labsupport.dissection.fields import Dissection, Field

_BITS_A_DIGIT = 4


@dataclass(frozen=True, slots=True)
class Unit:
    """A run of hexadecimal digits that belong to one field.

    Fields finer than a digit share the unit of the field around them. `layer` counts the outermost fields:
    the headers, then the data.
    """

    number: int
    layer: int
    measured: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: a field, how deep it lies, and the unit of the dump that holds it."""

    field: Field
    depth: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Plan:
    """The lines of the table, the units of each octet's two digits, the outermost field of each layer."""

    lines: tuple[Line, ...]
    octets: tuple[tuple[Unit, Unit], ...]
    heads: tuple[Field, ...]

    def head_of(self, line: Line) -> Field:
        """The outermost field that a line belongs to."""
        return self.heads[line.unit.layer]


def plan(dissection: Dissection) -> Plan:
    """Lay out the table and the dump of a dissection, both in the order of the octets."""
    found = [
        (layer, depth, field) for layer, top in enumerate(dissection.fields) for depth, field in top.lines()
    ]
    owners = _owners([field for _, _, field in found], 2 * len(dissection.octets))
    units: list[Unit] = []
    for number, (owner, digits) in enumerate(groupby(owners)):
        layer, _, field = found[owner]
        units += [Unit(number, layer, field.measured)] * len(list(digits))
    lines = (Line(field, depth, units[field.first_bit // _BITS_A_DIGIT]) for _, depth, field in found)
    return Plan(tuple(lines), tuple(zip(units[::2], units[1::2], strict=True)), dissection.fields)


def _owners(fields: Sequence[Field], digits: int) -> list[int]:
    """For each digit the index of the innermost field that begins and ends between digits."""
    owners = [0] * digits
    for index, field in enumerate(fields):
        if field.first_bit % _BITS_A_DIGIT == field.bits % _BITS_A_DIGIT == 0:
            first, end = field.first_bit // _BITS_A_DIGIT, field.end_bit // _BITS_A_DIGIT
            owners[first:end] = [index] * (end - first)
    return owners
