"""Paints laid-out wire strips."""

from __future__ import annotations

from ..canvas import Blank, Canvas, Painted, outline
from ..shapes import Hatch
from .layout import Area, Strip, StripsLayout
from .reading import Kind

_HATCHES: dict[Kind, Hatch] = {"header": "", "content": "/", "octets": "\\"}


def paint(layout: StripsLayout, blank: Blank[Painted]) -> Painted:
    """The layout on a blank canvas, one point a unit."""
    canvas = blank(layout.width, 0, layout.height)
    for swatch in layout.swatches:
        _paint_area(canvas, swatch)
        outline(canvas, swatch.box, "muted", 0.8)
    for strip in layout.strips:
        _paint_strip(canvas, strip)
    for words in layout.texts:
        canvas.text(words)
    return canvas


def _paint_strip(canvas: Canvas, strip: Strip) -> None:
    for gap in strip.gaps:
        canvas.rounded(gap.box, 3.0, "cut")
    canvas.line([strip.line.start, strip.line.end], "muted", 0.9)
    for gap in strip.gaps:
        canvas.rounded(gap.text.box, 0.5, "cut")
    for area in strip.areas:
        _paint_area(canvas, area)
    for box in strip.segments:
        outline(canvas, box, "ink", 1.1)
    for leader in strip.leaders:
        canvas.line([leader.start, leader.end], "muted", 0.6)


def _paint_area(canvas: Canvas, area: Area) -> None:
    canvas.tile(area.box, "paper" if area.lost else area.kind, "" if area.lost else _HATCHES[area.kind])
