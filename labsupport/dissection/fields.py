"""Named bytes: what a dissection is made of, and how a header's layout is read. Pure Python."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labsupport.errors import ReaderError

_FIRST_EPHEMERAL_PORT = 32768


class DissectionError(ReaderError, ValueError):
    """The octets cannot be dissected; says what they are and what to hand over instead."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a packet: where it stands, what it holds, what that means, which section says so.

    `first_bit` counts from the first bit of the packet; bit 0 of an octet is its most significant one, as in
    the figures of the RFCs. `value` is a number, or the octets themselves where they are none. `measured` is
    true for a value that differs from run to run. `told` is true where the line of the field around it
    already tells all; a table leaves such a field out, and puts those of its parts in its place that are not
    told. A field with `parts` is divided into them without a gap. One of 0 `bits` stands for what may be there, and
    is not.
    """

    name: str
    first_bit: int
    bits: int
    value: int | bytes
    shown: str
    meaning: str
    standard: str
    measured: bool = False
    told: bool = False
    parts: tuple[Field, ...] = ()

    @property
    def end_bit(self) -> int:
        """The bit after the last one of the field."""
        return self.first_bit + self.bits

    def leaves(self) -> Iterator[Field]:
        """The undivided fields, in order; the field itself when it has no parts, and none when it has no bits."""
        if self.bits and not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()

    def lines(self, depth: int = 0) -> Iterator[tuple[int, Field]]:
        """The field and its parts in reading order, each with its depth; without those told already."""
        yield depth, self
        for part in self.parts:
            yield from part._below(depth + 1)

    def _below(self, depth: int) -> Iterator[tuple[int, Field]]:
        """Its lines inside another field; the parts of one told already take its place."""
        if not self.told:
            yield from self.lines(depth)
        else:
            for part in self.parts:
                yield from part._below(depth)


@dataclass(frozen=True, slots=True)
class Encoded:
    """One part of a text that carries octets in base64url: four characters for three octets, six bits each.

    The part is called `name` and begins at `first_character` of the text; its octets are those of the dissection
    from `first` to before `end`.
    """

    name: str
    characters: str
    first_character: int
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Dissection:
    """Octets and their names: every bit of `octets` belongs to exactly one leaf of `fields`.

    `encoded` are the parts of the text that carries the octets, where they come encoded: one for each of `fields`.
    `notes` say what is unusual about the octets as a whole, such as a capture that ends before the packet.
    A notebook shows a dissection as a dump with a table. The dump is in hexadecimal, or in characters where
    `is_text` says that the octets are those of a protocol of text lines.
    """

    title: str
    octets: bytes
    fields: tuple[Field, ...]
    notes: tuple[str, ...] = ()
    is_text: bool = False
    encoded: tuple[Encoded, ...] = ()

    def leaves(self) -> Iterator[Field]:
        """The undivided fields, in the order of the octets."""
        for field in self.fields:
            yield from field.leaves()

    def __getitem__(self, name: str) -> Field:
        """The first field of that name. Raises `KeyError` with the names that come near."""
        known: dict[str, Field] = {}
        for top in self.fields:
            for field in _all(top):
                known.setdefault(field.name, field)
        if name in known:
            return known[name]
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or list(known)
        raise KeyError(f"no field is called {name!r}; there is {', '.join(near)}")

    def __str__(self) -> str:
        from labsupport.dissection.show import as_text

        return as_text(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from labsupport.dissection.show import as_html, as_text

        return {"text/html": as_html(self), "text/plain": as_text(self)}


def never(_: int) -> bool:
    """The value is the same on every run."""
    return False


def always(_: int) -> bool:
    """The value differs from run to run."""
    return True


def ephemeral(port: int) -> bool:
    """The value is a port that the kernel chose, which differs from run to run; a server's own port is below.

    32768 is where Linux begins (`net.ipv4.ip_local_port_range`); RFC 6335 §6 has it begin at 49152.
    """
    return port >= _FIRST_EPHEMERAL_PORT


def words(count: int) -> str:
    """A length in words of 32 bits, and in octets."""
    return f"{count} words = {4 * count} octets"


def four_digits(number: int) -> str:
    """A number of 16 bits in hexadecimal."""
    return f"0x{number:04x}"


@dataclass(frozen=True, slots=True)
class Layout:
    """One field of a header as a standard's figure draws it: name, width in bits, and how to read its number.

    `standard` is named where another section than that of the header defines the field.
    """

    name: str
    bits: int
    meaning: str
    shown: Callable[[int], str] = str
    measured: Callable[[int], bool] = never
    parts: tuple[Layout, ...] = ()
    standard: str = ""


def read(
    layout: Sequence[Layout],
    octets: bytes,
    first_bit: int,
    standard: str,
    remarks: Mapping[str, str] | None = None,
) -> tuple[Field, ...]:
    """Read fields one after the other, until the layout or the octets end.

    `remarks` replace the meaning of a field, by its name, where more is known than the layout can tell.
    """
    found = []
    for line in layout:
        if first_bit + line.bits > 8 * len(octets):
            break
        value = bits_at(octets, first_bit, line.bits)
        parts = read(line.parts, octets, first_bit, standard, remarks)
        meaning = (remarks or {}).get(line.name, line.meaning)
        found.append(
            Field(
                line.name,
                first_bit,
                line.bits,
                value,
                line.shown(value),
                meaning,
                line.standard or standard,
                line.measured(value),
                parts=parts,
            )
        )
        first_bit += line.bits
    return tuple(found)


def raw(
    name: str, octets: bytes, first: int, end: int, meaning: str, standard: str, measured: bool = False
) -> Field:
    """The octets from `first` to before `end` as one field that is not divided."""
    value = octets[first:end]
    return Field(name, 8 * first, 8 * len(value), value, value.hex(" "), meaning, standard, measured)


def group(
    name: str, parts: Sequence[Field], octets: bytes, meaning: str, standard: str, shown: str = ""
) -> Field:
    """Fields that follow one another, as one field divided into them."""
    first, end = parts[0].first_bit, parts[-1].end_bit
    return Field(
        name, first, end - first, octets[first // 8 : end // 8], shown, meaning, standard, parts=tuple(parts)
    )


def bits_at(octets: bytes, first_bit: int, bits: int) -> int:
    """The unsigned number in a run of bits, most significant bit first."""
    end = first_bit + bits
    whole = int.from_bytes(octets[first_bit // 8 : -(-end // 8)], "big")
    return (whole >> (-end % 8)) & ((1 << bits) - 1)


def _all(field: Field) -> Iterator[Field]:
    yield field
    for part in field.parts:
        yield from _all(part)
