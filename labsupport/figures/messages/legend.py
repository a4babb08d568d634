"""The legend of a message diagram: a piece of arrow and a few words for each tone that occurs.

Pure Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from ...records import Tone
from ..metrics import broken, text_width
from ..shapes import LINE_HEIGHT, Text
from ..theme import SMALLEST_TEXT, WIDTH
from .columns import EDGE
from .rows import MARKED, arrow
from .shapes import MARK, Mark, Sample

_SIZE = SMALLEST_TEXT
_LINE, _ENTRY = _SIZE * LINE_HEIGHT + 1.0, 15.0
_SHAFT, _TO_MARK, _TO_TEXT, _TO_NEXT = 22.0, 3.0, 4.0, 14.0


def legend(tones: Mapping[str, str], top: float) -> tuple[tuple[Sample, ...], tuple[Text, ...], float]:
    """Samples and words below `top`, and where they end; entries stand beside each other as long as they fit."""
    samples, texts = [], []
    x, y = EDGE, top
    for tone, told in tones.items():
        before = _SHAFT + (_TO_MARK + MARK) * (tone in MARKED) + _TO_TEXT
        lines = broken(told, _SIZE, "regular", WIDTH - 2 * EDGE - before - 3)
        width = before + max(text_width(line, _SIZE) for line in lines)
        if x > EDGE and x + width > WIDTH - EDGE:
            x, y = EDGE, y + _ENTRY
        samples.append(_sample(cast(Tone, tone), x, y + _ENTRY / 2))
        texts += [Text(x + before, y + _ENTRY / 2 + _LINE * number, line, _SIZE, "ink", "regular", "start")
                  for number, line in enumerate(lines)]
        y += _LINE * (len(lines) - 1)
        x += width + _TO_NEXT
    return tuple(samples), tuple(texts), y + _ENTRY if tones else top


def _sample(tone: Tone, x: float, y: float) -> Sample:
    mark = Mark((x + _SHAFT + _TO_MARK + MARK / 2, y), tone) if tone in MARKED else None
    return Sample(arrow(tone, False, x, x + _SHAFT, y), mark)
