"""What stands where in a message diagram: from a script to shapes with final coordinates.

Pure Python without I/O. Every message has a row of its own, in the order given. A lifeline leaves out what crosses it:
labels, notes, and arrows between others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle

from ...records import Message
from ..metrics import broken
from ..placement import Box
from ..shapes import Lifeline, Text
from ..theme import SMALLEST_TEXT, WIDTH
from ..titles import title_height, title_lines
from .columns import EDGE, HEAD_LINE, Columns, around, columns
from .legend import legend
from .reading import Script
from .rows import noted, sent
from .shapes import CROSSING, Band, MessageLayout, Row
from .wordings import Wording, row_height

_OVER_HEADS, _UNDER_HEADS = 5.0, 3.0
_BEFORE, _BETWEEN, _AFTER = 7.0, 8.5, 8.0
_CAPTION_SIZE = SMALLEST_TEXT
_CAPTION_LINE, _CAPTION_AROUND, _CAPTION_ASIDE = 11.5, 7.0, 6.0
_BAND_EDGE, _FOOT, _APART = 4.0, 7.0, 5.0
_FILLS = ("paper", "cut")
_CRUMB = 3.0
_AIR = 3.5
"""How far a lifeline keeps clear of a label beside it."""


def layout(script: Script, title: str) -> MessageLayout:
    """Lay out a script. Raises ValueError for names and texts that do not fit."""
    division = columns(script)
    titles = title_lines(title, EDGE)
    samples, words, y = legend(script.tones, EDGE + title_height(title) + 4.0)
    heads, top = _heads(division, y + _OVER_HEADS)
    bands, rows, bottom = _parts(script, division, top + _BEFORE)
    blocked = [text.box for band in bands for text in band.captions]
    blocked += [box for row in rows for box in _blocks(row)]
    lifelines = tuple(piece for x in division.xs for piece in _pieces(x, top, bottom, blocked))
    return MessageLayout(WIDTH, round(bottom + EDGE, 1), titles, words, samples, heads, division.xs, lifelines,
                         tuple(bands), tuple(rows))


def _heads(division: Columns, top: float) -> tuple[tuple[Text, ...], float]:
    """The names of the participants, all ending at the height at which the lifelines begin."""
    heads = division.heads
    bottom = top + heads.height
    texts = (
        Text(x, round(bottom - HEAD_LINE * (len(lines) - number - 0.5), 2), line, heads.size, "ink", "bold")
        for x, lines in zip(division.xs, heads.lines, strict=True) for number, line in enumerate(lines)
    )
    return tuple(texts), bottom + _UNDER_HEADS


def _parts(script: Script, division: Columns, top: float) -> tuple[list[Band], list[Row], float]:
    """The rows below each other, those of a named part on a band; and where the lifelines end."""
    bands: list[Band] = []
    rows: list[Row] = []
    fills = _fills(script)
    y = top
    for name, messages in script.parts:
        start = y = y + _APART * bool(rows)
        captions = _captions(name, division.xs[0] + _CAPTION_ASIDE, start)
        y += _CAPTION_LINE * len(captions) + _CAPTION_AROUND if captions else 0.0
        drawn, y = _rows(script, division, messages, len(rows), y)
        rows += drawn
        if captions:
            y += _FOOT
            box = _box(_BAND_EDGE, WIDTH - _BAND_EDGE, start, y)
            bands.append(Band(box, fills[name], captions))
    return bands, rows, y + _AFTER


def _captions(name: str, left: float, top: float) -> tuple[Text, ...]:
    """The name of a part at the top of its band, behind the first lifeline."""
    lines = (line for line in broken(name, _CAPTION_SIZE, "bold", WIDTH - EDGE - left) if line)
    return tuple(Text(left, top + 3.0 + _CAPTION_LINE * (number + 0.5), line, _CAPTION_SIZE, "muted", "bold", "start")
                 for number, line in enumerate(lines))


def _fills(script: Script) -> dict[str, str]:
    """The color of each part's band: the first is as white as the paper, the second gray, and so on."""
    names = dict.fromkeys(name for name, _ in script.parts if name)
    return dict(zip(names, cycle(_FILLS), strict=False))


def _rows(script: Script, division: Columns, messages: Sequence[Message], first: int,
          top: float) -> tuple[list[Row], float]:
    """The rows of neighboring messages below each other, and where they end; `first` is the place of the first."""
    rows: list[Row] = []
    y = top
    for message, wording in zip(messages, division.wordings[first:], strict=False):
        y += _BETWEEN if rows else 0.0
        rows.append(_row(script, division.xs, message, wording, y))
        y += row_height(message, wording)
    return rows, y


def _row(script: Script, xs: Sequence[float], message: Message, wording: Wording, top: float) -> Row:
    sender, receiver = script.place(message.sender), script.place(message.receiver)
    if sender == receiver:
        return noted(message, wording, xs[sender], around(sender, xs), top)
    return sent(message, wording, xs[sender], xs[receiver], top)


def _blocks(row: Row) -> Iterator[Box]:
    """What no lifeline may cross: a note; an arrow between its ends, and what is said there, with some air."""
    if row.note:
        yield row.note.box
    if row.arrow:
        (left, y), (right, _) = sorted((row.arrow.start, row.arrow.end))
        yield _box(left, right, y - CROSSING, y + CROSSING)
        for box in row.labels:
            yield _box(max(left, box.left - _AIR), min(right, box.right + _AIR), box.top, box.bottom)


def _box(left: float, right: float, top: float, bottom: float) -> Box:
    return Box.of([(left, top), (right, top), (right, bottom), (left, bottom)])


def _pieces(x: float, top: float, bottom: float, blocked: Sequence[Box]) -> Iterator[Lifeline]:
    """A lifeline without the heights at which something crosses it; crumbs between these are left out too."""
    gaps = sorted((box.top, box.bottom) for box in blocked if box.left < x < box.right)
    start = top
    for upper, lower in (*gaps, (bottom, bottom)):
        if upper - start > _CRUMB:
            yield Lifeline(x, start, upper, 0.0)
        start = max(start, lower)
