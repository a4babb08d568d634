"""The message diagram: every message in its order, nothing that collides, told in words."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from itertools import combinations, pairwise
from typing import Any, get_args
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch
from numpy import asarray

from labsupport.figures import message_diagram
from labsupport.figures.messages.columns import EDGE, columns
from labsupport.figures.messages.layout import layout
from labsupport.figures.messages.paint import paint
from labsupport.figures.messages.reading import TONES, read
from labsupport.figures.messages.shapes import CROSSING, MARK, MessageArrow, MessageLayout, Row
from labsupport.figures.messages.wordings import DETAIL_SIZE, TEXT_SIZE, worded
from labsupport.figures.messages.words import describe
from labsupport.figures.placement import Box
from labsupport.figures.plotted import Plotted
from labsupport.figures.theme import PALETTE, SMALLEST_TEXT, WIDTH, light
from labsupport.records import Message, Tone
from tests.messages import OAUTH_PARTIES, SAMPLES
from tests.unit.test_figures_pictures import in_another_process
from tests.unit.test_figures_theme import THEMES, contrast

SVG = "{http://www.w3.org/2000/svg}"
every_sample = pytest.mark.parametrize("name", SAMPLES)
GET = Message("browser", "app", "GET /")
ASK = Message("app", "store", "get A")


def drawn(*messages: Message, participants: Any = (), tones: Any = None, title: str = "One visit") -> MessageLayout:
    return layout(read(messages, participants, tones), title)


@cache
def sample(name: str) -> MessageLayout:
    messages, participants = SAMPLES[name]
    return drawn(*messages, participants=participants, title=name)


def told(*messages: Message, participants: Any = (), tones: Any = None) -> str:
    return describe(read(messages, participants, tones), "One visit")


def only_row(picture: MessageLayout) -> Row:
    row, = picture.rows
    return row


def arrow_of(row: Row) -> MessageArrow:
    assert row.arrow
    return row.arrow


def said(row: Row) -> str:
    return " ".join(text.text for text in row.texts)


def shaft(arrow: MessageArrow) -> Box:
    """The area of an arrow with its head."""
    (left, y), (right, _) = sorted((arrow.start, arrow.end))
    return Box.of([(left, y - 2.8), (right, y - 2.8), (right, y + 2.8), (left, y + 2.8)])


def labels(picture: MessageLayout) -> list[Box]:
    """Everything that is to be read, and the marks."""
    return [text.box for text in picture.texts] + [mark.box for mark in picture.marks]


def check_room(picture: MessageLayout) -> None:
    """Nothing that is to be read lies on anything else, and everything stands inside the canvas."""
    assert [pair for pair in combinations(labels(picture), 2) if pair[0].overlaps(pair[1])] == []
    arrows = [shaft(arrow_of(row)) for row in picture.rows if row.arrow]
    arrows += [shaft(sample.arrow) for sample in picture.samples]
    lines = [Box.of([(piece.x, piece.top), (piece.x, piece.bottom)]) for piece in picture.lifelines]
    assert [(box, other) for box in labels(picture) for other in arrows + lines if box.overlaps(other)] == []
    notes = [row.note.box for row in picture.rows if row.note]
    assert [(box, other) for box in notes for other in arrows + lines if box.overlaps(other)] == []
    boxes = labels(picture) + notes + arrows + lines + [band.box for band in picture.bands]
    assert min(box.left for box in boxes) >= 0 and max(box.right for box in boxes) <= WIDTH
    assert min(box.top for box in boxes) >= 0 and max(box.bottom for box in boxes) <= picture.height
    assert min(text.size for text in picture.texts) >= SMALLEST_TEXT


def check_rows(picture: MessageLayout) -> None:
    """Rows stand below each other; what a note says is in its box, and what an arrow says between its ends."""
    for one, other in pairwise(picture.rows):
        assert bottom(one) <= top(other)
    for row in picture.rows:
        if row.note:
            assert all(contains(row.note.box, box) for box in row.labels)
        if row.arrow:
            (left, y), (right, _) = sorted((row.arrow.start, row.arrow.end))
            assert all(left < box.left and box.right < right for box in row.labels)
            assert all(text.y < y for text in row.texts) and all(text.y > y for text in row.details)


def contains(outer: Box, inner: Box) -> bool:
    return (outer.left <= inner.left and inner.right <= outer.right
            and outer.top <= inner.top and inner.bottom <= outer.bottom)


def extent(row: Row) -> list[Box]:
    return [*row.labels, *([row.note.box] if row.note else []), *([shaft(row.arrow)] if row.arrow else [])]


def top(row: Row) -> float:
    return min(box.top for box in extent(row))


def bottom(row: Row) -> float:
    return max(box.bottom for box in extent(row))


# --- order and places


@every_sample
def test_every_message_has_a_row_in_the_order_given(name: str) -> None:
    messages, _ = SAMPLES[name]
    assert [said(row) for row in sample(name).rows] == [message.text for message in messages]
    heights = [row.texts[0].y for row in sample(name).rows]
    assert heights == sorted(heights)


@every_sample
def test_arrows_run_from_the_sender_to_the_receiver(name: str) -> None:
    messages, participants = SAMPLES[name]
    place = dict(zip(participants, sample(name).columns, strict=True))
    for message, row in zip(messages, sample(name).rows, strict=True):
        if message.sender == message.receiver:
            assert row.note and not row.arrow
            assert row.note.box.left < place[message.sender] < row.note.box.right
        else:
            assert row.arrow and not row.note
            assert (row.arrow.start[0], row.arrow.end[0]) == (place[message.sender], place[message.receiver])
            assert row.arrow.start[1] == row.arrow.end[1]


def test_participants_stand_in_the_order_in_which_they_are_named() -> None:
    picture = drawn(GET, ASK, participants=("store", "app", "browser", "mail"))
    assert [head.text for head in picture.heads] == ["store", "app", "browser", "mail"]
    assert list(picture.columns) == sorted(picture.columns)


def test_without_names_participants_stand_as_the_messages_name_them() -> None:
    assert [head.text for head in drawn(ASK, GET).heads] == ["app", "store", "browser"]


def test_rows_without_detail_stand_the_same_distance_apart() -> None:
    heights = [arrow_of(row).start[1] for row in drawn(*[GET, replace(GET, reply=True)] * 4).rows]
    assert len({round(lower - upper, 1) for upper, lower in pairwise(heights)}) == 1


def test_long_names_take_several_lines_that_end_above_the_lifelines() -> None:
    picture = sample("oauth")
    names = [head.text for head in picture.heads]
    assert names == ["browser", "client", "authorization", "server", "API"]
    begin = min(piece.top for piece in picture.lifelines)
    assert max(head.box.bottom for head in picture.heads) < begin < top(picture.rows[0])


def test_columns_are_wider_where_more_is_said() -> None:
    cookie = replace(GET, detail="Cookie: sid=A; theme=dark; lang=en")
    left, middle, right = drawn(cookie, ASK).columns
    assert middle - left > 1.3 * (right - middle)
    left, middle, right = drawn(GET, replace(ASK, detail='{"user": "ada", "views": 1, "cart": []}')).columns
    assert right - middle > 1.3 * (middle - left)


def test_columns_are_even_where_little_is_said() -> None:
    left, middle, right = drawn(GET, ASK).columns
    assert abs((middle - left) - (right - middle)) < 8


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_the_heads_of_the_outer_participants_reach_the_edges(count: int) -> None:
    names = ("browser", "app", "balancer", "store", "mail")[:count]
    heads = drawn(GET, participants=names).heads
    assert heads[0].box.left + 1.5 == pytest.approx(EDGE, abs=0.01)
    assert heads[-1].box.right - 1.5 == pytest.approx(WIDTH - EDGE, abs=0.01)


# --- room


@every_sample
def test_nothing_collides_in_the_diagrams_of_the_chapters(name: str) -> None:
    check_room(sample(name))
    check_rows(sample(name))


words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=14)
texts = st.lists(words, min_size=1, max_size=5).map(" ".join)
NAMES = ("browser", "authorization server", "app", "r1", "store")


@st.composite
def scripts(draw: st.DrawFn) -> tuple[list[Message], list[str]]:
    """Messages between up to five participants, with all that a message may have."""
    names = draw(st.permutations(NAMES))[:draw(st.integers(2, 5))]
    ends = st.sampled_from(names)
    message = st.builds(
        Message, ends, ends, texts, st.one_of(st.just(""), texts), st.booleans(), st.sampled_from(get_args(Tone)),
        st.sampled_from(["", "", "log in", "log out"]))
    return draw(st.lists(message, min_size=1, max_size=8)), names


@settings(max_examples=100, deadline=None)
@given(scripts(), texts)
def test_nothing_collides_whatever_is_said(script: tuple[list[Message], list[str]], title: str) -> None:
    messages, names = script
    try:
        picture = drawn(*messages, participants=names, title=title)
    except ValueError as refusal:
        assert "too much for the" in str(refusal) and "shorten" in str(refusal)
        return
    check_room(picture)
    check_rows(picture)


@settings(deadline=None)
@given(texts, texts, st.sampled_from(get_args(Tone)), st.floats(60, 340))
def test_wrapped_lines_fit_and_lose_nothing(text: str, detail: str, tone: Tone, room: float) -> None:
    wording = worded(replace(GET, text=text, detail=detail, tone=tone), room)
    if wording:
        assert wording.width <= room
        assert "".join(wording.text).replace(" ", "") == text.replace(" ", "")
        assert "".join(wording.detail).replace(" ", "") == detail.replace(" ", "")


def test_a_column_is_wider_rather_than_a_word_broken() -> None:
    token = "access_token=" + "T" * 32
    wordings = columns(read([replace(GET, detail=token), ASK], ("browser", "app", "store"))).wordings
    assert wordings[0].detail == (token,) and wordings[0].torn == 0


def test_no_word_is_left_alone_on_the_last_line() -> None:
    wording = worded(replace(GET, text="the state, the verifier and the nonce go into the session"), 250)
    assert wording and wording.text == ("the state, the verifier and", "the nonce go into the session")


def test_a_word_longer_than_its_line_is_broken() -> None:
    wording = worded(replace(GET, detail="Cookie: session=" + "eyJ" * 20), 150)
    assert wording and wording.detail[0] == "Cookie: session="
    assert wording.torn == len(wording.detail) - 1 == 3


@pytest.mark.parametrize("text", ["see " * 200, "x" * 900])
def test_a_text_too_long_for_its_arrow_is_refused_with_the_room_it_has(text: str) -> None:
    message = r"message 2 says '(see|xxx).*', too much for the \d+ points between browser and app: shorten it, or draw"
    with pytest.raises(ValueError, match=message):
        drawn(GET, replace(GET, text=text), participants=NAMES)


def test_of_text_and_detail_the_longer_is_named() -> None:
    with pytest.raises(ValueError, match=r"message 1 says 'sid=AAAA.*too much for the \d+ points"):
        drawn(replace(GET, detail="sid=" + "A" * 999))


def test_names_too_wide_to_stand_side_by_side_are_refused() -> None:
    with pytest.raises(ValueError, match=r"the participants .*-gateway are \d+ points wide .* room for 380: shorten"):
        drawn(GET, participants=("browser", "app", "authentication-gateway", "authorization-gateway", "user-gateway"))


# --- lifelines


def heights(picture: MessageLayout, x: float) -> list[tuple[float, float]]:
    return [(piece.top, piece.bottom) for piece in picture.lifelines if piece.x == x]


def test_a_lifeline_runs_unbroken_where_nothing_crosses_it() -> None:
    picture = drawn(GET, GET, GET)
    assert all(len(heights(picture, x)) == 1 for x in picture.columns)


def test_a_lifeline_gives_way_to_an_arrow_that_passes_it() -> None:
    picture = drawn(Message("browser", "store", "x"), participants=("browser", "a participant", "app", "store"))
    (_, y), _ = arrow_of(only_row(picture)).start, None
    outer, passed = (picture.columns[0], picture.columns[3]), picture.columns[1:3]
    assert all(len(heights(picture, x)) == 1 for x in outer)
    for x in passed:
        (_, above), (below, _) = heights(picture, x)
        assert above <= y - CROSSING and below >= y + CROSSING


def test_a_lifeline_gives_way_to_a_label_and_leaves_no_crumbs() -> None:
    picture = drawn(replace(GET, receiver="store", detail="Cookie: sid=A"), participants=("browser", "app", "store"))
    row = only_row(picture)
    (_, above), (below, _) = heights(picture, picture.columns[1])
    assert above <= row.texts[0].box.top and below >= row.details[0].box.bottom
    assert all(piece.bottom - piece.top > 3 for piece in picture.lifelines)


@pytest.mark.parametrize("letters", range(20, 40))
def test_a_lifeline_keeps_clear_of_a_label_that_almost_touches_it(letters: int) -> None:
    names = ("browser", "app", "mail", "store")
    picture = drawn(replace(GET, text="i" * letters, receiver="store"), participants=names)
    label = only_row(picture).texts[0].box
    beside = [piece for piece in picture.lifelines if piece.top < label.bottom and label.top < piece.bottom]
    assert all(piece.x <= label.left - 3 or label.right + 3 <= piece.x for piece in beside)


def test_a_note_interrupts_its_own_lifeline_only() -> None:
    picture = drawn(GET, Message("app", "app", "counts the visit"), GET)
    assert [len(heights(picture, x)) for x in picture.columns] == [1, 2]


def test_all_lifelines_begin_below_the_heads_and_end_below_the_last_row() -> None:
    picture = sample("counter")
    assert len({heights(picture, x)[0][0] for x in picture.columns}) == 1
    ends = {heights(picture, x)[-1][1] for x in picture.columns}
    assert len(ends) == 1 and min(ends) > bottom(picture.rows[-1])


# --- notes


def test_a_note_stays_between_the_lifelines_beside_its_own() -> None:
    long = "what the app does with the request before it asks the store"
    picture = drawn(GET, ASK, Message("app", "app", long))
    left, middle, right = picture.columns
    note = picture.rows[-1].note
    assert note and left < note.box.left < middle < note.box.right < right
    assert len(picture.rows[-1].texts) >= 1


def test_a_note_at_the_edge_moves_inward() -> None:
    picture = drawn(GET, Message("browser", "browser", "keeps the cookie until it is closed"))
    note = picture.rows[-1].note
    assert note and note.box.left == pytest.approx(EDGE) and note.box.right > picture.columns[0] + 60


def test_a_note_may_have_a_detail_and_a_mark() -> None:
    row = drawn(GET, Message("app", "app", "checks", "sid=A", tone="good")).rows[-1]
    assert row.note and row.note.role == "data" and row.mark and contains(row.note.box, row.mark.box)
    assert [text.text for text in row.details] == ["sid=A"]


def test_the_box_of_an_aside_is_dotted() -> None:
    aside, plain = drawn(replace(GET, sender="app", tone="aside"), replace(GET, sender="app"), participants=(
        "browser", "app")).rows
    assert aside.note and plain.note and (aside.note.dash, plain.note.dash) == ("dotted", "solid")


# --- arrows, tones, legend


def test_a_reply_is_thin_and_dashed_with_an_open_head() -> None:
    request, reply = (arrow_of(row) for row in drawn(GET, replace(GET, reply=True)).rows)
    assert (request.dash, reply.dash) == ("solid", "dashed") and request.weight > reply.weight
    assert reply.reply and not request.reply


def test_detail_is_monospaced_smaller_and_below_the_arrow() -> None:
    row = only_row(drawn(replace(GET, detail="Cookie: sid=A")))
    text, detail = row.texts[0], row.details[0]
    assert (text.face, detail.face) == ("regular", "mono") and detail.size < text.size
    assert (text.size, detail.size) == (TEXT_SIZE, DETAIL_SIZE)
    assert text.y < arrow_of(row).start[1] < detail.y


def test_tones_differ_in_color_and_in_mark_or_stroke() -> None:
    rows = drawn(*(replace(GET, tone=tone) for tone in get_args(Tone))).rows
    looks = {(arrow_of(row).role, arrow_of(row).dash, row.mark and row.mark.tone) for row in rows}
    assert looks == {("ink", "solid", None), ("data", "solid", "good"), ("reset", "solid", "bad"),
                     ("muted", "dotted", None)}
    assert len({(dash, mark) for _, dash, mark in looks}) == 4
    assert all(text.role == arrow_of(row).role for row in rows for text in row.texts)


def test_a_mark_stands_before_the_first_line() -> None:
    row = only_row(drawn(replace(GET, tone="good")))
    assert row.mark and row.mark.box.right < row.texts[0].box.left + 2 and row.mark.center[1] == row.texts[0].y
    left, right = row.mark.box.left, row.texts[0].x + row.texts[0].width / 2
    start, end = arrow_of(row).start, arrow_of(row).end
    assert left + right == pytest.approx(start[0] + end[0], abs=0.02)


def test_the_legend_names_the_tones_that_occur() -> None:
    assert not drawn(GET).legend and not drawn(GET).samples
    picture = drawn(replace(GET, tone="bad"), replace(GET, tone="good"), GET)
    assert [text.text for text in picture.legend] == [TONES["good"], TONES["bad"]]
    assert [sample.mark and sample.mark.tone for sample in picture.samples] == ["good", "bad"]


def test_the_legend_says_what_the_chapter_says() -> None:
    tones = {"": "the visitor", "bad": "the attacker", "good": "nobody"}
    picture = drawn(GET, replace(GET, tone="bad"), tones=tones)
    assert [text.text for text in picture.legend] == ["the visitor", "the attacker"]
    assert [sample.arrow.role for sample in picture.samples] == ["ink", "reset"]


def test_a_long_legend_wraps_and_pushes_the_rest_down() -> None:
    messages = [replace(GET, tone=tone) for tone in get_args(Tone)]
    tones = {message.tone: f"what {message.tone} means, in more words than it should need" for message in messages}
    picture = drawn(*messages, tones=tones)
    check_room(picture)
    assert picture.height > drawn(*messages).height + 20
    check_room(drawn(*messages, tones={"bad": "very " * 60 + "bad"}))


# --- parts


def test_neighbors_of_a_part_stand_on_a_band_under_its_name() -> None:
    picture = drawn(replace(GET, part="log in"), replace(GET, part="log in"), GET, replace(GET, part="log out"))
    first, second = picture.bands
    inside = [[contains(band.box, box) for row in picture.rows for box in [*row.labels, shaft(arrow_of(row))][:1]]
              for band in picture.bands]
    assert inside == [[True, True, False, False], [False, False, False, True]]
    assert [text.text for band in (first, second) for text in band.captions] == ["log in", "log out"]
    assert not first.box.overlaps(second.box) and top(picture.rows[2]) > first.box.bottom


def test_parts_of_one_name_look_alike_and_neighbors_differ() -> None:
    bands = sample("oauth").bands
    assert [band.captions[0].text for band in bands] == ["front channel", "back channel", "front channel"]
    assert [band.fill for band in bands] == ["paper", "cut", "paper"]


def test_the_name_of_a_part_wraps() -> None:
    picture = drawn(replace(GET, part="a part that has a name which is much too long to be a name " * 2), ASK)
    assert len(picture.bands[0].captions) > 1
    check_room(picture)


def test_without_parts_there_is_no_band() -> None:
    assert sample("fixation").bands == ()


# --- the painting


def strokes(canvas: Plotted, role: str) -> list[Line2D]:
    """The lines of a drawing in the color of a role."""
    return [drawn for drawn in canvas.axes.lines if to_hex(drawn.get_color()) == light(role)]


def boxes(canvas: Plotted) -> list[FancyBboxPatch]:
    return [patch for patch in canvas.axes.patches if isinstance(patch, FancyBboxPatch)]


def points(line: Line2D) -> list[tuple[float, ...]]:
    return [tuple(point) for point in asarray(line.get_xydata())]


@every_sample
def test_every_piece_of_a_lifeline_is_painted(name: str) -> None:
    upright = [points(line) for line in strokes(paint(sample(name), Plotted), "ink") if line.get_linewidth() == 0.9]
    assert upright == [[(piece.x, piece.top), (piece.x, piece.bottom)] for piece in sample(name).lifelines]


def test_a_request_has_a_filled_head_and_a_reply_an_open_one() -> None:
    pictures = [drawn(replace(GET, reply=reply)) for reply in (False, True)]
    request, reply = (paint(picture, Plotted) for picture in pictures)
    assert [len(canvas.axes.patches) for canvas in (request, reply)] == [1, 0]
    shaft_line, open_head = strokes(reply, "ink")[-2:]
    assert shaft_line.is_dashed() and not open_head.is_dashed()
    assert points(open_head)[1] == points(shaft_line)[-1] == arrow_of(only_row(pictures[1])).end


def test_bands_lie_below_everything_else_in_their_colors() -> None:
    canvas = paint(sample("oauth"), Plotted)
    bands, axes = boxes(canvas)[:3], canvas.axes
    assert [to_hex(band.get_facecolor()) for band in bands] == [light(band.fill) for band in sample("oauth").bands]
    assert max(band.get_zorder() for band in bands) < min(artist.get_zorder() for artist in (*axes.lines, *axes.texts))


def test_the_box_of_an_aside_is_painted_dotted() -> None:
    notes = [Message("app", "app", "counts"), Message("app", "app", "counts", tone="aside")]
    plain, aside = boxes(paint(drawn(*notes, participants=("browser", "app")), Plotted))
    assert plain.get_linestyle() == "solid" and aside.get_linestyle() == (0, (1.0, 1.3))


# --- the picture


@cache
def picture_of(name: str) -> str:
    messages, participants = SAMPLES[name]
    return message_diagram(messages, title=name, participants=participants).svg


@every_sample
def test_the_svg_is_well_formed_and_every_color_follows_the_theme(name: str) -> None:
    root = ElementTree.fromstring(picture_of(name))
    written = sorted(str(element.text) for element in root.iter(f"{SVG}text"))
    assert written == sorted(text.text for text in sample(name).texts)
    bare = re.sub(r"var\(--fig-[a-z0-9-]+, #[0-9a-f]{6}\)", "", picture_of(name))
    assert re.findall(r"#[0-9a-fA-F]{6}\b", bare) == []


def test_the_figure_is_compared_byte_for_byte() -> None:
    assert "measured" not in picture_of("counter")


@pytest.mark.parametrize("seed", ["1", "4242"])
def test_another_process_draws_the_same_bytes_one_diagram_after_the_other(seed: str) -> None:
    program = (
        "import sys; from labsupport import message_diagram; from tests.messages import SAMPLES\n"
        "for name in SAMPLES:\n"
        "    messages, participants = SAMPLES[name]\n"
        "    sys.stdout.write(message_diagram(messages, title=name, participants=participants).svg)"
    )
    assert in_another_process(program, PYTHONHASHSEED=seed) == "".join(map(picture_of, SAMPLES))


def test_messages_may_come_from_a_generator() -> None:
    messages, participants = SAMPLES["counter"]
    lazily = message_diagram((message for message in messages), title="counter", participants=iter(participants))
    assert lazily.svg == picture_of("counter")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("role", ["ink", "muted", "data", "reset"])
def test_texts_are_readable_on_paper_and_on_a_band(role: str, theme: str) -> None:
    for ground in ("paper", "cut"):
        assert contrast(getattr(PALETTE[role], theme), getattr(PALETTE[ground], theme)) >= 4.5


def test_marks_are_drawn_not_written() -> None:
    svg = message_diagram([replace(GET, tone="good"), replace(GET, tone="bad")], title="x").svg
    assert not set("✓✗✔✘") & set(svg)
    assert svg.count("fill:var(--fig-data") >= 2 and svg.count("fill:var(--fig-reset") >= 2
    assert sample("counter").marks[0].box.right - sample("counter").marks[0].box.left == MARK


def test_tick_and_cross_differ_without_color() -> None:
    good, bad = (message_diagram([replace(GET, tone=tone)], title="x").svg for tone in ("good", "bad"))
    strokes = [len(re.findall("stroke:var\\(--fig-paper", svg)) for svg in (good, bad)]
    assert strokes == [2, 4]


def test_title_and_description_stand_in_the_svg() -> None:
    picture = message_diagram([GET], title="Ask & answer")
    root = ElementTree.fromstring(picture.svg)
    assert root.findtext(f"{SVG}title") == "Ask & answer"
    assert root.findtext(f"{SVG}desc") == picture.description == "Ask & answer. browser to app: GET /."


def test_a_diagram_stays_small_as_a_file() -> None:
    assert len(picture_of("oauth")) < 30_000


def test_the_layout_needs_neither_matplotlib_nor_numpy() -> None:
    program = (
        "import sys; sys.modules['matplotlib'] = sys.modules['numpy'] = None\n"
        "from labsupport import Message\n"
        "from labsupport.figures.messages.layout import layout\n"
        "from labsupport.figures.messages.reading import read\n"
        "from labsupport.figures.messages.words import describe\n"
        "script = read([Message('browser', 'app', 'GET /')])\n"
        "print(len(layout(script, 't').rows), describe(script, 't'))"
    )
    assert in_another_process(program).strip() == "1 t. browser to app: GET /."


# --- the words


def test_the_words_tell_every_message_in_its_order() -> None:
    assert told(
        replace(GET, detail="Cookie: sid=A"), ASK, Message("store", "app", "nothing", reply=True),
        Message("app", "app", "counts"), Message("app", "browser", "401 Unauthorized", reply=True, tone="good"),
    ) == (
        "One visit. browser to app: GET / (Cookie: sid=A). app to store: get A. store answers app: nothing. "
        "app: counts. app answers browser, as it should be: 401 Unauthorized."
    )


def test_the_words_name_parts_and_what_tones_mean_here() -> None:
    assert told(
        replace(GET, part="log in"), replace(GET, part="log in", tone="bad"), replace(GET, part="log out"),
        tones={"": "the visitor", "bad": "the attacker"},
    ) == (
        "One visit. log in: browser to app, the visitor: GET /. browser to app, the attacker: GET /. "
        "log out: browser to app, the visitor: GET /."
    )


def test_a_text_that_is_a_sentence_ends_once() -> None:
    assert told(GET, Message("app", "app", "who is it?")).endswith("app: who is it?")


@every_sample
def test_the_words_hold_every_text_and_every_detail(name: str) -> None:
    messages, participants = SAMPLES[name]
    words_of = describe(read(messages, participants), name)
    assert all(message.text in words_of and message.detail in words_of for message in messages)


def test_spaces_and_line_breaks_are_one_space() -> None:
    script = read([Message(" browser", "app ", "GET\n /", " a  b ")], ["browser ", "app"])
    assert script.messages == (Message("browser", "app", "GET /", "a b"),)
    assert script.participants == ("browser", "app")


# --- what cannot be drawn


@pytest.mark.parametrize(("messages", "message"), [
    (GET, r"needs Messages in their order, not Message: pass \[Message\("),
    ("GET /", r"needs Messages in their order, not str"),
    (None, r"needs Messages in their order, not NoneType"),
    ({"browser": GET}, r"needs Messages in their order, not dict"),
    ([GET, ("browser", "app", "GET /")], r"message 2 is no Message but tuple: pass \[Message\("),
    ([replace(GET, text=5)], r"message 1 has the text 5: pass a text"),  # type: ignore[arg-type]
    ([GET, replace(GET, detail=None)], r"message 2 has the detail None: pass a text"),  # type: ignore[arg-type]
])
def test_what_is_no_message_is_refused_with_the_remedy(messages: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        message_diagram(messages, title="x")


def test_no_message_is_refused() -> None:
    with pytest.raises(ValueError, match=r"there is no message to draw: pass \[Message\("):
        message_diagram([], title="x", participants=("browser", "app"))


@pytest.mark.parametrize("name", ["sender", "receiver", "text"])
def test_an_empty_field_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(ValueError, match=f"message 2 has an empty {name}: say who sends what to whom"):
        message_diagram([GET, replace(GET, **{name: " "})], title="x")  # type: ignore[arg-type]


def test_an_unknown_participant_is_refused_with_those_there_are() -> None:
    for ends, what in (({"sender": "stroe"}, "sent by"), ({"receiver": "stroe"}, "sent to")):
        with pytest.raises(ValueError, match=f"message 2, 'GET /', is {what} 'stroe', who is none of the participants "
                                             "browser, app: add 'stroe' to them, or correct the name"):
            message_diagram([GET, replace(GET, **ends)], title="x",  # type: ignore[arg-type]
                            participants=("browser", "app"))


def test_more_participants_than_fit_are_refused() -> None:
    names = ["browser", "app", "r1", "r2", "r3", "store"]
    with pytest.raises(ValueError, match=r"6 participants \(browser, .*store\): a page has room for 2 to 5; tell"):
        message_diagram([GET], title="x", participants=names)
    messages = [replace(GET, receiver=name) for name in names[1:]]
    with pytest.raises(ValueError, match="6 participants"):
        message_diagram(messages, title="x")


def test_one_participant_alone_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1 participants \(app\): a page has room for 2 to 5"):
        message_diagram([Message("app", "app", "thinks")], title="x")


def test_a_participant_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="the participant 'app' stands in participants more than once"):
        message_diagram([GET], title="x", participants=("browser", "app", " app"))


@pytest.mark.parametrize(("participants", "message"), [
    ("browser", r"participants are 'browser': pass their names from left to right, \(\"browser\", \"app\"\)"),
    (None, "participants are None: pass their names"),
    (("browser", 5), "the participant 5 is no name: pass a text of one or two words"),
    (("browser", " "), "the participant ' ' is no name"),
])
def test_what_is_no_list_of_names_is_refused(participants: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        message_diagram([GET], title="x", participants=participants)


def test_an_unknown_tone_is_refused_with_those_there_are() -> None:
    message = "message 1, 'GET /', has the tone 'evil': use \"good\", \"bad\" or \"aside\", or leave it out"
    with pytest.raises(ValueError, match=message):
        message_diagram([replace(GET, tone="evil")], title="x")  # type: ignore[arg-type]


def test_a_legend_that_says_nothing_is_refused() -> None:
    with pytest.raises(TypeError, match="tones must map tones to what the legend says, not be list"):
        message_diagram([GET], title="x", tones=["bad"])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="tones names the tone 'evil': use"):
        message_diagram([GET], title="x", tones={"evil": "the attacker"})
    with pytest.raises(ValueError, match="tones says ' ' of 'bad': say in a few words what it means"):
        message_diagram([GET], title="x", tones={"bad": " "})


def test_the_parties_of_oauth_fit_in_the_largest_letters() -> None:
    messages, _ = SAMPLES["oauth"]
    assert columns(read(messages, OAUTH_PARTIES)).heads.size == 10.5
