"""Empty plots in the book's style, which holds also for what a chapter adds to them later.

This module loads matplotlib.
"""

from __future__ import annotations

from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text

from .theme import WIDTH, matplotlib_style


class BookAxes(Axes):
    """Axes whose title and legend are in the book's style: matplotlib looks it up when they are added."""

    def set_title(self, *args: Any, **kwargs: Any) -> Text:
        """As in matplotlib."""
        with rc_context(matplotlib_style()):  # type: ignore[arg-type]
            return super().set_title(*args, **kwargs)

    def legend(self, *args: Any, **kwargs: Any) -> Legend:
        """As in matplotlib."""
        with rc_context(matplotlib_style()):  # type: ignore[arg-type]
            return super().legend(*args, **kwargs)


def subplots(rows: int, columns: int, height: float) -> tuple[Figure, Any]:
    """See `labsupport.figures.subplots`."""
    with rc_context(matplotlib_style()):  # type: ignore[arg-type]
        figure = Figure(figsize=(WIDTH / 72, height), layout="constrained")
        return figure, figure.subplots(rows, columns, subplot_kw={"axes_class": BookAxes})
