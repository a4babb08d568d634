"""Where the lifelines stand: as far apart as what is said between them needs.

Pure Python. Of all divisions of the width the one is taken that makes the figure least high, where uneven columns and
broken words count as if they made it higher.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from ...records import Message
from ..metrics import text_width, wrap
from ..theme import SMALLEST_TEXT, WIDTH
from .reading import Script
from .wordings import PADDING, Wording, row_height, worded

EDGE = 8.0
HEAD_LINE = 12.5

_HEAD_SIZES = (10.5, 9.6, SMALLEST_TEXT)
_HEAD_WIDTHS = (90.0, 60.0, 0.0)
_BETWEEN_HEADS = 8.0
_NARROWEST = 42.0
_STEP = {1: 4.0, 2: 4.0, 3: 4.0, 4: 8.0}
_BESIDE = 4.0
"""The space between a lifeline and what stands beside it."""
_UNEVEN, _TORN = 0.08, 7.0


@dataclass(frozen=True, slots=True)
class Heads:
    """The names of the participants in lines."""

    lines: tuple[tuple[str, ...], ...]
    size: float

    @property
    def widths(self) -> tuple[float, ...]:
        """The width of each."""
        return tuple(max(text_width(line, self.size, "bold") for line in lines) for lines in self.lines)

    @property
    def height(self) -> float:
        """The height of the highest."""
        return HEAD_LINE * max(len(lines) for lines in self.lines)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the participants stand, what stands above them, and how each message is told between them."""

    xs: tuple[float, ...]
    heads: Heads
    wordings: tuple[Wording, ...]


def columns(script: Script) -> Columns:
    """The best division. Raises ValueError where names or texts leave none."""
    heads = _heads(script)
    divisions = [(xs, [worded(message, room(script, message, xs)) for message in script.messages])
                 for xs in _divisions(heads)]
    fitting = [(xs, [wording for wording in wordings if wording]) for xs, wordings in divisions if all(wordings)]
    if not fitting:
        raise ValueError(_too_long(script, divisions))
    xs, wordings = min(fitting, key=lambda division: _cost(script, *division))
    return Columns(xs, heads, tuple(wordings))


def room(script: Script, message: Message, xs: Sequence[float]) -> float:
    """The width a message may take: an arrow's from lifeline to lifeline, a note's to those beside its own."""
    if message.sender == message.receiver:
        left, right = around(script.place(message.sender), xs)
        return right - left - 2 * PADDING
    return abs(xs[script.place(message.receiver)] - xs[script.place(message.sender)]) - 2 * _BESIDE


def around(place: int, xs: Sequence[float]) -> tuple[float, float]:
    """Left and right end of the room on a lifeline: the neighbors' lifelines, or the edges of the figure."""
    left = xs[place - 1] + _BESIDE if place else EDGE
    right = xs[place + 1] - _BESIDE if place + 1 < len(xs) else WIDTH - EDGE
    return left, right


def _heads(script: Script) -> Heads:
    """The names of the participants, as large and in as few lines as fit beside each other."""
    for size in _HEAD_SIZES:
        for width in _HEAD_WIDTHS:
            heads = Heads(tuple(wrap(name, size, "bold", width) for name in script.participants), size)
            if sum(_least_gaps(heads)) <= _between(heads):
                return heads
    needed = sum(_least_gaps(heads)) + WIDTH - _between(heads)
    raise ValueError(
        f"the participants {', '.join(script.participants)} are {needed:.0f} points wide beside each other, and there "
        f"is room for {WIDTH:.0f}: shorten their names"
    )


def _between(heads: Heads) -> float:
    """From the first lifeline to the last."""
    return WIDTH - 2 * EDGE - (heads.widths[0] + heads.widths[-1]) / 2


def _least_gaps(heads: Heads) -> list[float]:
    """What keeps neighboring names apart."""
    return [max(_NARROWEST, (one + other) / 2 + _BETWEEN_HEADS) for one, other in pairwise(heads.widths)]


def _divisions(heads: Heads) -> Iterator[tuple[float, ...]]:
    least = _least_gaps(heads)
    spare = _between(heads) - sum(least)
    steps = int(spare // _STEP[len(least)])
    share = spare / max(1, steps)
    first = EDGE + heads.widths[0] / 2
    for shares in _compositions(steps, len(least)):
        gaps = [gap + share * count for gap, count in zip(least, shares, strict=True)]
        yield tuple(round(x, 2) for x in accumulate(gaps, initial=first))


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """All ways to divide a number among so many."""
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for others in _compositions(total - first, parts - 1):
            yield first, *others


def _cost(script: Script, xs: Sequence[float], wordings: Sequence[Wording]) -> float:
    gaps = [right - left for left, right in pairwise(xs)]
    height = sum(row_height(message, wording) for message, wording in zip(script.messages, wordings, strict=True))
    torn = sum(wording.torn for wording in wordings)
    return height + _TORN * torn + _UNEVEN * (max(gaps) - min(gaps))


def _too_long(script: Script, divisions: Sequence[tuple[tuple[float, ...], list[Wording | None]]]) -> str:
    """Names the text that fits least often, and the most room any division has for it."""
    fits = [sum(wordings[index] is not None for _, wordings in divisions) for index in range(len(script.messages))]
    index = fits.index(min(fits))
    message = script.messages[index]
    widest = max(room(script, message, xs) for xs, _ in divisions)
    told = message.detail if len(message.detail) > len(message.text) else message.text
    return (
        f"message {index + 1} says {told!r}, too much for the {widest:.0f} points between "
        f"{message.sender} and {message.receiver}: shorten it, or draw fewer participants"
    )
