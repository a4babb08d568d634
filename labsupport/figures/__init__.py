"""Figures for the book: they read records, follow the page's theme and say in words what they show.

Nothing heavy loads before the first figure is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..records import Conversation

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .pictures import Picture

__all__ = ["measured_picture", "picture", "sequence_diagram", "subplots"]


def sequence_diagram(conversation: Conversation, *, title: str) -> Picture:
    """Draw the segments of a conversation between its two ends, with times and the states of both.

    The drawing is measured; its description is the same on every run of the same exchange. Raises
    TypeError for anything but a Conversation, ValueError for one without segments or without times.
    """
    from .sequence_layout import layout
    from .sequence_paint import paint
    from .sequence_words import describe

    return measured_picture(paint(layout(conversation, title)), describe(conversation, title), title=title)


def picture(figure: Figure, description: str, *, title: str = "") -> Picture:
    """The picture of a figure that is the same on every run; see `labsupport.figures.pictures.picture`."""
    from .pictures import picture as make

    return make(figure, description, title=title)


def measured_picture(figure: Figure, description: str, *, title: str = "") -> Picture:
    """The picture of a figure with measured values; see `labsupport.figures.pictures.measured_picture`."""
    from .pictures import measured_picture as make

    return make(figure, description, title=title)


def subplots(rows: int = 1, columns: int = 1, *, height: float = 2.6) -> tuple[Figure, Any]:
    """An empty figure as wide as a page column and `height` inches high, and its axes, in the book's style.

    One `Axes` for a single plot, else an array of them, as matplotlib's function of that name returns.
    """
    from .plots import subplots as make

    return make(rows, columns, height)
