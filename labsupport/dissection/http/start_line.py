"""The first line of an HTTP message: request line (RFC 9112 §3) or status line (§4). Pure Python."""

from __future__ import annotations

import re
from collections.abc import Iterator

from labsupport.dissection.fields import Field
from labsupport.dissection.http.lines import TOKEN, Line, line_at, line_end, past
from labsupport.dissection.http.registry import CLASSES, METHODS, STATUS_CODES, Known
from labsupport.dissection.http.target import request_target
from labsupport.dissection.text import divided, printable, text

_REQUEST, _METHOD, _STATUS, _VERSION = "RFC 9112 §3", "RFC 9112 §3.1", "RFC 9112 §4", "RFC 9112 §2.3"
_BLANKS = b" \t\v\f\r"
_BLANK = re.compile(rb"[ \t\v\f\r]+")
_VISIBLE = re.compile(rb"[\x21-\x7e]+")
_WELL_FORMED_VERSION = re.compile(rb"HTTP/[0-9]\.[0-9]")
_VERSIONS = {
    b"HTTP/1.1": "the highest version of HTTP/1 that the sender speaks",
    b"HTTP/1.0": "the sender speaks no more than HTTP/1.0",
}
_LONGEST_METHOD = 64


def begins_a_message(octets: bytes) -> bool:
    """True for octets whose first line is a request line or a status line, be it malformed.

    A request line is known by its version, or by a well-known method. Empty lines before it do no harm
    (RFC 9112 §2.2).
    """
    line = line_at(octets, len(octets) - len(octets.lstrip(b"\r\n")))
    if octets.startswith(b"HTTP/", line.first):
        return True
    method = _VISIBLE.match(octets, line.first, min(line.text_end, line.first + _LONGEST_METHOD))
    if not method or not (method.end() == line.text_end or octets[method.end()] in _BLANKS):
        return False
    return method[0].decode() in METHODS or octets.find(b"HTTP/", method.end(), line.text_end) >= 0


def start_line(octets: bytes, first: int) -> Field:
    """The request line or the status line that begins here, with its line end."""
    line = line_at(octets, first)
    if octets.startswith(b"HTTP/", first):
        grammar = "HTTP-version SP status-code SP [ reason-phrase ]"
        return divided("status-line", list(_status_line(octets, line)), octets, grammar, _STATUS)
    grammar = "method SP request-target SP HTTP-version"
    return divided("request-line", list(_request_line(octets, line)), octets, grammar, _REQUEST)


def _request_line(octets: bytes, line: Line) -> Iterator[Field]:
    method_end = _word_end(octets, line.first, line.text_end)
    method = octets[line.first : method_end]
    target = past(_BLANK, octets, method_end, line.text_end)
    version, version_end = _last_version(octets, target, line.text_end)
    target_end = len(octets[target:version].rstrip(_BLANKS)) + target
    if method:
        yield _method(octets, line.first, method_end)
    yield from _gap(octets, method_end, target)
    if target < target_end:
        yield request_target(octets, target, target_end, method)
    yield from _gap(octets, target_end, version)
    if version < version_end:
        yield _version(octets, version, version_end)
    yield from _gap(octets, version_end, line.text_end)
    yield from line_end(octets, line)


def _status_line(octets: bytes, line: Line) -> Iterator[Field]:
    version_end = _word_end(octets, line.first, line.text_end)
    code = past(_BLANK, octets, version_end, line.text_end)
    code_end = _word_end(octets, code, line.text_end)
    reason = min(code_end + 1, line.text_end)
    yield _version(octets, line.first, version_end)
    yield from _gap(octets, version_end, code)
    if code < code_end:
        yield _status_code(octets, code, code_end)
    yield from _gap(octets, code_end, reason)
    if reason < line.text_end:
        meaning = "words for people; a client ignores them"
        yield text("reason-phrase", octets, reason, line.text_end, meaning, _STATUS)
    yield from line_end(octets, line)


def _method(octets: bytes, first: int, end: int) -> Field:
    method = octets[first:end]
    name = printable(method[:_LONGEST_METHOD])
    if name in METHODS:
        known = METHODS[name]
    elif name.upper() in METHODS:
        known = Known(f"unknown: methods are case-sensitive, this is not {name.upper()}", "RFC 9110 §9.1")
    elif TOKEN.fullmatch(method):
        known = Known("unknown here; a server without it answers 501", "RFC 9110 §9.1")
    else:
        known = Known("malformed: a method is a token; a server answers 400", _METHOD)
    return text("method", octets, first, end, known.meaning, known.standard)


def _version(octets: bytes, first: int, end: int) -> Field:
    version = octets[first:end]
    if version in _VERSIONS:
        meaning = _VERSIONS[version]
    elif _WELL_FORMED_VERSION.fullmatch(version):
        meaning = "not a version of HTTP/1 in use; only HTTP/1 has messages of this form"
    else:
        meaning = 'malformed: "HTTP/", a digit, ".", a digit is the rule'
    return text("HTTP-version", octets, first, end, meaning, _VERSION)


def _status_code(octets: bytes, first: int, end: int) -> Field:
    code = octets[first:end]
    name = printable(code[:_LONGEST_METHOD])
    malformed = Known("malformed: a status code has three digits, from 100 to 599", "RFC 9110 §15")
    valid = len(code) == 3 and code.isdigit()
    known = STATUS_CODES.get(name) or (CLASSES.get(name[0], malformed) if valid else malformed)
    return text("status-code", octets, first, end, known.meaning, known.standard)


def _gap(octets: bytes, first: int, end: int) -> Iterator[Field]:
    if octets[first:end] == b" ":
        yield text("SP", octets, first, end, "separates", _REQUEST, told=True)
    elif first < end:
        meaning = "malformed: one space stands here; a lenient recipient divides at any whitespace"
        yield text("Whitespace", octets, first, end, meaning, _REQUEST)


def _word_end(octets: bytes, first: int, end: int) -> int:
    found = _BLANK.search(octets, first, end)
    return found.start() if found else end


def _last_version(octets: bytes, first: int, end: int) -> tuple[int, int]:
    """Where the version at the end of a request line begins and ends; nowhere when there is none."""
    stop = first + len(octets[first:end].rstrip(_BLANKS))
    word = max(octets.rfind(bytes([blank]), first, stop) for blank in _BLANKS) + 1
    start = max(word, first)
    return (start, stop) if octets.startswith(b"HTTP/", start) else (end, end)
