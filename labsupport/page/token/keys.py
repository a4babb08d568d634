"""A key as a reader types it: a text, base64url or hexadecimal. Pure Python."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from labsupport.errors import ReaderError
from labsupport.page import asked

FORMS = ("text", "base64url", "hex")
"""How a key can be written."""

LONGEST = 2_000

_NO_BASE64URL = re.compile(r"[^A-Za-z0-9_-]")


def key_octets(key: object, form: object) -> bytes:
    """The octets of a key. Raises `ReaderError` for characters that the form does not have."""
    written = asked.text("the key", key, LONGEST)
    form = asked.choice("the form of the key", form, FORMS)
    if form == "hex":
        return _from_hexadecimal(written)
    if form == "base64url":
        return from_base64url("the key", written.strip().rstrip("="))
    return written.encode("utf-8", "surrogatepass")


def from_base64url(name: str, characters: str) -> bytes:
    """The octets that characters of base64url carry. Raises `ReaderError` where they carry none."""
    if found := _NO_BASE64URL.search(characters):
        raise ReaderError(f"{name} has {found[0]!r}, which base64url has not; it takes letters, digits, - and _")
    if len(characters) % 4 == 1:
        raise ReaderError(f"{name} has {len(characters)} characters, which no octets give; copy it whole")
    return urlsafe_b64decode(characters + "=" * (-len(characters) % 4))


def to_base64url(octets: bytes) -> str:
    """Octets in base64url, without padding (RFC 7515 §2)."""
    return urlsafe_b64encode(octets).decode().rstrip("=")


def _from_hexadecimal(written: str) -> bytes:
    try:
        return bytes.fromhex(written)
    except ValueError:
        raise ReaderError("the key is no hexadecimal; give two digits of 0 to 9 and a to f for each octet") from None
