"""The request target in its four forms (RFC 9112 §3.2), host and port (RFC 3986 §3.2). Pure Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from labsupport.dissection.fields import Field, ephemeral
from labsupport.dissection.http.urlencoded import pairs, path
from labsupport.dissection.text import divided, text

_TARGET = "RFC 9112 §3.2"
_ORIGIN, _ABSOLUTE = "RFC 9112 §3.2.1", "RFC 9112 §3.2.2"
_AUTHORITY, _ASTERISK = "RFC 9112 §3.2.3", "RFC 9112 §3.2.4"
_URI = "RFC 3986 §3"
_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*(?=://)")
_HOST_AND_PORT = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~!$&'()*+,;=%]+):[0-9]+")
_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._~!$&'()*+,;=%]*)(?::[0-9]*)?")
_AUTHORITY_END = re.compile(rb"[/?#]")


def request_target(octets: bytes, first: int, end: int, method: bytes) -> Field:
    """The request target as the form that it has; its meaning begins with the name of the form."""
    if octets[first:end] == b"*":
        meaning = "asterisk-form: the server as a whole" + _only(b"OPTIONS", method)
        return text("request-target", octets, first, end, meaning, _ASTERISK)
    if method == b"CONNECT" or _HOST_AND_PORT.fullmatch(octets, first, end):
        return _authority_form(octets, first, end, method)
    if octets[first : first + 1] == b"/":
        meaning = "origin-form: path and query of the resource"
        parts = list(_path_query_fragment(octets, first, end, _ORIGIN))
        if len(parts) == 1 and not parts[0].parts:  # the target is a path: one line of the table tells both
            parts = [replace(parts[0], told=True)]
        return divided("request-target", parts, octets, meaning, _ORIGIN)
    if scheme := _SCHEME.match(octets, first, end):
        meaning = "absolute-form: the whole URI, as proxies are asked"
        parts = list(_absolute(octets, first, scheme.end(), end))
        return divided("request-target", parts, octets, meaning, _ABSOLUTE)
    meaning = "malformed: none of the four forms; a server answers 400"
    return text("request-target", octets, first, end, meaning, _TARGET)


def host_and_port(octets: bytes, first: int, end: int) -> tuple[Field, ...]:
    """A host, and its port where one is given (RFC 3986 §3.2.2, §3.2.3); a port that the kernel chose is measured."""
    colon = octets.rfind(b":", first, end)
    if colon < 0 or octets.find(b"]", colon, end) >= 0:
        colon = end
    return (*_host(octets, first, colon), *_port(octets, colon, end))


def names_a_host(value: bytes) -> bool:
    """True for a host with or without a port, as the value of Host gives it (RFC 9110 §7.2)."""
    return _HOST.fullmatch(value) is not None


def _host(octets: bytes, first: int, end: int) -> Iterator[Field]:
    if first < end:
        yield text("uri-host", octets, first, end, "name or address of the host", "RFC 3986 §3.2.2", told=True)


def _port(octets: bytes, colon: int, end: int) -> Iterator[Field]:
    if colon < end:
        yield text('":"', octets, colon, colon + 1, "begins the port", "RFC 3986 §3.2", told=True)
    if colon + 1 < end:
        port = text("port", octets, colon + 1, end, "port of the host", "RFC 3986 §3.2.3", told=True)
        yield replace(port, measured=_is_ephemeral(octets[colon + 1 : end]))


def _is_ephemeral(port: bytes) -> bool:
    return len(port) == 5 and port.isdigit() and ephemeral(int(port))


def _only(method: bytes, found: bytes) -> str:
    return "" if found == method else f"; only {method.decode()} takes this form"


def _authority_form(octets: bytes, first: int, end: int, method: bytes) -> Field:
    meaning = "authority-form: host and port to connect to" + _only(b"CONNECT", method)
    if not _HOST_AND_PORT.fullmatch(octets, first, end):
        meaning = "malformed: CONNECT takes the authority-form, a host and a port"
        return text("request-target", octets, first, end, meaning, _AUTHORITY)
    return divided("request-target", host_and_port(octets, first, end), octets, meaning, _AUTHORITY)


def _absolute(octets: bytes, first: int, scheme_end: int, end: int) -> Iterator[Field]:
    yield text("scheme", octets, first, scheme_end, "how the resource is reached", "RFC 3986 §3.1")
    authority = scheme_end + 3
    yield text('"://"', octets, scheme_end, authority, "begins the authority", _URI, told=True)
    found = _AUTHORITY_END.search(octets, authority, end)
    authority_end = found.start() if found else end
    if authority < authority_end:
        parts = list(_authority(octets, authority, authority_end))
        yield divided("authority", parts, octets, "who answers for the resource", "RFC 3986 §3.2")
    yield from _path_query_fragment(octets, authority_end, end, _ABSOLUTE)


def _authority(octets: bytes, first: int, end: int) -> Iterator[Field]:
    at = octets.rfind(b"@", first, end)
    if at >= 0:
        if first < at:
            meaning = "deprecated in HTTP: a recipient should treat it as an error"
            yield text("userinfo", octets, first, at, meaning, "RFC 9110 §4.2.4")
        yield text('"@"', octets, at, at + 1, "ends the userinfo", "RFC 3986 §3.2", told=True)
    yield from host_and_port(octets, at + 1 if at >= 0 else first, end)


def _path_query_fragment(octets: bytes, first: int, end: int, standard: str) -> Iterator[Field]:
    fragment = octets.find(b"#", first, end)
    query_end = end if fragment < 0 else fragment
    query = octets.find(b"?", first, query_end)
    path_end = query_end if query < 0 else query
    if first < path_end:
        yield path(octets, first, path_end, standard)
    if query >= 0:
        yield text('"?"', octets, query, query + 1, "begins the query", standard, told=True)
        if query + 1 < query_end:
            parts = pairs(octets, query + 1, query_end)
            yield divided("query", parts, octets, "data for the resource", "RFC 3986 §3.4")
    if fragment >= 0:
        meaning = "malformed: a fragment stays with the client, a target has none"
        yield text("fragment", octets, fragment, end, meaning, _TARGET)
