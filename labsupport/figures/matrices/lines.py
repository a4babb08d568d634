"""Names in lines: beside each other where they fit, turned where they do not.

Pure Python.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..metrics import Face, text_width, wrap
from ..shapes import LINE_HEIGHT
from ..theme import SMALLEST_TEXT

SIZE = SMALLEST_TEXT
LINE = SIZE * LINE_HEIGHT + 1.0
ASIDE = 4.0
"""What a line must be narrower than its column, so that it does not touch the next."""

_MOST_UPRIGHT = 4
_SHALLOWEST, _DEEPER = 36.0, 6.0


@dataclass(frozen=True, slots=True)
class Heads:
    """Headings of columns, each in lines. `height` is what the highest needs."""

    lines: tuple[tuple[str, ...], ...]
    turned: bool
    face: Face

    @property
    def height(self) -> float:
        """The height of the highest heading, 0 where there is none."""
        if self.turned:
            return max(text_width(line, SIZE, self.face) for lines in self.lines for line in lines) + ASIDE
        return LINE * max((len(lines) for lines in self.lines), default=0)


def heads(names: Sequence[str], widths: Sequence[float], face: Face) -> Heads:
    """Headings for columns of these widths: upright if all of them fit, else all turned by a quarter."""
    upright = tuple(wrap(name, SIZE, face, width - ASIDE) for name, width in zip(names, widths, strict=True))
    fit = all(
        len(lines) <= _MOST_UPRIGHT and _longest(lines, face) <= width - ASIDE
        for lines, width in zip(upright, widths, strict=True)
    )
    return Heads(upright, False, face) if fit else Heads(_turned(names, widths, face), True, face)


def _turned(names: Sequence[str], widths: Sequence[float], face: Face) -> tuple[tuple[str, ...], ...]:
    """The least deep lines of which no column has more than fit beside each other."""
    depth, deepest = _SHALLOWEST, _longest(names, face)
    while True:
        lines = tuple(wrap(name, SIZE, face, depth) for name in names)
        fit = all(len(each) * LINE <= width for each, width in zip(lines, widths, strict=True))
        if fit or depth > deepest:
            return lines
        depth += _DEEPER


def _longest(lines: Sequence[str], face: Face) -> float:
    return max(text_width(line, SIZE, face) for line in lines)
