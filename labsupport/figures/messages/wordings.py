"""What a message says in the room it has: its text and its detail in lines, and how high that is.

Pure Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ...records import Message
from ..metrics import Face, broken, text_width
from ..shapes import LINE_HEIGHT
from ..theme import SMALLEST_TEXT
from .shapes import MARK

TEXT_SIZE, DETAIL_SIZE = 9.2, SMALLEST_TEXT
TEXT_LINE, DETAIL_LINE = TEXT_SIZE * LINE_HEIGHT + 0.6, DETAIL_SIZE * LINE_HEIGHT + 0.6
ABOVE, BELOW = 2.8, 3.2
"""The space between an arrow and the text above it, and the detail below it."""
PADDING = 4.5
"""The space between the edge of a note and what it says."""
TO_TEXT = 3.0
"""The space between a mark and the text behind it."""

_MOST_LINES = 8
_NARROWER = 3.0


@dataclass(frozen=True, slots=True)
class Wording:
    """A message in lines. `torn` counts the words that are broken because they are longer than a line."""

    text: tuple[str, ...]
    detail: tuple[str, ...]
    torn: int
    marked: bool

    @property
    def height(self) -> float:
        """The height of the lines of text."""
        return TEXT_LINE * len(self.text)

    @property
    def depth(self) -> float:
        """The height of the lines of detail."""
        return DETAIL_LINE * len(self.detail)

    @property
    def width(self) -> float:
        """The width of the widest line, with the mark before the first."""
        details = (text_width(line, DETAIL_SIZE, "mono") for line in self.detail)
        texts = (text_width(line, TEXT_SIZE) for line in self.text[1:])
        return max((self.first, *texts, *details))

    @property
    def first(self) -> float:
        """The width of the first line, with the mark before it."""
        return text_width(self.text[0], TEXT_SIZE) + (MARK + TO_TEXT) * self.marked


def row_height(message: Message, wording: Wording) -> float:
    """The height of a row."""
    between = 2 * PADDING if message.sender == message.receiver else ABOVE + BELOW
    return wording.height + wording.depth + between


@lru_cache(maxsize=65536)  # a layout tries the same messages in many widths
def worded(message: Message, room: float) -> Wording | None:
    """The message in lines of at most `room`; None where that takes too many lines to be read."""
    marked = message.tone in ("good", "bad")
    text, torn = _lines(message.text, TEXT_SIZE, "regular", room - (MARK + TO_TEXT) * marked)
    detail, torn_too = _lines(message.detail, DETAIL_SIZE, "mono", room) if message.detail else ((), 0)
    if max(len(text), len(detail)) > _MOST_LINES:
        return None
    return Wording(text, detail, torn + torn_too, marked)


def _lines(text: str, size: float, face: Face, room: float) -> tuple[tuple[str, ...], int]:
    """A text in lines of about the same length, and how many of its words are broken."""
    lines = broken(text, size, face, room)
    torn = sum(len(line.split()) for line in lines) - len(text.split())
    return (lines, torn) if torn else (_even(lines, text, size, face, room), 0)


def _even(lines: tuple[str, ...], text: str, size: float, face: Face, room: float) -> tuple[str, ...]:
    """The same number of lines, none much longer than the others: no word is left alone on the last."""
    narrower = broken(text, size, face, room - _NARROWER)
    whole = sum(len(line.split()) for line in narrower) == len(text.split())
    if len(lines) == 1 or len(narrower) > len(lines) or not whole:
        return lines
    return _even(narrower, text, size, face, room - _NARROWER)
