"""The lines of a message, and the words in them (RFC 9112 §2.2, RFC 9110 §5.6). Pure Python."""

from __future__ import annotations

import re
from dataclasses import dataclass

from labsupport.dissection.fields import Field
from labsupport.dissection.text import text

TOKEN = re.compile(rb"[A-Za-z0-9!#$%&'*+\-.^_`|~]+")
"""The characters of a method or a field name (RFC 9110 §5.6.2)."""

EMPTY_LINE = "empty line"
"""The name of the line that ends a section."""

_ENDING = "RFC 9112 §2.2"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its text begins at `first` and ends before `text_end`, its line end ends before `end`.

    The octets may end within the line; then `text_end` and `end` are the same.
    """

    first: int
    text_end: int
    end: int

    @property
    def empty(self) -> bool:
        """True for a line end without a text before it."""
        return self.first == self.text_end < self.end


def line_at(octets: bytes, first: int) -> Line:
    """The line that begins at `first`. It ends in CRLF or in a bare LF (RFC 9112 §2.2)."""
    feed = octets.find(b"\n", first)
    if feed < 0:
        return Line(first, len(octets), len(octets))
    return Line(first, feed - 1 if octets[first:feed].endswith(b"\r") else feed, feed + 1)


def line_end(octets: bytes, line: Line) -> tuple[Field, ...]:
    """The end of a line as a field; none where the octets end before it."""
    if line.text_end == line.end:
        return ()
    if _is_bare(line):
        return (text("LF", octets, line.text_end, line.end, _bare("ends the line"), _ENDING),)
    return (text("CRLF", octets, line.text_end, line.end, "ends the line", _ENDING, told=True),)


def empty_line(octets: bytes, line: Line) -> Field:
    """An empty line, which ends a section, as a field called `EMPTY_LINE`."""
    meaning = _bare("ends the section") if _is_bare(line) else "ends the section"
    return text(EMPTY_LINE, octets, line.first, line.end, meaning, _ENDING)


def past(blanks: re.Pattern[bytes], octets: bytes, first: int, end: int) -> int:
    """Where the blanks that begin at `first` end; `first` itself where none do."""
    found = blanks.match(octets, first, end)
    return found.end() if found else first


def _is_bare(line: Line) -> bool:
    return line.end - line.text_end == 1


def _bare(meaning: str) -> str:
    return f"{meaning} with a bare LF: CRLF is the rule, a recipient may let LF alone pass"
