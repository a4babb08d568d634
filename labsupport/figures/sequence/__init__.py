"""The sequence diagram: segments between two lifelines, with times and the states of both ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...records import Conversation

if TYPE_CHECKING:
    from ..pictures import Picture


def diagram(conversation: Conversation, title: str) -> Picture:
    """See `labsupport.figures.sequence_diagram`."""
    from ..canvas import blank
    from ..pictures import measured_drawn
    from .layout import layout
    from .paint import paint
    from .words import describe

    drawing = paint(layout(conversation, title), blank()).drawing()
    return measured_drawn(drawing, describe(conversation, title), title=title)
