"""What every drawing of the book has in common: an SVG that can stand in a page.

It scales with the page, brings its own paper, follows the theme's colors, and its ids are its own.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from .theme import light

SALT = "protocols-on-trial"
"""What makes the ids of patterns and marks the same on every run."""

_ENLARGED = 1.65  # a figure laid out for a phone is shown so many times larger where there is room


class Drawing(NamedTuple):
    """An SVG in three parts, so that a description can be put between the first two."""

    opening: str
    body: str
    closing: str


def opening(box: str) -> str:
    """The start tag for a `viewBox`: a size that gives way to the page, and one rule for all lines."""
    width = round(float(box.split()[2]) * _ENLARGED)
    return ('<svg xmlns="http://www.w3.org/2000/svg" class="figure" role="img" '
            f'viewBox="{box}" width="{width}" '
            'style="max-width:100%;height:auto;stroke-linejoin:round;stroke-linecap:butt">')


def themed(role: str) -> str:
    """A role's color as CSS: the page's value, or the light one where the page has none. KeyError as for `light`."""
    return f"var(--fig-{role}, {light(role)})"


def prefix(root: str) -> str:
    """What ids begin with in a drawing of this content, so that two drawings on a page share none."""
    return f"f{hashlib.sha256(root.encode('ascii', 'xmlcharrefreplace')).hexdigest()[:8]}-"


PAPER = f'<rect width="100%" height="100%" rx="6" style="fill:{themed("paper")}" />'
"""The sheet behind a drawing, with rounded corners."""
