"""The matrix: a heat map of categories."""

from __future__ import annotations

import re
from functools import cache
from itertools import combinations, pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labsupport.figures import matrix
from labsupport.figures.matrices.layout import layout
from labsupport.figures.matrices.lines import LINE, SIZE, heads
from labsupport.figures.matrices.reading import Name, read
from labsupport.figures.matrices.shapes import SYMBOL, MatrixLayout, Tile
from labsupport.figures.matrices.words import describe
from labsupport.figures.metrics import text_width
from labsupport.figures.theme import PALETTE, SMALLEST_TEXT, WIDTH
from tests.matrices import ACTIONS, BROWSERS, CACHING, FIVE, HISTORY, REQUESTS, SAMPLES, VISITS
from tests.unit.test_figures_pictures import in_another_process
from tests.unit.test_figures_theme import THEMES, contrast, luminance

SVG = "{http://www.w3.org/2000/svg}"
every_sample = pytest.mark.parametrize("name", SAMPLES)


def drawn(cells: Any, kinds: Any = REQUESTS, title: str = "What the server sees", note: str = "") -> MatrixLayout:
    return layout(read(cells, kinds), title, note)


def sample(name: str) -> MatrixLayout:
    return drawn(*SAMPLES[name])


def described(cells: Any, kinds: Any = REQUESTS, note: str = "") -> str:
    return describe(read(cells, kinds), "Visits", note)


def one_row(**cells: Any) -> dict[str, dict[str, Any]]:
    return {"ETag": cells}


def names(groups: Any) -> list[tuple[str, list[str]]]:
    return [(group.name, [name.text for name in group.members]) for group in groups]


def check_room(picture: MatrixLayout) -> None:
    """No text lies on another or on a tile that is not its own; everything stands inside the canvas."""
    pairs = combinations(picture.texts, 2)
    assert [(one.text, other.text) for one, other in pairs if one.box.overlaps(other.box)] == []
    outside = picture.titles + picture.legend + picture.headings
    tiles = picture.tiles + picture.swatches
    assert [(text.text, tile) for text in outside for tile in tiles if text.box.overlaps(tile.box)] == []
    boxes = [text.box for text in picture.texts] + [tile.box for tile in tiles]
    assert min(box.left for box in boxes) >= 0 and max(box.right for box in boxes) <= WIDTH
    assert min(box.top for box in boxes) >= 0 and max(box.bottom for box in boxes) <= picture.height
    assert min(text.size for text in picture.texts) >= SMALLEST_TEXT


def check_cells(picture: MatrixLayout) -> None:
    """No tile lies on another; symbol and text of a cell stand inside it and beside each other."""
    for one, other in pairwise(picture.tiles):
        assert not one.box.overlaps(other.box)
    for tile in picture.tiles:
        x, y = tile.symbol
        around = SYMBOL / 2
        assert tile.box.left <= x - around and x + around <= tile.box.right
        assert tile.box.top <= y - around and y + around <= tile.box.bottom
        for text in tile.texts:
            assert tile.box.left <= text.box.left and text.box.right <= tile.box.right
            assert tile.box.top <= text.box.top and text.box.bottom <= tile.box.bottom
            assert text.box.left + 1.5 >= x + around or text.box.top >= y + around


# --- rows, columns, groups


def test_rows_and_columns_stand_in_the_order_in_which_they_are_written() -> None:
    table = read(CACHING, REQUESTS)
    assert [name.text for name in table.row_names] == list(CACHING)
    assert [name.text for name in table.column_names] == list(VISITS)


def test_a_column_that_earlier_rows_lack_follows_its_left_neighbor() -> None:
    table = read({"ETag": {"first": "full", "Back": "none"}, "none": {"first": "full", "link": "full", "Back": "none"},
                  "other": {"typed": "full", "first": "full"}}, REQUESTS)
    assert [name.text for name in table.column_names] == ["typed", "first", "link", "Back"]


def test_the_same_column_may_stand_in_two_groups() -> None:
    assert names(read(HISTORY, FIVE).columns) == [(browser, list(ACTIONS)) for browser in BROWSERS]


def test_members_of_a_group_stand_together_wherever_they_are_written() -> None:
    cells = {("a", "1"): {"x": "full"}, ("b", "1"): {"x": "full"}, ("a", "2"): {"x": "full"}, "3": {"x": "none"}}
    assert names(read(cells, REQUESTS).rows) == [("a", ["1", "2"]), ("b", ["1"]), ("", ["3"])]


def test_a_cell_may_come_as_the_list_that_json_makes_of_a_pair() -> None:
    assert read(one_row(Back=["full", "2"]), REQUESTS) == read(one_row(Back=("full", "2")), REQUESTS)


@pytest.mark.parametrize(("count", "steps"), [
    (1, [4]), (2, [0, 4]), (3, [0, 2, 4]), (4, [0, 1, 3, 4]), (5, [0, 1, 2, 3, 4]),
])
def test_the_ends_of_a_scale_are_the_same_however_many_kinds_it_has(count: int, steps: list[int]) -> None:
    kinds = {str(place): f"kind {place}" for place in range(count)}
    table = read(one_row(Back="0"), kinds)
    assert [table.step(kind) for kind in kinds] == steps


def test_a_kind_looks_the_same_whatever_other_kinds_occur() -> None:
    alone, = drawn(one_row(Back="conditional")).tiles
    assert alone.step == 2


# --- what stands where


@every_sample
def test_no_two_texts_overlap_and_all_stand_inside(name: str) -> None:
    check_room(sample(name))


@every_sample
def test_symbols_and_texts_stand_in_their_cells(name: str) -> None:
    check_cells(sample(name))


@every_sample
def test_there_is_one_tile_for_each_row_and_column(name: str) -> None:
    cells, kinds = SAMPLES[name]
    table = read(cells, kinds)
    picture = sample(name)
    lefts = sorted({round(tile.box.left, 3) for tile in picture.tiles})
    assert len(lefts) == len(table.column_names)
    assert [tile.step for tile in picture.tiles] == [
        table.step(table.cells[row, column].kind) if (row, column) in table.cells else None
        for row in table.row_names for column in table.column_names]


@every_sample
def test_the_cells_take_the_width_of_the_figure(name: str) -> None:
    assert max(tile.box.right for tile in sample(name).tiles) == pytest.approx(WIDTH - 8)


words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=16)
labels = st.lists(words, min_size=1, max_size=5).map(" ".join)


@st.composite
def axes(draw: st.DrawFn) -> list[Any]:
    """Up to 20 names, in groups or not."""
    keys = draw(st.lists(labels, min_size=1, max_size=20, unique=True))
    groups = draw(st.lists(labels, max_size=4))
    chosen = draw(st.lists(st.sampled_from([*groups, ""]), min_size=len(keys), max_size=len(keys)))
    return [(group, key) if group else key for group, key in zip(chosen, keys, strict=True)]


@settings(max_examples=40, deadline=None)
@given(axes(), axes(), st.randoms(use_true_random=False), labels, labels)
def test_any_names_and_sizes_find_room(rows: list[Any], columns: list[Any], chance: Any, title: str, note: str) -> None:
    cells: dict[Any, dict[Any, Any]] = {
        row: {column: chance.choice([*FIVE, None]) for column in columns} for row in rows}
    cells[rows[0]][columns[0]] = "get"
    picture = drawn(cells, FIVE | {"post": note}, title, note)
    check_room(picture)
    check_cells(picture)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 8), st.integers(1, 6), st.randoms(use_true_random=False))
def test_texts_find_room_in_their_cells_or_are_refused(columns: int, longest: int, chance: Any) -> None:
    cells = {f"row {row}": {f"c{column}": (chance.choice(list(FIVE)), "W" * chance.randint(0, longest))
                            for column in range(columns)} for row in range(3)}
    try:
        picture = drawn(cells, FIVE)
    except ValueError as refusal:
        assert "shorten it" in str(refusal) and columns * text_width("W" * longest, SIZE) > WIDTH / 2
    else:
        check_room(picture)
        check_cells(picture)


def test_twenty_groups_of_one_column_find_room() -> None:
    cells = {f"row {row}": {(f"browser {column}", "reload"): "full" for column in range(20)} for row in range(20)}
    check_room(drawn(cells))
    check_cells(drawn(cells))


def test_headings_stand_upright_where_they_fit_and_are_turned_together_where_one_does_not() -> None:
    assert {text.angle for text in sample("history").headings} == {0.0}
    turned = {text.text for text in sample("20 × 20").headings if text.angle}
    assert turned == {f"column {column}" for column in range(20)}


def test_turned_headings_begin_at_their_cells() -> None:
    picture = sample("20 × 20")
    top = min(tile.box.top for tile in picture.tiles)
    for text in picture.headings:
        if text.angle:
            assert text.anchor == "start" and 0 < top - text.y < LINE


def test_the_middle_of_a_heading_is_that_of_its_column() -> None:
    picture = sample("redirects")
    tiles = {round((tile.box.left + tile.box.right) / 2, 6) for tile in picture.tiles}
    assert {round(text.x, 6) for text in picture.headings if text.anchor == "middle"} == tiles


def test_names_of_rows_wrap_rather_than_squeeze_the_cells() -> None:
    long = "Last-Modified a thousand days ago and neither Cache-Control nor Expires"
    picture = drawn({long: dict.fromkeys(VISITS, "full"), "ETag": dict.fromkeys(VISITS, "none")})
    lines = [text for text in picture.headings if text.text in long and text.anchor == "start" and not text.angle]
    assert len(lines) > 1 and " ".join(text.text for text in lines) == long
    assert picture.tiles[0].box.right - picture.tiles[0].box.left > 2 * SYMBOL


def test_two_columns_do_not_stretch_over_the_whole_figure() -> None:
    assert all(tile.box.right - tile.box.left < WIDTH / 4 for tile in sample("places").tiles)


def test_groups_of_columns_have_a_name_a_line_under_it_and_a_rule_between_them() -> None:
    picture = sample("history")
    level = [rule for rule in picture.rules if rule.start[1] == rule.end[1]]
    upright = [rule for rule in picture.rules if rule.start[0] == rule.end[0]]
    assert [text.text for text in picture.headings if text.face == "bold"] == list(BROWSERS)
    assert len(level) == 2 and len(upright) == 1
    x = upright[0].start[0]
    assert not any(tile.box.left < x < tile.box.right for tile in picture.tiles)
    assert sum(tile.box.right < x for tile in picture.tiles) == sum(tile.box.left > x for tile in picture.tiles)


def test_groups_of_rows_have_a_name_and_a_rule_between_them() -> None:
    picture = sample("places")
    browser, server = (text for text in picture.headings if text.face == "bold")
    assert (browser.text, server.text) == ("browser", "server")
    rule, = picture.rules
    assert browser.y < rule.start[1] < server.y and rule.start[1] == rule.end[1]


def test_the_first_group_of_rows_takes_no_room_where_it_can_stand_beside_the_headings() -> None:
    picture = sample("places")
    level = {text.text: text.y for text in picture.headings}
    assert level["browser"] == pytest.approx(level["GET"], abs=2)


def test_texts_stand_beside_their_symbols_where_there_is_room_and_else_below() -> None:
    wide, narrow = sample("redirects"), drawn({"303": {f"client {number}": ("full", "GET") for number in range(12)}})
    assert all(text.y == tile.symbol[1] for tile in wide.tiles for text in tile.texts)
    assert all(text.y > tile.symbol[1] for tile in narrow.tiles for text in tile.texts)


def test_the_legend_names_the_kinds_that_occur_in_the_order_of_the_scale() -> None:
    assert [text.text for text in sample("redirects").legend] == ["no request", "full request"]
    assert [swatch.step for swatch in sample("caching").swatches] == [0, 2, 4]


def test_what_was_not_observed_is_an_empty_cell_and_said_in_the_legend() -> None:
    for cells in (one_row(first="full", Back=None), {"a": {"first": "full"}, "b": {"first": "none", "Back": "none"}}):
        picture = drawn(cells)
        assert [tile.step for tile in picture.tiles].count(None) == 1
        assert picture.legend[-1].text == "not observed" and picture.swatches[-1].step is None
    assert "not observed" not in {text.text for text in sample("caching").legend}


def test_a_note_stands_under_the_legend() -> None:
    picture = drawn(CACHING, note="The number counts requests.")
    told = picture.legend[-1]
    assert told.text == "The number counts requests." and told.role == "muted"
    assert told.y > max(swatch.box.bottom for swatch in picture.swatches) - 2


# --- lines


def test_turned_headings_wrap_into_as_many_lines_as_fit_beside_each_other() -> None:
    two, one = (heads(["conditional request"], [width], "regular") for width in (30.0, 15.0))
    assert two.turned and two.lines == (("conditional", "request"),)
    assert one.turned and one.lines == (("conditional request",),)
    assert two.height < one.height


# --- the picture


@cache
def picture_of(name: str) -> str:
    cells, kinds = SAMPLES[name]
    return matrix(cells, title=name, kinds=kinds).svg


@every_sample
def test_the_svg_is_well_formed_and_every_color_follows_the_theme(name: str) -> None:
    ElementTree.fromstring(picture_of(name))
    bare = re.sub(r"var\(--fig-[a-z0-9-]+, #[0-9a-f]{6}\)", "", picture_of(name))
    assert re.findall(r"#[0-9a-fA-F]{6}\b", bare) == []


def test_the_figure_is_compared_byte_for_byte() -> None:
    assert "measured" not in picture_of("caching")


def test_another_process_draws_the_same_bytes_one_matrix_after_the_other() -> None:
    program = (
        "import sys; from labsupport.figures import matrix; from tests.matrices import SAMPLES\n"
        "for name in ('caching', 'history'):\n"
        "    cells, kinds = SAMPLES[name]\n"
        "    sys.stdout.write(matrix(cells, title=name, kinds=kinds).svg)"
    )
    assert in_another_process(program, PYTHONHASHSEED="7") == picture_of("caching") + picture_of("history")


def test_each_kind_has_a_color_a_hatch_and_a_symbol_of_its_own() -> None:
    looks = [look(matrix(one_row(Back=kind), title="x", kinds=FIVE).svg) for kind in FIVE]
    for part in zip(*looks, strict=True):
        assert len(set(part)) == len(FIVE)


def look(svg: str) -> tuple[str, str, str]:
    """Color, hatch and symbol of the one kind in a figure."""
    root = ElementTree.fromstring(svg)
    color, = set(re.findall(r"--fig-scale-\d", svg))
    hatches = {path.attrib["d"] for pattern in root.iter(f"{SVG}pattern") for path in pattern.iter(f"{SVG}path")}
    shapes = {path.attrib["d"] for defs in root.iter(f"{SVG}defs") for path in defs.findall(f"{SVG}path")}
    full = "fill:var(--fig-ink" in "".join(use.attrib.get("style", "") for use in root.iter(f"{SVG}use"))
    return color, " ".join(sorted(hatches)), f"{full} {sorted(shapes)}"


@pytest.mark.parametrize("theme", THEMES)
def test_symbols_and_texts_are_readable_on_every_kind(theme: str) -> None:
    for step in range(5):
        assert contrast(getattr(PALETTE["ink"], theme), getattr(PALETTE[f"scale-{step}"], theme)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_the_scale_runs_from_the_paper_on_in_gray_too(theme: str) -> None:
    grays = [luminance(getattr(PALETTE[role], theme)) for role in ("paper", *(f"scale-{step}" for step in range(5)))]
    assert grays == sorted(grays, reverse=theme == "light")
    assert all(abs(one - other) > 0.01 for one, other in pairwise(grays))


def test_a_large_matrix_stays_small_as_a_file() -> None:
    assert len(picture_of("20 × 20")) < 160_000


def test_the_layout_needs_neither_matplotlib_nor_numpy() -> None:
    program = (
        "import sys; sys.modules['matplotlib'] = sys.modules['numpy'] = None\n"
        "from labsupport.figures.matrices.layout import layout\n"
        "from labsupport.figures.matrices.reading import read\n"
        "from labsupport.figures.matrices.words import describe\n"
        "table = read({'ETag': {'Back': 'none'}}, {'none': 'no request'})\n"
        "print(len(layout(table, 't').tiles), describe(table, 't', ''))"
    )
    assert in_another_process(program).strip() == "1 t. ETag: no request in all columns."


# --- the words


def test_the_words_tell_row_by_row_what_is_in_which_column() -> None:
    told = described({"ETag": {"first": "full", "link": "conditional", "reload": "conditional", "Back": "none"},
                      "no-store": dict.fromkeys(("first", "link", "reload", "Back"), "full")})
    assert told == (
        "Visits. ETag: full request (first); conditional request (link, reload); no request (Back). "
        "no-store: full request in all columns."
    )


def test_the_words_name_groups_and_what_was_not_observed() -> None:
    told = described({("after POST", "303"): {("Chromium", "reload"): "get", ("Chromium", "Back"): "none",
                                             ("Firefox", "reload"): "get", ("Firefox", "Back"): None}}, FIVE)
    assert told == (
        "Visits. after POST, 303: GET (Chromium: reload; Firefox: reload); no request (Chromium: Back); "
        "not observed (Firefox: Back)."
    )


def test_the_words_quote_the_texts_of_cells_and_tell_the_note() -> None:
    told = described(one_row(first=("full", "1"), again=("full", "2")), note="The number counts requests")
    assert told == "Visits. The number counts requests. ETag: full request “1” (first); full request “2” (again)."


@every_sample
def test_the_words_name_every_row(name: str) -> None:
    cells, kinds = SAMPLES[name]
    told = described(cells, kinds)
    assert all(f" {Name(*(('', row) if isinstance(row, str) else row))}: " in told for row in cells)


def test_title_and_description_stand_in_the_svg() -> None:
    picture = matrix(one_row(Back="none"), title="Back & forth", kinds=REQUESTS)
    root = ElementTree.fromstring(picture.svg)
    assert root.findtext(f"{SVG}title") == "Back & forth"
    assert root.findtext(f"{SVG}desc") == picture.description == "Back & forth. ETag: no request in all columns."


# --- what cannot be drawn


@pytest.mark.parametrize(("cells", "message"), [
    ([], r'needs rows with their cells, not list: pass \{"ETag"'),
    ({"ETag": ["full"]}, r"the row 'ETag' is list: pass its cells by column"),
    ({1: {"Back": "full"}}, r"the row 1 is no name: pass a text, or \(group, text\)"),
    (one_row(Back=True), r"the cell 'Back' of the row 'ETag' is True: pass a kind, \(kind, text\), or None"),
    (one_row(Back=("full", 2)), r"is \('full', 2\): pass a kind"),
    ({"ETag": {("a", "b", "c"): "full"}}, r"the column \('a', 'b', 'c'\) is no name"),
])
def test_what_is_no_matrix_is_refused_with_the_remedy(cells: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        matrix(cells, title="x", kinds=REQUESTS)


@pytest.mark.parametrize("cells", [{}, {"ETag": {}}, one_row(Back=None)])
def test_nothing_to_draw_is_refused(cells: Any) -> None:
    with pytest.raises(ValueError, match="there is no cell to draw: pass rows with what was observed"):
        matrix(cells, title="x", kinds=REQUESTS)


@pytest.mark.parametrize("cells", [{"": {"Back": "full"}}, {"ETag": {" ": "full"}}, {("", "ETag"): {"Back": "full"}},
                                   {"ETag": {("Chromium", ""): "full"}}])
def test_an_empty_name_is_refused(cells: Any) -> None:
    with pytest.raises(ValueError, match="has an empty name: name it in one to three words"):
        matrix(cells, title="x", kinds=REQUESTS)


def test_an_unknown_kind_is_refused_with_its_place_and_what_there_is() -> None:
    with pytest.raises(ValueError, match=r"'Back' of the row 'ETag' is of the kind 'ful': add it to kinds, .* 'full'"):
        matrix(one_row(Back="ful"), title="x", kinds=REQUESTS)


@pytest.mark.parametrize("kinds", [{}, {str(number): "kind" for number in range(6)}])
def test_a_scale_without_kinds_or_with_too_many_is_refused(kinds: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=f"{len(kinds)} kinds: a scale has from 1 to 5"):
        matrix(one_row(Back="0"), title="x", kinds=kinds)


def test_kinds_without_a_legend_are_refused() -> None:
    with pytest.raises(TypeError, match="kinds must map each kind to what the legend says, not be list"):
        matrix(one_row(Back="full"), title="x", kinds=["full"])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="the kind 'full' with the legend '' needs two texts"):
        matrix(one_row(Back="full"), title="x", kinds={"full": ""})


def test_more_columns_than_fit_are_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match=r"21 columns are more than the 20 that fit.*make them the rows, or draw two"):
        matrix({"ETag": {str(column): "full" for column in range(21)}}, title="x", kinds=REQUESTS)


def test_a_text_wider_than_its_cell_is_refused_with_its_place() -> None:
    cells = {"ETag": {visit: ("full", "conditional") for visit in VISITS}}
    message = r"'conditional' of the cell 'first visit' of the row 'ETag' is \d+ points wide.* room for \d+: shorten it"
    with pytest.raises(ValueError, match=message):
        matrix(cells, title="x", kinds=REQUESTS)


def test_a_tile_without_kind_is_told_from_one_with_the_lowest() -> None:
    tiles: list[Tile] = list(drawn(one_row(first="none", Back=None)).tiles)
    assert [tile.step for tile in tiles] == [0, None]
