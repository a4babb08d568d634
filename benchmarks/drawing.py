"""Drawing the sequence of one exchange, against matplotlib with a pair of empty axes, and on both canvases.

All end as SVG.
"""

from __future__ import annotations

import io
import time

from matplotlib.figure import Figure

from benchmarks.report import Faster, Figures, Row, Within
from benchmarks.rounds import alternate, milliseconds, timed
from benchmarks.simulating import simulated
from labsupport import sequence_diagram
from labsupport.figures.plotted import Plotted
from labsupport.figures.sequence.layout import layout
from labsupport.figures.sequence.paint import paint
from labsupport.figures.written import Written

_ROUNDS = 7


def rows(figures: Figures) -> list[Row]:
    """Our diagram beside the least that matplotlib takes, and our canvas beside matplotlib's."""
    return [Row("drawing an exchange of 11 segments, processor time", figures.get("diagram"),
                "matplotlib, empty axes", figures.get("axes"), "ms", Within(12)),
            Row("painting its layout without matplotlib, processor time", figures.get("written"),
                "on matplotlib's canvas", figures.get("plotted"), "ms", Faster(10))]


def measure() -> Figures:
    """Milliseconds of `diagram` and of `axes`; of painting one layout, `written` by ourselves and `plotted`."""
    conversation = simulated()
    laid_out = layout(conversation, "An exchange")
    sides = {
        "diagram": timed(lambda: sequence_diagram(conversation, title="An exchange").svg, time.process_time),
        "axes": timed(_empty_axes, time.process_time),
        "written": timed(lambda: paint(laid_out, Written).drawing(), time.process_time),
        "plotted": timed(lambda: paint(laid_out, Plotted).drawing(), time.process_time),
    }
    alternate(sides, 1)  # the first drawing loads the fonts
    return milliseconds(sides, _ROUNDS)


def _empty_axes() -> None:
    figure = Figure()
    figure.add_subplot()
    figure.savefig(io.StringIO(), format="svg")
