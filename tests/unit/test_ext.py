"""The book's Sphinx extension, part by part; the built pages are tested in tests/book."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import SimpleNamespace

import pytest
from docutils import nodes

from _ext.protocols_on_trial import assets, completeness, figures, ledger, pages
from _ext.protocols_on_trial.shortcuts import Memory
from labsupport.evidence import stylesheet
from tests.small_book import write_small_book

PICTURE = """<?xml version="1.0" encoding="utf-8"?>
<!--measured--><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><!--/measured-->
  <title>Three segments</title>
  <!--measured--><defs><clipPath id="f1-frame"><rect width="9" height="9"/></clipPath></defs>
  <g clip-path="url(#f1-frame)" style="fill:var(--fig-open, #0072b2)"/><!--/measured-->
</svg>
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The sources of a book with one chapter and its claims."""
    return write_small_book(tmp_path)


# Pages


def asset(filename: str | None, body: str = "") -> SimpleNamespace:
    return SimpleNamespace(filename=filename, attributes={"body": body})


@pytest.mark.parametrize("address", ["https://cdn.example/x.js", "http://cdn.example/x.css", "//cdn.example/x"])
def test_an_asset_on_another_machine_is_not_wanted(address: str) -> None:
    assert not pages.wanted(asset(address), body="")


def test_thebe_is_wanted_neither_as_a_file_nor_inline() -> None:
    assert not pages.wanted(asset("_static/sphinx-thebe.js"), body="")
    assert not pages.wanted(asset(None, "const THEBE_JS_URL = '…'"), body="")


@pytest.mark.parametrize(
    ("name", "markup"),
    [
        ("_static/sphinx-design.min.css", '<div class="sd-card">'),
        ("_static/togglebutton.js", '<div class="admonition toggle">'),
        ("_static/copybutton.js", '<div class="highlight">'),
    ],
)
def test_an_asset_for_one_kind_of_content_is_wanted_where_that_content_is(name: str, markup: str) -> None:
    assert pages.wanted(asset(name), body=markup)
    assert not pages.wanted(asset(name), body="<p>Only words.</p>")


def test_an_asset_that_every_page_needs_is_wanted_everywhere() -> None:
    assert pages.wanted(asset("_static/doctools.js"), body="")


def test_a_trimmed_page_has_one_description() -> None:
    app = SimpleNamespace(srcdir=str(book), config=SimpleNamespace(project="Protocols on Trial"))
    context = {"script_files": [], "css_files": [], "body": "", "title": "Glossary"}
    pages.trim_page(app, "glossary", "page.html", context, None)  # type: ignore[arg-type]
    pages.trim_page(app, "glossary", "page.html", context, None)  # type: ignore[arg-type]
    assert context["metatags"] == '<meta name="description" content="Glossary · Protocols on Trial" />'


def test_a_description_is_the_first_paragraph_on_one_line() -> None:
    document = nodes.document(None, None)  # type: ignore[arg-type]
    document += [nodes.paragraph("", "Three segments\nopen it."), nodes.paragraph("", "More.")]
    assert pages.description(document) == "Three segments open it."


def test_a_page_without_a_paragraph_has_no_description() -> None:
    assert pages.description(nodes.document(None, None)) == ""  # type: ignore[arg-type]


def test_a_long_description_ends_after_a_whole_word() -> None:
    assert pages.shorten("one two, three", length=10) == "one two…"
    assert pages.shorten("one two", length=7) == "one two"
    assert len(pages.shorten("word " * 100)) <= pages.DESCRIPTION_LENGTH


def test_a_summary_is_read_out_as_it_is_seen() -> None:
    body = '<summary aria-label="Toggle hidden content"><p>Show code</p></summary>'
    assert pages.named_by_its_text(body) == "<summary><p>Show code</p></summary>"


def test_the_styles_in_a_stored_output_do_not_reach_the_page() -> None:
    notice = '<div class="trial-evidence">Evidence</div>'
    stored = f"<style>{stylesheet()}</style>"
    assert pages.without_stored_styles(f"<p>{stored}{notice}</p>") == f"<p>{notice}</p>"


def test_other_styles_stay() -> None:
    body = "<style>p{color:red}</style>"
    assert pages.without_stored_styles(body) == body


# Figures


def inlined(text: str, alt: str = "Three segments.") -> ElementTree.Element:
    root = figures.parse_picture(text)
    assert root is not None
    return ElementTree.fromstring(figures.inline_svg(root, alt))


@pytest.mark.parametrize(
    "text",
    [
        '<svg xmlns="http://www.w3.org/2000/svg" fill="#0072b2"/>',
        '<html><svg style="fill:var(--fig-open, #0072b2)"/></html>',
        "",
    ],
)
def test_only_a_picture_in_the_palette_of_the_book_is_put_inline(text: str) -> None:
    assert figures.parse_picture(text) is None


def test_an_inline_picture_is_one_image_named_by_its_alt_text() -> None:
    root = inlined(PICTURE, alt='A "SYN" & more')
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'A "SYN" & more'


def test_a_picture_without_alt_text_is_named_by_its_own_title() -> None:
    root = inlined(PICTURE, alt="")
    assert root.get("aria-label") is None
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "Three segments"


def test_colors_stay_custom_properties_and_marks_are_gone() -> None:
    root = figures.parse_picture(PICTURE)
    assert root is not None
    markup = figures.inline_svg(root, "Three segments.")
    assert markup.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert 'clip-path="url(#f1-frame)" style="fill:var(--fig-open, #0072b2)"' in markup
    assert "<!--" not in markup


def test_a_picture_of_labsupport_is_put_inline() -> None:
    from matplotlib.figure import Figure

    from labsupport.figures import picture
    from labsupport.figures.theme import light

    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([1, 2], color=light("open"))
    drawn = picture(figure, "A line that rises.", title="A line")
    svg = drawn._repr_mimebundle_()["image/svg+xml"]
    assert inlined(svg).get("aria-label") == "Three segments."


# Completeness


def test_a_page_that_was_not_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "here.html").touch()
    faults = completeness.missing_pages(["here", "chapters/gone"], tmp_path)
    assert len(faults) == 1
    assert faults[0].startswith("chapters/gone.html was not written")


def test_a_claim_without_a_card_on_its_page_is_reported(book: Path) -> None:
    docket = ledger.read_docket(book, "chapters/3-tcp/01-open")
    page = book / "chapters" / "3-tcp" / "01-open.html"
    page.write_text('<div id="claim-step1-syn"></div><p>claim-reliable</p>', encoding="utf-8")
    faults = completeness.missing_cards([docket], book)
    assert len(faults) == 1
    assert "no card of the claim 'reliable'" in faults[0]


def test_every_claim_of_a_missing_page_is_reported(book: Path) -> None:
    docket = ledger.read_docket(book, "chapters/3-tcp/01-open")
    assert len(completeness.missing_cards([docket], book)) == 2


@pytest.mark.parametrize(("cards", "status"), [(("step1-syn", "reliable"), 0), (("reliable",), 1)])
def test_an_incomplete_build_has_a_bad_exit_status(book: Path, cards: tuple[str, ...], status: int) -> None:
    page = "chapters/3-tcp/01-open"
    (book / f"{page}.html").write_text("".join(f'<p id="claim-{card}">' for card in cards), encoding="utf-8")
    config = SimpleNamespace(external_site_map=[page])
    builder = SimpleNamespace(format="html")
    app = SimpleNamespace(srcdir=str(book), outdir=str(book), config=config, builder=builder, statuscode=0)
    completeness.check_build(app, None)  # type: ignore[arg-type]
    assert app.statuscode == status


# Assets


def test_glyphs_are_found_as_escapes_and_as_themselves() -> None:
    found = assets.glyphs_of(['a{content:"\\f186"}', 'b{content:"\uf0d0"}', "c{color:red}"])
    assert found == {0xF186, 0xF0D0}


def test_a_font_is_cut_to_the_glyphs_asked_for() -> None:
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
    from pydata_sphinx_theme import __file__ as theme  # type: ignore[import-untyped]

    fonts = Path(theme).parent / "theme/pydata_sphinx_theme/static/vendor/fontawesome/webfonts"
    whole = (fonts / "fa-solid-900.woff2").read_bytes()
    small = assets.subset(whole, f"{0xF186} {0x1234}")
    assert len(small) < len(whole) / 50
    with TTFont(io.BytesIO(small)) as font:
        assert set(font.getBestCmap()) == {0xF186}
        assert font.flavor == "woff2"


def test_files_that_no_page_loads_are_removed(tmp_path: Path) -> None:
    scripts = tmp_path / "_static" / "scripts"
    fonts = tmp_path / "_static" / "vendor" / "fontawesome" / "webfonts"
    for folder in (scripts, fonts):
        folder.mkdir(parents=True)
    for path in (
        scripts / "fontawesome.js",
        scripts / "fontawesome.js.map",
        scripts / "x.map",
        fonts / "f.ttf",
    ):
        path.touch()
    kept = {scripts / "bootstrap.js", fonts / "f.woff2"}
    for path in kept:
        path.touch()
    assets.remove_unused(tmp_path)
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == kept


def test_the_stylesheet_has_the_palette_of_the_figures_and_the_style_of_the_cards() -> None:
    css = stylesheet()
    assert "--fig-ink" in css
    assert ".trial-card" in css


CSS = """\
/* Why it is red. */

p {
  color: red;  \n
  & b { content: "a  b"; }
}
"""


def test_stylesheets_lose_blanks_and_nothing_that_is_shown() -> None:
    assert assets.without_blanks(CSS) == '/* Why it is red. */\np {\ncolor: red;\n& b { content: "a  b"; }\n}\n'


def test_comments_of_others_stay_since_they_name_licenses(tmp_path: Path) -> None:
    static = tmp_path / "_static" / "styles"
    static.mkdir(parents=True)
    for name in ("book.css", "theirs.css"):
        (static / name).write_text(CSS, encoding="utf-8")
    assets.trim_stylesheets(tmp_path, {"book.css"}, Memory(tmp_path / "trimmed"))
    trimmed = {path.name: path.read_text(encoding="utf-8") for path in static.iterdir()}
    assert "Why it is red" in trimmed["theirs.css"] and "Why it is red" not in trimmed["book.css"]
    assert trimmed["book.css"].startswith("p {\ncolor: red;\n")
    before = dict(trimmed)
    assets.trim_stylesheets(tmp_path, {"book.css"}, Memory(tmp_path / "trimmed"))
    assert before == {path.name: path.read_text(encoding="utf-8") for path in static.iterdir()}, "a second build"
