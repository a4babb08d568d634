"""The title of a figure: in the middle, above all else, in as many lines as it needs; and as a sentence.

Pure Python.
"""

from __future__ import annotations

from .metrics import broken
from .shapes import Text
from .theme import WIDTH

_SIZE, _LINE = 10.5, 14.0
_ROOM = WIDTH - 19.0


def title_lines(title: str, top: float) -> tuple[Text, ...]:
    """The lines of a title that begins at the height `top`; none for an empty one."""
    lines = (line for line in broken(title, _SIZE, "regular", _ROOM) if line)
    return tuple(Text(WIDTH / 2, top + _LINE * (number + 0.5), line, _SIZE, "ink")
                 for number, line in enumerate(lines))


def sentence(text: str) -> str:
    """A title or a note as a sentence of the figure's description."""
    return text if text.rstrip().endswith((".", "?", "!")) else f"{text.rstrip()}."


def title_height(title: str) -> float:
    """The height of all lines of a title."""
    return _LINE * len(title_lines(title, 0.0))
