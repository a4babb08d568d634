"""A figure as a notebook's output: an SVG for eyes, a description for readers that do not see it.

A figure that is the same on every run is compared to the letter. One that shows measured values marks all
of its drawing, so that only its title and description are compared.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from ..measured import in_markup
from .drawings import Drawing

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Picture:
    """An SVG and what is to be seen in it. As the value of a cell it shows both, each to who can use it."""

    svg: str
    description: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": self.description}


def picture(figure: Figure, description: str, *, title: str = "") -> Picture:
    """The picture of a figure that is the same on every run.

    `description` says in words what is to be seen; `title` is the drawing's short name, by default the
    description's first sentence. Raises TypeError for what is no matplotlib Figure, ValueError for an
    empty description.
    """
    return drawn(_plotted(figure, description), description, title=title)


def measured_picture(figure: Figure, description: str, *, title: str = "") -> Picture:
    """The picture of a figure that shows measured values; arguments and errors as for `picture`.

    The drawing is marked as measured. The description is compared, so it must hold on every run.
    """
    return measured_drawn(_plotted(figure, description), description, title=title)


def drawn(drawing: Drawing, description: str, *, title: str = "") -> Picture:
    """The picture of a drawing that is the same on every run; `description` and `title` as for `picture`."""
    opening, body, closing = drawing
    return Picture(opening + _words(description, title) + body + closing, description)


def measured_drawn(drawing: Drawing, description: str, *, title: str = "") -> Picture:
    """The picture of a drawing that shows measured values, which are marked; see `measured_picture`."""
    opening, body, closing = drawing
    return Picture(in_markup(opening) + _words(description, title) + in_markup(body) + closing, description)


def _words(description: str, title: str) -> str:
    name = title or description.partition(". ")[0].rstrip(".")
    return f"<title>{escape(name, quote=False)}</title><desc>{escape(description, quote=False)}</desc>"


def _plotted(figure: Figure, description: str) -> Drawing:
    """What a reader's own figure shows."""
    _check(figure, description)
    _close_in_pyplot(figure)
    from .svg import drawing

    return drawing(figure)


def _check(figure: object, description: str) -> None:
    from matplotlib.figure import Figure

    if not isinstance(figure, Figure):
        raise TypeError(
            f"a picture is made of a matplotlib Figure, not {type(figure).__name__}: "
            "pass `figure` of `figure, axes = plt.subplots()`, or `axes.figure`"
        )
    if not description.strip():
        raise ValueError("the picture has no description: say in a sentence or two what is to be seen")


def _close_in_pyplot(figure: Figure) -> None:
    """Close the figure in pyplot, which would otherwise show it a second time at the end of the cell."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(figure)
