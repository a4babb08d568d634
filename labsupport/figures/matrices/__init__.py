"""The matrix: a heat map of categories, with symbol, color and hatch for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..pictures import Picture


def heat_map(cells: object, title: str, kinds: object, note: str) -> Picture:
    """See `labsupport.figures.matrix`."""
    from ..canvas import blank
    from ..pictures import drawn
    from .layout import layout
    from .paint import paint
    from .reading import read
    from .words import describe

    table = read(cells, kinds)
    drawing = paint(layout(table, title, note), blank()).drawing()
    return drawn(drawing, describe(table, title, note), title=title)
