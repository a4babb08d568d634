"""How long the body of a message is, and which rule says so (RFC 9112 §6.3). Pure Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_SECTION = "RFC 9112 §6.3"
_VERY_MANY = 10**18
_WITHOUT_BODY = re.compile(rb"1[0-9]{2}|204|304")

Rule = Literal["none", "chunked", "length", "close", "faulty"]


@dataclass(frozen=True, slots=True)
class Head:
    """What decides about the body: the values of both fields, and what kind of message it is."""

    request: bool
    version: bytes
    status: bytes
    lengths: tuple[bytes, ...]
    codings: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Framing:
    """How the body is delimited.

    `none`: there is no body. `chunked`: by its chunks. `length`: by `length` octets. `close`: by the end of
    the connection. `faulty`: by nothing a recipient could trust. `notes` say what a recipient does about it.
    """

    rule: Rule
    meaning: str
    standard: str = _SECTION
    length: int = 0
    notes: tuple[str, ...] = ()


def framing(head: Head) -> Framing:
    """The first rule of RFC 9112 §6.3 that applies; the method of the request is not known for a response."""
    notes = tuple(_notes(head))
    if not head.request and _WITHOUT_BODY.fullmatch(head.status):
        return Framing("none", "a response with this status code has no body", notes=notes)
    if head.codings:
        return _by_coding(head, notes)
    if head.lengths:
        return _by_length(head, notes)
    if head.request:
        return Framing(
            "none", "a request without Content-Length and Transfer-Encoding has no body", notes=notes
        )
    return Framing("close", "the body ends where the connection ends", notes=notes)


def content_length(values: tuple[bytes, ...]) -> int | None:
    """The one number that all values give, be they lists; None where they are no numbers or differ (§6.3)."""
    members = {member.strip() for value in values for member in value.split(b",")}
    if not all(member.isdigit() for member in members):
        return None
    numbers = {member.lstrip(b"0") or b"0" for member in members}
    if len(numbers) != 1:
        return None
    (number,) = numbers
    # No machine holds that much, and Python refuses to read numbers of thousands of digits.
    return int(number) if len(number) < len(str(_VERY_MANY)) else _VERY_MANY


def in_words(count: int) -> str:
    """A number of octets in words."""
    if count >= _VERY_MANY:
        return "very many octets"
    return "1 octet" if count == 1 else f"{count} octets"


def _by_coding(head: Head, notes: tuple[str, ...]) -> Framing:
    if _codings(head)[-1] == b"chunked":
        return Framing("chunked", "framed by chunks", "RFC 9112 §7.1", notes=notes)
    if head.request:
        note = (
            "Chunked is not the last coding: a server answers 400 and closes the connection (RFC 9112 §6.3)."
        )
        return Framing("faulty", "the length of the body cannot be known", notes=(*notes, note))
    meaning = "chunked is not the last coding: the body ends where the connection ends"
    return Framing("close", meaning, notes=notes)


def _codings(head: Head) -> list[bytes]:
    return [coding.strip().lower() for coding in b",".join(head.codings).split(b",")]


def _by_length(head: Head, notes: tuple[str, ...]) -> Framing:
    length = content_length(head.lengths)
    if length is None:
        return Framing("faulty", "the length of the body cannot be known", notes=notes)
    if length == 0:
        return Framing("none", "Content-Length is 0", notes=notes)
    return Framing("length", f"framed by Content-Length: {in_words(length)}", "RFC 9112 §6.2", length, notes)


def _notes(head: Head) -> Iterator[str]:
    if head.lengths and head.codings:
        yield (
            "Both Content-Length and Transfer-Encoding: the coding counts, and the message may be an "
            "attempt at request smuggling. A server may refuse it; it closes the connection in any case "
            "(RFC 9112 §6.1, §6.3)."
        )
    if _codings(head).count(b"chunked") > 1:
        yield "Chunked is named more than once: no sender may apply it twice (RFC 9112 §6.1)."
    if head.codings and head.version == b"HTTP/1.0":
        yield "Transfer-Encoding in HTTP/1.0: the framing is faulty, the connection closed (RFC 9112 §6.1)."
    if head.lengths and content_length(head.lengths) is None:
        remedy = (
            "a server answers 400" if head.request else "a client discards the response, a proxy answers 502"
        )
        yield (
            "Content-Length is not one number: the framing is invalid. "
            f"Without Transfer-Encoding {remedy} and closes the connection (RFC 9112 §6.3)."
        )
