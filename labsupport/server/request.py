"""A request to cheroot that is noted for the log, as it and its response were on the wire."""

from __future__ import annotations

import errno
import io
import time
from collections.abc import Iterable
from typing import Any, NoReturn

from cheroot.errors import MaxSizeExceeded
from cheroot.server import HTTPRequest

from labsupport.records import Endpoint, Exchange, FieldLine

BODY_LIMIT = 1 << 16
"""Octets of a body that the log keeps; more are counted."""


class Request(HTTPRequest):
    """A request whose exchange is in the log before the last octet of its response leaves."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._lines: list[bytes] = []
        self._when_ns = 0
        self._body, self._content, self._content_length = b"", bytearray(), 0
        self._noted = False

    def read_request_headers(self) -> Any:
        """Read the header section, whose lines cheroot folds into a dictionary."""
        self._when_ns = time.time_ns()
        self.rfile = _KeepingLines(self.rfile, self._lines)
        success = super().read_request_headers()  # type: ignore[no-untyped-call]
        self.conn.wfile.flush()
        return success

    def read_body(self) -> io.BytesIO:
        """The whole body, so that the log has it and the connection is free for the next request."""
        try:
            self._body = self.rfile.read()
            missing = self.rfile.read_trailer_lines() if self.chunked_read else [b""] * self.rfile.remaining
            complete = all(missing)
        except ValueError:
            complete = False
        except (MaxSizeExceeded, OSError) as error:
            if getattr(error, "errno", None):  # the connection broke; cheroot's own refusal has no number
                raise
            self._refuse("413 Content Too Large", "The body is longer than this server takes.")
        if not complete:
            self._refuse("400 Bad Request", "The body is not framed as the header section says.")
        return io.BytesIO(self._body)

    def _refuse(self, status: str, why: str) -> NoReturn:
        self.simple_response(status, why)
        raise ConnectionAbortedError(errno.ECONNABORTED, f"the body of the request was not read: {why}")

    @property
    def fields(self) -> tuple[FieldLine, ...]:
        """The field lines as they came, of which the application's environment has lost order, case and repetition."""
        return _fields(line.partition(b":")[::2] for line in self._lines if line.strip())

    def check(self, part: bytes = b"") -> None:
        """Raise what is wrong with the application's status, its fields, or one more part of its content."""
        if not self.status:
            raise RuntimeError("the application sent content before it called start_response")
        for line in (self.status, *(b": ".join(field) for field in self.outheaders)):
            if b"\r" in line or b"\n" in line:
                raise ValueError(f"a line break inside a field line would begin another field: {line!r}")
        declared = self._declared_length()
        if declared is not None and self.method != b"HEAD" and self._content_length + len(part) > declared:
            raise ValueError("the application sent more content than its Content-Length says")

    def respond(self) -> None:
        """Have the application answer."""
        try:
            super().respond()
        finally:
            self._note()
        self.conn.wfile.flush()

    def write(self, chunk: bytes) -> None:
        """Send a part of the content at once, the first together with the header section."""
        self._content += chunk[: BODY_LIMIT - len(self._content)]
        self._content_length += len(chunk)
        if self._content_length == self._declared_length():
            self._note()
        super().write(chunk)
        self.conn.wfile.flush()

    def simple_response(self, status: Any, msg: str = "") -> None:
        """Refuse what is no HTTP."""
        super().simple_response(status, msg)
        self.conn.wfile.flush()

    def _note(self) -> None:
        """Put the exchange into the log, once, as far as it went."""
        if self._noted or not self.sent_headers:
            return
        self._noted = True
        self.server.exchange_log.append(self._exchange())
        # Cheroot would wait for another request where the application told the client that it closes.
        told = any((name.lower(), value.lower()) == (b"connection", b"close") for name, value in self.outheaders)
        short = self.method != b"HEAD" and self._declared_length() not in (None, self._content_length)
        self.close_connection |= told or short

    def _exchange(self) -> Exchange:
        code, _, reason = _text(self.status).partition(" ")
        return Exchange(
            method=_text(self.method),
            target=_text(self.uri),
            version=_text(self.request_protocol),
            request_fields=self.fields,
            request_body=self._body[:BODY_LIMIT],
            request_length=len(self._body),
            status=int(code),
            reason=reason,
            response_fields=_fields(self.outheaders),
            response_body=bytes(self._content),
            response_length=self._content_length,
            client=Endpoint(self.conn.remote_addr, self.conn.remote_port),
            when_ns=self._when_ns,
        )

    def _declared_length(self) -> int | None:
        return next((int(value) for name, value in self.outheaders if name.lower() == b"content-length"), None)


class _KeepingLines:
    """A stream whose lines are kept as they are read."""

    def __init__(self, source: Any, lines: list[bytes]) -> None:
        self._source, self._lines = source, lines

    def readline(self) -> bytes:
        self._lines.append(self._source.readline())
        return self._lines[-1]


def _fields(pairs: Iterable[Iterable[bytes]]) -> tuple[FieldLine, ...]:
    return tuple(FieldLine(*(_text(part).strip() for part in pair)) for pair in pairs)


def _text(octets: Any) -> str:
    return str(octets, "latin-1")
