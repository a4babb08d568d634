"""The sequence diagram: segments between two lifelines, with times and the states of both ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...records import Conversation

if TYPE_CHECKING:
    from ..pictures import Picture


def diagram(conversation: Conversation, title: str) -> Picture:
    """See `labsupport.figures.sequence_diagram`."""
    from ..pictures import measured_picture
    from .layout import layout
    from .paint import paint
    from .words import describe

    return measured_picture(paint(layout(conversation, title)), describe(conversation, title), title=title)
