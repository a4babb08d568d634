"""What a dissection's page is laid out as: a dump in units of octets, above a table of lines. Pure Python."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from labsupport.dissection.fields import Field
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
        parity = "odd" if self.number % 2 else "even"
        return f"trial-unit trial-layer-{self.layer % 4} trial-{parity} trial-u{self.number}"


@dataclass(frozen=True, slots=True)
class TableLine:
    """One line of the table: a field, how deep it lies, and the unit of the dump that holds it."""

    field: Field
    depth: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Plan(ABC):
    """The lines of the table, the outermost field of each layer, how many lines are left out, and the octets."""

    lines: tuple[TableLine, ...]
    heads: tuple[Field, ...]
    left_out: int
    octets: bytes

    def head_of(self, line: TableLine) -> Field:
        """The outermost field that a line belongs to."""
        return self.heads[line.unit.layer]

    @abstractmethod
    def dump_as_html(self) -> Html:
        """The dump; its runs carry the classes of the lines that they belong to."""

    @abstractmethod
    def dump_as_text(self) -> list[str]:
        """The dump in rows of plain text."""


def rest(octets: bytes, shown: int) -> list[str]:
    """How many octets a dump does not show; nothing where it shows all."""
    hidden = len(octets) - shown
    return [f"… and {hidden} more octets"] if hidden > 0 else []
