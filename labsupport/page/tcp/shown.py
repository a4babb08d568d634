"""A moment of a run as HTML: both ends, what happened so far, the two diagrams, and each segment with its fate."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from labsupport.figures import sequence_diagram, state_diagram
from labsupport.figures.theme import state_role
from labsupport.markup import Html, element, join
from labsupport.network.model.journal import ORIGIN_NS
from labsupport.page.tables import Row, nothing, stacking_table
from labsupport.page.tcp.run import Run
from labsupport.page.tcp.scenario import FATES
from labsupport.page.tcp.standing import standing
from labsupport.page.tcp.telling import Moment
from labsupport.records import Conversation, Role, Segment
from labsupport.story import ENDS, numbers

if TYPE_CHECKING:
    from labsupport.figures.pictures import Picture

_HEADINGS = ("#", "Segment", "Numbers", "Data", "Sent", "Arrives", "On the wire")
_NOTHING_YET = "Nothing has been sent yet. Let the client connect."
_BUTTONS = {"in time": "in time", "lost": "lose", "late": "delay", "twice": "duplicate"}


def clock(at_ns: int) -> str:
    """A time since the beginning as people read it: milliseconds below ten seconds, then seconds."""
    milliseconds = at_ns / 1e6
    return f"{milliseconds:.4g} ms" if milliseconds < 10_000 else f"{milliseconds / 1000:.4g} s"


def parts(run: Run, told: tuple[Moment, ...]) -> dict[str, str]:
    """Every part of the page at the moment that ends `told`; `run` ended there, too."""
    at_ns = told[-1].at_ns if told else 0
    talk = run.conversation
    return {
        "ends": _ends(run, at_ns),
        "telling": _telling(told),
        "sequence": _sequence(talk, at_ns),
        "states": _states(run, talk),
        "segments": _segments(run, talk, at_ns),
        "actions": _actions(run),
    }


def _ends(run: Run, at_ns: int) -> Html:
    talk = run.conversation
    quiet: dict[Role, str] = {"client": "CLOSED", "server": "LISTEN" if run.scenario.server == "listens" else "CLOSED"}
    states: dict[Role, str] = {end: (quiet[end], *(talk.path(end) if talk else ()))[-1] for end in ENDS}
    holds = {end: _holds(run, end) for end in ENDS}
    cards = (_card(run, end, states[end]) for end in ENDS)
    said = standing(states, _in_flight(talk, at_ns), holds)
    return element("div", *cards, element("p", said, class_="playground-standing"), class_="playground-ends")


def _holds(run: Run, end: Role) -> bool:
    held = run.connection(end)
    return held is not None and not held.failed and held.state not in ("CLOSED", "LISTEN")


def _in_flight(talk: Conversation | None, at_ns: int) -> int:
    return sum(arrived - ORIGIN_NS > at_ns for segment in (talk or ()) for arrived in segment.arrived_ns)


def _card(run: Run, end: Role, state: str) -> Html:
    return element(
        "div", element("span", end, class_="playground-label"), element("strong", state),
        element("span", _program(run, end), class_="playground-program"),
        class_=f"playground-end playground-{end}", style=f"--state: var(--fig-{state_role(state)})",
    )


def _program(run: Run, end: Role) -> str:
    """What the program at an end has in its hands."""
    held = run.connection(end)
    if held is None:
        waits = end == "server" and run.scenario.server == "listens"
        return "the program waits in accept()" if waits else "no program has a connection"
    told = [f"the program is told: connection {held.failed}" if held.failed else run.done(end)]
    told += [f"has read “{held.received.decode()}”"] if held.received else []
    told += ["the peer will send no more"] if held.ended and held.state not in ("CLOSED", "TIME-WAIT") else []
    return "; ".join(told)


def _telling(told: tuple[Moment, ...]) -> Html:
    rows = (
        element("li", element("b", clock(moment.at_ns)), " ", *(f"{sentence} " for sentence in moment.sentences),
                aria_current="step" if moment is told[-1] else None)
        for moment in told
    )
    return element("ol", *rows, class_="playground-telling")


def _sequence(talk: Conversation | None, at_ns: int) -> Html:
    if talk is None:
        return nothing(_NOTHING_YET)
    return drawn(sequence_diagram(talk, title=f"On the wire, up to {clock(at_ns)}"))


def _states(run: Run, talk: Conversation | None) -> Html:
    handshake = run.scenario.handshake
    walked = talk if talk and talk.states else None
    return drawn(state_diagram(walked, handshake=handshake, title=f"States, {handshake} handshake"))


def drawn(picture: Picture) -> Html:
    """A picture as markup for a page: an image whose name is its description."""
    named = f'role="img" aria-label="{escape(picture.description)}"'
    svg = picture.svg[picture.svg.index("<svg"):].replace('role="img"', named, 1)
    return element("div", Html(svg), class_="trial-figure-frame")


def _segments(run: Run, talk: Conversation | None, at_ns: int) -> Html:
    if talk is None:
        return nothing(_NOTHING_YET)
    rows = (_row(run, talk, segment, at_ns) for segment in sorted(talk, key=run.index))
    return stacking_table("Segments in the order in which they were sent", _HEADINGS, rows, kind="playground-segments")


def _row(run: Run, talk: Conversation, segment: Segment, at_ns: int) -> Row:
    end = talk.sender(segment)
    arrow = "client → server" if end == "client" else "server → client"
    flying = any(arrived - ORIGIN_NS > at_ns for arrived in segment.arrived_ns)
    cells = (
        str(run.index(segment) + 1),
        join(element("b", segment.flag_names), " ", element("span", arrow, class_=f"playground-{end}")),
        element("span", " ".join(numbers(talk, segment)).rstrip(), class_="playground-mono"),
        f"{segment.length} B" if segment.length else "–",
        clock(segment.sent_ns - ORIGIN_NS),
        _arrivals(segment, at_ns),
        _controls(run, segment),
    )
    return Row(cells, "playground-flying" if flying else None)


def _arrivals(segment: Segment, at_ns: int) -> Html:
    if segment.lost:
        return element("span", "never", class_="playground-lost")
    times = [arrived - ORIGIN_NS for arrived in segment.arrived_ns]
    return join(", ".join(f"{clock(time)}{' (on its way)' if time > at_ns else ''}" for time in times))


def _controls(run: Run, segment: Segment) -> Html:
    """One button for each fate; the one that holds is pressed."""
    index, fate = run.index(segment), run.fate(segment)
    buttons = (
        element("button", _labeled(kind, fate.seconds if kind == fate.kind else None), type="button",
                data_segment=str(index), data_fate=kind, aria_pressed=str(kind == fate.kind).lower())
        for kind in FATES
    )
    return element("div", *buttons, role="group", class_="playground-fates", aria_label=f"Fate of segment {index + 1}")


def _labeled(kind: str, seconds: float | None) -> str:
    return f"{_BUTTONS[kind]} {seconds:g} s" if seconds and kind in ("late", "twice") else _BUTTONS[kind]


def _actions(run: Run) -> Html:
    """What the programs do in the whole run, each with a button that takes it out."""
    rows = []
    for number, (at_ms, end, verb) in enumerate(run.scenario.actions):
        told = "time passes" if verb == "pause" else f"{end}: {verb}"
        button = element("button", "remove", type="button", data_remove=str(number),
                         aria_label=f"Remove: {told}, at {clock(round(at_ms * 1e6))}")
        rows.append(element("li", element("b", clock(round(at_ms * 1e6))), element("span", told), button))
    return element("ol", *rows, class_="playground-actions")
