"""What a dissection's page is laid out as: a dump in units of octets, above a table of lines. Pure Python."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from labsupport.dissection.fields import Dissection, Field
from labsupport.markup import Html


@dataclass(frozen=True, slots=True)
class Unit:
    """A run of the dump that belongs to one field.

    Fields that have no line of their own share the unit of the field around them, as do fields finer than a
    hexadecimal digit. `layer` counts the outermost fields: the headers, then the data.
    """

    number: int
    layer: int
    measured: bool

    @property
    def classes(self) -> str:
        """The classes of the run, as `style.css` knows them."""
        return f"trial-unit trial-layer-{self.layer % 4} trial-{self.parity} trial-u{self.number}"

    @property
    def parity(self) -> str:
        """Neighbors differ in it."""
        return "odd" if self.number % 2 else "even"


@dataclass(frozen=True, slots=True)
class TableLine:
    """One line of the table: a field, how deep it lies, and the unit of the dump that holds it."""

    field: Field
    depth: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Plan(ABC):
    """The lines of the table, the outermost field of each layer, how many lines are left out, and the octets.

    `whole` is what the octets are together, in one word; `hues` how many layers have a color of their own.
    """

    whole: ClassVar[str]
    hues: ClassVar[int] = 4

    lines: tuple[TableLine, ...]
    heads: tuple[Field, ...]
    left_out: int
    octets: bytes

    def head_of(self, line: TableLine) -> Field:
        """The outermost field that a line belongs to."""
        return self.heads[line.unit.layer]

    def layer(self, line: TableLine) -> str:
        """The class that gives a line the color of its layer."""
        return f"trial-layer-{line.unit.layer % self.hues}"

    def first_octet(self, line: TableLine) -> int:
        """The octet from which the places of a line are counted."""
        return 0

    @abstractmethod
    def dump_as_html(self) -> Html:
        """The dump; its runs carry the classes of the lines that they belong to."""

    @abstractmethod
    def dump_as_text(self) -> list[str]:
        """The dump in rows of plain text."""


def lines_of(dissection: Dissection) -> Iterator[TableLine]:
    """The lines of the table, each with a unit of its own."""
    found = ((layer, line) for layer, top in enumerate(dissection.fields) for line in top.lines())
    for number, (layer, (depth, field)) in enumerate(found):
        yield TableLine(field, depth, Unit(number, layer, field.measured))


def units_of(lines: Sequence[TableLine], octets: int) -> list[Unit]:
    """For each of the first octets the unit of the innermost line that holds it."""
    units = [lines[0].unit] * octets
    for line in lines:
        first, end = line.field.first_bit // 8, min(line.field.end_bit // 8, octets)
        units[first:end] = [line.unit] * (end - first)
    return units


def rest(octets: int, shown: int) -> list[str]:
    """How many octets a dump does not show; nothing where it shows all."""
    hidden = octets - shown
    return [f"… and {hidden} more octets"] if hidden > 0 else []
