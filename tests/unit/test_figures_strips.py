"""Wire strips: what several clients put on the wire."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsupport.figures import wire_strips
from labsupport.figures.strips.layout import BLOCK_HEIGHT, Area, StripsLayout, layout
from labsupport.figures.strips.reading import Block, Part, blocks_of, sections
from labsupport.figures.theme import SMALLEST_TEXT, WIDTH
from labsupport.measured import without_measured
from labsupport.records import Conversation, Role
from tests.unit.test_figures_pictures import in_another_process
from tests.unit.test_figures_samples import CLIENT, SERVER, Trace, refused

HEADER = b"POST /login HTTP/1.1\r\nHost: 192.0.2.2\r\nContent-Length: 25\r\n\r\n"
CONTENT = b"user=ada&password=hunter2"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def speaking(*turns: tuple[Role, bytes, float]) -> Conversation:
    """An opening on a wire of 80 ms, then what each end sends at a time in milliseconds."""
    trace = Trace().sends("client", "SYN", 0, None, 0, 40).sends("server", "SYN ACK", 0, 1, 40.1, 80.2)
    trace.sends("client", "ACK", 1, 1, 80.3, 120.4)
    said = {"client": 1, "server": 1}
    for end, octets, at in turns:
        other = "server" if end == "client" else "client"
        trace.sends(end, "PSH ACK", said[end], said[other], at, at + 40, data=len(octets))
        trace.segments[-1] = replace(trace.segments[-1], payload=octets)
        said[end] += len(octets)
    return trace.conversation()


def at_once(more: bytes = b"") -> Conversation:
    return speaking(("client", HEADER[:-2] + more + b"\r\n" + CONTENT, 81), ("server", ANSWER, 124))


def in_two(pause: float = 0.3, more: bytes = b"") -> Conversation:
    return speaking(("client", HEADER[:-2] + more + b"\r\n", 81), ("client", CONTENT, 81 + pause),
                    ("server", ANSWER, 130 + pause))


def chunked() -> bytes:
    return b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"4\r\nuser\r\n4;x=y\r\n=ada\r\n0\r\n\r\n"


def kinds(stream: bytes) -> list[tuple[str, int]]:
    return [(section.kind, section.end - section.start) for section in sections(stream)]


def parts(conversation: Conversation) -> list[list[tuple[str, int]]]:
    return [[(part.kind, part.octets) for part in block.parts] for block in blocks_of(conversation)]


FIVE = {
    "requests": in_two(0.2, b"User-Agent: python-requests/2.32.5\r\nAccept: */*\r\nConnection: keep-alive\r\n"),
    "http.client": in_two(121, b"Accept-Encoding: identity\r\n"),
    "curl": at_once(b"User-Agent: curl/8.14.1\r\nAccept: */*\r\n"),
    "Chromium": at_once(b"Sec-Fetch-Site: same-origin\r\n" * 20),
    "raw socket": speaking(("client", HEADER[:30], 81), ("client", HEADER[30:], 205), ("client", CONTENT, 330),
                           ("server", b"HTTP/1.1 100 Continue\r\n\r\n", 380), ("server", ANSWER, 1500)),
}


def drawn(conversations: dict[str, Conversation], title: str = "One POST") -> StripsLayout:
    return layout({name: blocks_of(conversation) for name, conversation in conversations.items()}, title)


def areas(picture: StripsLayout) -> list[Area]:
    return [area for strip in picture.strips for area in strip.areas]


# --- what segments hold


def test_a_message_is_a_header_section_and_its_content() -> None:
    assert kinds(HEADER + CONTENT) == [("header", len(HEADER)), ("content", 25)]


def test_the_blank_line_belongs_to_the_header_section() -> None:
    header, content = sections(HEADER + CONTENT)
    assert (HEADER + CONTENT)[header.start:header.end].endswith(b"\r\n\r\n")
    assert (HEADER + CONTENT)[content.start:content.end] == CONTENT


def test_messages_follow_each_other_by_their_lengths() -> None:
    get = b"GET /form HTTP/1.1\r\nHost: x\r\n\r\n"
    assert kinds(get + HEADER + CONTENT) == [("header", len(get)), ("header", len(HEADER)), ("content", 25)]


def test_chunks_with_their_sizes_are_content() -> None:
    assert [kind for kind, _ in kinds(chunked() + HEADER)] == ["header", "content", "header"]


def test_an_interim_answer_has_no_content() -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    assert kinds(interim + ANSWER) == [("header", len(interim)), ("header", len(ANSWER) - 2), ("content", 2)]


def test_an_answer_without_a_length_lasts_until_the_connection_ends() -> None:
    assert kinds(b"HTTP/1.1 200 OK\r\n\r\nall the rest") == [("header", 19), ("content", 12)]


def test_a_request_without_a_length_has_no_content() -> None:
    assert kinds(b"POST / HTTP/1.1\r\n\r\nuser=ada") == [("header", 19), ("octets", 8)]


def test_a_header_section_that_is_cut_off_is_still_one() -> None:
    assert kinds(HEADER[:40]) == [("header", 40)]


def test_content_that_is_cut_off_is_still_content() -> None:
    assert kinds(HEADER + CONTENT[:9])[-1] == ("content", 9)
    assert kinds(chunked()[:-9])[-1][0] == "content"
    assert kinds(chunked()[:-2])[-1][0] == "content"


@pytest.mark.parametrize("stream", [b"\x16\x03\x01\x02\x00\x01", b"PAY 100 EUR", b"GET / HTTP/2\r\n\r\n"])
def test_what_is_no_http_1_is_octets(stream: bytes) -> None:
    assert kinds(stream) == [("octets", len(stream))]


@given(st.binary(max_size=200))
def test_the_sections_of_any_octets_cover_them_without_gap(stream: bytes) -> None:
    for octets in (stream, HEADER + stream, chunked()[:52] + stream):
        places = [section[1:] for section in sections(octets)]
        assert [place for pair in places for place in pair] == [
            0 if index == 0 else end for index, end in enumerate(seams(places, len(octets)))]


def seams(places: list[tuple[int, int]], end: int) -> list[int]:
    """Beginning and end of neighbors that leave no gap."""
    if not places:
        return []
    inner = [start for start, _ in places[1:] for _ in range(2)]
    return [0, *inner, end]


def test_header_and_content_in_one_segment_are_two_parts_of_one_block() -> None:
    assert parts(at_once()) == [[("header", len(HEADER)), ("content", 25)], [("header", 38), ("content", 2)]]


def test_messages_that_follow_each_other_in_one_segment_are_all_counted() -> None:
    get = b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n"
    assert parts(speaking(("client", get * 2, 81))) == [[("header", 2 * len(get))]]
    after_content = parts(speaking(("client", HEADER + CONTENT + get * 2, 81)))
    assert after_content == [[("header", len(HEADER)), ("content", 25), ("header", 2 * len(get))]]


def test_segments_do_not_care_where_a_message_is_divided() -> None:
    conversation = speaking(("client", HEADER[:30], 81), ("client", HEADER[30:] + CONTENT[:5], 82),
                            ("client", CONTENT[5:], 83))
    assert parts(conversation) == [[("header", 30)], [("header", len(HEADER) - 30), ("content", 5)], [("content", 20)]]


def test_a_conversation_may_begin_in_the_middle_of_a_connection() -> None:
    whole = speaking(("client", HEADER + CONTENT, 81), ("server", ANSWER, 124), ("client", HEADER + CONTENT, 170))
    later = replace(whole, segments=whole.segments[-1:])
    assert parts(later) == [[("header", len(HEADER)), ("content", 25)]]


def test_octets_that_the_capture_missed_leave_the_rest_in_its_place() -> None:
    whole = speaking(("client", HEADER, 81), ("client", CONTENT[:5], 82), ("client", CONTENT[5:], 83))
    missed = replace(whole, segments=tuple(segment for segment in whole if segment.length != 5))
    assert parts(missed) == [[("header", len(HEADER))], [("content", 20)]]


def test_segments_without_data_are_left_out() -> None:
    assert len(blocks_of(at_once())) == 2 < len(at_once())


# --- silences, losses, repetitions


def test_a_silence_counts_from_what_the_sender_last_sent() -> None:
    assert [block.silence_ns for block in blocks_of(in_two(121))][:2] == [0, 121_000_000]


def test_a_silence_counts_from_what_the_sender_last_received() -> None:
    conversation = speaking(("client", HEADER, 81), ("server", ANSWER, 161))
    assert [block.silence_ns for block in blocks_of(conversation)] == [0, 40_000_000]


def test_less_than_ten_milliseconds_is_no_silence() -> None:
    assert [block.silence_ns for block in blocks_of(in_two(9.9))] == [0, 0, 0]


def test_a_lost_segment_and_its_repetition_say_so() -> None:
    whole = speaking(("client", HEADER + CONTENT, 81))
    lost = replace(whole.segments[-1], arrived_ns=())
    again = replace(whole.segments[-1], sent_ns=lost.sent_ns + 300_000_000)
    conversation = replace(whole, segments=(*whole.segments[:-1], lost, again))
    first, second = blocks_of(conversation)
    assert (first.lost, first.again, second.lost, second.again) == (True, False, False, True)
    labels = [label.text for label in drawn({"curl": conversation}).strips[0].labels]
    assert labels == [f"{len(HEADER)} B lost", "25 B lost", f"{len(HEADER)} B again", "25 B again"]
    assert [area.lost for area in areas(drawn({"curl": conversation}))] == [True, True, False, False]


# --- where it stands


def test_the_client_stands_above_the_line_and_the_server_below_it() -> None:
    strip, = drawn({"curl": at_once()}).strips
    line = strip.line.start[1]
    assert [area.box.bottom == line for area in strip.areas] == [True, True, False, False]
    assert [area.box.top == line for area in strip.areas] == [False, False, True, True]
    assert all(area.box.bottom - area.box.top == pytest.approx(BLOCK_HEIGHT) for area in strip.areas)


def test_all_strips_share_one_scale() -> None:
    picture = drawn(FIVE)
    octets = [part.octets for conversation in FIVE.values() for block in blocks_of(conversation)
              for part in block.parts]
    widths = [area.box.right - area.box.left for area in areas(picture)]
    assert len(octets) == len(widths)
    for count, width in zip(octets, widths, strict=True):
        assert width == pytest.approx(max(4.0, count * picture.scale))


def test_the_widest_strip_takes_the_width_of_the_figure() -> None:
    right = max(area.box.right for area in areas(drawn(FIVE)))
    assert WIDTH - 30 < right <= WIDTH - 10


def test_a_small_message_is_not_blown_up() -> None:
    assert drawn({"tiny": speaking(("client", b"PAY 100 EUR", 81))}).scale == 0.8


def test_segments_follow_each_other_without_touching() -> None:
    for strip in drawn(FIVE).strips:
        assert all(one.right < other.left for one, other in combinations(strip.segments, 2))


def test_a_silence_has_room_of_its_own_and_its_length() -> None:
    strip = drawn(FIVE).strips[1]
    gap, = strip.gaps
    assert gap.text.text == "121 ms"
    assert strip.segments[0].right < gap.box.left < gap.box.right < strip.segments[1].left
    assert gap.box.left <= gap.text.box.left and gap.text.box.right <= gap.box.right


def test_seconds_of_silence_are_told_in_seconds() -> None:
    strip, = drawn({"slow": in_two(12_300)}).strips
    assert strip.gaps[0].text.text == "12.3 s"


@pytest.mark.parametrize("conversations", [FIVE, {"curl": at_once()}, {"all at once": in_two(20, b"X: y\r\n" * 400)}])
def test_no_two_texts_overlap_and_all_stand_inside(conversations: dict[str, Conversation]) -> None:
    picture = drawn(conversations)
    assert [(one.text, other.text) for one, other in combinations(picture.texts, 2)
            if one.box.overlaps(other.box)] == []
    for text in picture.texts:
        assert text.box.left >= 0 and text.box.right <= WIDTH, text.text
        assert text.box.top >= 0 and text.box.bottom <= picture.height, text.text
        assert text.size >= SMALLEST_TEXT


def test_no_label_lies_on_a_block() -> None:
    for strip in drawn(FIVE).strips:
        assert not any(label.box.overlaps(box) for label in strip.labels for box in strip.segments)


def test_every_part_has_its_octets_above_or_below_it() -> None:
    for name, strip in zip(FIVE, drawn(FIVE).strips, strict=True):
        told = [f"{part.octets} B" for end in ("client", "server") for block in blocks_of(FIVE[name])
                if block.sender == end for part in block.parts]
        assert sorted(label.text for label in strip.labels) == sorted(told)
        assert len(strip.leaders) == len(strip.labels)


def test_crowded_octets_take_a_second_row() -> None:
    turns: list[tuple[Role, bytes, float]] = [("client", HEADER, 81), *(
        ("client", b"x", 82 + number) for number in range(12))]
    strip, = drawn({"drop by drop": speaking(*turns)}).strips
    assert len({label.y for label in strip.labels}) > 1
    assert not any(one.box.overlaps(other.box) for one, other in combinations(strip.labels, 2))


def test_the_heading_sums_up_what_the_client_sent() -> None:
    name, told = drawn({"curl": at_once()}).strips[0].heading
    assert (name.text, told.text) == ("curl", f"{len(HEADER) + 25} octets in 1 segment")
    assert drawn({"x": in_two()}).strips[0].heading[1].text.endswith("in 2 segments")


def test_the_legend_names_what_there_is_and_no_more() -> None:
    assert [area.kind for area in drawn(FIVE).swatches] == ["header", "content"]
    assert [area.kind for area in drawn({"pay": speaking(("client", b"PAY", 81))}).swatches] == ["octets"]
    told = {name: " ".join(text.text for text in drawn({"x": conversation}).headings)
            for name, conversation in {"still": in_two(50), "quick": in_two(0.1)}.items()}
    assert "gray: silence" in told["still"] and "silence" not in told["quick"]


# --- the picture


def test_the_words_hold_what_is_the_same_on_every_run() -> None:
    told = wire_strips(FIVE, title="One POST").description
    assert told == (
        "One POST. requests sends 2 segments: header; content. http.client sends 2 segments: header; content. "
        "curl sends 1 segment: header and content. Chromium sends 1 segment: header and content. "
        "raw socket sends 3 segments: header; header; content."
    )


def test_the_words_do_not_depend_on_versions_times_or_how_the_server_divides_its_answer() -> None:
    one = wire_strips({"curl": at_once(b"User-Agent: curl/8.14.1\r\n")}, title="x")
    answered = speaking(("client", HEADER + CONTENT, 90), ("server", ANSWER[:9], 150), ("server", ANSWER[9:], 180))
    other = wire_strips({"curl": answered}, title="x")
    assert one.svg != other.svg
    assert without_measured(one.svg) == without_measured(other.svg)


def test_a_client_that_only_listens_says_so() -> None:
    told = wire_strips({"listener": speaking(("server", ANSWER, 81))}, title="x").description
    assert told == "x. listener sends no data."


def test_what_is_no_http_is_named_so() -> None:
    told = wire_strips({"TLS": speaking(("client", b"\x16\x03\x01", 81))}, title="x").description
    assert told == "x. TLS sends 1 segment: octets that are no HTTP."


def test_header_and_content_differ_in_color_and_hatch() -> None:
    root = ElementTree.fromstring(wire_strips(FIVE, title="One POST").svg)
    svg = ElementTree.tostring(root, encoding="unicode")
    assert "--fig-header" in svg and "--fig-content" in svg
    assert root.findall(".//{http://www.w3.org/2000/svg}pattern")


def test_another_process_draws_the_same_bytes() -> None:
    program = (
        "import sys; from labsupport.figures import wire_strips; from tests.unit.test_figures_strips import FIVE;"
        "sys.stdout.write(wire_strips(FIVE, title='bytes').svg)"
    )
    assert in_another_process(program, PYTHONHASHSEED="7") == wire_strips(FIVE, title="bytes").svg


def test_the_layout_needs_neither_matplotlib_nor_numpy() -> None:
    program = (
        "import sys; sys.modules['matplotlib'] = sys.modules['numpy'] = None\n"
        "from labsupport.figures.strips.layout import layout\n"
        "from labsupport.figures.strips.reading import Block, Part\n"
        "from labsupport.figures.strips.words import describe\n"
        "strips = {'x': [Block('client', (Part('header', 5),), 0, False, False)]}\n"
        "print(layout(strips, 't').scale, describe(strips, 't'))"
    )
    assert in_another_process(program).strip() == "0.8 t. x sends 1 segment: header."


# --- what cannot be drawn


def test_a_list_of_conversations_is_refused_with_the_remedy() -> None:
    with pytest.raises(TypeError, match=r'need names with their conversations, not list: pass \{"curl"'):
        wire_strips([at_once()], title="x")  # type: ignore[arg-type]


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no conversation to draw"):
        wire_strips({}, title="x")


def test_what_is_no_conversation_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match=r"'curl' is no Conversation but tuple: pass wire\.conversation"):
        wire_strips({"curl": at_once().segments}, title="x")  # type: ignore[dict-item]


@pytest.mark.parametrize("conversation", [refused(), Conversation(CLIENT, SERVER, ())])
def test_a_conversation_without_data_is_refused_by_name(conversation: Conversation) -> None:
    with pytest.raises(ValueError, match="the conversation of 'curl' carries no data: make the request"):
        wire_strips({"Chromium": at_once(), "curl": conversation}, title="x")


def test_more_segments_than_fit_are_refused_with_the_remedy() -> None:
    many = [Block("client", (Part("octets", 1),), 0, False, False)] * 90
    with pytest.raises(ValueError, match=r"90 segments of 'flood' carry data, more than fit.*dataclasses\.replace"):
        layout({"flood": many}, "x")
