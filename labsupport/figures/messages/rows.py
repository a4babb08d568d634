"""One message on paper: an arrow with what is said above and below it, or a note on a lifeline.

Pure Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ...records import Message, Tone
from ..metrics import Face, text_width
from ..placement import Box
from ..shapes import Dash, Text
from .shapes import MARK, Mark, MessageArrow, Note, Row
from .wordings import ABOVE, BELOW, DETAIL_LINE, DETAIL_SIZE, PADDING, TEXT_LINE, TEXT_SIZE, TO_TEXT, Wording

ROLES: Mapping[Tone, str] = {"": "ink", "good": "data", "bad": "reset", "aside": "muted"}
"""The color of a tone; what is said beside the point recedes."""

MARKED: tuple[Tone, ...] = ("good", "bad")
"""The tones that have a mark."""

_REQUEST, _REPLY = 1.5, 1.0


def arrow(tone: Tone, reply: bool, start: float, end: float, y: float) -> MessageArrow:
    """A level arrow: a request's is thick, a reply's is thin and dashed, an aside's dotted."""
    dash: Dash = "dotted" if tone == "aside" else "dashed" if reply else "solid"
    return MessageArrow((start, y), (end, y), ROLES[tone], _REPLY if reply else _REQUEST, dash, reply)


def sent(message: Message, wording: Wording, start: float, end: float, top: float) -> Row:
    """The row of a message from one lifeline to another, below `top`."""
    middle = (start + end) / 2
    y = top + wording.height + ABOVE
    texts, mark = _texts(message, wording, middle, top)
    details = _lines(wording.detail, middle, y + BELOW, DETAIL_LINE, DETAIL_SIZE, "muted", "mono")
    return Row(arrow(message.tone, message.reply, start, end, y), None, texts, tuple(details), mark)


def noted(message: Message, wording: Wording, x: float, room: tuple[float, float], top: float) -> Row:
    """The row of a note on the lifeline at `x`, as near to it as the room allows."""
    width = wording.width + 2 * PADDING
    left = min(max(x - width / 2, room[0]), room[1] - width)
    bottom = top + wording.height + wording.depth + 2 * PADDING
    middle = left + width / 2
    texts, mark = _texts(message, wording, middle, top + PADDING)
    first = top + PADDING + wording.height
    details = _lines(wording.detail, middle, first, DETAIL_LINE, DETAIL_SIZE, "muted", "mono")
    box = Box.of([(left, top), (left + width, top), (left + width, bottom), (left, bottom)])
    note = Note(box, ROLES[message.tone or "aside"], "dotted" if message.tone == "aside" else "solid")
    return Row(None, note, texts, tuple(details), mark)


def _texts(message: Message, wording: Wording, middle: float, top: float) -> tuple[tuple[Text, ...], Mark | None]:
    """The lines of text around a middle, the first behind its mark."""
    role = ROLES[message.tone]
    first, *others = _lines(wording.text, middle, top, TEXT_LINE, TEXT_SIZE, role, "regular")
    if message.tone not in MARKED:
        return (first, *others), None
    left = middle - wording.first / 2
    shifted = Text(left + MARK + TO_TEXT + text_width(first.text, TEXT_SIZE) / 2, first.y, first.text, TEXT_SIZE, role)
    return (shifted, *others), Mark((left + MARK / 2, first.y), message.tone)


def _lines(lines: Sequence[str], x: float, top: float, height: float, size: float, role: str,
           face: Face) -> Iterator[Text]:
    for number, line in enumerate(lines):
        yield Text(round(x, 2), round(top + height * (number + 0.5), 2), line, size, role, face)
