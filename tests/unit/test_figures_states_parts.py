"""The parts of a state diagram: numbers on arrows, resets beside boxes, lines side by side, and any path at all."""

from __future__ import annotations

import math
from itertools import combinations, pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex

from labsupport.errors import ReaderError
from labsupport.figures.placement import Box, Point
from labsupport.figures.plotted import Plotted
from labsupport.figures.shapes import Text
from labsupport.figures.states import check, walks_of
from labsupport.figures.states.labels import corridors, place_labels
from labsupport.figures.states.layout import layout
from labsupport.figures.states.marks import BADGE, badges_on, reset_beside
from labsupport.figures.states.paint import paint
from labsupport.figures.states.places import NODE_HEIGHT, NODE_WIDTH, PLACES, node, place_of, route
from labsupport.figures.states.shapes import StateLayout
from labsupport.figures.states.strokes import beside, plain, receding, taken
from labsupport.figures.states.walks import Step, Walk
from labsupport.figures.states.words import describe
from labsupport.figures.theme import light, state_role
from labsupport.network.model.transitions import STATES, Transition, transitions
from labsupport.records import Conversation
from tests.unit.test_figures_samples import Trace, post

DOWN: tuple[Point, ...] = ((100.0, 100.0), (100.0, 180.0))
BENT: tuple[Point, ...] = ((100.0, 100.0), (100.0, 120.0), (200.0, 120.0))
BOX = Box.around((190, 280), NODE_WIDTH, NODE_HEIGHT)


def middle(box: Box) -> Point:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


def drawn(conversation: Conversation) -> StateLayout:
    return layout("parts", "three-way", walks_of(conversation, "three-way"))


# --- numbers on an arrow


def test_an_arrow_that_nobody_took_has_no_number() -> None:
    assert badges_on(DOWN, {}, []) == ()


def test_a_number_stands_in_the_middle_of_its_arrow() -> None:
    badge, = badges_on(DOWN, {"client": [3]}, [])
    assert middle(badge.box) == pytest.approx((100, 140))
    assert badge.text.text == "3" and badge.end == "client"


def test_a_number_stands_on_the_longest_piece() -> None:
    badge, = badges_on(BENT, {"server": [1]}, [])
    assert middle(badge.box) == pytest.approx((150, 120))


def test_two_numbers_stand_one_behind_the_other() -> None:
    client, server = badges_on(DOWN, {"client": [3], "server": [4]}, [])
    assert not client.box.overlaps(server.box)
    assert middle(client.box)[0] == middle(server.box)[0]
    assert middle(server.box)[1] - middle(client.box)[1] == pytest.approx(BADGE)


def test_a_number_gives_way_to_what_stands_in_the_middle() -> None:
    obstacle = Box.around((100, 140), 30, 12)
    badge, = badges_on(DOWN, {"client": [3]}, [obstacle])
    assert not badge.box.overlaps(obstacle)
    assert badge.box.left < 100 < badge.box.right


def test_a_number_that_finds_no_free_place_stands_in_the_middle_all_the_same() -> None:
    badge, = badges_on(DOWN, {"client": [3]}, [Box.around((100, 140), 300, 300)])
    assert middle(badge.box) == pytest.approx((100, 140))


def test_an_arrow_taken_twice_has_both_numbers_in_one_wide_badge() -> None:
    badge, = badges_on(BENT, {"server": [2, 6]}, [])
    assert badge.text.text == "2, 6"
    assert badge.box.right - badge.box.left > badge.text.width > BADGE


def test_a_number_leaves_the_arrowhead_free() -> None:
    way: tuple[Point, ...] = ((0.0, 0.0), (0.0, 24.0))
    badge, = badges_on(way, {"client": [1]}, [])
    assert badge.box.top >= 0 and badge.box.bottom <= 24 - 8


# --- resets


def test_a_reset_leads_straight_from_the_box_to_its_pill() -> None:
    pill, (start, end), badges = reset_beside(BOX, "RST", {"client": [4]}, [BOX], [])
    assert start[0] == end[0] or start[1] == end[1]
    assert not pill.box.overlaps(BOX)
    assert not any(badge.box.overlaps(box) for badge in badges for box in (BOX, pill.box))
    assert [text.text for text in pill.texts] == ["RST", "CLOSED"]


def test_a_pill_is_as_wide_as_its_longest_word() -> None:
    for reason in ("RST", "new SYN", "given up"):
        pill, *_ = reset_beside(BOX, reason, {"client": [4]}, [BOX], [])
        assert all(pill.box.left <= text.box.left and text.box.right <= pill.box.right for text in pill.texts)


def test_a_reset_keeps_clear_of_what_is_there() -> None:
    first, way, _ = reset_beside(BOX, "RST", {"client": [4]}, [BOX], [])
    second, other, _ = reset_beside(BOX, "RST", {"client": [4]}, [BOX, first.box], corridors(way))
    assert not second.box.overlaps(first.box)
    assert not any(second.box.overlaps(box) for box in corridors(way))
    assert other != way


def test_a_reset_of_both_ends_is_long_enough_for_both_numbers() -> None:
    *_, badges = reset_beside(BOX, "RST", {"client": [4], "server": [12]}, [BOX], [])
    assert [badge.text.text for badge in badges] == ["4", "12"]
    assert not badges[0].box.overlaps(badges[1].box)


def test_a_reset_without_any_room_is_an_error_that_names_the_remedy() -> None:
    everywhere = [Box.around((190, 280), 500, 700)]
    with pytest.raises(ValueError, match=r"no room for a reset beside the box at .* move the places"):
        reset_beside(BOX, "RST", {"client": [4]}, everywhere, [])


# --- lines


def test_a_line_moved_aside_keeps_its_distance_along_the_whole_way() -> None:
    moved = beside(BENT, 2.7)
    for (start, end), (other_start, other_end) in zip(pairwise(BENT), pairwise(moved), strict=True):
        axis = 0 if start[0] == end[0] else 1
        assert abs(other_start[axis] - start[axis]) == pytest.approx(2.7)
        assert abs(other_end[axis] - end[axis]) == pytest.approx(2.7)


def test_a_line_moved_by_nothing_is_the_same_line() -> None:
    assert beside(BENT, 0) == BENT


def test_lines_moved_to_both_sides_do_not_meet() -> None:
    one, other = beside(BENT, 2.7), beside(BENT, -2.7)
    for pair in zip(one, other, strict=True):
        assert math.dist(*pair) >= 5.39


def test_what_was_taken_is_heavier_than_what_was_not() -> None:
    weights = [receding(DOWN).weight, plain(DOWN).weight, taken(DOWN, ["client"])[0].weight]
    assert weights == sorted(weights) and len(set(weights)) == 3


def test_a_single_line_runs_in_the_middle() -> None:
    only, = taken(DOWN, ["server"])
    assert only.points == DOWN and only.dash == "dashed"


# --- labels


def test_a_label_stands_beside_the_middle_of_a_free_arrow() -> None:
    label, = place_labels([Transition("A", "rcv SYN", "ACK", "B", "")], [DOWN], [], Box.around((190, 280), 380, 560))
    assert [text.text for text in label.texts] == ["rcv SYN / ACK"]
    assert label.texts[0].y == 140 and label.texts[0].x > 100 and label.texts[0].anchor == "start"


def test_a_label_changes_sides_at_the_edge_of_the_canvas() -> None:
    edge: tuple[Point, ...] = ((360.0, 100.0), (360.0, 180.0))
    label, = place_labels([Transition("A", "rcv SYN", "ACK", "B", "")], [edge], [], Box.around((190, 280), 380, 560))
    assert label.texts[0].anchor == "end"


def test_a_label_takes_several_lines_where_it_is_narrow() -> None:
    walls = [Box.around((40, 140), 60, 200), Box.around((180, 140), 60, 200)]
    label, = place_labels([Transition("A", "rcv SYN", "ACK", "B", "")], [DOWN], walls,
                          Box.around((190, 280), 380, 560))
    assert [text.text for text in label.texts] == ["rcv", "SYN", "/ ACK"] or len(label.texts) == 2


def test_a_label_that_takes_the_last_place_of_another_gives_way() -> None:
    table = [Transition("A", "rcv SYN", "", "B", ""), Transition("C", "rcv FIN", "", "D", "")]
    ways: list[tuple[Point, ...]] = [((20.0, 100.0), (20.0, 120.0)), ((110.0, 100.0), (110.0, 120.0))]
    room = Box.of([(10, 95), (120, 95), (120, 125), (10, 125)])
    one, other = place_labels(table, ways, [], room)
    assert not one.box.overlaps(other.box)


# --- places


def test_a_connection_that_is_over_ends_below() -> None:
    assert place_of("TIME-WAIT", "CLOSED") == place_of("LAST-ACK", "CLOSED") == "CLOSED again"
    assert place_of("LISTEN", "CLOSED") == place_of("SYN-SENT", "CLOSED") == "CLOSED"


def test_arrows_bend_at_right_angles() -> None:
    for name in ("three-way", "two-way"):
        for step in transitions(name):
            pieces = pairwise(route(step.state, step.into))
            assert all(start[0] == end[0] or start[1] == end[1] for start, end in pieces)


def test_boxes_stand_apart() -> None:
    assert not any(node(one).overlaps(node(other)) for one, other in combinations(PLACES, 2))


def test_a_box_is_wide_enough_for_the_name_of_its_state() -> None:
    assert all(text.box.right - text.box.left < NODE_WIDTH
               for text in (Text(0, 0, state, 8.7, "ink", "mono") for state in STATES))


# --- painting


def test_every_box_is_painted_in_the_color_of_its_state() -> None:
    laid_out = layout("colors", "three-way")
    painted = [to_hex(patch.get_facecolor()) for patch in paint(laid_out, Plotted).axes.patches]
    assert all(light(state_role(shown.state)) in painted for shown in laid_out.nodes)


def test_a_box_that_recedes_keeps_its_color_only_as_its_edge() -> None:
    patches = paint(drawn(post()), Plotted).axes.patches
    edges = [to_hex(patch.get_edgecolor()) for patch in patches]
    faces = [to_hex(patch.get_facecolor()) for patch in patches]
    assert light("state-closing") in edges and light("state-closing") not in faces


def test_a_unit_of_the_layout_is_a_point_of_the_page() -> None:
    laid_out = layout("size", "two-way")
    painted = paint(laid_out, Plotted).figure
    assert tuple(painted.get_size_inches() * 72) == pytest.approx((laid_out.width, laid_out.height))


# --- words


def test_a_title_that_ends_a_sentence_keeps_one_full_stop() -> None:
    assert describe("TCP.", (), [Walk("client", "CLOSED", ())]) == "TCP. The client stays in CLOSED."


def test_a_reset_is_told_with_its_reason() -> None:
    step = Step("ESTABLISHED", "CLOSED", reset="RST sent")
    assert describe("TCP", (), [Walk("server", "ESTABLISHED", (step,))]) == (
        "TCP. The server goes from ESTABLISHED to CLOSED (RST sent).")


def test_a_check_without_conversation_asks_only_for_the_handshake() -> None:
    check(None, "two-way")
    with pytest.raises(ReaderError, match="no handshake is called None"):
        check(None, None)  # type: ignore[arg-type]


# --- any path

moments = st.floats(0, 4000, allow_nan=False)
changes = st.tuples(st.sampled_from(["client", "server"]), st.sampled_from(STATES), moments)
sent = st.tuples(st.sampled_from(["client", "server"]), st.sampled_from(["SYN", "SYN ACK", "ACK", "FIN ACK", "RST"]),
                 moments, st.booleans())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(sent, min_size=1, max_size=8), st.lists(changes, min_size=1, max_size=8))
@example([("client", "SYN", 0.0, False)],
         [("client", "CLOSED", 1.0), ("client", "FIN-WAIT-2", 0.0), ("client", "CLOSE-WAIT", 0.0)])
def test_any_states_are_joined_along_the_table_and_drawn(segments, entered) -> None:
    trace = Trace()
    for end, flags, at, lost in segments:
        trace.sends(end, flags, 1, 1 if "ACK" in flags else None, at, *([] if lost else [at + 40]))
    for end, state, at in entered:
        trace.enters(end, **{state: at})
    walks = walks_of(trace.conversation(), "three-way")
    for taken_way in walks:
        assert all(one.into == other.state for one, other in pairwise(taken_way.steps))
        assert all(step.transition in transitions() or step.into == "CLOSED" for step in taken_way.steps)
    picture = layout("any", "three-way", walks)
    assert not any(one.box.overlaps(other.box) for one, other in combinations(picture.pills, 2))
    assert describe("any", transitions(), walks)
