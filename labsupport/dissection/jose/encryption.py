"""The four parts of a JWE after its header: named as what they are, and not decrypted (RFC 7516 §7.1). Pure Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labsupport.dissection.fields import Encoded, Field, raw
from labsupport.dissection.jose.algorithms import CONTENT_ENCRYPTIONS, KEY_MANAGEMENTS, ContentEncryption
from labsupport.dissection.jose.json_octets import Json
from labsupport.dissection.jose.parts import counted, size, whole

_MEANINGS = {
    "JWE Encrypted Key": ("encrypted key", "the content encryption key, for the recipient alone"),
    "JWE Initialization Vector": ("initialization vector", "makes the same content look different each time"),
    "JWE Ciphertext": ("ciphertext", "the content; nobody reads it without the key"),
    "JWE Authentication Tag": ("authentication tag", "shows whether header or ciphertext were changed"),
}
_STANDARD = "RFC 7516 §2"


def encryption(octets: bytes, parts: Sequence[Encoded], header: Json) -> tuple[tuple[Field, ...], tuple[str, ...]]:
    """The parts as fields, and what is unusual about them. All are measured: chance is in each of them."""
    fields = tuple(_field(octets, part) for part in parts[1:])
    return fields, tuple(_notes(parts, header))


def _field(octets: bytes, part: Encoded) -> Field:
    name, meaning = _MEANINGS[part.name]
    found = raw(name, octets, part.first, part.end, meaning, _STANDARD, measured=True)
    return whole(part, (found,) if found.bits else (), octets, size(part), _STANDARD)


def _notes(parts: Sequence[Encoded], header: Json) -> Iterator[str]:
    alg, enc = header.member("alg"), header.member("enc")
    if alg is None:
        yield "alg is missing; a recipient refuses the token (RFC 7516 §4.1.1)."
    if enc is None:
        yield "enc is missing, which each JWE has (RFC 7516 §4.1.2)."
    method = CONTENT_ENCRYPTIONS.get(enc.string) if enc else None
    if enc and method:
        for part, expected in zip(parts[1:], _lengths(method, alg), strict=True):
            length = part.end - part.first
            if expected is not None and length != expected:
                yield f"The {part.name} has {counted(length)}, not {expected} ({method.standard})."


def _lengths(method: ContentEncryption, alg: Json | None) -> tuple[int | None, ...]:
    """The octets of key, initialization vector, ciphertext and tag, as far as the algorithms decide them."""
    management = KEY_MANAGEMENTS.get(alg.string) if alg else None
    key = management.encrypted(method.key) if management and management.encrypted else None
    return key, method.iv, None, method.tag
