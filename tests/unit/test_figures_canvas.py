"""Both canvases: plain shapes in the palette's roles, one point a unit, each above what was painted before."""

from __future__ import annotations

import math

import pytest
from matplotlib.colors import to_hex
from numpy import asarray

from labsupport.figures.canvas import head, lifeline, outline
from labsupport.figures.placement import Box
from labsupport.figures.plotted import Plotted
from labsupport.figures.shapes import Lifeline, Text
from labsupport.figures.theme import light

BOX = Box.of([(10, 20), (50, 20), (50, 40), (10, 40)])


def test_a_unit_of_the_canvas_is_a_point_and_y_grows_downward() -> None:
    canvas = Plotted(380, -30, 570)
    assert tuple(canvas.figure.get_size_inches() * 72) == pytest.approx((380, 600))
    assert canvas.axes.get_xlim() == (0, 380) and canvas.axes.get_ylim() == (570, -30)
    assert not canvas.axes.axison


def test_a_canvas_is_unknown_to_pyplot() -> None:
    from matplotlib import pyplot

    before = pyplot.get_fignums()
    Plotted(380, 0, 100)
    assert pyplot.get_fignums() == before


def test_a_line_has_the_color_of_its_role_and_its_dash() -> None:
    canvas = Plotted(100, 0, 100)
    canvas.line([(0, 0), (5, 5), (9, 0)], "open", 1.7, "dashed")
    drawn, = canvas.axes.lines
    assert to_hex(drawn.get_color()) == light("open") and drawn.get_linewidth() == 1.7
    assert drawn.is_dashed() and list(asarray(drawn.get_xdata())) == [0, 5, 9]


def test_an_outline_closes_around_its_box() -> None:
    canvas = Plotted(100, 0, 100)
    outline(canvas, BOX, "ink", 1.0)
    points = asarray(canvas.axes.lines[0].get_xydata())
    assert {tuple(point) for point in points} == set(BOX.corners)
    assert tuple(points[0]) == tuple(points[-2])


def test_an_area_has_no_edge() -> None:
    canvas = Plotted(100, 0, 100)
    canvas.area([(0, 0), (5, 5), (9, 0)], "data")
    patch, = canvas.axes.patches
    assert to_hex(patch.get_facecolor()) == light("data")
    assert to_hex(patch.get_edgecolor(), keep_alpha=True)[-2:] == "00"


@pytest.mark.parametrize(("hatch", "painted"), [
    ("", None), ("/", "////"), ("\\", "\\\\\\\\"), ("-", "----"), ("|", "||||"),
])
def test_a_tile_is_hatched_where_that_is_asked_for(hatch: str, painted: str | None) -> None:
    canvas = Plotted(100, 0, 100)
    canvas.tile(BOX, "content", hatch)  # type: ignore[arg-type]
    patch, = canvas.axes.patches
    assert patch.get_hatch() == painted
    assert patch.get_extents().width == pytest.approx(40 * canvas.axes.bbox.width / 100)


def test_a_hatch_is_as_fine_as_asked_for() -> None:
    canvas = Plotted(100, 0, 100)
    canvas.tile(BOX, "content", "/")
    canvas.tile(BOX, "content", "/", hatch_width=0.5)
    assert [patch.get_hatch_linewidth() for patch in canvas.axes.patches] == [0.9, 0.5]


def test_a_rounded_box_has_an_edge_only_where_a_role_is_given() -> None:
    canvas = Plotted(100, 0, 100)
    canvas.rounded(BOX, 5, "cut")
    canvas.rounded(BOX, 5, "cut", "ink", 1.2)
    bare, edged = canvas.axes.patches
    assert to_hex(bare.get_edgecolor(), keep_alpha=True)[-2:] == "00"
    assert to_hex(edged.get_edgecolor()) == light("ink") and edged.get_linewidth() == 1.2


def test_the_edge_of_a_rounded_box_may_be_dotted() -> None:
    canvas = Plotted(100, 0, 100)
    canvas.rounded(BOX, 5, "paper", "muted", 0.9)
    canvas.rounded(BOX, 5, "paper", "muted", 0.9, "dotted")
    solid, dotted = canvas.axes.patches
    assert solid.get_linestyle() == "solid" and dotted.get_linestyle() == (0, (1.0, 1.3))


def test_a_disc_is_a_circle_of_its_diameter() -> None:
    canvas = Plotted(100, 0, 100)
    canvas.disc((50, 40), 9, "data")
    circle, = canvas.axes.patches
    assert to_hex(circle.get_facecolor()) == light("data")
    box = circle.get_path().get_extents(circle.get_patch_transform())
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((45.5, 35.5, 54.5, 44.5))


def test_a_lifeline_is_a_thin_line_in_ink() -> None:
    canvas = Plotted(100, 0, 100)
    lifeline(canvas, Lifeline(30, 10, 90, 0))
    drawn, = canvas.axes.lines
    assert to_hex(drawn.get_color()) == light("ink") and drawn.get_linewidth() == 0.9
    assert [tuple(point) for point in asarray(drawn.get_xydata())] == [(30, 10), (30, 90)]


def test_text_is_centered_on_the_middle_of_its_capitals() -> None:
    canvas = Plotted(100, 0, 100)
    canvas.text(Text(50, 50, "ACK $5", 10, "muted", "bold"))
    words, = canvas.axes.texts
    assert words.get_position() == pytest.approx((50, 53.65))
    assert words.get_horizontalalignment() == "center" and words.get_fontweight() == "bold"
    assert not words.get_parse_math()


def test_turned_text_stays_on_its_line() -> None:
    canvas = Plotted(100, 0, 100)
    canvas.text(Text(50, 50, "ACK", 10, "ink", "regular", "start", 30))
    x, y = canvas.axes.texts[0].get_position()
    assert math.dist((x, y), (50, 50)) == pytest.approx(3.65)
    assert x < 50 < y


def test_a_head_points_along_its_line() -> None:
    left, right, neck = head((0, 0), (20, 0), 7, 3)
    assert (left, right, neck) == ((13, 3), (13, -3), (13, 0))


def test_what_is_painted_later_lies_above() -> None:
    canvas = Plotted(100, 0, 100)
    canvas.line([(0, 0), (5, 5)], "ink", 1)
    canvas.area([(0, 0), (5, 5), (9, 0)], "data")
    canvas.text(Text(1, 1, "x", 9, "ink"))
    orders = [canvas.axes.lines[0].get_zorder(), canvas.axes.patches[0].get_zorder(), canvas.axes.texts[0].get_zorder()]
    assert orders == sorted(orders) and len(set(orders)) == 3


def test_a_role_outside_the_palette_is_an_error() -> None:
    canvas = Plotted(100, 0, 100)
    with pytest.raises(KeyError, match="magenta"):
        canvas.line([(0, 0), (5, 5)], "magenta", 1)
