"""Wire strips: what several clients put on the wire, side by side on one scale of octets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...records import Conversation

if TYPE_CHECKING:
    from ..pictures import Picture


def strips(conversations: Mapping[str, Conversation], title: str) -> Picture:
    """See `labsupport.figures.wire_strips`."""
    from ..canvas import blank
    from ..pictures import measured_drawn
    from .layout import layout
    from .paint import paint
    from .reading import blocks_of
    from .words import describe

    check(conversations)
    read = {name: blocks_of(conversation) for name, conversation in conversations.items()}
    drawing = paint(layout(read, title), blank()).drawing()
    return measured_drawn(drawing, describe(read, title), title=title)


def check(conversations: object) -> None:
    """Refuse what cannot be drawn; the error names the input and the remedy."""
    if not isinstance(conversations, Mapping):
        raise TypeError(
            f"wire strips need names with their conversations, not {type(conversations).__name__}: "
            'pass {"curl": wire.conversation, …}'
        )
    if not conversations:
        raise ValueError('there is no conversation to draw: pass {"curl": wire.conversation, …}')
    for name, conversation in conversations.items():
        if not isinstance(conversation, Conversation):
            raise TypeError(f"{name!r} is no Conversation but {type(conversation).__name__}: pass wire.conversation")
        if not conversation.data:
            raise ValueError(f"the conversation of {name!r} carries no data: make the request inside the capture")
