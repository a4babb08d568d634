"""base64url without padding (RFC 4648 §5, RFC 7515 §2), decoded strictly: one spelling for each octet string."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode

from labsupport.dissection.jose.faults import Fault
from labsupport.dissection.text import visible

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""The 64 digits; each carries six bits."""

_DIGITS = re.compile(r"[A-Za-z0-9_-]*")
_STANDARD = {"+": "-", "/": "_"}
_UNUSED_BITS = {0: 0, 2: 4, 3: 2}
"""How many bits of the last character carry nothing, by the number of characters modulo 4."""


def decode(characters: str, first: int) -> bytes:
    """The octets that characters carry, the first of which stands at `first` in the token.

    Raises `Fault` at the character that is wrong: one outside the alphabet, `=`, one alone at the end, or a last one
    with bits set that carry nothing (RFC 4648 §3.5).
    """
    sound = _DIGITS.match(characters)
    end = sound.end() if sound else 0
    if end < len(characters):
        raise Fault(first + end, *_outside(characters[end]))
    if len(characters) % 4 == 1:
        raise Fault(
            first + len(characters) - 1,
            "one character is left over after groups of four, and six bits make no octet",
            "the token was cut off or has a character too many; copy it whole",
        )
    if any(unused_bits(characters)):
        raise Fault(first + len(characters) - 1, *_unused(characters))
    return urlsafe_b64decode(characters + "=" * (-len(characters) % 4))


def unused_bits(characters: str) -> tuple[int, ...]:
    """The last bits of the last character, which belong to no octet: none, two or four."""
    count = _UNUSED_BITS[len(characters) % 4]
    return tuple(ALPHABET.index(characters[-1]) >> at & 1 for at in reversed(range(count))) if count else ()


def _outside(character: str) -> tuple[str, str]:
    """What is wrong with a character that is no digit, and what to do about it."""
    if character == "=":
        return '"=" pads base64; base64url in a token is not padded (RFC 7515 §2)', 'remove each "=" at the end'
    if other := _STANDARD.get(character):
        return (
            f'"{character}" belongs to the alphabet of base64, not of base64url (RFC 4648 §5)',
            f'encode with base64url, which has "{other}" in its place',
        )
    return (
        f'"{visible(character)}" (U+{ord(character):04X}) is no character of base64url (RFC 4648 §5)',
        "copy the token again: letters, digits, - and _ in parts between dots",
    )


def _unused(characters: str) -> tuple[str, str]:
    bits = unused_bits(characters)
    digits = "".join(map(str, bits))
    canonical = ALPHABET[ALPHABET.index(characters[-1]) >> len(bits) << len(bits)]
    return (
        f'the last {len(bits)} bits of "{characters[-1]}" carry nothing and must be zero, but are {digits} '
        "(RFC 4648 §3.5)",
        f'an encoder writes "{canonical}" here; the token was altered, or its encoder is wrong',
    )
