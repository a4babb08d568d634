"""Where the states stand and which way their arrows run.

Pure Python. States and arrows come from the table; here is only what no table knows: the active close on the left, the
passive close on the right, CLOSED above and, as in RFC 9293 figure 5, below, so that a connection runs downward.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..placement import Box, Point

Side = Literal["left", "right", "top", "bottom"]

NODE_WIDTH = 84.0
NODE_HEIGHT = 22.0

_LEFT, _MIDDLE, _RIGHT = 56.0, 190.0, 324.0
END = "CLOSED again"
"""The name of the second place of CLOSED."""

PLACES: Mapping[str, Point] = {
    "CLOSED": (_MIDDLE, 16), "LISTEN": (_LEFT, 70), "SYN-SENT": (_RIGHT, 70), "SYN-RECEIVED": (_LEFT, 138),
    "ESTABLISHED": (_MIDDLE, 220), "FIN-WAIT-1": (_LEFT, 300), "CLOSE-WAIT": (_RIGHT, 300),
    "CLOSING": (_MIDDLE, 366), "FIN-WAIT-2": (_LEFT, 440), "LAST-ACK": (_RIGHT, 386), "TIME-WAIT": (_MIDDLE, 492),
    END: (_MIDDLE, 556),
}
"""The middle of each state's box."""

BOTTOM = 567.0

ZONES: Mapping[str, tuple[float, float, float, float]] = {
    "active close": (4, 268, 252, 512), "passive close": (270, 268, 376, 406),
}
"""The areas of the two ways to close: left, top, right, bottom."""
CAPTIONS: Mapping[str, Point] = {"active close": (76, 278), "passive close": (324, 278)}


RESERVED = (Box.of([(36, 311), (82, 311), (82, 376), (36, 376)]),)
"""Where no label may stand, so that a reset finds room: below FIN-WAIT-1, in the most crowded corner."""


@dataclass(frozen=True, slots=True)
class Course:
    """How an arrow runs: it leaves a box at one side and enters one at another, so far off their middles.

    `corners` are needed only where one bend is not enough.
    """

    leaves: Side
    leaves_off: float
    enters: Side
    enters_off: float
    corners: tuple[Point, ...] = ()


COURSES: Mapping[tuple[str, str], Course] = {
    ("CLOSED", "LISTEN"): Course("left", -5, "top", -22),
    ("LISTEN", "CLOSED"): Course("top", 12, "left", 5),
    ("CLOSED", "SYN-SENT"): Course("right", -5, "top", 22),
    ("SYN-SENT", "CLOSED"): Course("top", -12, "right", 5),
    ("LISTEN", "SYN-RECEIVED"): Course("bottom", 10, "top", 10),
    ("SYN-RECEIVED", "LISTEN"): Course("top", -8, "bottom", -8),
    ("LISTEN", "ESTABLISHED"): Course("right", 0, "top", -12),
    ("SYN-SENT", "SYN-RECEIVED"): Course("bottom", -22, "right", 0),
    ("SYN-SENT", "ESTABLISHED"): Course("bottom", 12, "right", 0),
    ("SYN-RECEIVED", "ESTABLISHED"): Course("bottom", 24, "left", 0),
    ("SYN-RECEIVED", "FIN-WAIT-1"): Course("bottom", -24, "top", -24),
    ("ESTABLISHED", "FIN-WAIT-1"): Course("bottom", -22, "right", -6),
    ("ESTABLISHED", "CLOSE-WAIT"): Course("bottom", 22, "left", 0),
    ("FIN-WAIT-1", "FIN-WAIT-2"): Course("bottom", -24, "top", -24),
    ("FIN-WAIT-1", "CLOSING"): Course("right", 6, "top", 0),
    ("FIN-WAIT-1", "TIME-WAIT"): Course("bottom", 30, "left", -6, ((86, 330), (123, 330), (123, 486))),
    ("FIN-WAIT-2", "TIME-WAIT"): Course("bottom", -24, "left", 6),
    ("CLOSING", "TIME-WAIT"): Course("bottom", 0, "top", 0),
    ("CLOSE-WAIT", "LAST-ACK"): Course("bottom", 0, "top", 0),
    ("LAST-ACK", END): Course("bottom", 0, "right", 0),
    ("TIME-WAIT", END): Course("bottom", 0, "top", 0),
}
_OVER = frozenset({"LAST-ACK", "TIME-WAIT"})


def place_of(state: str, into: str) -> str:
    """The place at which an arrow ends: CLOSED below for a connection that is over."""
    return END if into == "CLOSED" and state in _OVER else into


def node(place: str) -> Box:
    """The box of a state."""
    return Box.around(PLACES[place], NODE_WIDTH, NODE_HEIGHT)


def route(state: str, into: str) -> tuple[Point, ...]:
    """The corners of an arrow from box to box; raises KeyError for one that has no course."""
    place = place_of(state, into)
    course = COURSES[state, place]
    start = port(state, course.leaves, course.leaves_off)
    end = port(place, course.enters, course.enters_off)
    corners = course.corners or _bend(course, start, end)
    return (start, *corners, end)


def port(place: str, side: Side, off: float) -> Point:
    """The point at a side of a box, so far from the side's middle."""
    x, y = PLACES[place]
    return {
        "left": (x - NODE_WIDTH / 2, y + off), "right": (x + NODE_WIDTH / 2, y + off),
        "top": (x + off, y - NODE_HEIGHT / 2), "bottom": (x + off, y + NODE_HEIGHT / 2),
    }[side]


def _bend(course: Course, start: Point, end: Point) -> tuple[Point, ...]:
    """The one corner between a horizontal and a vertical end; none on a straight way."""
    if start[0] == end[0] or start[1] == end[1]:
        return ()
    return ((end[0], start[1]),) if course.leaves in ("left", "right") else ((start[0], end[1]),)
