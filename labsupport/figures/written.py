"""The canvas that writes SVG itself, in pure Python: what matplotlib would have written, to the letter.

So a figure that is compared byte for byte is the same with and without it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from html import escape

from .canvas import DASHES, DENSITY, baseline
from .drawings import PAPER, SALT, Drawing, opening, prefix, themed
from .outlines import PERIOD, Piece, circle, hatching, mark, rounded_box
from .placement import Box, Point
from .shapes import Dash, Hatch, Text
from .theme import FONT_STACK, MONO_STACK, light

_FONTS = {face: escape(stack) for face, stack in
          {"regular": FONT_STACK, "bold": FONT_STACK, "mono": MONO_STACK}.items()}
_MITER = ";stroke-linejoin:miter"
_LINES = 6  # of a hatch, for each sign of its density


class Written:
    """A `Canvas` of text: each shape is an element of SVG as soon as it is painted."""

    def __init__(self, width: float, top: float, bottom: float) -> None:
        self._top = top
        self._width, self._height = width, bottom - top
        self._elements: list[str] = []
        self._patterns: dict[str, str] = {}
        self._marks: set[str] = set()
        corners = [(0.0, bottom), (width, bottom), (width, top), (0.0, top), (0.0, bottom)]
        self._add(_polygon(corners), "fill:none")

    def line(self, points: Sequence[Point], role: str, width: float, dash: Dash = "solid") -> None:
        """See `Canvas`."""
        self._add(_through(points), f"fill:none{_dashed(dash, width)}{_stroke(themed(role), width)}")

    def area(self, points: Sequence[Point], role: str) -> None:
        """See `Canvas`."""
        self._add(_polygon(points), f"fill:{themed(role)}")

    def rounded(self, box: Box, radius: float, fill: str, edge: str = "", width: float = 0.0,
                dash: Dash = "solid") -> None:
        """See `Canvas`."""
        edged = _stroke(themed(edge), width) + _MITER if edge and width else ""
        self._add(rounded_box(box, radius), f"fill:{themed(fill)}{_dashed(dash, width)}{edged}")

    def disc(self, center: Point, diameter: float, fill: str) -> None:
        """See `Canvas`."""
        self._add(circle(center, diameter / 2), f"fill:{themed(fill)}")

    def tile(self, box: Box, fill: str, hatch: Hatch = "", edge: str = "paper", width: float = 0.0,
             hatch_width: float = 0.9) -> None:
        """See `Canvas`."""
        inside = f"url(#{self._pattern(hatch, fill, edge, hatch_width)})" if hatch else themed(fill)
        edged = _stroke(themed(edge), width) + _MITER if width else ""
        corners = [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
        self._add(_polygon(corners), f"fill:{inside}{edged}")

    def marks(self, places: Sequence[Point], diameter: float, fill: str, width: float = 0.0, quarters: int = 4) -> None:
        """See `Canvas`."""
        shape = mark(diameter, quarters)
        named = f"fill:{light(fill)}{_edge(light('ink'), width)}".replace(";", "; ").replace(":", ": ")
        name, edge = _name("m", (_spelled_out(shape), named)), _edge(themed("ink"), width)
        if name not in self._marks:
            self._marks.add(name)
            style = f' style="{edge[1:]}"' if edge else ""
            self._elements.append(f'<defs><path id="{name}" d="{_path(shape)}"{style} /></defs>')
        self._elements += [f'<use x="{_number(x)}" y="{_number(y - self._top)}" style="fill:{themed(fill)}{edge}" '
                           f'href="#{name}" />' for x, y in places]

    def text(self, words: Text) -> None:
        """See `Canvas`."""
        if not words.text:
            return
        left, base = baseline(words)
        x, y, turn = _number(left), _number(base - self._top), _number(-(-words.angle % 360))
        weight = "font-weight:700;" if words.face == "bold" else ""
        style = (f"{weight}font-size:{_fine(words.size)}px;font-family:{_FONTS[words.face]};"
                 f"text-anchor:{words.anchor};fill:{themed(words.role)}")
        self._elements.append(f'<text style="{style}" x="{x}" y="{y}" transform="rotate({turn} {x} {y})">'
                              f"{escape(words.text, quote=False)}</text>")

    def drawing(self) -> Drawing:
        """See `Canvas`."""
        box = f"0 0 {_fine(self._width)} {_fine(self._height)}"
        patterns = f"<defs>{''.join(self._patterns.values())}</defs>" if self._patterns else ""
        body = f"{PAPER}{''.join(self._elements)}{patterns}"
        root = (f'<svg width="{_number(self._width)}pt" height="{_number(self._height)}pt" viewBox="{box}" '
                f'version="1.1">{body}</svg>')
        return Drawing(opening(box), self._owned(body, prefix(root)), "</svg>")

    def _owned(self, body: str, own: str) -> str:
        """The elements with ids that are the drawing's own."""
        names = "|".join([*self._patterns, *self._marks])
        return re.sub(rf'(id="|url\(#|href="#)({names})\b', rf"\g<1>{own}\g<2>", body) if names else body

    def _add(self, pieces: Iterable[Piece], style: str) -> None:
        self._elements.append(f'<path d="{_path(pieces, self._top)}" style="{style}" />')

    def _pattern(self, hatch: Hatch, fill: str, edge: str, width: float) -> str:
        """The name of a pattern, which is written once."""
        name = _name("h", (hatch * DENSITY, _channels(fill), _channels(edge), width))
        if name not in self._patterns:
            color, lines = themed(edge), _path(hatching(hatch, DENSITY * _LINES))
            self._patterns[name] = (
                f'<pattern id="{name}" patternUnits="userSpaceOnUse" x="0" y="0" width="{PERIOD}" height="{PERIOD}">'
                f'<rect x="0" y="0" width="{PERIOD + 1}" height="{PERIOD + 1}" style="fill:{themed(fill)}" />'
                f'<path d="{lines}" style="fill:{color};stroke:{color};stroke-width:{width};stroke-linecap:butt'
                f'{_MITER}" /></pattern>'
            )
        return name


def _through(points: Sequence[Point]) -> list[Piece]:
    return [("L" if number else "M", (point,)) for number, point in enumerate(points)]


def _polygon(points: Sequence[Point]) -> list[Piece]:
    return [*_through(points), ("z", ())]


def _path(pieces: Iterable[Piece], top: float = 0.0) -> str:
    return " ".join(" ".join([letter, *(f"{_number(x)} {_number(y - top)}" for x, y in points)])
                    for letter, points in pieces)


def _spelled_out(pieces: Iterable[Piece]) -> str:
    """A path as matplotlib writes it, from which it makes a mark's name."""
    lines = ([letter, *(f"{_fine(x)} {_fine(y)}" for x, y in points), "\n"] for letter, points in pieces)
    return "".join(" ".join(line) for line in lines).replace("z \n", "z\n")


def _number(value: float) -> str:
    """A number of points to a hundredth; to a millionth first, as matplotlib writes it."""
    return f"{round(value, 6):.2f}".rstrip("0").rstrip(".")


def _fine(value: float) -> str:
    """A number of points to a millionth."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _dashed(dash: Dash, width: float) -> str:
    lengths = ",".join(_fine(part * width) for part in DASHES[dash] or ())
    return f";stroke-dasharray:{lengths};stroke-dashoffset:0" if lengths else ""


def _stroke(color: str, width: float) -> str:
    return f";stroke:{color}" + ("" if width == 1 else f";stroke-width:{_fine(width)}")


def _edge(color: str, width: float) -> str:
    return _stroke(color, width) if width else ""


def _channels(role: str) -> tuple[float, ...]:
    """A role's light color in red, green, blue and opacity, from 0 to 1."""
    return *(channel / 255 for channel in bytes.fromhex(light(role)[1:])), 1.0


def _name(kind: str, content: object) -> str:
    """The name that matplotlib gives to what it holds once."""
    return kind + hashlib.sha256(f"{SALT}{content}".encode()).hexdigest()[:10]
