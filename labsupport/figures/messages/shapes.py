"""What a laid-out message diagram consists of: plain shapes with final coordinates, as in `figures.shapes`."""

from __future__ import annotations

from dataclasses import dataclass

from ...records import Tone
from ..placement import Box, Point
from ..shapes import Dash, Lifeline, Text

MARK = 9.0
"""The diameter of a mark."""
CROSSING = 3.4
"""How far a lifeline keeps clear of an arrow that passes it."""


@dataclass(frozen=True, slots=True)
class MessageArrow:
    """The way of a message from lifeline to lifeline; the head of a reply is open."""

    start: Point
    end: Point
    role: str
    weight: float
    dash: Dash
    reply: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """The sign of a tone: a tick for what is good, a cross for what is bad."""

    center: Point
    tone: Tone

    @property
    def box(self) -> Box:
        """The area it occupies."""
        return Box.around(self.center, MARK, MARK)


@dataclass(frozen=True, slots=True)
class Note:
    """The box of what a participant tells itself, on its lifeline."""

    box: Box
    role: str
    dash: Dash


@dataclass(frozen=True, slots=True)
class Row:
    """One message: an arrow or a note, what it says, and the mark of its tone."""

    arrow: MessageArrow | None
    note: Note | None
    texts: tuple[Text, ...]
    details: tuple[Text, ...]
    mark: Mark | None

    @property
    def labels(self) -> tuple[Box, ...]:
        """The areas of everything that is to be read."""
        boxes = tuple(text.box for text in (*self.texts, *self.details))
        return (*boxes, self.mark.box) if self.mark else boxes


@dataclass(frozen=True, slots=True)
class Band:
    """The area of the rows of one part, with its name. `fill` is its color, the same for parts of one name."""

    box: Box
    fill: str
    captions: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """An entry of the legend: a piece of arrow, and the mark behind it."""

    arrow: MessageArrow
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class MessageLayout:
    """A message diagram, ready to be painted.

    `columns` are where the participants stand. `lifelines` are what is drawn of their lifelines: each in pieces that
    leave out what crosses it.
    """

    width: float
    height: float
    titles: tuple[Text, ...]
    legend: tuple[Text, ...]
    samples: tuple[Sample, ...]
    heads: tuple[Text, ...]
    columns: tuple[float, ...]
    lifelines: tuple[Lifeline, ...]
    bands: tuple[Band, ...]
    rows: tuple[Row, ...]

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Every mark of the figure."""
        marks = (*(sample.mark for sample in self.samples), *(row.mark for row in self.rows))
        return tuple(mark for mark in marks if mark)

    @property
    def texts(self) -> tuple[Text, ...]:
        """Every text of the figure."""
        captions = tuple(text for band in self.bands for text in band.captions)
        inside = tuple(text for row in self.rows for text in (*row.texts, *row.details))
        return (*self.titles, *self.legend, *self.heads, *captions, *inside)
