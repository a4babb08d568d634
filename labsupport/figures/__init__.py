"""Figures for the book: they read records, follow the page's theme and say in words what they show.

Nothing heavy loads before the first figure is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import ReaderError
from ..records import Conversation, Message

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..network.model.transitions import Handshake
    from .pictures import Picture

__all__ = [
    "Message", "matrix", "measured_picture", "message_diagram", "picture", "sequence_diagram", "state_diagram",
    "subplots", "wire_strips",
]

Name = str | tuple[str, str]
"""The name of a row or column of a matrix, alone or after that of its group."""

_Row = TypeVar("_Row", bound=Name)
_Column = TypeVar("_Column", bound=Name)


def sequence_diagram(conversation: Conversation, *, title: str) -> Picture:
    """Draw the segments of a conversation between its two ends, with times and the states of both.

    The drawing is measured; its description is the same on every run of the same exchange. Raises
    TypeError for anything but a Conversation, ValueError for one without segments or without times.
    """
    from .sequence import diagram

    return diagram(conversation, title)


def message_diagram(messages: Iterable[Message], *, title: str, participants: Iterable[str] = (),
                    tones: Mapping[str, str] | None = None) -> Picture:
    """Draw who sends what to whom: a lifeline for each of 2 to 5 participants, a row for each message in its order.

    `participants` stand from left to right; left out, they stand as the messages name them. A request's arrow is
    solid, a reply's thin and dashed with an open head; `text` stands above it, `detail` below; a message to its own
    sender is a note on the lifeline. Tones differ in color and in mark or stroke, and the legend names those that
    occur: `tones` says what they mean here, {"bad": "the attacker's id"}. Neighbors of one `part` stand on a band under
    its name. Nothing in the figure is measured. The description tells every message. Raises TypeError for what is no
    Message, ValueError for none, for an unknown participant or tone, for more than 5 participants and for a text that
    is too long for its arrow.
    """
    from .messages import diagram

    return diagram(messages, title, participants, tones)


def state_diagram(conversation: Conversation | None = None, *, handshake: Handshake = "three-way",
                  title: str) -> Picture:
    """Draw TCP's states and transitions from the model's table, and the way a conversation took through them.

    Steps are numbered for each end. A state that nobody saw, because the kernel left it at once, is joined along the
    table, so the drawing is the same on every run of the same exchange. What the table has no arrow for, a connection
    broken off, leads to a CLOSED of its own. Raises TypeError for anything but a Conversation, ValueError for one
    without states, ReaderError for an unknown handshake.
    """
    from .states import diagram

    return diagram(conversation, handshake, title)


def wire_strips(conversations: Mapping[str, Conversation], *, title: str) -> Picture:
    """Draw what several conversations put on the wire, one strip each, all on one scale of octets.

    A strip shows every segment that carries data in the order of sending: the client's above the line, the server's
    below it. Header sections, content and other octets differ in color and hatch; silences from 10 ms on are marked.
    The keys name the strips. The drawing is measured; its description tells which segments each client sent and what
    they hold. Raises TypeError for what is no mapping of names to Conversations, ValueError for an empty one, for a
    conversation without data and for one with too many segments.
    """
    from .strips import strips

    return strips(conversations, title)


def matrix(cells: Mapping[_Row, Mapping[_Column, str | tuple[str, str] | None]], *, title: str,
           kinds: Mapping[str, str], note: str = "") -> Picture:
    """Draw a heat map of categories: for each row and column the kind of what was seen there.

    `cells` maps rows to columns to kinds. A kind may be followed by a short text for its cell, `("full", "GET")`;
    None, or a column that a row lacks, is shown as not observed. A name may follow that of its group,
    `("Firefox 153", "reload")`: members of a group stand together under its name. `kinds` maps up to five kinds to
    what the legend says, in the order of a scale that gives each its symbol, color and hatch. `note` stands under the
    legend. The description tells the matrix row by row. Raises TypeError for what is no mapping, name or cell,
    ValueError for an empty or unknown one, for more columns than fit and for a text wider than its cell.
    """
    from .matrices import heat_map

    return heat_map(cells, title, kinds, note)


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

    One `Axes` for a single plot, else an array of them, as matplotlib's function of that name returns. Raises
    ReaderError where matplotlib is missing.
    """
    try:
        from .plots import subplots as make
    except ModuleNotFoundError as missing:
        raise ReaderError("a plot of your own needs matplotlib, which is missing here: run the chapter in JupyterLab, "
                          "or draw one of the book's figures, which need nothing") from missing

    return make(rows, columns, height)
