"""What stands where in a state diagram: from the model's table and the walks of a connection to shapes.

Pure Python without I/O. States, arrows and labels stand in the same places whatever the path, so that two diagrams
can be compared at a glance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from labsupport.network.model.transitions import Handshake, transitions

from ...records import Role
from ..metrics import text_width
from ..placement import Box, Point
from ..shapes import Text
from ..theme import SMALLEST_TEXT, WIDTH
from ..titles import title_height, title_lines
from .labels import Label, corridors, place_labels
from .marks import badges_on, reset_beside
from .places import BOTTOM, CAPTIONS, END, PLACES, RESERVED, ZONES, node, place_of, route
from .shapes import Badge, Node, Pill, Standing, StateLayout, Stroke, Zone
from .strokes import plain, receding, taken
from .walks import Walk

_EDGE = 8.0
_LEGEND = -16.0
_SAMPLE, _GAP = 26.0, 16.0
_CAPTION_SIZE = 9.2
_NAME_SIZE = SMALLEST_TEXT

Takers = dict[Role, list[int]]
"""Who went a way, and which of its steps that was."""


@dataclass(frozen=True)
class _Base:
    """What every diagram of a handshake shares."""

    routes: tuple[tuple[Point, ...], ...]
    labels: tuple[Label, ...]
    boxes: tuple[Box, ...]

    @property
    def fixed(self) -> list[Box]:
        """The areas of all boxes, captions and labels."""
        return [*self.boxes, *(label.box for label in self.labels)]

    def lines(self, but: int = -1) -> list[Box]:
        """The areas of all arrows but one."""
        return [box for index, way in enumerate(self.routes) if index != but for box in corridors(way)]


def layout(title: str, handshake: Handshake, walks: Sequence[Walk] = ()) -> StateLayout:
    """Lay out the diagram of a handshake's table, with the walks of a connection if there are any."""
    base, arrows = _base(handshake), _taken(handshake, walks)
    strokes = [stroke for way, takers in zip(base.routes, arrows, strict=True)
               for stroke in _strokes(way, takers, bool(walks))]
    badges: list[Badge] = []
    for index, (way, takers) in enumerate(zip(base.routes, arrows, strict=True)):
        badges += badges_on(way, takers, [*base.fixed, *base.lines(index), *(badge.box for badge in badges)])
    pills: list[Pill] = []
    for state, (reasons, takers) in _resets(walks).items():
        blocked = [*base.fixed, *(badge.box for badge in badges), *(pill.box for pill in pills)]
        pill, way, numbers = reset_beside(node(state), reasons, takers, blocked, base.lines())
        pills.append(pill)
        badges += numbers
        strokes += taken(way, tuple(takers))
    title_top = _LEGEND - 13.0 - title_height(title)
    samples, legend = _legend(walks)
    return StateLayout(
        WIDTH, title_top - 9.0, BOTTOM + _EDGE, _zones(), _nodes(walks), base.routes,
        # What was taken lies above what recedes.
        tuple(sorted(strokes, key=lambda stroke: stroke.weight)), samples,
        _labels(base, arrows, bool(walks)), tuple(badges), tuple(pills), (*title_lines(title, title_top), *legend),
    )


@cache
def _base(handshake: Handshake) -> _Base:
    table = transitions(handshake)
    routes = tuple(route(step.state, step.into) for step in table)
    boxes = tuple(node(place) for place in PLACES)
    boxes += tuple(zone.caption.box for zone in _zones())
    room = Box.of([(3, -10), (WIDTH - 3, -10), (WIDTH - 3, BOTTOM), (3, BOTTOM)])
    return _Base(routes, place_labels(table, routes, [*boxes, *RESERVED], room), boxes)


def _taken(handshake: Handshake, walks: Sequence[Walk]) -> list[Takers]:
    """For each arrow of the table, who took it."""
    steps: dict[tuple[str, str], Takers] = defaultdict(dict)
    for walk in walks:
        for number, step in enumerate(walk.steps, 1):
            if step.transition:
                steps[step.state, step.into].setdefault(walk.end, []).append(number)
    return [steps.get((step.state, step.into), {}) for step in transitions(handshake)]


def _resets(walks: Sequence[Walk]) -> dict[str, tuple[str, Takers]]:
    """For each state that was left by a reset, what that was and who left it."""
    resets: dict[str, tuple[str, Takers]] = {}
    for walk in walks:
        for number, step in enumerate(walk.steps, 1):
            if step.reset:
                reason, takers = resets.get(step.state, (_brief(step.reset), {}))
                takers.setdefault(walk.end, []).append(number)
                resets[step.state] = (reason if reason == _brief(step.reset) else "reset", takers)
    return resets


def _brief(reset: str) -> str:
    return "RST" if reset.startswith("RST") else reset


def _strokes(way: Sequence[Point], takers: Takers, walked: bool) -> tuple[Stroke, ...]:
    if takers:
        return taken(way, tuple(takers))
    return (receding(way) if walked else plain(way),)


def _labels(base: _Base, arrows: Sequence[Takers], walked: bool) -> tuple[tuple[Text, ...], ...]:
    roles = ["ink" if takers or not walked else "muted" for takers in arrows]
    return tuple(
        tuple(replace(text, role=role) for text in label.texts)
        for label, role in zip(base.labels, roles, strict=True)
    )


def _nodes(walks: Sequence[Walk]) -> tuple[Node, ...]:
    visited = _visited(walks)
    nodes = []
    for place, (x, y) in PLACES.items():
        state = "CLOSED" if place == END else place
        standing: Standing = "plain" if not walks else "visited" if place in visited else "receding"
        role = "muted" if standing == "receding" else "ink"
        nodes.append(Node(place, state, node(place), standing, Text(x, y, state, _NAME_SIZE, role, "mono")))
    return tuple(nodes)


def _visited(walks: Iterable[Walk]) -> set[str]:
    """The places a connection was in; after a reset that is a CLOSED of its own."""
    steps = [step for walk in walks for step in walk.steps]
    return {walk.start for walk in walks} | {step.state for step in steps} | {
        place_of(step.state, step.into) for step in steps if step.transition
    }


def _zones() -> tuple[Zone, ...]:
    return tuple(
        Zone(Box.of([(left, top), (right, top), (right, bottom), (left, bottom)]),
             Text(*CAPTIONS[name], name, _CAPTION_SIZE, "muted", "bold"))
        for name, (left, top, right, bottom) in ZONES.items()
    )


def _legend(walks: Sequence[Walk]) -> tuple[tuple[Stroke, ...], tuple[Text, ...]]:
    """A line and a word for each end, and how the labels are to be read."""
    x, samples, texts = _EDGE, [], []
    for walk in walks:
        samples += [replace(stroke, points=((x, _LEGEND), (x + _SAMPLE, _LEGEND)))
                    for stroke in taken([(0, 0), (1, 0)], (walk.end,))]
        texts.append(Text(x + _SAMPLE + 4, _LEGEND, walk.end, _NAME_SIZE, "ink", "bold", "start"))
        x += _SAMPLE + 4 + text_width(walk.end, _NAME_SIZE, "bold") + _GAP
    texts.append(Text(WIDTH - _EDGE, _LEGEND, "event / what is sent", _NAME_SIZE, "muted", "regular", "end"))
    return tuple(samples), tuple(texts)
