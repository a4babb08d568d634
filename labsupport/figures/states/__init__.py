"""The state diagram: TCP's states and transitions from the model's table, and the way a connection took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labsupport.network.model.transitions import Handshake, transitions

from ...records import Conversation
from ...story import ENDS

if TYPE_CHECKING:
    from ..pictures import Picture
    from .walks import Walk


def diagram(conversation: Conversation | None, handshake: Handshake, title: str) -> Picture:
    """See `labsupport.figures.state_diagram`."""
    from ..canvas import blank
    from ..pictures import drawn
    from .layout import layout
    from .paint import paint
    from .words import describe

    walks = walks_of(conversation, handshake)
    drawing = paint(layout(title, handshake, walks), blank()).drawing()
    return drawn(drawing, describe(title, transitions(handshake), walks), title=title)


def walks_of(conversation: Conversation | None, handshake: Handshake) -> tuple[Walk, ...]:
    """The ways of both ends, as far as they were observed; none without a conversation."""
    from .walks import walk

    check(conversation, handshake)
    if conversation is None:
        return ()
    walks = (walk(conversation, end, transitions(handshake)) for end in ENDS)
    return tuple(walk for walk in walks if walk.start)


def check(conversation: object, handshake: Handshake) -> None:
    """Refuse what cannot be drawn; the error names the input and the remedy."""
    transitions(handshake)
    if conversation is None:
        return
    if not isinstance(conversation, Conversation):
        raise TypeError(
            f"a state diagram needs a Conversation or nothing, not {type(conversation).__name__}: "
            "pass wire.conversation of `with network.capture(...) as wire:`"
        )
    if not conversation.states:
        raise ValueError(
            "the conversation holds no states, so there is no path to draw: capture it on a Network with rtt_ms, "
            "run it in the Model, or draw the diagram without a conversation"
        )
