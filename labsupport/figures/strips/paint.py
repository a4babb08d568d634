"""Paints laid-out wire strips with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..brushes import canvas, line, outline, rounded, tile
from ..brushes import text as write
from ..shapes import Hatch
from .layout import Area, Strip, StripsLayout
from .reading import Kind

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_HATCHES: dict[Kind, Hatch] = {"header": "", "content": "/", "octets": "\\"}


def paint(layout: StripsLayout) -> Figure:
    """A matplotlib figure of the layout, one point a unit."""
    figure, axes = canvas(layout.width, 0, layout.height)
    for swatch in layout.swatches:
        _paint_area(axes, swatch)
        outline(axes, swatch.box, "muted", 0.8)
    for strip in layout.strips:
        _paint_strip(axes, strip)
    for words in layout.texts:
        write(axes, words)
    return figure


def _paint_strip(axes: Axes, strip: Strip) -> None:
    for gap in strip.gaps:
        rounded(axes, gap.box, 3.0, "cut")
    line(axes, [strip.line.start, strip.line.end], "muted", 0.9)
    for gap in strip.gaps:
        rounded(axes, gap.text.box, 0.5, "cut")
    for area in strip.areas:
        _paint_area(axes, area)
    for box in strip.segments:
        outline(axes, box, "ink", 1.1)
    for leader in strip.leaders:
        line(axes, [leader.start, leader.end], "muted", 0.6)


def _paint_area(axes: Axes, area: Area) -> None:
    tile(axes, area.box, "paper" if area.lost else area.kind, "" if area.lost else _HATCHES[area.kind])
