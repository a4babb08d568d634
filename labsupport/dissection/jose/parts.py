"""The parts of a token as octets, and the fields that they are. Pure Python."""

from __future__ import annotations

from collections.abc import Sequence

from labsupport.dissection.fields import Encoded, Field, group
from labsupport.dissection.jose import base64url
from labsupport.dissection.jose.faults import Fault
from labsupport.dissection.jose.json_octets import Json, read


def decoded(names: Sequence[str], strings: Sequence[str]) -> tuple[tuple[Encoded, ...], bytes]:
    """The parts, and the octets that they carry, one part after the other; raises `DissectionError`."""
    parts: list[Encoded] = []
    octets, character = b"", 0
    for name, characters in zip(names, strings, strict=True):
        try:
            found = base64url.decode(characters, character)
        except Fault as fault:
            raise fault.at_character(name) from None
        parts.append(Encoded(name, characters, character, len(octets), len(octets) + len(found)))
        octets += found
        character += len(characters) + 1
    return tuple(parts), octets


def json_of(octets: bytes, part: Encoded) -> Json:
    """The JSON text that a part carries; raises `DissectionError` with the place in the token."""
    try:
        return read(octets, part.first, part.end)
    except Fault as fault:
        raise fault.at_octet(part.name, part.first, part.first_character) from None


def whole(part: Encoded, fields: Sequence[Field], octets: bytes, meaning: str, standard: str) -> Field:
    """A part as a field divided into fields; without octets and undivided where the part is empty."""
    if not fields:
        return Field(part.name, 8 * part.first, 0, b"", "", meaning, standard)
    return group(part.name, fields, octets, meaning, standard)


def size(part: Encoded) -> str:
    """How many characters carry how many octets, and what is left over of the last character."""
    octets = part.end - part.first
    if not octets:
        return "empty"
    bits = len(base64url.unused_bits(part.characters))
    left = f"; the last {bits} bits carry nothing" if bits else ""
    return f"{counted(octets)} in {len(part.characters)} characters{left}"


def counted(octets: int) -> str:
    """A number of octets in words."""
    return "1 octet" if octets == 1 else f"{octets} octets"
