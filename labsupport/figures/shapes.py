"""What a laid-out sequence diagram consists of: plain shapes with final coordinates.

One unit is one point. The origin is the upper left corner, y grows downward, angles are degrees clockwise:
the conventions of SVG. Pure Python, so a layout can be painted by matplotlib here and by a browser
elsewhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from .metrics import Face, text_width
from .placement import Box, Point

Anchor = Literal["start", "middle", "end"]
Dash = Literal["solid", "dashed", "dotted"]
Hatch = Literal["", "/", "\\", "-", "|"]

LINE_HEIGHT = 1.12
"""The height of a line of text, in font sizes."""


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text. `y` is the middle of its capital letters, `x` the point that `anchor` names."""

    x: float
    y: float
    text: str
    size: float
    role: str
    face: Face = "regular"
    anchor: Anchor = "middle"
    angle: float = 0.0

    @property
    def width(self) -> float:
        """The width of the text before it is turned."""
        return text_width(self.text, self.size, self.face)

    @property
    def box_size(self) -> tuple[float, float]:
        """Width and height of the box around the text before it is turned."""
        return self.width + 3.0, self.size * LINE_HEIGHT

    @property
    def box(self) -> Box:
        """The area the text occupies, turned with it."""
        shift = {"start": 0.5, "middle": 0.0, "end": -0.5}[self.anchor] * self.width
        turn = math.radians(self.angle)
        center = (self.x + shift * math.cos(turn), self.y + shift * math.sin(turn))
        return Box.around(center, *self.box_size, self.angle)


@dataclass(frozen=True, slots=True)
class Lifeline:
    """One end of the connection through time. `half_width` is half the width of the bars on it."""

    x: float
    top: float
    bottom: float
    half_width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """The time one end spent in a state."""

    x: float
    y: float
    width: float
    height: float
    state: str
    hatch: Hatch


@dataclass(frozen=True, slots=True)
class Arrow:
    """One journey of a segment from the moment it was sent to the moment it arrived.

    A lost one ends on the way, a forged one starts there.
    """

    segment: int
    start: Point
    end: Point
    role: str
    weight: float
    dash: Dash
    lost: bool
    forged: bool = False

    @property
    def forward(self) -> bool:
        """True when it runs from left to right."""
        return self.start[0] < self.end[0]

    @property
    def angle(self) -> float:
        """Its slope, turned by half a circle where text on it would stand on its head."""
        (x0, y0), (x1, y1) = self.start, self.end
        angle = round(math.degrees(math.atan2(y1 - y0, x1 - x0)), 2)
        if angle > 90:
            return angle - 180
        return angle + 180 if angle <= -90 else angle

    @property
    def face(self) -> Face:
        """The face of its label."""
        return "bold" if self.role in ("open", "close", "reset") else "regular"

    def starting(self, start: Point) -> Arrow:
        """The arrow from another start."""
        return replace(self, start=start)


@dataclass(frozen=True, slots=True)
class Leader:
    """A hairline from a point on a lifeline to the text that belongs to it."""

    start: Point
    end: Point


@dataclass(frozen=True, slots=True)
class Cut:
    """A strip that stands for a silence: `before` and `after` are its ends in nanoseconds."""

    left: float
    right: float
    y: float
    height: float
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A sequence diagram, ready to be painted: every shape where it stands, in no need of further thought.

    `headings` are title, ends and addresses; `labels` stand on arrows, `times` and `states` in the
    margins, `silences` in cuts, `losses` where lost segments end and `forgeries` where forged ones start.
    `crowding` is how far the labels fall short of full wordings on their arrows, `unlabelled` counts the
    arrows without room for any.
    """

    width: float
    height: float
    lifelines: tuple[Lifeline, Lifeline]
    bars: tuple[Bar, ...]
    arrows: tuple[Arrow, ...]
    cuts: tuple[Cut, ...]
    leaders: tuple[Leader, ...]
    headings: tuple[Text, ...]
    labels: tuple[Text, ...]
    times: tuple[Text, ...]
    states: tuple[Text, ...]
    silences: tuple[Text, ...]
    losses: tuple[Text, ...]
    forgeries: tuple[Text, ...]
    crowding: float = 0.0
    unlabelled: int = 0

    @property
    def texts(self) -> tuple[Text, ...]:
        """Every text of the diagram."""
        inside = self.labels + self.silences + self.losses + self.forgeries
        return self.headings + self.times + self.states + inside
