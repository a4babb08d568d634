"""Fields whose octets are text, and characters made visible. Pure Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from labsupport.dissection.fields import Field, group

_ESCAPES = {9: "\\t", 10: "\\n", 13: "\\r", 92: "\\\\"}
_MOST_OCTETS = 1000
_MOST_PARTS = 500


def printable(octets: bytes) -> str:
    """ASCII as it is, all else as escapes: `\\r`, `\\xe4`."""
    return "".join(
        chr(octet) if 32 <= octet < 127 and octet != 92 else _ESCAPES.get(octet, f"\\x{octet:02x}")
        for octet in octets
    )


def visible(text: str) -> str:
    """Characters as they are; those that cannot be seen, and those that mark what is measured, as escapes."""
    return "".join(
        character if character.isprintable() and character not in "⟦⟧\\" else _escape(character)
        for character in text
    )


def text(
    name: str, octets: bytes, first: int, end: int, meaning: str, standard: str, told: bool = False
) -> Field:
    """The octets from `first` to before `end` as one field that is shown as text; a long one in part."""
    value = octets[first:end]
    return Field(name, 8 * first, 8 * len(value), value, _shown(value), meaning, standard, told=told)


def divided(name: str, parts: Sequence[Field], octets: bytes, meaning: str, standard: str) -> Field:
    """Fields that follow one another as one field divided into them, shown as text; measured where a part is."""
    whole = group(name, parts, octets, meaning, standard)
    shown = _shown(octets[whole.first_bit // 8 : whole.end_bit // 8])
    return replace(whole, shown=shown, measured=any(part.measured for part in parts))


def bounded(fields: Iterator[Field], octets: bytes, end: int) -> tuple[Field, ...]:
    """The first 500 fields of those that fill the octets up to `end`; the octets of the others are one field."""
    found = tuple(islice(fields, _MOST_PARTS))
    rest = found[-1].end_bit // 8 if found else end
    if rest == end:
        return found
    meaning = f"not divided after {_MOST_PARTS} parts"
    return (*found, text("Undecoded", octets, rest, end, meaning, found[-1].standard))


def _shown(octets: bytes) -> str:
    return printable(octets[:_MOST_OCTETS]) + ("…" if len(octets) > _MOST_OCTETS else "")


def _escape(character: str) -> str:
    return _ESCAPES.get(ord(character)) or f"\\u{{{ord(character):x}}}"
