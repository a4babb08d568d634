"""The parts of a sequence diagram by themselves: margins, labels, journeys, and what is painted of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Polygon, Rectangle
from numpy import asarray

from labsupport.figures.placement import Box
from labsupport.figures.plotted import Plotted
from labsupport.figures.sequence.journeys import journeys_of, usual_delay
from labsupport.figures.sequence.labels import place_labels, wordings
from labsupport.figures.sequence.layout import layout
from labsupport.figures.sequence.margins import clock, margin
from labsupport.figures.sequence.paint import paint
from labsupport.figures.sequence.reading import read
from labsupport.figures.shapes import Arrow, Bar, Lifeline, Text
from labsupport.figures.theme import light, state_role
from tests.unit.test_figures_samples import (
    SAMPLES,
    Trace,
    forged_ack,
    forged_syn,
    late_duplicate,
    lost_parts,
    lost_syns,
    one_segment,
    post,
)

LINE = Lifeline(80.0, 0.0, 200.0, 5.0)
ROOM = Box.around((200, 100), 300, 200)


def told(ns: int) -> str:
    return f"{ns} ns"


def an_arrow(y: float, end: float | None = None) -> Arrow:
    return Arrow(0, (60.0, y), (340.0, y + 20 if end is None else end), "data", 1.7, "solid", False)


# --- journeys


def test_the_usual_delay_is_the_median_and_ignores_what_was_lost() -> None:
    assert usual_delay(read(lost_syns())) == 40_000_000


def test_without_any_arrival_there_is_no_usual_delay() -> None:
    assert usual_delay(read(Trace().sends("client", "SYN", 0, None, 0).conversation())) == 0


def test_a_duplicated_segment_makes_two_journeys_of_which_the_second_is_the_copy() -> None:
    first, copy, *_ = journeys_of(read(late_duplicate()))
    assert (first.copy, first.late) == (False, False)
    assert (copy.copy, copy.late) == (True, True)
    assert copy.number == first.number


def test_arrivals_are_taken_in_order_of_time() -> None:
    conversation = late_duplicate()
    syn = conversation.segments[0]
    backward = replace(syn, arrived_ns=syn.arrived_ns[::-1])
    swapped = replace(conversation, segments=(backward, *conversation.segments[1:]))
    assert [journey.end for journey in journeys_of(read(swapped))] == [
        journey.end for journey in journeys_of(read(conversation))
    ]


def test_segments_of_one_instant_become_distinct_in_the_order_of_the_capture() -> None:
    trace = Trace().sends("client", "ACK", 1, 1, 5, 45).sends("client", "PSH ACK", 1, 1, 5, 45, data=3)
    one, other = journeys_of(read(trace.conversation()))
    assert (other.start - one.start, other.end - one.end) == (1, 1)


def test_a_lost_segment_would_have_arrived_in_the_order_of_sending() -> None:
    ends = [journey.end for journey in journeys_of(read(lost_parts())) if journey.reading.sender == "client"]
    assert ends == sorted(ends)


def test_a_forged_segment_starts_when_it_arrives_for_nobody_knows_more() -> None:
    assert [journey.start == journey.end for journey in journeys_of(read(forged_syn()))] == [True, False, False]


# --- labels


def the_labels(*journeys_and_arrows, **scene) -> tuple[Text, ...]:
    return place_labels(*journeys_and_arrows, **scene).texts


def test_a_label_has_shorter_wordings_for_narrow_places() -> None:
    request = next(journey for journey in journeys_of(read(post())) if journey.reading.octets)
    assert [text.replace("\u2002", " ") for text in wordings(request)] == [
        *["PSH·ACK seq=1 ack=1 138 B"] * 2, "PSH·ACK seq=1 138 B", "PSH·ACK 138 B", "PSH·ACK",
    ]


def test_the_word_retransmission_is_abbreviated_before_a_number_is_left_out() -> None:
    again = next(journey for journey in journeys_of(read(lost_parts())) if journey.reading.again)
    assert [text.replace("\u2002", " ") for text in wordings(again)][:3] == [
        "PSH·ACK seq=1 ack=1 6 B (retransmission)", "PSH·ACK seq=1 ack=1 6 B (retrans.)",
        "PSH·ACK seq=1 6 B (retrans.)",
    ]


def test_a_label_alone_stands_in_the_middle_of_its_arrow() -> None:
    label, = the_labels(journeys_of(read(one_segment())), [an_arrow(100)], obstacles=[], strips=[],
                          room=ROOM)
    assert (label.x, label.y) == (200, 110)


def test_a_label_steps_aside_from_what_stands_in_the_middle() -> None:
    obstacle = Box.around((200, 110), 30, 12)
    label, = the_labels(journeys_of(read(one_segment())), [an_arrow(100)], obstacles=[obstacle], strips=[],
                          room=ROOM)
    assert not label.box.overlaps(obstacle)


def test_a_label_keeps_out_of_a_cut_where_it_can() -> None:
    strip = Box.around((200, 110), 60, 12)
    label, = the_labels(journeys_of(read(one_segment())), [an_arrow(100)], obstacles=[], strips=[strip],
                          room=ROOM)
    assert not label.box.overlaps(strip)


def test_a_label_stands_beside_its_arrow_before_it_says_less() -> None:
    wall = Box.around((200, 104), 400, 10)
    label, = the_labels(journeys_of(read(one_segment())), [an_arrow(100, 100.0)], obstacles=[wall], strips=[],
                        room=ROOM)
    assert label.text == "SYN\u2002seq=0" and label.box.bottom < 100


def test_a_label_keeps_clear_of_a_neighbor_of_its_own_slope() -> None:
    requests = [journey for journey in journeys_of(read(lost_parts())) if journey.reading.octets]
    arrows = [an_arrow(y) for y in (60.0, 70.0, 80.0)]
    for index, label in enumerate(the_labels(requests[:3], arrows, obstacles=[], strips=[], room=ROOM)):
        neighbors = [arrow for other, arrow in enumerate(arrows) if other != index]
        assert not any(label.box.overlaps(Box.of([arrow.start, arrow.end])) for arrow in neighbors)


def test_neighbors_leave_out_the_same() -> None:
    requests = [journey for journey in journeys_of(read(lost_parts())) if journey.reading.octets][:2]
    narrow = [Box.around((100, 60), 130, 60), Box.around((300, 60), 130, 60)]
    labels = the_labels(requests, [an_arrow(60, 60.0), an_arrow(150)], obstacles=narrow, strips=[], room=ROOM)
    assert [label.text for label in labels] == ["PSH·ACK\u20023 B"] * 2


def test_an_arrow_without_room_gets_no_label_rather_than_a_collision() -> None:
    everywhere = Box.around((200, 100), 400, 400)
    labels = place_labels(journeys_of(read(one_segment())), [an_arrow(100)], obstacles=[everywhere], strips=[],
                          room=ROOM)
    assert (labels.texts, labels.unlabelled) == ((), 1)


def test_a_crowded_arrow_says_less_before_it_says_nothing() -> None:
    walls = [Box.around((95, 100), 130, 200), Box.around((305, 100), 130, 200)]
    request = [journey for journey in journeys_of(read(post())) if journey.reading.octets][:1]
    label, = the_labels(request, [an_arrow(100, 100.0)], obstacles=walls, strips=[], room=ROOM)
    assert label.text == "PSH·ACK\u2002138 B"


@pytest.mark.parametrize(("start", "end"), [
    ((60, 10), (340, 150)), ((340, 10), (60, 150)), ((60, 150), (340, 10)),
])
def test_a_label_lies_along_its_arrow_and_reads_from_left_to_right(start: tuple[float, float],
                                                                  end: tuple[float, float]) -> None:
    arrow = Arrow(0, start, end, "open", 1.7, "solid", False)
    label, = the_labels(journeys_of(read(one_segment())), [arrow], obstacles=[], strips=[], room=ROOM)
    downhill = (end[0] - start[0]) * (end[1] - start[1]) > 0
    assert label.angle == pytest.approx(26.57 if downhill else -26.57, abs=0.01)


# --- margins


@pytest.mark.parametrize(("span", "instant", "text"), [
    (4_350_000, 920_000, "920 µs"), (4_350_000, 4_100_000, "4,100 µs"), (482_000_000, 40_400_000, "40 ms"),
    (3_422_000_000, 3_060_000_000, "3,060 ms"), (60_000_000_000, 60_160_000_000, "60.16 s"),
    (60_000_000_000, 40_000_000, "40 ms"),
])
def test_times_are_written_as_exactly_as_the_span_allows(span: int, instant: int, text: str) -> None:
    assert clock(span)(instant) == text


def test_times_stand_beside_their_events_at_the_outer_side() -> None:
    left = margin(LINE, "client", float, 0, told, [20, 60], [], [])
    right = margin(LINE, "server", float, 0, told, [20, 60], [], [])
    assert [(time.text, time.y) for time in left.times] == [("20 ns", 20), ("60 ns", 60)]
    assert {time.anchor for time in left.times} == {"end"}
    assert all(time.x < LINE.x for time in left.times) and all(time.x > LINE.x for time in right.times)
    assert left.leaders == ()


def test_a_change_of_state_far_from_any_segment_has_a_time_of_its_own() -> None:
    side = margin(LINE, "client", float, 0, told, [20], [22, 90], [])
    assert [time.text for time in side.times] == ["20 ns", "90 ns"]


def test_times_that_had_to_move_are_led_back_to_their_events() -> None:
    side = margin(LINE, "client", float, 0, told, [50, 55], [], [])
    assert side.times[1].y - side.times[0].y >= 10
    assert [leader.start for leader in side.leaders] == [(75, 50), (75, 55)]


def test_the_name_of_a_state_stands_where_the_times_leave_most_room() -> None:
    bar = Bar(75, 0, 10, 100, "ESTABLISHED", "")
    assert margin(LINE, "client", float, 0, told, [20], [], [bar]).states[0].y == 60
    assert margin(LINE, "client", float, 0, told, [], [], [bar]).states[0].y == 50


# --- paint


@pytest.mark.parametrize("name", SAMPLES)
def test_every_text_is_painted_in_its_color_and_size(name: str) -> None:
    laid_out = layout(SAMPLES[name](), name)
    texts = paint(laid_out, Plotted).axes.texts
    painted = [(text.get_text(), text.get_fontsize(), to_hex(text.get_color())) for text in texts]
    assert painted == [(text.text, text.size, light(text.role)) for text in laid_out.texts]


def test_every_bar_is_painted_where_it_stands() -> None:
    laid_out = layout(post(), "bars")
    bars = [patch for patch in paint(laid_out, Plotted).axes.patches if isinstance(patch, Rectangle)]
    assert [(bar.get_x(), bar.get_y(), to_hex(bar.get_facecolor())) for bar in bars] == [
        (bar.x, bar.y, light(state_role(bar.state))) for bar in laid_out.bars
    ]


def test_a_point_of_the_layout_is_a_point_of_the_page() -> None:
    laid_out = layout(post(), "size")
    width, height = paint(laid_out, Plotted).figure.get_size_inches() * 72
    assert (width, height) == pytest.approx((laid_out.width, laid_out.height))


def test_a_shaft_ends_behind_the_tip_of_its_arrow() -> None:
    laid_out = layout(one_segment(), "arrow")
    shaft = next(line for line in paint(laid_out, Plotted).axes.lines if to_hex(line.get_color()) == light("open"))
    assert asarray(shaft.get_xdata())[-1] == pytest.approx(laid_out.arrows[0].end[0] - 7, abs=0.1)


def test_a_lost_segment_ends_in_a_cross_without_arrowhead() -> None:
    axes = paint(layout(lost_syns(), "lost"), Plotted).axes
    crosses = [line for line in axes.lines if to_hex(line.get_color()) == light("reset")]
    assert len(crosses) == 4


def test_a_forged_segment_starts_at_a_diamond() -> None:
    laid_out = layout(forged_ack(), "forged")
    start = next(arrow.start for arrow in laid_out.arrows if arrow.forged)
    areas = [patch for patch in paint(laid_out, Plotted).axes.patches if isinstance(patch, Polygon)]
    diamond, = [area for area in areas if to_hex(area.get_facecolor()) == light("reset")]
    assert asarray(diamond.get_xy())[:-1].mean(axis=0) == pytest.approx(start)


def test_the_box_of_a_text_surrounds_what_matplotlib_paints() -> None:
    from matplotlib.figure import Figure

    text = Text(100, 50, "PSH·ACK seq=1 ack=1 138 B", 8.5, "data", anchor="start")
    figure = Figure(figsize=(5, 2), dpi=720)
    axes = figure.add_axes((0, 0, 1, 1))
    painted = axes.text(0, 0, text.text, fontsize=text.size, family="DejaVu Sans")
    assert painted.get_window_extent().width / 10 == pytest.approx(text.width, rel=0.02)
    assert text.box.right - text.box.left == pytest.approx(text.width + 3)
