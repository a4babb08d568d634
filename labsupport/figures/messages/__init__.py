"""The message diagram: who sends what to whom, one row for each message, without times."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..pictures import Picture


def diagram(messages: object, title: str, participants: object, tones: object) -> Picture:
    """See `labsupport.figures.message_diagram`."""
    from ..canvas import blank
    from ..pictures import drawn
    from .layout import layout
    from .paint import paint
    from .reading import read
    from .words import describe

    script = read(messages, participants, tones)
    drawing = paint(layout(script, title), blank()).drawing()
    return drawn(drawing, describe(script, title), title=title)
