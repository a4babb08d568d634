"""Paints a laid-out matrix."""

from __future__ import annotations

from collections.abc import Sequence

from ..canvas import Blank, Canvas, Painted, outline
from ..placement import Box, Point
from ..shapes import Hatch
from .shapes import SYMBOL, MatrixLayout, Tile

_HATCHES: tuple[Hatch, ...] = ("", "|", "/", "-", "\\")
_OUTLINE = 1.0
_SEAM = 0.6
_HATCH = 0.5


def paint(layout: MatrixLayout, blank: Blank[Painted]) -> Painted:
    """The layout on a blank canvas, one point a unit."""
    canvas = blank(layout.width, 0, layout.height)
    tiles = layout.swatches + layout.tiles
    for each in tiles:
        _paint_tile(canvas, each)
    for step in sorted({each.step for each in tiles if each.step is not None}):
        _paint_symbols(canvas, step, [each.symbol for each in tiles if each.step == step])
    for rule in layout.rules:
        canvas.line([rule.start, rule.end], "muted", 0.7)
    for words in layout.texts:
        canvas.text(words)
    return canvas


def _paint_tile(canvas: Canvas, each: Tile) -> None:
    box = _within(each.box, _SEAM)
    if each.step is None:
        outline(canvas, _within(box, 0.5), "muted", 0.7, "dotted")
        return
    canvas.tile(box, f"scale-{each.step}", _HATCHES[each.step], hatch_width=_HATCH)
    for words in each.texts:
        canvas.rounded(words.box, 2.0, f"scale-{each.step}")


def _paint_symbols(canvas: Canvas, step: int, places: Sequence[Point]) -> None:
    """A disc at each place, filled clockwise from the top by a quarter for each step."""
    full = step == len(_HATCHES) - 1
    canvas.marks(places, SYMBOL - _OUTLINE, "ink" if full else "paper", _OUTLINE)
    if step and not full:
        canvas.marks(places, SYMBOL - _OUTLINE, "ink", quarters=step)


def _within(box: Box, edge: float) -> Box:
    left, top, right, bottom = box.left + edge, box.top + edge, box.right - edge, box.bottom - edge
    return Box.of([(left, top), (right, top), (right, bottom), (left, bottom)])
