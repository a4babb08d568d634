"""What stands where in a sequence diagram: from a conversation to shapes with final coordinates.

Pure Python without I/O; it also runs where matplotlib does not exist. The canvas is as wide as a phone's
screen, and as high as the conversation needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...records import Conversation, Role, StateChange
from ...story import ENDS
from ..metrics import text_width
from ..placement import Box
from ..shapes import Arrow, Bar, Cut, Hatch, Layout, Lifeline, Text
from ..theme import SMALLEST_TEXT, WIDTH
from ..titles import title_height, title_lines
from .arrows import REMARK_SIZE, arrows_of, forgery, loss, mark
from .journeys import Journey, instants_of, journeys_of, spacings_of, usual_delay
from .labels import place_labels
from .margins import STATE_SIZE, TIME_SIZE, Margin, clock, margin
from .reading import Reading, read, states
from .timeline import Timeline, scale_for, timeline

HATCHES: dict[str, Hatch] = {"TIME-WAIT": "/", "FIN-WAIT-1": "\\", "LAST-ACK": "\\"}

_ROOMINESS = (1.0, 1.5, 2.2, 3.2)
_COST_OF_HEIGHT = 0.2
_EDGE = 8.0
_HEADING_SIZE = 10.5
_ADDRESS_SIZE = SMALLEST_TEXT
_BAR_HALF_WIDTH = 5.0
_STRIP = 17.0
_ASIDES = (0.0, -30.0, 30.0, -55.0, 55.0)


@dataclass(frozen=True)
class _Frame:
    """What all parts of one layout share."""

    conversation: Conversation
    journeys: tuple[Journey, ...]
    states: dict[Role, tuple[StateChange, ...]]
    time: Timeline
    lifelines: dict[Role, Lifeline]
    first_event: float
    start: int
    """The instant from which times are counted."""

    def y(self, instant: int) -> float:
        """Where an instant stands on the canvas."""
        return self.first_event + self.time(instant)

    def edge(self, end: Role) -> float:
        """Where arrows touch an end's lifeline."""
        line = self.lifelines[end]
        return line.x + line.half_width if end == "client" else line.x - line.half_width


def layout(conversation: Conversation, title: str) -> Layout:
    """Lay out the sequence diagram of a conversation.

    Where labels would stand badly or say less, the conversation is drawn again with more room between its
    events, and the best of these drawings for its height is taken. Raises TypeError for anything but a
    Conversation, ValueError for one without segments or without times.
    """
    check(conversation)
    readings = read(conversation)
    attempts = []
    for roominess in _ROOMINESS:
        attempts.append(_attempt(conversation, readings, title, roominess))
        if not attempts[-1].crowding:
            break
    return min(attempts, key=lambda drawn: drawn.crowding + _COST_OF_HEIGHT * drawn.height)


def check(conversation: object) -> None:
    """Refuse what cannot be drawn; the error names the input and the remedy."""
    if not isinstance(conversation, Conversation):
        raise TypeError(
            f"a sequence diagram needs a Conversation, not {type(conversation).__name__}: "
            "pass wire.conversation of `with network.capture(...) as wire:`"
        )
    if not conversation.segments:
        raise ValueError(
            "the conversation holds no segment: make the request inside `with network.capture(...) as wire:` "
            "and draw wire.conversation after the block"
        )
    times = [segment.sent_ns for segment in conversation.segments]
    on_wall_clock = max(times) > 10**15
    nowhere = not any(times) and not any(segment.arrived_ns for segment in conversation.segments)
    if nowhere or (on_wall_clock and 0 in times):
        raise ValueError(
            f"segment {times.index(0)} of the conversation has no time: set sent_ns and arrived_ns, "
            "as a capture and the model do"
        )


def _attempt(conversation: Conversation, readings: tuple[Reading, ...], title: str,
             roominess: float) -> Layout:
    frame = _frame(conversation, readings, title, roominess)
    bars = tuple(bar for end in ENDS for bar in _bars(frame, end))
    cuts = tuple(_cut(frame, before, after) for before, after in frame.time.cuts)
    strips = [_strip(cut) for cut in cuts]
    arrows = arrows_of(frame.journeys, frame.y, frame.edge, strips)
    silences = tuple(_silence(cut, arrows) for cut in cuts)
    losses = tuple(loss(arrow) for arrow in arrows if arrow.lost)
    forgeries = tuple(forgery(arrow) for arrow in arrows if arrow.forged)
    margins = [_margin(frame, end) for end in ENDS]
    labels = place_labels(
        frame.journeys, arrows,
        obstacles=[
            *(text.box for text in silences + losses + forgeries),
            *(mark(arrow) for arrow in arrows if arrow.lost or arrow.forged),
        ],
        strips=strips,
        room=_room(frame),
    )
    texts = [text for side in margins for text in side.times + side.states]
    lifelines = (frame.lifelines["client"], frame.lifelines["server"])
    bottom = max([lifelines[0].bottom, *(text.box.bottom for text in texts)])
    return Layout(
        WIDTH, round(bottom + _EDGE, 1), lifelines, bars, arrows, cuts,
        leaders=margins[0].leaders + margins[1].leaders,
        headings=_headings(frame, title), labels=labels.texts,
        times=margins[0].times + margins[1].times, states=margins[0].states + margins[1].states,
        silences=silences, losses=losses, forgeries=forgeries,
        crowding=labels.crowding, unlabelled=labels.unlabelled,
    )


def _frame(conversation: Conversation, readings: tuple[Reading, ...], title: str,
           roominess: float) -> _Frame:
    journeys = journeys_of(readings)
    start = min(instant for reading in readings for instant in (reading.segment.sent_ns, *reading.segment.arrived_ns))
    changes = {
        end: tuple(replace(change, at_ns=max(change.at_ns, start)) for change in states(conversation, end))
        for end in ENDS
    }
    instants = instants_of(journeys, changes)
    scale = scale_for([usual_delay(readings)], instants) * roominess**0.5
    time = timeline(instants, spacings_of(journeys, changes, roominess), scale)
    observed = any(changes.values())
    top = _EDGE + title_height(title) + 38.0
    first_event = top + (26.0 if observed or readings[0].segment.forged else 12.0)
    bottom = first_event + time.heights[-1] + (30.0 if observed else 14.0)
    inset = _inset(time, changes) + _BAR_HALF_WIDTH
    lifelines = {
        end: Lifeline(x, top, bottom, _BAR_HALF_WIDTH if changes[end] else 0.0)
        for end, x in zip(ENDS, (inset, WIDTH - inset), strict=True)
    }
    return _Frame(conversation, journeys, changes, time, lifelines, first_event, start)


def _inset(time: Timeline, changes: dict[Role, tuple[StateChange, ...]]) -> float:
    """The width of a margin: room for the longest time and the longest name of a state."""
    tell = clock(time.instants[-1] - time.instants[0])
    longest = max(text_width(tell(instant - time.instants[0]), TIME_SIZE) for instant in time.instants)
    names = [text_width(change.state, STATE_SIZE, "mono") for end in ENDS for change in changes[end]]
    return max(longest, 44.0, *names) + Margin.GAP + _EDGE - 2.0


def _headings(frame: _Frame, title: str) -> tuple[Text, ...]:
    told = list(title_lines(title, _EDGE))
    for end, endpoint in zip(ENDS, (frame.conversation.client, frame.conversation.server), strict=True):
        line = frame.lifelines[end]
        told.append(Text(line.x, line.top - 20, end, _HEADING_SIZE, "ink", "bold"))
        told.append(Text(line.x, line.top - 8, str(endpoint), _ADDRESS_SIZE, "muted", "mono"))
    return tuple(told)


def _bars(frame: _Frame, end: Role) -> list[Bar]:
    """One bar for each state; the first begins at the top of the lifeline, the last ends at its foot."""
    line, changes = frame.lifelines[end], frame.states[end]
    if not changes:
        return []
    first = line.top if _initial(frame, changes[0]) else frame.y(changes[0].at_ns)
    edges = [first, *(frame.y(change.at_ns) for change in changes[1:]), line.bottom]
    return [
        Bar(line.x - line.half_width, above, 2 * line.half_width, below - above, change.state,
            HATCHES.get(change.state, ""))
        for change, above, below in zip(changes, edges, edges[1:], strict=False)
    ]


def _initial(frame: _Frame, change: StateChange) -> bool:
    return change.at_ns <= frame.start


def _cut(frame: _Frame, before: int, after: int) -> Cut:
    middle = (frame.y(before) + frame.y(after)) / 2
    left, right = frame.lifelines["client"].x, frame.lifelines["server"].x
    return Cut(left - 9.0, right + 9.0, middle - _STRIP / 2, _STRIP, before, after)


def _silence(cut: Cut, arrows: Sequence[Arrow]) -> Text:
    """How long it was still, in the middle of the strip or beside a slow segment that passes through it."""
    told = clock(cut.after - cut.before)(cut.after - cut.before)
    middle = Text(WIDTH / 2, cut.y + cut.height / 2, f"{told} of silence", REMARK_SIZE, "muted")
    lines = [Box.of([arrow.start, arrow.end]) for arrow in arrows]
    places = [replace(middle, x=middle.x + aside) for aside in _ASIDES]
    return min(places, key=lambda text: sum(text.box.overlaps(line) for line in lines))


def _strip(cut: Cut) -> Box:
    return Box.around(((cut.left + cut.right) / 2, cut.y + cut.height / 2), cut.right - cut.left, cut.height)


def _room(frame: _Frame) -> Box:
    """The area between the lifelines, where labels may stand."""
    left, right = frame.edge("client") + 3, frame.edge("server") - 3
    top, bottom = frame.lifelines["client"].top, frame.lifelines["client"].bottom
    return Box.around(((left + right) / 2, (top + bottom) / 2), right - left, bottom - top)


def _margin(frame: _Frame, end: Role) -> Margin:
    """The times of everything one end did or saw, and the names of its states."""
    line = frame.lifelines[end]
    arrived = [journey for journey in frame.journeys if not journey.lost]
    sent = [journey for journey in frame.journeys if not journey.reading.segment.forged]
    events = [journey.start for journey in sent if journey.reading.sender == end]
    events += [journey.end for journey in arrived if journey.reading.sender != end]
    changes = [change.at_ns for change in frame.states[end] if not _initial(frame, change)]
    return margin(line, end, frame.y, frame.start, clock(frame.time.instants[-1] - frame.start),
                  events, changes, _bars(frame, end))
