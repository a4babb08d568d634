"""Hatches as lines, not as patterns: a printer of pages makes a coarse image of a pattern, and some readers draw none.

A hatch of a figure is a tile of 72 units with lines on a colored ground. The shape it fills becomes a shape in that
color, and the lines of as many tiles as it touches, cut at its edge.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TILE = 72
"""The side of a tile, in units of the figure."""

_PATTERN = re.compile(r'<pattern id="([^"]+)"[^>]*?>(.*?)</pattern>', re.DOTALL)
_GROUND = re.compile(r'<rect\b[^>]*style="fill:\s*([^;"]+)')
_LINES = re.compile(r'<path d="([^"]+)"\s*style="([^"]+)"')
_HATCHED = re.compile(r'<path d="([^"]+)"((?: clip-path="[^"]+")?) style="fill:\s*url\(#([^)]+)\)([^"]*)"\s*/>')
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Hatch:
    """The color of the ground, and the lines on it with their style."""

    ground: str
    lines: str
    style: str


def drawn_as_lines(picture: str) -> str:
    """The SVG with every hatched shape drawn as a plain one with lines on it, and without patterns."""
    hatches = {found[1]: _hatch(found[2]) for found in _PATTERN.finditer(picture)}
    numbers = iter(range(len(picture)))

    def replaced(found: re.Match[str]) -> str:
        hatch = hatches.get(found[3])
        return found[0] if hatch is None else _shape(found, hatch, f"{found[3]}-{next(numbers)}")

    drawn = _HATCHED.sub(replaced, picture)
    return _PATTERN.sub(lambda found: _definition(found[1], hatches[found[1]]), drawn)


def _hatch(pattern: str) -> Hatch | None:
    ground, lines = _GROUND.search(pattern), _LINES.search(pattern)
    return Hatch(ground[1].strip(), lines[1], lines[2]) if ground and lines else None


def _definition(name: str, hatch: Hatch | None) -> str:
    return "" if hatch is None else f'<path id="{name}" d="{hatch.lines}" style="{hatch.style}"/>'


def _shape(found: re.Match[str], hatch: Hatch, name: str) -> str:
    outline, clipped, pattern, rest = found.groups()
    tiles = "".join(f'<use href="#{pattern}" x="{x}" y="{y}"/>' for x, y in tiles_under(outline))
    return (
        f'<g{clipped}><path d="{outline}" style="fill:{hatch.ground}{rest}"/>'
        f'<clipPath id="{name}"><path d="{outline}"/></clipPath><g clip-path="url(#{name})">{tiles}</g></g>'
    )


def tiles_under(outline: str) -> list[tuple[int, int]]:
    """The corners of the tiles that a shape of straight lines touches."""
    numbers = [float(each) for each in _NUMBER.findall(outline)]
    columns, rows = (_steps(numbers[start::2]) for start in (0, 1))
    return [(x, y) for x in columns for y in rows]


def _steps(places: list[float]) -> range:
    first, last = int(min(places) // TILE), int(max(places) // TILE)
    return range(first * TILE, last * TILE + 1, TILE)
