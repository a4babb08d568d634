"""The state diagram: every transition of the table, the way of a connection, and nothing that collides."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise
from typing import get_args
from xml.etree import ElementTree

import pytest

from labsupport.errors import ReaderError
from labsupport.figures import state_diagram
from labsupport.figures.placement import Box, Point
from labsupport.figures.states import walks_of
from labsupport.figures.states.labels import REACH, corridors, place_labels, wordings
from labsupport.figures.states.layout import layout
from labsupport.figures.states.places import COURSES, END, PLACES, ZONES, node, place_of, port, route
from labsupport.figures.states.shapes import StateLayout
from labsupport.figures.states.strokes import beside, taken
from labsupport.figures.states.walks import Walk, walk
from labsupport.figures.theme import PALETTE, SMALLEST_TEXT, WIDTH, light
from labsupport.network.model.transitions import STATES, Handshake, Transition, transitions
from labsupport.records import Conversation, Role, StateChange
from tests.unit.test_figures_pictures import in_another_process
from tests.unit.test_figures_samples import (
    CLIENT,
    SERVER,
    Trace,
    forged_syn,
    late_duplicate,
    loopback,
    post,
    refused,
)

HANDSHAKES: tuple[Handshake, ...] = get_args(Handshake)
ENDS: tuple[Role, Role] = ("client", "server")


def opening() -> Trace:
    """An opening on a wire of 80 ms with its states."""
    trace = Trace().sends("client", "SYN", 0, None, 0, 40).sends("server", "SYN ACK", 0, 1, 40.1, 80.2)
    trace.sends("client", "ACK", 1, 1, 80.3, 120.4)
    return trace.enters("client", SYN_SENT=0, ESTABLISHED=80.3).enters(
        "server", LISTEN=0, SYN_RECEIVED=40.1, ESTABLISHED=120.4)


def crossing() -> Conversation:
    """Both ends open at once and close at once."""
    trace = Trace().sends("client", "SYN", 0, None, 0, 40).sends("server", "SYN", 0, None, 1, 41)
    trace.sends("client", "SYN ACK", 0, 1, 41, 81).sends("server", "SYN ACK", 0, 1, 40, 80)
    trace.sends("client", "FIN ACK", 1, 1, 200, 240).sends("server", "FIN ACK", 1, 1, 201, 241)
    trace.sends("client", "ACK", 2, 2, 241.1, 281).sends("server", "ACK", 2, 2, 240.1, 280)
    trace.enters("client", SYN_SENT=0, SYN_RECEIVED=41, ESTABLISHED=80, FIN_WAIT_1=200, CLOSING=241, TIME_WAIT=280)
    trace.enters("server", SYN_SENT=1, SYN_RECEIVED=40, ESTABLISHED=81, FIN_WAIT_1=201, CLOSING=240, TIME_WAIT=281)
    return trace.conversation()


def three_segments_close() -> Conversation:
    """The server's FIN comes together with its ACK of the client's."""
    trace = opening().sends("client", "FIN ACK", 1, 1, 200, 240).sends("server", "FIN ACK", 1, 2, 240.1, 280.1)
    trace.sends("client", "ACK", 2, 2, 280.2, 320.2).enters("client", FIN_WAIT_1=200, TIME_WAIT=280.2)
    return trace.enters("server", LAST_ACK=240.1, CLOSED=320.2).conversation()


def aborted() -> Conversation:
    """The client resets an open connection."""
    trace = opening().sends("client", "RST ACK", 1, 1, 150, 190)
    return trace.enters("client", CLOSED=150.1).enters("server", CLOSED=190.1).conversation()


def reset_in(state: str) -> Conversation:
    """Both ends are in a state when RSTs cross."""
    trace = Trace().sends("client", "SYN", 0, None, 0, 40).sends("server", "SYN", 0, None, 0, 40)
    trace.sends("client", "RST", 1, None, 300, 340).sends("server", "RST", 1, None, 300, 340)
    changes = {state.replace("-", "_"): 100.0, "CLOSED": 340.1}
    return trace.enters("client", **changes).enters("server", **changes).conversation()


def abandoned() -> Conversation:
    """A FIN that is never answered, until the kernel gives up."""
    trace = opening().sends("client", "FIN ACK", 1, 1, 200).enters("client", FIN_WAIT_1=200, CLOSED=60_000)
    return trace.conversation()


def reopened() -> Conversation:
    """A new SYN finds the server in TIME-WAIT."""
    trace = Trace().sends("client", "SYN", 0, None, 10, 50).sends("server", "SYN ACK", 0, 1, 50.1, 90.1)
    trace.sends("client", "ACK", 1, 1, 90.2, 130.2)
    trace.enters("client", SYN_SENT=10, ESTABLISHED=90.2)
    return trace.enters("server", TIME_WAIT=10, SYN_RECEIVED=50.1, ESTABLISHED=130.2).conversation()


CONVERSATIONS = {
    "post": post, "crossing": crossing, "three segments": three_segments_close, "aborted": aborted,
    "refused": refused, "late duplicate": late_duplicate, "forged SYN": forged_syn, "abandoned": abandoned,
    "reopened": reopened,
}
RESETS = [state for state in STATES if state not in ("CLOSED", "LISTEN")]


@cache
def drawn(name: str) -> StateLayout:
    """The layout of a diagram: of a handshake's table, of a conversation, or of a reset in some state."""
    if name in HANDSHAKES:
        return layout(name, name)
    conversation = CONVERSATIONS[name]() if name in CONVERSATIONS else reset_in(name.removeprefix("reset in "))
    return layout(name, "three-way", walks_of(conversation, "three-way"))


every_diagram = pytest.mark.parametrize(
    "name", [*HANDSHAKES, *CONVERSATIONS, *(f"reset in {state}" for state in RESETS)])
every_handshake = pytest.mark.parametrize("handshake", HANDSHAKES)


def path(conversation: Conversation, end: Role) -> tuple[str, ...]:
    return walk(conversation, end, transitions()).states


def outside(box: Box, picture: StateLayout) -> bool:
    return box.left < 0 or box.right > picture.width or box.top < picture.top or box.bottom > picture.bottom


# --- the whole table


@every_handshake
def test_every_transition_of_the_table_has_an_arrow_and_a_label(handshake: Handshake) -> None:
    picture, table = drawn(handshake), transitions(handshake)
    assert len(picture.routes) == len(picture.labels) == len(picture.strokes) == len(table)
    for transition, lines in zip(table, picture.labels, strict=True):
        told = " ".join(line.text for line in lines)
        assert told == f"{transition.event} / {transition.sends}".removesuffix(" / ")


@every_handshake
def test_an_arrow_runs_from_the_edge_of_its_state_to_the_edge_of_the_next(handshake: Handshake) -> None:
    for transition, way in zip(transitions(handshake), drawn(handshake).routes, strict=True):
        assert on_edge(way[0], node(transition.state))
        assert on_edge(way[-1], node(place_of(transition.state, transition.into)))


def on_edge(point: Point, box: Box) -> bool:
    x, y = point
    across = x in (box.left, box.right) and box.top < y < box.bottom
    return across or (y in (box.top, box.bottom) and box.left < x < box.right)


def test_all_eleven_states_have_a_box_and_closed_a_second_one_below() -> None:
    states = [shown.state for shown in drawn("three-way").nodes]
    assert set(states) == set(STATES)
    assert sorted(states) == sorted([*STATES, "CLOSED"])


def test_no_course_leads_where_no_table_does() -> None:
    known = {(step.state, place_of(step.state, step.into)) for name in HANDSHAKES for step in transitions(name)}
    assert set(COURSES) == known


def test_a_transition_without_a_course_is_an_error() -> None:
    with pytest.raises(KeyError, match="TIME-WAIT"):
        route("TIME-WAIT", "ESTABLISHED")


def test_the_topology_is_the_usual_one() -> None:
    x, y = ({state: place[axis] for state, place in PLACES.items()} for axis in (0, 1))
    assert y["CLOSED"] == min(y.values()) and y[END] == max(y.values())
    assert y["LISTEN"] == y["SYN-SENT"] < y["SYN-RECEIVED"] < y["ESTABLISHED"] < y["FIN-WAIT-1"] == y["CLOSE-WAIT"]
    assert x["ESTABLISHED"] == x["CLOSED"] == WIDTH / 2
    assert x["FIN-WAIT-1"] == x["FIN-WAIT-2"] < x["CLOSING"] == x["TIME-WAIT"] < x["CLOSE-WAIT"] == x["LAST-ACK"]


def test_the_states_of_each_way_to_close_stand_in_its_zone() -> None:
    inside = {
        name: {state for state in PLACES if left < node(state).left and node(state).right < right
               and top < node(state).top and node(state).bottom < bottom}
        for name, (left, top, right, bottom) in ZONES.items()
    }
    assert inside == {"active close": {"FIN-WAIT-1", "FIN-WAIT-2", "CLOSING", "TIME-WAIT"},
                      "passive close": {"CLOSE-WAIT", "LAST-ACK"}}


def test_the_two_way_table_opens_without_a_third_segment() -> None:
    told = [" ".join(line.text for line in lines) for lines in drawn("two-way").labels]
    assert "rcv SYN·ACK" in told and "rcv SYN·ACK / ACK" not in told


# --- nothing collides, on any diagram


@every_diagram
def test_no_two_texts_overlap(name: str) -> None:
    texts = drawn(name).texts
    assert [(one.text, other.text) for one, other in combinations(texts, 2) if one.box.overlaps(other.box)] == []


@every_diagram
def test_no_label_touches_a_box_or_an_arrow(name: str) -> None:
    picture = drawn(name)
    boxes = [shown.box for shown in picture.nodes] + [pill.box for pill in picture.pills]
    lines = [box for stroke in picture.strokes for box in pieces(stroke.points)]
    for text in (text for lines_of in picture.labels for text in lines_of):
        assert not any(text.box.overlaps(box) for box in [*boxes, *lines]), text.text


def pieces(points: tuple[Point, ...]) -> list[Box]:
    return [Box.of([start, end]) for start, end in pairwise(points)]


@every_diagram
def test_no_label_lies_under_a_number(name: str) -> None:
    picture = drawn(name)
    labels = [text.box for lines in picture.labels for text in lines]
    assert not any(badge.box.overlaps(box) for badge in picture.badges for box in labels)


@every_diagram
def test_no_arrow_passes_through_a_state(name: str) -> None:
    picture = drawn(name)
    for way in picture.routes:
        inner = [Box.around(((x0 + x1) / 2, (y0 + y1) / 2), abs(x1 - x0) - 0.1, abs(y1 - y0) - 0.1)
                 for (x0, y0), (x1, y1) in pairwise(way)]
        assert not any(box.overlaps(shown.box) for box in inner for shown in picture.nodes)


@every_diagram
def test_numbers_and_resets_stand_in_free_places(name: str) -> None:
    picture = drawn(name)
    boxes = [shown.box for shown in picture.nodes]
    marks = [badge.box for badge in picture.badges] + [pill.box for pill in picture.pills]
    assert not any(one.overlaps(other) for one, other in combinations(marks, 2))
    assert not any(mark.overlaps(box) for mark in marks for box in boxes)
    routes = [box for way in picture.routes for box in corridors(way)]
    assert not any(pill.box.overlaps(box) for pill in picture.pills for box in routes)


@every_diagram
def test_everything_stands_inside_the_canvas(name: str) -> None:
    picture = drawn(name)
    assert [text.text for text in picture.texts if outside(text.box, picture)] == []
    shapes = [pill.box for pill in picture.pills] + [zone.box for zone in picture.zones]
    shapes += [box for stroke in picture.strokes for box in pieces(stroke.points)]
    assert not any(outside(box, picture) for box in shapes)


@every_diagram
def test_the_diagram_fits_a_phone(name: str) -> None:
    picture = drawn(name)
    assert picture.width == WIDTH and picture.height < 640
    assert min(text.size for text in picture.texts) >= SMALLEST_TEXT


@every_diagram
def test_every_label_is_nearest_to_its_own_arrow(name: str) -> None:
    picture = drawn(name)
    for index, lines in enumerate(picture.labels):
        left, right = min(line.box.left for line in lines), max(line.box.right for line in lines)
        area = Box.of([(left, lines[0].box.top), (right, lines[0].box.top),
                       (right, lines[-1].box.bottom), (left, lines[-1].box.bottom)])
        gaps = [min(gap(area, piece) for piece in pieces(way)) for way in picture.routes]
        assert gaps[index] < 12
        assert gaps[index] <= min(gaps) + 2.5, lines


def gap(area: Box, other: Box) -> float:
    """How far apart two upright areas are."""
    across = max(other.left - area.right, area.left - other.right, 0)
    down = max(other.top - area.bottom, area.top - other.bottom, 0)
    return math.hypot(across, down)


@every_diagram
def test_states_arrows_and_labels_stand_where_they_stand_in_every_diagram(name: str) -> None:
    plain = drawn(name if name in HANDSHAKES else "three-way")
    picture = drawn(name)
    assert picture.routes == plain.routes
    assert [shown.box for shown in picture.nodes] == [shown.box for shown in plain.nodes]
    assert [[(line.x, line.y, line.text) for line in lines] for lines in picture.labels] == [
        [(line.x, line.y, line.text) for line in lines] for lines in plain.labels]


def test_more_words_than_there_is_room_for_are_refused() -> None:
    table = [Transition("CLOSED", "rcv " + "very long words " * 40, "", "LISTEN", "")]
    room = Box.of([(0, 0), (380, 0), (380, 560), (0, 560)])
    with pytest.raises(ValueError, match="more words than the diagram has room for: shorten"):
        place_labels(table, [route("CLOSED", "LISTEN")], [node(place) for place in PLACES], room)


def test_an_event_is_broken_first_after_its_comma() -> None:
    transition = Transition("FIN-WAIT-1", "rcv FIN, ACK of FIN", "ACK", "TIME-WAIT", "")
    assert wordings(transition)[0] == ("rcv FIN, ACK of FIN / ACK",)
    assert ("rcv FIN,", "ACK of FIN", "/ ACK") in wordings(transition)


def test_a_port_is_a_point_at_the_side_of_a_box() -> None:
    box = node("CLOSED")
    assert port("CLOSED", "left", 3) == (box.left, PLACES["CLOSED"][1] + 3)
    assert port("CLOSED", "bottom", -4) == (PLACES["CLOSED"][0] - 4, box.bottom)


# --- the way of a connection


def test_the_ways_of_both_ends_begin_in_closed() -> None:
    assert path(post(), "client") == (
        "CLOSED", "SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT")
    assert path(post(), "server") == (
        "CLOSED", "LISTEN", "SYN-RECEIVED", "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED")


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("unseen", range(1, 5))
def test_states_that_nobody_saw_change_nothing(end: Role, unseen: int) -> None:
    whole = post()
    own = [change for change in whole.states if change.end == end]
    for missed in combinations(own[:-1], unseen):
        sampled = replace(whole, states=tuple(change for change in whole.states if change not in missed))
        assert path(sampled, end) == path(whole, end)


def test_a_first_look_at_closed_or_listen_changes_nothing() -> None:
    whole = post()
    early = tuple(StateChange(whole.states[0].at_ns - 1000, end, "CLOSED") for end in ENDS)
    looked = replace(whole, states=early + whole.states)
    assert [path(looked, end) for end in ENDS] == [path(whole, end) for end in ENDS]


def test_a_fin_that_acknowledges_leads_directly_to_time_wait() -> None:
    steps = walk(three_segments_close(), "client", transitions()).steps
    assert [step.into for step in steps[-2:]] == ["FIN-WAIT-1", "TIME-WAIT"]
    assert steps[-1].transition and steps[-1].transition.event == "rcv FIN, ACK of FIN"


def test_an_acknowledgment_before_the_fin_leads_by_fin_wait_2_though_nobody_saw_it() -> None:
    conversation = post()
    sampled = replace(conversation, states=tuple(
        change for change in conversation.states if change.state != "FIN-WAIT-2"))
    assert path(sampled, "client")[-2:] == ("FIN-WAIT-2", "TIME-WAIT")


@pytest.mark.parametrize("end", ENDS)
def test_crossing_syns_and_fins_lead_by_syn_received_and_closing_though_nobody_saw_them(end: Role) -> None:
    conversation = crossing()
    sampled = replace(conversation, states=tuple(
        change for change in conversation.states if change.state not in ("SYN-RECEIVED", "CLOSING")))
    expected = ("CLOSED", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "CLOSING", "TIME-WAIT")
    assert path(conversation, end) == path(sampled, end) == expected


def test_a_server_that_closes_first_was_established_before() -> None:
    trace = opening().sends("server", "FIN ACK", 1, 1, 130, 170).enters("server", FIN_WAIT_1=130)
    conversation = trace.conversation()
    sampled = replace(conversation, states=tuple(
        change for change in conversation.states if (change.end, change.state) != ("server", "ESTABLISHED")))
    assert path(sampled, "server")[-3:] == ("SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1")


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_every_step_is_an_arrow_of_the_table_or_a_reset_to_closed(name: str) -> None:
    for taken_way in walks_of(CONVERSATIONS[name](), "three-way"):
        for step in taken_way.steps:
            if step.transition:
                assert step.transition in transitions()
                assert (step.state, step.into) == (step.transition.state, step.transition.into)
            else:
                assert step.into == "CLOSED" and step.reset
        assert all(one.into == other.state for one, other in pairwise(taken_way.steps))


def test_an_abort_says_who_sent_the_rst() -> None:
    client, server = walks_of(aborted(), "three-way")
    assert (client.steps[-1].state, client.steps[-1].reset) == ("ESTABLISHED", "RST sent")
    assert (server.steps[-1].state, server.steps[-1].reset) == ("ESTABLISHED", "RST received")


def test_a_refused_syn_is_a_reset_although_the_table_leads_from_syn_sent_to_closed() -> None:
    step = walk(refused(), "client", transitions()).steps[-1]
    assert (step.state, step.into, step.reset) == ("SYN-SENT", "CLOSED", "RST received")


def test_an_rst_sends_the_syn_received_of_a_listener_back_to_listen() -> None:
    for final in ("LISTEN", "CLOSED"):
        conversation = forged_syn()
        states = tuple(replace(change, state=final) if change.state == "LISTEN" else change
                       for change in conversation.states)
        step = walk(replace(conversation, states=states), "server", transitions()).steps[-1]
        assert step.into == "LISTEN" and step.transition and step.transition.event == "rcv RST"


def test_a_connection_that_ends_without_any_segment_was_given_up() -> None:
    step = walk(abandoned(), "client", transitions()).steps[-1]
    assert (step.state, step.into, step.reset) == ("FIN-WAIT-1", "CLOSED", "given up")


def test_a_time_wait_cut_short_by_a_new_syn_did_not_wait_for_2_msl() -> None:
    steps = walk(reopened(), "server", transitions()).steps
    assert steps[0].state == "TIME-WAIT" and steps[0].reset == "new SYN"
    assert [step.into for step in steps] == ["CLOSED", "LISTEN", "SYN-RECEIVED", "ESTABLISHED"]


def test_the_end_of_2_msl_is_an_arrow_of_the_table() -> None:
    trace = replace(post(), states=(*post().states, StateChange(Trace().ns(60_600), "client", "CLOSED")))
    step = walk(trace, "client", transitions()).steps[-1]
    assert step.transition and step.transition.event == "2 MSL over"


def test_a_second_connection_of_the_same_ends_goes_on_with_the_numbers() -> None:
    states = path(late_duplicate(), "server")
    assert states[-4:] == ("CLOSED", "LISTEN", "SYN-RECEIVED", "LISTEN")
    badges = [badge.text.text for badge in drawn("late duplicate").badges if badge.end == "server"]
    assert {"1, 5", "2, 6", "3", "4", "7"} == set(badges)


def test_a_capture_that_begins_in_the_middle_begins_with_the_first_state_seen() -> None:
    trace = Trace().sends("client", "FIN ACK", 9, 5, 0, 40).sends("server", "ACK", 5, 10, 40.1, 80.1)
    trace.enters("client", FIN_WAIT_1=0, FIN_WAIT_2=80.2)
    assert path(trace.conversation(), "client") == ("FIN-WAIT-1", "FIN-WAIT-2")


def test_an_end_whose_states_nobody_watched_takes_no_way() -> None:
    assert [taken_way.end for taken_way in walks_of(refused(), "three-way")] == ["client"]


def test_the_two_way_table_joins_its_own_way() -> None:
    conversation = opening().conversation()
    states = tuple(change for change in conversation.states if change.state != "SYN-RECEIVED")
    sampled = replace(conversation, states=states)
    assert walk(sampled, "server", transitions("two-way")).states == ("CLOSED", "LISTEN", "ESTABLISHED")
    assert walk(sampled, "server", transitions()).states[-2:] == ("SYN-RECEIVED", "ESTABLISHED")


# --- how a way is drawn


def test_the_ends_differ_in_color_line_and_shape_of_number() -> None:
    picture = drawn("post")
    lines = {(stroke.role, stroke.dash) for stroke in picture.strokes if stroke.weight > 1.5}
    assert lines == {("client", "solid"), ("server", "dashed")}
    assert {badge.end for badge in picture.badges} == {"client", "server"}
    assert [text.text for text in picture.headings if text.face == "bold"] == ["client", "server"]


def test_what_was_not_taken_recedes() -> None:
    picture = drawn("post")
    assert {shown.place for shown in picture.nodes if shown.standing == "receding"} == {"CLOSING"}
    untaken = [stroke for stroke in picture.strokes if stroke.role == "ack"]
    assert len(untaken) == len(transitions()) - 11 and {stroke.weight for stroke in untaken} == {0.7}
    told = {" ".join(line.text for line in lines) for lines in picture.labels if lines[0].role == "muted"}
    assert {"rcv RST", "2 MSL over"} <= told


def test_a_way_that_both_ends_took_shows_both_lines_side_by_side() -> None:
    one, other = taken([(0, 0), (0, 50), (80, 50)], ("client", "server"))
    assert (one.role, other.role) == ("client", "server")
    assert all(abs(abs(x0 - x1) - 5.4) < 0.01 or abs(abs(y0 - y1) - 5.4) < 0.01
               for (x0, y0), (x1, y1) in zip(one.points, other.points, strict=True))
    assert len([stroke for stroke in drawn("crossing").strokes if stroke.weight > 1.5]) == 12


def test_lines_side_by_side_stay_in_the_corridor_that_labels_keep_clear_of() -> None:
    way = [(0.0, 0.0), (0.0, 50.0), (80.0, 50.0)]
    for distance in (2.7, -2.7):
        for point in beside(way, distance):
            assert any(box.left <= point[0] <= box.right and box.top <= point[1] <= box.bottom
                       for box in corridors(way))
    assert REACH > 2.7 + 1


def test_steps_are_numbered_in_order_for_each_end() -> None:
    numbers = {end: sorted(int(badge.text.text) for badge in drawn("post").badges if badge.end == end)
               for end in ENDS}
    assert numbers == {"client": [1, 2, 3, 4, 5], "server": [1, 2, 3, 4, 5, 6]}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_every_step_has_its_number(name: str) -> None:
    steps = sum(len(taken_way.steps) for taken_way in walks_of(CONVERSATIONS[name](), "three-way"))
    shown = [number for badge in drawn(name).badges for number in badge.text.text.split(", ")]
    assert len(shown) == steps


def test_a_reset_leads_to_a_closed_of_its_own() -> None:
    pill, = drawn("aborted").pills
    assert [text.text for text in pill.texts] == ["RST", "CLOSED"]
    ends = [stroke.points[-1] for stroke in drawn("aborted").strokes if stroke.points[0] not in starts("aborted")]
    assert len(ends) == 2 and all(abs(pill.box.left - x) < 60 and abs(pill.box.top - y) < 60 for x, y in ends)


def starts(name: str) -> set[Point]:
    return {way[0] for way in drawn(name).routes} | {
        stroke.points[0] for way in drawn(name).routes for stroke in taken(way, ENDS)}


@pytest.mark.parametrize("state", RESETS)
def test_there_is_room_for_a_reset_beside_every_state(state: str) -> None:
    assert len(drawn(f"reset in {state}").pills) == 1


def test_without_a_way_nothing_recedes_and_nobody_is_named() -> None:
    picture = drawn("three-way")
    assert {shown.standing for shown in picture.nodes} == {"plain"}
    assert {stroke.role for stroke in picture.strokes} == {"ink"}
    assert picture.badges == () and picture.samples == ()


def test_a_long_title_takes_several_lines_above_the_legend() -> None:
    picture = layout("A title that nobody could read on a phone if it stood on one line " * 2, "three-way")
    lines = [text for text in picture.headings if text.size > 10]
    assert len(lines) > 1 and all(picture.top < text.box.top for text in lines)
    assert max(text.box.bottom for text in lines) < min(
        text.box.top for text in picture.headings if text.size < 10)


# --- the picture


def test_the_drawing_is_compared_to_the_letter() -> None:
    shown = state_diagram(post(), title="One POST")
    assert "measured" not in shown.svg
    assert shown.svg == state_diagram(post(late=31.7), title="One POST").svg


def test_states_are_painted_in_their_colors() -> None:
    svg = state_diagram(title="TCP").svg
    assert all(f"fill:var(--fig-state-{state.lower()}, {light(f'state-{state.lower()}')})" in svg for state in STATES)


def test_no_color_is_written_without_its_role() -> None:
    bare = re.sub(r"var\(--fig-[a-z0-9-]+, #[0-9a-f]{6}\)", "", state_diagram(crossing(), title="x").svg)
    assert re.findall(r"#[0-9a-fA-F]{6}\b", bare) == []
    assert {"client", "server"} <= set(PALETTE)


def test_the_drawing_is_well_formed_and_holds_every_text() -> None:
    root = ElementTree.fromstring(state_diagram(aborted(), title="An abort").svg)
    written = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert sorted(map(str, written)) == sorted(
        text.text for text in layout("An abort", "three-way", walks_of(aborted(), "three-way")).texts)


def test_the_words_tell_the_way_of_each_end() -> None:
    told = state_diagram(aborted(), title="An abort").description
    assert told == (
        "An abort. The client goes from CLOSED to SYN-SENT on active OPEN, sending SYN; to ESTABLISHED on rcv SYN·ACK, "
        "sending ACK; to CLOSED (RST sent). The server goes from CLOSED to LISTEN on passive OPEN; to SYN-RECEIVED on "
        "rcv SYN, sending SYN·ACK; to ESTABLISHED on rcv ACK of SYN; to CLOSED (RST received)."
    )


def test_an_end_that_stays_where_it_is_says_so() -> None:
    trace = Trace().sends("client", "SYN", 0, None, 0).enters("client", SYN_SENT=0).enters("server", LISTEN=0)
    assert "The server goes from CLOSED to LISTEN on passive OPEN." in state_diagram(
        trace.conversation(), title="t").description
    trace = Trace().sends("client", "ACK", 5, 5, 0, 40).enters("client", ESTABLISHED=0)
    assert state_diagram(trace.conversation(), title="t").description == "t. The client stays in ESTABLISHED."


@every_handshake
def test_without_a_way_the_words_hold_the_whole_table(handshake: Handshake) -> None:
    told = state_diagram(handshake=handshake, title="TCP.").description
    assert told.startswith("TCP. From CLOSED: to LISTEN on passive OPEN; to SYN-SENT on active OPEN, sending SYN.")
    assert told.count(" on ") == len(transitions(handshake))


@pytest.mark.parametrize("seed", ["1", "4242"])
def test_another_process_draws_the_same_bytes(seed: str) -> None:
    program = (
        "import sys; from labsupport.figures import state_diagram;"
        "from tests.unit.test_figures_samples import late_duplicate;"
        "sys.stdout.write(state_diagram(late_duplicate(), title='bytes').svg)"
    )
    assert in_another_process(program, PYTHONHASHSEED=seed) == state_diagram(late_duplicate(), title="bytes").svg


def test_the_layout_needs_neither_matplotlib_nor_numpy() -> None:
    program = (
        "import sys; sys.modules['matplotlib'] = sys.modules['numpy'] = None\n"
        "from labsupport.figures.states import walks_of\n"
        "from labsupport.figures.states.layout import layout\n"
        "from labsupport.figures.states.words import describe\n"
        "from labsupport.network.model.transitions import transitions\n"
        "print(len(layout('t', 'three-way', walks_of(None, 'three-way')).routes), describe('t', transitions(), ())[:2])"
    )
    assert in_another_process(program).strip() == f"{len(transitions())} t."


# --- what cannot be drawn


def test_an_unknown_handshake_is_refused_with_those_there_are() -> None:
    with pytest.raises(ReaderError, match="no handshake is called 'four-way'; there are three-way and two-way"):
        state_diagram(handshake="four-way", title="x")  # type: ignore[arg-type]


def test_what_is_no_conversation_is_refused_with_the_remedy() -> None:
    with pytest.raises(TypeError, match=r"a Conversation or nothing, not tuple: pass wire\.conversation"):
        state_diagram(post().segments, title="x")  # type: ignore[arg-type]


@pytest.mark.parametrize("conversation", [loopback(), Conversation(CLIENT, SERVER, ())])
def test_a_conversation_without_states_is_refused_with_the_remedy(conversation: Conversation) -> None:
    with pytest.raises(ValueError, match=r"holds no states.*capture it on a Network with rtt_ms"):
        state_diagram(conversation, title="x")


def test_a_state_that_tcp_does_not_have_is_refused_by_name() -> None:
    wrong = replace(post(), states=(StateChange(Trace().ns(50), "client", "NEW-SYN-RECV"),))
    with pytest.raises(ValueError, match="client was in the state 'NEW-SYN-RECV', which TCP does not have"):
        state_diagram(wrong, title="x")


def test_a_walk_without_a_start_has_no_states() -> None:
    assert Walk("client", "", ()).states == ()
