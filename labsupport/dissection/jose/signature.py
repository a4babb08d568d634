"""The signature of a JWS: how long it is, and how long `alg` says that it must be. Pure Python."""

from __future__ import annotations

from collections.abc import Iterator

from labsupport.dissection.fields import Encoded, Field, raw
from labsupport.dissection.jose.algorithms import SIGNATURES, Signature
from labsupport.dissection.jose.json_octets import Json
from labsupport.dissection.jose.parts import counted, size, whole

_SIGNATURE = "RFC 7515 §5.1"


def signature(octets: bytes, part: Encoded, header: Json) -> tuple[Field, tuple[str, ...]]:
    """The signature as a field, and what is unusual about it. Whether it fits the rest is not looked at."""
    name = header.member("alg")
    algorithm = SIGNATURES.get(name.string) if name else None
    signed = part.first_character - 1
    meaning = f"{size(part)}; over the {signed} characters before the dot" if part.characters else "empty"
    field = whole(part, tuple(_octets(octets, part, algorithm)), octets, meaning, _SIGNATURE)
    return field, tuple(_notes(part, name, algorithm))


def _octets(octets: bytes, part: Encoded, algorithm: Signature | None) -> Iterator[Field]:
    """The octets; in two halves where the signature is a pair. Those of an algorithm with chance in it are measured."""
    if part.first == part.end:
        return
    length = part.end - part.first
    standard = algorithm.standard if algorithm else _SIGNATURE
    if algorithm and algorithm.parts and length in algorithm.lengths:
        middle = part.first + length // 2
        halves = zip(algorithm.parts, ((part.first, middle), (middle, part.end)), strict=True)
        for name, (first, end) in halves:
            yield raw(name, octets, first, end, counted(end - first), standard, algorithm.random)
        return
    meaning = algorithm.meaning.partition(":")[0] if algorithm else "by no registered algorithm"
    yield raw("signature", octets, part.first, part.end, meaning, standard, bool(algorithm and algorithm.random))


def _notes(part: Encoded, name: Json | None, algorithm: Signature | None) -> Iterator[str]:
    length = part.end - part.first
    if name is None:
        yield "alg is missing; a recipient refuses the token (RFC 7515 §4.1.1)."
    elif name.string == "none":
        yield "alg is none: nobody signed this, and anybody can change it. Refuse it (RFC 8725 §3.2)."
        if length:
            yield f"alg is none, and the signature has {counted(length)}, not 0 (RFC 7518 §3.6)."
    elif not length:
        yield "The signature is empty, although alg is not none: it was taken away (RFC 7515 §5.2)."
    elif algorithm and (lack := algorithm.lacks(length)):
        yield f"The signature has {counted(length)}, {lack} as {name.string} makes it ({algorithm.standard})."
