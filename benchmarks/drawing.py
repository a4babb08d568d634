"""Drawing the sequence of one exchange, against matplotlib with a pair of empty axes; both end as SVG."""

from __future__ import annotations

import io
import time

from matplotlib.figure import Figure

from benchmarks.report import Figures, Row, Within
from benchmarks.rounds import alternate, milliseconds, timed
from benchmarks.simulating import simulated
from labsupport import sequence_diagram

_ROUNDS = 7


def rows(figures: Figures) -> list[Row]:
    """Our diagram beside the least that matplotlib takes."""
    return [Row("drawing an exchange of 11 segments, processor time", figures.get("diagram"),
                "matplotlib, empty axes", figures.get("axes"), "ms", Within(12))]


def measure() -> Figures:
    """Milliseconds of `diagram` and of `axes`."""
    conversation = simulated()
    sides = {
        "diagram": timed(lambda: sequence_diagram(conversation, title="An exchange").svg, time.process_time),
        "axes": timed(_empty_axes, time.process_time),
    }
    alternate(sides, 1)  # the first drawing loads the fonts
    return milliseconds(sides, _ROUNDS)


def _empty_axes() -> None:
    figure = Figure()
    figure.add_subplot()
    figure.savefig(io.StringIO(), format="svg")
