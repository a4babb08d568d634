"""What holds of every sequence diagram, whatever the conversation."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labsupport.figures.placement import Box, Point
from labsupport.figures.sequence.layout import layout
from labsupport.figures.shapes import Arrow, Layout
from labsupport.figures.theme import WIDTH
from labsupport.records import Conversation, Role
from tests.unit.test_figures_samples import (
    CLIENT,
    SAMPLES,
    SERVER,
    Trace,
    download,
    forged_ack,
    forged_syn,
    late_duplicate,
    loopback,
    lost_parts,
    lost_syns,
    one_segment,
    post,
    refused,
    simultaneous_open,
)

STATES = ("SYN_SENT", "SYN_RECEIVED", "ESTABLISHED", "FIN_WAIT_1", "CLOSE_WAIT", "LAST_ACK", "CLOSED")

every_sample = pytest.mark.parametrize("name", SAMPLES)


@cache
def drawn(name: str) -> Layout:
    return layout(SAMPLES[name](), name)


def overlapping(layout: Layout) -> list[tuple[str, str]]:
    pairs = combinations(layout.texts, 2)
    return [(one.text, other.text) for one, other in pairs if one.box.overlaps(other.box)]


def outside(layout: Layout) -> list[str]:
    boxes = [(text.text, text.box) for text in layout.texts]
    return [
        text for text, box in boxes
        if box.left < 0 or box.top < 0 or box.right > layout.width or box.bottom > layout.height
    ]


def labels(conversation: Conversation) -> list[str]:
    return [label.text.replace("\u2002", " ") for label in layout(conversation, "labels").labels]


# --- of every sample


@every_sample
def test_no_two_texts_overlap(name: str) -> None:
    assert overlapping(drawn(name)) == []


@every_sample
def test_everything_stands_inside_the_canvas(name: str) -> None:
    picture = drawn(name)
    assert outside(picture) == []
    points = [point for arrow in picture.arrows for point in (arrow.start, arrow.end)]
    assert all(0 < x < picture.width and 0 < y < picture.height for x, y in points)
    assert all(bar.height > 0 and bar.y + bar.height <= picture.height for bar in picture.bars)


@every_sample
def test_arrows_run_from_lifeline_to_lifeline_but_lost_and_forged_ones_end_or_start_between(name: str) -> None:
    picture = drawn(name)
    client, server = picture.lifelines
    edges = {round(client.x + client.half_width, 6), round(server.x - server.half_width, 6)}
    for arrow in picture.arrows:
        assert round(arrow.start[0], 6) in edges or arrow.forged
        if arrow.forged:
            assert min(edges) < arrow.start[0] < max(edges)
        elif arrow.lost:
            assert min(edges) < arrow.end[0] < max(edges)
        else:
            assert {round(arrow.start[0], 6), round(arrow.end[0], 6)} == edges


@every_sample
def test_every_journey_has_an_arrow_with_a_label(name: str) -> None:
    conversation, picture = SAMPLES[name](), drawn(name)
    assert len(picture.arrows) == sum(max(1, len(segment.arrived_ns)) for segment in conversation)
    assert len(picture.labels) == len(picture.arrows)
    assert picture.unlabelled == 0


@every_sample
def test_what_is_sent_later_stands_lower(name: str) -> None:
    picture = drawn(name)
    for x in {arrow.start[0] for arrow in picture.arrows}:
        starts = {arrow.segment: arrow.start[1] for arrow in picture.arrows if arrow.start[0] == x}
        assert all(one < other for one, other in pairwise(starts.values()))


@every_sample
def test_an_arrow_slopes_down_far_enough_to_be_followed(name: str) -> None:
    assert all(arrow.end[1] - arrow.start[1] >= 5 for arrow in drawn(name).arrows)


@every_sample
def test_two_segments_of_one_direction_never_touch(name: str) -> None:
    picture = drawn(name)
    for x in {arrow.start[0] for arrow in picture.arrows}:
        ends = sorted(arrow.end[1] for arrow in picture.arrows if arrow.start[0] == x and not arrow.lost)
        assert all(below - above > 10 for above, below in pairwise(ends))


@every_sample
def test_bars_cover_a_lifeline_without_gap_or_overlap(name: str) -> None:
    picture = drawn(name)
    for line in picture.lifelines:
        bars = [bar for bar in picture.bars if bar.x < line.x < bar.x + bar.width]
        assert all(one.y + one.height == pytest.approx(other.y) for one, other in pairwise(bars))
        if bars:
            assert (bars[0].y, bars[-1].y + bars[-1].height) == pytest.approx((line.top, line.bottom))


@every_sample
def test_the_same_conversation_gives_the_same_layout(name: str) -> None:
    assert layout(SAMPLES[name](), name) == drawn(name)


@every_sample
def test_text_is_large_enough_for_a_phone(name: str) -> None:
    picture = drawn(name)
    assert picture.width == WIDTH
    assert min(text.size for text in picture.texts) * 390 / picture.width >= 8.5


@every_sample
def test_labels_follow_their_arrows_and_never_stand_on_their_head(name: str) -> None:
    assert all(-90 <= label.angle <= 90 for label in drawn(name).labels)


# --- what a reader finds


def test_a_label_gives_flags_relative_numbers_and_octets_of_data() -> None:
    assert labels(post())[:4] == [
        "SYN seq=0", "SYN·ACK seq=0 ack=1", "ACK seq=1 ack=1", "PSH·ACK seq=1 ack=1 138 B",
    ]


def test_the_margins_give_the_exact_times() -> None:
    picture = layout(post(), "times")
    left = [text.text for text in picture.times if text.x < WIDTH / 2]
    assert left == ["0 ms", "81 ms", "133 ms", "215 ms", "226 ms", "275 ms", "400 ms", "442 ms"]


def test_times_below_20_milliseconds_are_given_in_microseconds() -> None:
    assert "4,100 µs" in {text.text for text in layout(loopback(), "").times}


def test_times_beyond_ten_seconds_are_given_in_seconds() -> None:
    trace = Trace().sends("client", "SYN", 0, None, 0, 40).enters("client", SYN_SENT=0, CLOSED=127_000)
    assert [text.text for text in layout(trace.conversation(), "").times] == ["0 ms", "127.00 s", "40 ms"]


def test_an_arrival_and_the_reaction_to_it_share_one_time() -> None:
    right = [text.text for text in layout(refused(), "").times if text.x > WIDTH / 2]
    assert right == ["40 ms"]


def test_bars_name_the_states_and_begin_before_the_first_segment() -> None:
    picture = layout(post(), "states")
    client = [bar for bar in picture.bars if bar.x < WIDTH / 2]
    assert [bar.state for bar in client] == [
        "CLOSED", "SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT",
    ]
    assert client[0].y < picture.arrows[0].start[1] == pytest.approx(client[1].y)
    assert [text.text for text in picture.states if text.x < WIDTH / 2] == [bar.state for bar in client]
    assert next(bar.state for bar in picture.bars if bar.x > WIDTH / 2) == "LISTEN"


def test_waiting_states_are_told_apart_by_hatches() -> None:
    hatched = {bar.state: bar.hatch for bar in layout(post(), "").bars if bar.hatch}
    assert hatched == {"FIN-WAIT-1": "\\", "TIME-WAIT": "/", "LAST-ACK": "\\"}


def test_the_kind_of_a_segment_shows_without_its_color() -> None:
    dashes = {arrow.role: (arrow.dash, arrow.weight > 1.2) for arrow in layout(post(), "").arrows}
    assert dashes == {"open": ("solid", True), "ack": ("dashed", False), "data": ("solid", True),
                      "close": ("solid", True)}
    assert {arrow.dash for arrow in layout(refused(), "").arrows if arrow.role == "reset"} == {"dotted"}


def test_seconds_of_silence_are_cut_and_say_how_long() -> None:
    picture = layout(lost_syns(), "silence")
    assert [text.text for text in picture.silences] == [
        "964 ms of silence", "1,976 ms of silence",
    ]
    assert len(picture.cuts) == 2
    assert picture.height < 500


def test_on_a_loopback_a_pause_that_is_short_beside_the_longest_is_not_called_a_silence() -> None:
    trace, at = Trace(), 0.0
    for pause in (0.02, 0.02, 0.226, 0.02, 40.2, 0.03, 0.02):
        at += pause
        trace.sends("client", "PSH ACK", 1, 1, at, at, data=1)
    assert [text.text for text in layout(trace.conversation(), "stall").silences] == ["40 ms of silence"]


def test_no_event_stands_inside_a_cut() -> None:
    for conversation in (lost_syns(), late_duplicate()):
        picture = layout(conversation, "")
        heights = [y for arrow in picture.arrows for _, y in (arrow.start, arrow.end)]
        assert not any(cut.y < y < cut.y + cut.height for cut in picture.cuts for y in heights)


def test_time_runs_to_scale_where_nothing_is_cut_or_crowded() -> None:
    opening, _, _, request, *_ = layout(post(), "scale").arrows
    drop = {arrow.segment: arrow.end[1] - arrow.start[1] for arrow in (opening, request)}
    assert drop[3] / drop[0] == pytest.approx(41 / 40.2)


def test_lost_segments_end_in_the_word_lost() -> None:
    picture = layout(lost_syns(), "lost")
    assert [text.text for text in picture.losses] == ["lost", "lost"]
    assert [arrow.lost for arrow in picture.arrows[:3]] == [True, True, False]


def test_retransmissions_say_so() -> None:
    assert labels(lost_syns())[:3] == ["SYN seq=0", *["SYN seq=0 (retransmission)"] * 2]


def test_a_late_duplicate_has_an_arrow_and_a_label_of_its_own() -> None:
    told = labels(late_duplicate())
    assert told[:2] == ["SYN seq=0 12 B", "SYN seq=0 12 B (copy, 2.0 s late)"]
    first, copy = layout(late_duplicate(), "").arrows[:2]
    assert first.start == copy.start
    assert copy.end[1] > first.end[1] + 100


def test_a_second_connection_counts_from_its_own_initial_sequence_number() -> None:
    assert labels(late_duplicate())[-2:] == ["SYN·ACK seq=0 (new ISN) ack=13", "RST seq=13"]


def test_crossing_syns_cross() -> None:
    one, other = layout(simultaneous_open(), "").arrows[:2]
    assert one.start[1] == pytest.approx(other.start[1])
    assert one.start[0] == other.end[0]


def test_segments_that_both_ends_send_at_once_leave_out_the_same() -> None:
    assert labels(simultaneous_open()) == ["SYN seq=0"] * 2 + ["SYN·ACK seq=0"] * 2


def test_arrows_that_cross_are_steep_enough_for_a_label_on_each() -> None:
    picture = layout(simultaneous_open(), "twins")
    assert all(arrow.end[1] - arrow.start[1] > 45 for arrow in picture.arrows)
    assert all(distance((label.x, label.y), arrow) < 0.1
               for arrow, label in zip(picture.arrows, picture.labels, strict=True))


def test_a_late_copy_costs_the_others_no_words() -> None:
    trace = Trace().sends("client", "PSH ACK", 1, 1, 0, 40, 2900, data=11).sends("server", "ACK", 1, 12, 40.1, 80.1)
    trace.sends("client", "PSH ACK", 12, 1, 3200, 3240, data=11).sends("server", "ACK", 1, 23, 3240.1, 3280.1)
    told = labels(trace.conversation())
    assert told[0] == "PSH·ACK seq=0 ack=0 11 B" and told[-2] == "PSH·ACK seq=11 ack=0 11 B"
    assert "2.9 s late" in told[1]


def test_timers_of_many_seconds_leave_the_journeys_their_height() -> None:
    trace, at = Trace().sends("client", "SYN", 0, None, 0, 40), 40.1
    for wait in (0, 1000, 2000, 4000, 8000, 16000):
        at += wait
        trace.sends("server", "SYN ACK", 0, 1, at)
    picture = layout(trace.conversation(), "timers")
    assert len(picture.cuts) == 5
    assert picture.arrows[0].end[1] - picture.arrows[0].start[1] > 20


def test_how_long_it_was_still_stands_beside_a_slow_segment() -> None:
    trace = Trace().sends("client", "SYN", 0, None, 0, 2000).sends("client", "SYN", 0, None, 1000, 1040)
    trace.sends("server", "SYN ACK", 0, 1, 1040.1, 1080.1).sends("server", "ACK", 1, 1, 2000.1, 2040.1)
    picture = layout(trace.conversation(), "slow")
    lines = [Box.of([arrow.start, arrow.end]) for arrow in picture.arrows]
    assert picture.silences
    assert not any(text.box.overlaps(line) for text in picture.silences for line in lines)


def test_an_end_in_time_wait_before_a_new_syn_is_shown_in_time_wait() -> None:
    trace = Trace().sends("client", "SYN", 0, None, 10, 50).sends("server", "SYN ACK", 0, 1, 50.1, 90.1)
    trace.enters("client", SYN_SENT=10, ESTABLISHED=90.1).enters("server", TIME_WAIT=10.1, SYN_RECEIVED=50.2)
    picture = layout(trace.conversation(), "reopened")
    assert [bar.state for bar in picture.bars if bar.x > WIDTH / 2] == ["TIME-WAIT", "SYN-RECEIVED"]


def test_without_states_there_are_two_plain_lifelines() -> None:
    picture = layout(loopback(), "plain")
    assert picture.bars == () and picture.states == ()
    assert [line.half_width for line in picture.lifelines] == [0, 0]


def test_an_end_whose_states_nobody_watched_keeps_a_plain_lifeline() -> None:
    client, server = layout(refused(), "").lifelines
    assert client.half_width > 0 == server.half_width


def test_a_capture_that_begins_in_the_middle_invents_no_earlier_state() -> None:
    trace = Trace().sends("client", "PSH ACK", 1, 1, 0, 40, data=5).enters("client", ESTABLISHED=0)
    assert [bar.state for bar in layout(trace.conversation(), "").bars] == ["ESTABLISHED"]


def test_a_long_title_takes_several_lines() -> None:
    title = "A title that nobody could read on a phone if it stood on a single line of this narrow canvas"
    lines = [text.text for text in layout(one_segment(), title).headings if text.face == "regular"]
    assert len(lines) == 2 and " ".join(lines) == title


def test_ends_are_named_with_their_addresses() -> None:
    told = {text.text for text in layout(post(), "t").headings}
    assert {"client", "server", str(CLIENT), str(SERVER)} <= told


def test_sixty_segments_stay_apart() -> None:
    picture = layout(download(), "download")
    assert len(picture.labels) == 60
    assert overlapping(picture) == []


def test_segments_in_any_order_give_the_same_diagram() -> None:
    conversation = post()
    shuffled = replace(conversation, segments=conversation.segments[::-1], states=conversation.states[::-1])
    assert layout(shuffled, "order").arrows == layout(conversation, "order").arrows


def test_a_model_may_start_its_clock_at_zero() -> None:
    trace = Trace(start_ns=0).sends("client", "SYN", 0, None, 0, 40).sends("server", "SYN", 0, None, 0, 40)
    assert len(layout(trace.conversation(), "model").arrows) == 2


def test_a_clock_that_runs_backward_bends_no_arrow_out_of_the_picture() -> None:
    trace = Trace().sends("client", "SYN", 0, None, 50, 10).sends("server", "SYN ACK", 0, 1, 20, 5)
    picture = layout(trace.conversation(), "backward")
    assert outside(picture) == [] and overlapping(picture) == []


# --- of any conversation

moments = st.floats(0, 4000, allow_nan=False)
segments = st.tuples(
    st.sampled_from(["client", "server"]),
    st.sampled_from(["SYN", "SYN ACK", "ACK", "PSH ACK", "FIN ACK", "RST"]),
    st.integers(0, 99_999), st.integers(0, 99_999), moments,
    st.lists(st.one_of(st.floats(0.01, 90), st.floats(0.01, 3000)), max_size=2),
    st.sampled_from([0, 0, 1, 1448]), st.booleans(),
)
changes = st.tuples(st.sampled_from(["client", "server"]), st.sampled_from(STATES), moments)


def built(sent: list[tuple[Role, str, int, int, float, list[float], int, bool]],
          entered: list[tuple[Role, str, float]]) -> Conversation:
    trace = Trace()
    for end, flags, seq, ack, at, delays, data, forged in sent:
        arrivals = [at + delay for delay in delays]
        trace.sends(end, flags, seq, ack if "ACK" in flags else None, at, *arrivals, data=data)
        if forged and len(arrivals) == 1:
            trace.forges_last_but(0)
    for end, state, at in entered:
        trace.enters(end, **{state: at})
    return trace.conversation()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(segments, min_size=1, max_size=14), st.lists(changes, max_size=10))
def test_any_conversation_can_be_drawn_without_overlaps(sent, entered) -> None:
    picture = layout(built(sent, entered), "any conversation")
    assert overlapping(picture) == []
    assert outside(picture) == []
    assert len(picture.labels) + picture.unlabelled == len(picture.arrows)
    assert all(bar.height >= 0 for bar in picture.bars)


# --- what cannot be drawn


def test_a_list_of_segments_is_refused_with_the_remedy() -> None:
    with pytest.raises(TypeError, match=r"needs a Conversation, not tuple: pass wire\.conversation"):
        layout(post().segments, "wrong")  # type: ignore[arg-type]


def test_an_empty_conversation_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match=r"holds no segment: make the request inside"):
        layout(Conversation(CLIENT, SERVER, ()), "empty")


def test_segments_without_times_are_refused_by_number() -> None:
    conversation = post()
    third = replace(conversation.segments[2], sent_ns=0)
    timeless = replace(conversation, segments=(*conversation.segments[:2], third))
    with pytest.raises(ValueError, match=r"segment 2 of the conversation has no time: set sent_ns"):
        layout(timeless, "timeless")


def test_a_conversation_without_any_time_is_refused() -> None:
    blank = replace(one_segment().segments[0], sent_ns=0, arrived_ns=())
    with pytest.raises(ValueError, match="has no time"):
        layout(Conversation(CLIENT, SERVER, (blank,)), "timeless")


def test_a_state_begins_with_the_segment_that_goes_with_it() -> None:
    conversation = post()
    late = tuple(replace(change, at_ns=change.at_ns + 400_000) for change in conversation.states)
    picture, read_late = layout(conversation, ""), layout(replace(conversation, states=late), "")
    assert [bar.y for bar in read_late.bars] == pytest.approx([bar.y for bar in picture.bars], abs=1.0)


# --- whose label it is


@every_sample
def test_a_label_stands_on_its_own_arrow_or_right_beside_it(name: str) -> None:
    picture = drawn(name)
    for arrow, label in zip(picture.arrows, picture.labels, strict=True):
        assert distance((label.x, label.y), arrow) <= label.size


@every_sample
def test_no_label_touches_another_arrow_of_about_its_slope(name: str) -> None:
    picture = drawn(name)
    for (own, label), (other, arrow) in product(enumerate(picture.labels), enumerate(picture.arrows)):
        if own != other and abs(label.angle - arrow.angle) < 10:
            assert not label.box.overlaps(Box.of([arrow.start, arrow.end]))


def test_crowded_arrows_of_one_direction_are_labeled_in_full_each_on_its_own() -> None:
    picture = layout(lost_parts(), "parts")
    assert labels(lost_parts())[3:6] == [
        "PSH·ACK seq=1 ack=1 3 B", "PSH·ACK seq=4 ack=1 3 B", "PSH·ACK seq=7 ack=1 5 B",
    ]
    assert all(distance((label.x, label.y), picture.arrows[number]) < 0.1
               for number, label in enumerate(picture.labels))


def test_lost_arrows_run_side_by_side_with_their_neighbors() -> None:
    arrows = layout(lost_parts(), "parts").arrows[3:6]
    assert [arrow.lost for arrow in arrows] == [True, True, False]
    assert max(arrow.angle for arrow in arrows) - min(arrow.angle for arrow in arrows) < 2


def distance(point: Point, arrow: Arrow) -> float:
    """How far a point is from the line of an arrow."""
    (x, y), (x0, y0), (x1, y1) = point, arrow.start, arrow.end
    return abs((x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)) / math.dist(arrow.start, arrow.end)


# --- what was forged


def test_a_forged_segment_starts_in_the_middle_beside_the_word_forged() -> None:
    picture = layout(forged_ack(), "forged")
    arrow = next(arrow for arrow in picture.arrows if arrow.forged)
    word, = picture.forgeries
    assert word.text == "forged" and word.box.right < arrow.start[0]
    assert word.y == arrow.start[1]


@pytest.mark.parametrize("conversation", [forged_ack(), forged_syn()])
def test_the_start_of_a_forged_segment_is_clear_of_all_arrows(conversation: Conversation) -> None:
    picture = layout(conversation, "clear")
    lines = [Box.of([arrow.start, arrow.end]) for arrow in picture.arrows if not arrow.forged]
    assert not any(picture.forgeries[0].box.overlaps(line) for line in lines)
    assert not any(Box.of([arrow.start, arrow.end]).overlaps(line)
                   for arrow in picture.arrows if arrow.forged for line in lines)


def test_the_words_of_crossing_losses_stand_apart() -> None:
    one, other = layout(forged_ack(), "losses").losses
    assert abs(one.x - other.x) > 100


def test_times_count_from_what_was_seen_first_though_it_was_forged() -> None:
    assert next(text.text for text in layout(forged_syn(), "").times if text.x > WIDTH / 2) == "0 ms"
