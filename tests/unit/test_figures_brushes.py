"""Brushes: plain shapes in the palette's roles, one point a unit, each above what was painted before."""

from __future__ import annotations

import math

import pytest
from matplotlib.colors import to_hex
from numpy import asarray

from labsupport.figures.brushes import area, canvas, disc, head, lifeline, line, order, outline, rounded, text, tile
from labsupport.figures.placement import Box
from labsupport.figures.shapes import Lifeline, Text
from labsupport.figures.theme import light

BOX = Box.of([(10, 20), (50, 20), (50, 40), (10, 40)])


def test_a_unit_of_the_canvas_is_a_point_and_y_grows_downward() -> None:
    figure, axes = canvas(380, -30, 570)
    assert tuple(figure.get_size_inches() * 72) == pytest.approx((380, 600))
    assert axes.get_xlim() == (0, 380) and axes.get_ylim() == (570, -30)
    assert not axes.axison


def test_a_canvas_is_unknown_to_pyplot() -> None:
    from matplotlib import pyplot

    before = pyplot.get_fignums()
    canvas(380, 0, 100)
    assert pyplot.get_fignums() == before


def test_a_line_has_the_color_of_its_role_and_its_dash() -> None:
    _, axes = canvas(100, 0, 100)
    line(axes, [(0, 0), (5, 5), (9, 0)], "open", 1.7, "dashed")
    drawn, = axes.lines
    assert to_hex(drawn.get_color()) == light("open") and drawn.get_linewidth() == 1.7
    assert drawn.is_dashed() and list(asarray(drawn.get_xdata())) == [0, 5, 9]


def test_an_outline_closes_around_its_box() -> None:
    _, axes = canvas(100, 0, 100)
    outline(axes, BOX, "ink", 1.0)
    points = asarray(axes.lines[0].get_xydata())
    assert {tuple(point) for point in points} == set(BOX.corners)
    assert tuple(points[0]) == tuple(points[-2])


def test_an_area_has_no_edge() -> None:
    _, axes = canvas(100, 0, 100)
    area(axes, [(0, 0), (5, 5), (9, 0)], "data")
    patch, = axes.patches
    assert to_hex(patch.get_facecolor()) == light("data")
    assert to_hex(patch.get_edgecolor(), keep_alpha=True)[-2:] == "00"


@pytest.mark.parametrize(("hatch", "painted"), [
    ("", None), ("/", "////"), ("\\", "\\\\\\\\"), ("-", "----"), ("|", "||||"),
])
def test_a_tile_is_hatched_where_that_is_asked_for(hatch: str, painted: str | None) -> None:
    _, axes = canvas(100, 0, 100)
    tile(axes, BOX, "content", hatch)  # type: ignore[arg-type]
    patch, = axes.patches
    assert patch.get_hatch() == painted
    assert patch.get_extents().width == pytest.approx(40 * axes.bbox.width / 100)


def test_a_hatch_is_as_fine_as_asked_for() -> None:
    _, axes = canvas(100, 0, 100)
    tile(axes, BOX, "content", "/")
    tile(axes, BOX, "content", "/", hatch_width=0.5)
    assert [patch.get_hatch_linewidth() for patch in axes.patches] == [0.9, 0.5]


def test_a_rounded_box_has_an_edge_only_where_a_role_is_given() -> None:
    _, axes = canvas(100, 0, 100)
    rounded(axes, BOX, 5, "cut")
    rounded(axes, BOX, 5, "cut", "ink", 1.2)
    bare, edged = axes.patches
    assert to_hex(bare.get_edgecolor(), keep_alpha=True)[-2:] == "00"
    assert to_hex(edged.get_edgecolor()) == light("ink") and edged.get_linewidth() == 1.2


def test_the_edge_of_a_rounded_box_may_be_dotted() -> None:
    _, axes = canvas(100, 0, 100)
    rounded(axes, BOX, 5, "paper", "muted", 0.9)
    rounded(axes, BOX, 5, "paper", "muted", 0.9, "dotted")
    solid, dotted = axes.patches
    assert solid.get_linestyle() == "solid" and dotted.get_linestyle() == (0, (1.0, 1.3))


def test_a_disc_is_a_circle_of_its_diameter() -> None:
    _, axes = canvas(100, 0, 100)
    disc(axes, (50, 40), 9, "data")
    circle, = axes.patches
    assert to_hex(circle.get_facecolor()) == light("data")
    box = circle.get_path().get_extents(circle.get_patch_transform())
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx((45.5, 35.5, 54.5, 44.5))


def test_a_lifeline_is_a_thin_line_in_ink() -> None:
    _, axes = canvas(100, 0, 100)
    lifeline(axes, Lifeline(30, 10, 90, 0))
    drawn, = axes.lines
    assert to_hex(drawn.get_color()) == light("ink") and drawn.get_linewidth() == 0.9
    assert [tuple(point) for point in asarray(drawn.get_xydata())] == [(30, 10), (30, 90)]


def test_text_is_centered_on_the_middle_of_its_capitals() -> None:
    _, axes = canvas(100, 0, 100)
    text(axes, Text(50, 50, "ACK $5", 10, "muted", "bold"))
    words, = axes.texts
    assert words.get_position() == pytest.approx((50, 53.65))
    assert words.get_horizontalalignment() == "center" and words.get_fontweight() == "bold"
    assert not words.get_parse_math()


def test_turned_text_stays_on_its_line() -> None:
    _, axes = canvas(100, 0, 100)
    text(axes, Text(50, 50, "ACK", 10, "ink", "regular", "start", 30))
    x, y = axes.texts[0].get_position()
    assert math.dist((x, y), (50, 50)) == pytest.approx(3.65)
    assert x < 50 < y


def test_a_head_points_along_its_line() -> None:
    left, right, neck = head((0, 0), (20, 0), 7, 3)
    assert (left, right, neck) == ((13, 3), (13, -3), (13, 0))


def test_what_is_painted_later_lies_above() -> None:
    _, axes = canvas(100, 0, 100)
    line(axes, [(0, 0), (5, 5)], "ink", 1)
    area(axes, [(0, 0), (5, 5), (9, 0)], "data")
    text(axes, Text(1, 1, "x", 9, "ink"))
    orders = [axes.lines[0].get_zorder(), axes.patches[0].get_zorder(), axes.texts[0].get_zorder()]
    assert orders == sorted(orders) and len(set(orders)) == 3
    assert order(axes) > orders[-1]


def test_a_role_outside_the_palette_is_an_error() -> None:
    _, axes = canvas(100, 0, 100)
    with pytest.raises(KeyError, match="magenta"):
        line(axes, [(0, 0), (5, 5)], "magenta", 1)
