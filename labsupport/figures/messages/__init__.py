"""The message diagram: who sends what to whom, one row for each message, without times."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..pictures import Picture


def diagram(messages: object, title: str, participants: object, tones: object) -> Picture:
    """See `labsupport.figures.message_diagram`."""
    from ..pictures import picture
    from .layout import layout
    from .paint import paint
    from .reading import read
    from .words import describe

    script = read(messages, participants, tones)
    return picture(paint(layout(script, title)), describe(script, title), title=title)
