"""The lines that fill the jar, and where they come from. Pure Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from labsupport.cookies import CookieJar, Receipt
from labsupport.errors import ReaderError
from labsupport.page import asked

LONGEST, MOST_LINES = 12_000, 40
SOURCES = ("page", "embedded", "script")
"""What answers a response comes to: a page that was opened, something embedded in another site, or a script's call."""

_FIELD_NAME = re.compile(r"set-cookie:[ \t]*", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_SUFFIX = re.compile(r"[a-z0-9.-]{1,100}")


@dataclass(frozen=True, slots=True)
class Line:
    """One Set-Cookie value, and the URL that it came from."""

    value: str
    url: str


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a line."""

    line: Line
    receipt: Receipt


class Clock:
    """A clock that a reader sets."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


def lines_of(written: object, url: str) -> tuple[Line, ...]:
    """The lines of a text. One that is an address says where those after it come from; empty ones say nothing.

    `Set-Cookie:` at the beginning of a line is left out. Raises `ReaderError` for too much.
    """
    found = tuple(_lines(asked.text("the Set-Cookie lines", written, LONGEST), url))
    if len(found) > MOST_LINES:
        raise ReaderError(f"{len(found)} lines of Set-Cookie are too many: {MOST_LINES} are the most; remove some")
    return found


def suffixes_of(written: object) -> tuple[str, ...]:
    """Public suffixes between blanks or commas. Raises `ReaderError` for what is no name."""
    names = asked.text("the public suffixes", written, 1000).lower().replace(",", " ").split()
    for name in names:
        if not _SUFFIX.fullmatch(name):
            raise ReaderError(f"{name[:40]!r} is no public suffix; write names like co.uk or github.io")
    return tuple(names)


def filled(jar: CookieJar, lines: tuple[Line, ...], source: str, elsewhere: str) -> tuple[Received, ...]:
    """Hand each line to the jar, in order. `elsewhere` is the page of another site that embeds."""
    return tuple(Received(line, _receipt(jar, line, source, elsewhere)) for line in lines)


def later(clock: Clock, seconds: float) -> None:
    """Move the clock. Raises `ReaderError` beyond the calendar."""
    try:
        clock.moment += timedelta(seconds=seconds)
    except OverflowError:
        raise ReaderError("that is beyond the year 9999; move the clock less far") from None


def _lines(text: str, url: str) -> Iterator[Line]:
    for written in text.split("\n"):
        line = written.strip("\r")
        if _ADDRESS.match(line.strip()):
            url = line.strip()
        elif line.strip():
            yield Line(_FIELD_NAME.sub("", line, count=1) if _FIELD_NAME.match(line) else line, url)


def _receipt(jar: CookieJar, line: Line, source: str, elsewhere: str) -> Receipt:
    octets = line.value.encode("utf-8", "surrogatepass")
    if source == "script":
        return jar.receive_from_script(octets, line.url)
    initiator = elsewhere if source == "embedded" else ""
    return jar.receive(octets, line.url, initiator=initiator)
