"""Boxes that may not overlap, labels that give way, and time on paper."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsupport.figures.placement import Box, Wish, spread
from labsupport.figures.sequence.timeline import CUT_HEIGHT, FLIGHT, LONGEST_GAP, Spacing, row, scale_for, timeline

SQUARE = Box.around((0, 0), 10, 10)

# --- boxes


@pytest.mark.parametrize(("center", "overlap"), [
    ((9, 0), True), ((10, 0), False), ((0, 11), False), ((9, 9), True),
])
def test_boxes_overlap_when_they_share_more_than_an_edge(center: tuple[float, float], overlap: bool) -> None:
    other = Box.around(center, 10, 10)
    assert SQUARE.overlaps(other) is other.overlaps(SQUARE) is overlap


def test_a_turned_box_may_lie_in_the_corner_of_another_ones_rectangle() -> None:
    diamond = Box.around((0, 0), 10, 10, 45)
    in_its_corner = Box.around((6.5, 6.5), 2, 2)
    assert diamond.right > in_its_corner.left and diamond.bottom > in_its_corner.top
    assert not diamond.overlaps(in_its_corner)
    assert SQUARE.overlaps(Box.around((5.5, 5.5), 2, 2))


def test_angles_turn_clockwise_on_a_page_whose_y_grows_downward() -> None:
    right_end = Box.around((0, 0), 10, 0.001, 30).corners[1]
    assert right_end[1] == pytest.approx(2.5, abs=0.01)


@pytest.mark.parametrize(("ends", "crosses"), [(((-9, -9), (9, 9)), True), (((-9, 6), (9, 6)), False),
                                               (((0, -20), (0, 20)), True), (((3, 12), (12, 3)), False)])
def test_a_line_crosses_a_box_or_does_not(ends: tuple[tuple[float, float], ...], crosses: bool) -> None:
    assert SQUARE.overlaps(Box.of(ends)) is crosses


@given(st.tuples(*[st.floats(-50, 50)] * 2), st.floats(1, 60), st.floats(1, 60), st.floats(-90, 90))
def test_overlap_is_mutual(center: tuple[float, float], width: float, height: float, angle: float) -> None:
    other = Box.around(center, width, height, angle)
    assert SQUARE.overlaps(other) == other.overlaps(SQUARE)


# --- labels of a column


def test_labels_with_room_stay_where_they_want_to_be() -> None:
    assert spread([Wish(10, 8), Wish(30, 8)], top=0) == (10, 30)


def test_crowded_labels_give_way_equally() -> None:
    assert spread([Wish(20, 10), Wish(22, 10)], top=0) == (16, 26)


def test_a_firm_label_gives_way_less() -> None:
    firm, soft = spread([Wish(20, 10, weight=9), Wish(22, 10)], top=0)
    assert 20 - firm < soft - 22
    assert soft - firm == pytest.approx(10)


def test_labels_keep_the_order_of_their_wishes_and_are_returned_in_the_order_given() -> None:
    low, high = spread([Wish(22, 10), Wish(20, 10)], top=0)
    assert high < low


def test_no_label_rises_above_the_top() -> None:
    assert spread([Wish(1, 10), Wish(2, 10)], top=0) == (5, 15)


def test_no_label_is_no_label() -> None:
    assert spread([], top=0) == ()


@given(st.lists(st.builds(Wish, st.floats(0, 100), st.floats(1, 12), st.floats(0.5, 9)), max_size=30))
def test_labels_never_overlap(wishes: list[Wish]) -> None:
    placed = sorted(zip(spread(wishes, top=0), wishes, strict=True), key=lambda label: label[0])
    assert all(y - wish.height / 2 >= -1e-6 for y, wish in placed)
    for (above, upper), (below, lower) in pairwise(placed):
        assert below - above >= (upper.height + lower.height) / 2 - 1e-6


# --- time


def test_time_runs_to_scale() -> None:
    time = timeline([0, 10, 40], [], scale=1.0)
    assert [time(0), time(10), time(25), time(40)] == [0, 10, 25, 40]
    assert time.cuts == ()


def test_a_long_gap_is_cut_to_a_fixed_height() -> None:
    time = timeline([0, 10, 10_000, 10_020], [], scale=1.0)
    assert time.cuts == ((10, 10_000),)
    assert time(10_000) - time(10) == CUT_HEIGHT
    assert time(10_020) - time(10_000) == 20


def test_the_longest_gap_that_fits_is_not_cut() -> None:
    assert timeline([0, int(LONGEST_GAP)], [], scale=1.0).cuts == ()
    assert timeline([0, int(LONGEST_GAP) + 1], [], scale=1.0).cuts == ((0, int(LONGEST_GAP) + 1),)


def test_crowded_instants_are_kept_apart_and_those_between_stay_in_order() -> None:
    time = timeline([0, 1, 2], [Spacing(0, 2, 12.0)], scale=1.0)
    assert time(2) - time(0) == 12
    assert time(0) < time(1) < time(2)


def test_a_row_keeps_each_two_neighbors_apart() -> None:
    time = timeline([0, 1, 2], row([2, 0, 1, 1], 5.0), scale=1.0)
    assert time.heights == (0, 5, 10)


def test_before_the_first_and_after_the_last_instant_time_stands_still() -> None:
    time = timeline([10, 20], [], scale=1.0)
    assert (time(0), time(99)) == (0, 10)


@given(st.lists(st.integers(0, 10**10), min_size=2, max_size=40, unique=True), st.floats(1e-9, 1e-3))
def test_later_is_never_higher(instants: list[int], scale: float) -> None:
    time = timeline(instants, row(instants[::2], 12.0), scale)
    assert all(time(one) <= time(other) for one, other in pairwise(sorted(instants)))


def test_the_usual_journey_has_its_height() -> None:
    assert scale_for([40, 40, 41, 3000], [0, 40, 80]) * 40 == pytest.approx(FLIGHT, rel=0.05)


def test_where_every_gap_is_long_time_is_compressed_rather_than_cut() -> None:
    instants = list(range(0, 40_000, 1000))
    assert timeline(instants, [], scale_for([10], instants)).cuts == ()


def test_a_single_instant_needs_no_scale() -> None:
    assert timeline([5], [], scale_for([], [5]))(5) == 0
