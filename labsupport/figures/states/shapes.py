"""What a laid-out state diagram consists of: plain shapes with final coordinates, as in `figures.shapes`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ...records import Role
from ..placement import Box, Point
from ..shapes import Dash, Text

Standing = Literal["plain", "visited", "receding"]


@dataclass(frozen=True, slots=True)
class Zone:
    """An area of the diagram with a name."""

    box: Box
    caption: Text


@dataclass(frozen=True, slots=True)
class Node:
    """A state in one of its places: `receding` where a path is drawn that does not lead here."""

    place: str
    state: str
    box: Box
    standing: Standing
    name: Text


@dataclass(frozen=True, slots=True)
class Stroke:
    """One line with an arrowhead at its end. `weight` is its width."""

    points: tuple[Point, ...]
    role: str
    weight: float
    dash: Dash


@dataclass(frozen=True, slots=True)
class Badge:
    """The number of a step: in a circle for the client, in a square for the server."""

    box: Box
    end: Role
    text: Text


@dataclass(frozen=True, slots=True)
class Pill:
    """Where a reset leads: CLOSED, repeated beside the state that was left."""

    box: Box
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class StateLayout:
    """A state diagram, ready to be painted. Its states begin at height 0; title and legend stand above, below zero.

    `routes` are the middles of the arrows of the table, in its order; `strokes` are what is drawn of them: one line, or
    one for each end that went that way. `labels` are the lines of text beside them, one tuple for each route.
    """

    width: float
    top: float
    bottom: float
    zones: tuple[Zone, ...]
    nodes: tuple[Node, ...]
    routes: tuple[tuple[Point, ...], ...]
    strokes: tuple[Stroke, ...]
    samples: tuple[Stroke, ...]
    """The lines of the legend."""
    labels: tuple[tuple[Text, ...], ...]
    badges: tuple[Badge, ...]
    pills: tuple[Pill, ...]
    headings: tuple[Text, ...]

    @property
    def height(self) -> float:
        """The height of the canvas."""
        return self.bottom - self.top

    @property
    def texts(self) -> tuple[Text, ...]:
        """Every text of the diagram."""
        inside = [zone.caption for zone in self.zones] + [node.name for node in self.nodes]
        inside += [text for lines in self.labels for text in lines]
        inside += [badge.text for badge in self.badges] + [text for pill in self.pills for text in pill.texts]
        return (*self.headings, *inside)
