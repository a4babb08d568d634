"""Paints a laid-out matrix with matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..brushes import canvas, line, order, rounded, tile
from ..brushes import text as write
from ..placement import Box, Point
from ..shapes import Hatch
from ..theme import light
from .shapes import SYMBOL, MatrixLayout, Tile

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.path import Path

_HATCHES: tuple[Hatch, ...] = ("", "|", "/", "-", "\\")
_OUTLINE = 1.0
_SEAM = 0.6
_HATCH = 0.5


def paint(layout: MatrixLayout) -> Figure:
    """A matplotlib figure of the layout, one point a unit."""
    figure, axes = canvas(layout.width, 0, layout.height)
    tiles = layout.swatches + layout.tiles
    for each in tiles:
        _paint_tile(axes, each)
    for step in sorted({each.step for each in tiles if each.step is not None}):
        _paint_symbols(axes, step, [each.symbol for each in tiles if each.step == step])
    for rule in layout.rules:
        line(axes, [rule.start, rule.end], "muted", 0.7)
    for words in layout.texts:
        write(axes, words)
    return figure


def _paint_tile(axes: Axes, each: Tile) -> None:
    box = _within(each.box, _SEAM)
    if each.step is None:
        line(axes, [*_within(box, 0.5).corners, *_within(box, 0.5).corners[:2]], "muted", 0.7, "dotted")
        return
    tile(axes, box, f"scale-{each.step}", _HATCHES[each.step], hatch_width=_HATCH)
    for words in each.texts:
        rounded(axes, words.box, 2.0, f"scale-{each.step}")


def _paint_symbols(axes: Axes, step: int, places: Sequence[Point]) -> None:
    """A disc at each place, filled clockwise from the top by a quarter for each step."""
    from matplotlib.path import Path

    full = step == len(_HATCHES) - 1
    _paint_markers(axes, places, "o", "ink" if full else "paper", _OUTLINE)
    if step and not full:
        _paint_markers(axes, places, Path.wedge(90 - 90 * step, 90), "ink", 0.0)


def _paint_markers(axes: Axes, places: Sequence[Point], shape: str | Path, fill: str, edge: float) -> None:
    """One shape at many places, which an SVG then holds once."""
    from matplotlib.lines import Line2D

    axes.add_artist(Line2D(
        [x for x, _ in places], [y for _, y in places], linestyle="none", marker=shape, markersize=SYMBOL - _OUTLINE,
        markerfacecolor=light(fill), markeredgecolor=light("ink"), markeredgewidth=edge, clip_on=False,
        zorder=order(axes),
    ))


def _within(box: Box, edge: float) -> Box:
    left, top, right, bottom = box.left + edge, box.top + edge, box.right - edge, box.bottom - edge
    return Box.of([(left, top), (right, top), (right, bottom), (left, bottom)])
