"""A token whole: its parts decoded, each octet named, and what is unusual about it told. Pure Python."""

from __future__ import annotations

from dataclasses import dataclass

from labsupport.dissection.fields import Dissection, DissectionError, Encoded, Field
from labsupport.dissection.jose.encryption import encryption
from labsupport.dissection.jose.json_octets import Json
from labsupport.dissection.jose.known import Known
from labsupport.dissection.jose.members import faults, json_text
from labsupport.dissection.jose.parameters import parameter
from labsupport.dissection.jose.parts import decoded, json_of, size, whole
from labsupport.dissection.jose.payload import payload
from labsupport.dissection.jose.serialization import NAMES, split
from labsupport.dissection.jose.signature import signature

_JWS_PARTS = 3
_MOST_NOTES = 10


def token(characters: str) -> Dissection:
    """Dissect a JWS or a JWE in the compact serialization; whether it is to be trusted is not looked at.

    The octets of the dissection are those that the parts carry, one part after the other.
    Raises `DissectionError` with the part, the place and the remedy for what is no such token, for a header that is
    no sound JSON object, and for a payload that begins like a JSON object and is no sound one.
    """
    strings = split(characters)
    names = NAMES[len(strings)]
    header = _header(*decoded(names[:1], strings[:1]))
    _refuse_unencoded(strings, header)
    parts, octets = decoded(names, strings)
    is_encrypted = len(parts) > _JWS_PARTS
    head, notes = _described(octets, parts[0], header, is_encrypted)
    body = (_jwe if is_encrypted else _jws)(octets, parts, header)
    title = f"{body.kind} of {len(characters)} characters"
    told = (*notes, *body.notes)[:_MOST_NOTES]
    return Dissection(title, octets, (head, *body.fields), told, is_text=True, encoded=parts)


@dataclass(frozen=True, slots=True)
class _Body:
    """What follows the header: what that makes of the whole, the parts as fields, and what is unusual about them."""

    kind: str
    fields: tuple[Field, ...]
    notes: tuple[str, ...]


def _header(parts: tuple[Encoded, ...], octets: bytes) -> Json:
    header = json_of(octets, parts[0])
    if header.kind != "object":
        raise DissectionError(
            f"JOSE Header, character 0 of the token: a JSON {header.kind} and no object (RFC 7515 §4). "
            'Remedy: encode an object such as {"alg":"HS256"}'
        )
    return header


def _refuse_unencoded(strings: tuple[str, ...], header: Json) -> None:
    b64 = header.member("b64")
    if b64 and b64.kind == "false" and len(strings) == _JWS_PARTS and strings[1]:
        raise DissectionError(
            f"JWS Payload, character {len(strings[0]) + 1} of the token: b64 is false, so the payload stands here "
            "as it is, not encoded (RFC 7797 §5.2). Remedy: hand over header..signature, with the payload left out"
        )


def _described(
    octets: bytes, part: Encoded, header: Json, is_encrypted: bool
) -> tuple[Field, tuple[str, ...]]:
    def explain(name: str, value: Json) -> Known:
        return parameter(name, value, header, is_encrypted)

    fields = json_text(octets, part.first, part.end, header, explain)
    standard = "RFC 7516 §4" if is_encrypted else "RFC 7515 §4"
    return whole(part, fields, octets, size(part), standard), tuple(faults(header, explain))


def _jws(octets: bytes, parts: tuple[Encoded, ...], header: Json) -> _Body:
    content = payload(octets, parts[1], header)
    signed, notes = signature(octets, parts[2], header)
    alg = header.member("alg")
    unsecured = "Unsecured " if alg and alg.string == "none" else ""
    kind = unsecured + ("JWT in a JWS" if content.has_claims else "JWS")
    return _Body(kind, (content.field, signed), (*notes, *content.notes))


def _jwe(octets: bytes, parts: tuple[Encoded, ...], header: Json) -> _Body:
    return _Body("JWE", *encryption(octets, parts, header))
