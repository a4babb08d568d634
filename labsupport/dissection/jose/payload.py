"""The payload of a JWS: the claims of a JWT, another JWT, or whatever octets somebody signed. Pure Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from labsupport.dissection.fields import Encoded, Field, raw
from labsupport.dissection.jose.claims import claim
from labsupport.dissection.jose.json_octets import Json
from labsupport.dissection.jose.known import Known
from labsupport.dissection.jose.members import faults, json_text
from labsupport.dissection.jose.parameters import media_type
from labsupport.dissection.jose.parts import json_of, size, whole
from labsupport.dissection.text import text, visible

_PAYLOAD, _CLAIMS, _NESTED = "RFC 7515 §3", "RFC 7519 §4", "RFC 7519 §5.2"
_MOST_CHARACTERS = 200
_BEFORE_JSON = b"\xef\xbb\xbf\xfe\xff\x00 \t\r\n"
_COMPACT = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*)?")


@dataclass(frozen=True, slots=True)
class Payload:
    """The payload as a field, what is unusual about it, and whether it is the claims of a JWT."""

    field: Field
    notes: tuple[str, ...]
    has_claims: bool


def payload(octets: bytes, part: Encoded, header: Json) -> Payload:
    """The payload. What begins like a JSON object must be a sound one; other octets are taken as they are.

    Raises `DissectionError` with the place in the token.
    """
    content = octets[part.first : part.end]
    if content.lstrip(_BEFORE_JSON).startswith(b"{"):
        return _claims(octets, part)
    fields = tuple(_octets(octets, part))
    return Payload(whole(part, fields, octets, size(part), _PAYLOAD), tuple(_notes(content, header)), False)


def _claims(octets: bytes, part: Encoded) -> Payload:
    def explain(name: str, value: Json) -> Known:
        return claim(name, value, octets)

    claims = json_of(octets, part)
    fields = json_text(octets, part.first, part.end, claims, explain)
    field = whole(part, fields, octets, f"the claims of a JWT, {size(part)}", _CLAIMS)
    return Payload(field, tuple(faults(claims, explain)), True)


def _octets(octets: bytes, part: Encoded) -> Iterator[Field]:
    content = octets[part.first : part.end]
    if not content:
        return
    if _COMPACT.fullmatch(content):
        yield text("nested token", octets, part.first, part.end, "dissect it by itself", _NESTED)
    elif _is_text(content):
        found = text("text", octets, part.first, part.end, "any octets can be signed", _PAYLOAD)
        yield replace(found, shown=visible(content.decode()[:_MOST_CHARACTERS]))
    else:
        yield raw("octets", octets, part.first, part.end, "any octets can be signed", _PAYLOAD)


def _notes(content: bytes, header: Json) -> Iterator[str]:
    if not content:
        yield "The payload is empty: detached, it travels elsewhere (RFC 7515 §F), or there is none."
    elif not _COMPACT.fullmatch(content):
        yield "The payload is no JSON object: this is a JWS, but no JWT (RFC 7519 §7.2)."
    if media_type(header.member("cty")) == "jwt" and not _COMPACT.fullmatch(content):
        yield "cty says that the payload is a JWT, and it is no token in the compact serialization (RFC 7519 §5.2)."


def _is_text(content: bytes) -> bool:
    try:
        return all(character.isprintable() or character in "\t\r\n" for character in content.decode())
    except UnicodeDecodeError:
        return False
