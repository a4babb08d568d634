"""The text of the built pages, as it goes into the PDF and the EPUB; both files are tested in tests/book."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from labsupport.errors import Unavailable
from tools.whole_book import __main__ as command
from tools.whole_book import epub, hatches, pages, pdf

PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 100 50" aria-label="Two bars.">'
    '<defs><pattern id="h1" patternUnits="userSpaceOnUse" x="0" y="0" width="72" height="72">'
    '<rect x="0" y="0" width="73" height="73" style="fill:var(--fig-scale-2, #f3c26e)" />'
    '<path d="M -36 36 L 36 -36" style="stroke:#fff;stroke-width:0.5" /></pattern>'
    '<clipPath id="c1"><rect width="9" height="9"/></clipPath></defs>'
    '<path d="M 10 10 L 90 10 L 90 20 L 10 20 z" clip-path="url(#c1)" style="fill:url(#h1);stroke:#000" />'
    '<use href="#c1"/></svg>'
)
FIRST = f"""<html><body><nav>menu</nav><article class="bd-article"><section id="why">
<h1>Why not two?<a class="headerlink" href="#why">#</a></h1>
<p>See <a href="../appendix/glossary.html#term-SYN">SYN</a>, <a href="#more">below</a>, <a href="../play.html">play</a>,
<a href="https://www.rfc-editor.org/rfc/rfc9293">RFC 9293</a> and <a href="../ledger.json">the ledger</a>.</p>
<button>Run</button><script>run()</script><div class="screen-only">for the screen</div>
<details class="admonition hide"><summary>Show code</summary><pre>x &lt; 1</pre></details>
<details class="dropdown"><summary>Solution</summary><p>Three.</p></details>
<section id="more"><h2>More<a class="headerlink" href="#more">#</a></h2>
<figure>{PICTURE}</figure><img src="../figures/a.png" alt="A" data-x="1"></section></section></article></body></html>"""
GLOSSARY = '<article><section id="glossary"><h1>Glossary</h1><p id="term-SYN">SYN, 同步</p></section></article>'
PLAYGROUND = '<article><h1>Play</h1><div class="playground"></div></article>'
TOC = """format: jb-book
root: chapters/index
parts:
  - caption: TCP
    chapters:
      - file: chapters/3-tcp/02-why-not-two
      - file: chapters/play
  - caption: Appendix
    chapters:
      - file: chapters/appendix/glossary
"""
PIXEL = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A book of four built pages, one of which is a playground."""
    html = tmp_path / "_build" / "html"
    for name, text in {
        "chapters/index": "<article><section id='book'><h1>The book</h1></section></article>",
        "chapters/3-tcp/02-why-not-two": FIRST,
        "chapters/play": PLAYGROUND,
        "chapters/appendix/glossary": GLOSSARY,
    }.items():
        path = html / f"{name}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (html / "chapters" / "figures").mkdir()
    (html / "chapters" / "figures" / "a.png").write_bytes(PIXEL)
    (tmp_path / "_toc.yml").write_text(TOC, encoding="utf-8")
    return tmp_path


def chapter(book: Path) -> pages.Page:
    """The chapter, with links as the PDF has them."""
    read = pages.read_pages(book)
    for page in read:
        pdf.prepare(page, read, book / "_build" / "html")
    return read[1]


def test_the_pages_come_in_the_order_of_the_contents_without_what_lives_by_a_script(book: Path) -> None:
    read = pages.read_pages(book)
    assert [page.title for page in read] == ["The book", "Why not two?", "Glossary"]
    assert [page.entry.number for page in read] == ["", "3.2", ""]
    assert [page.entry.part for page in read] == ["", "TCP", "Appendix"]


def test_a_page_that_was_not_built_is_named_with_the_remedy(book: Path) -> None:
    (book / "_build" / "html" / "chapters" / "index.html").unlink()
    with pytest.raises(pages.NotBuiltError, match=r"html/chapters/index\.html is not there.*make book"):
        pages.read_pages(book)


def test_what_only_a_screen_has_is_left_out_and_what_is_folded_is_open(book: Path) -> None:
    text = chapter(book).markup()
    for gone in ("menu", "Run", "run()", "for the screen", "Show code", "headerlink", "<details", "data-x"):
        assert gone not in text
    assert "x &lt; 1" in text
    assert '<div class="folded-title">Solution</div>' in text


def test_links_lead_to_the_place_in_the_file_and_to_nowhere_else(book: Path) -> None:
    text = chapter(book).markup()
    assert '<a href="#appendix-glossary--term-SYN">SYN</a>' in text
    assert '<a href="#3-tcp-02-why-not-two--more">below</a>' in text
    assert 'id="3-tcp-02-why-not-two--more"' in text
    assert '<a href="https://www.rfc-editor.org/rfc/rfc9293">' in text
    assert "<span>play</span>" in text
    assert "<span>the ledger</span>" in text


def test_a_picture_keeps_its_letters_and_gets_names_of_its_own(book: Path) -> None:
    text = chapter(book).markup()
    assert 'viewBox="0 0 100 50"' in text
    assert '<clipPath id="3-tcp-02-why-not-two--c1">' in text
    assert "url(#3-tcp-02-why-not-two--c1)" in text
    assert "#c1" not in text


def test_a_hatch_is_drawn_as_lines_cut_at_the_edge_of_its_shape() -> None:
    root = ElementTree.fromstring(hatches.drawn_as_lines(PICTURE))
    assert not list(root.iter("{*}pattern"))
    group = root.find("{*}g")
    assert group is not None and group.get("clip-path") == "url(#c1)"
    shape, clip, lines = list(group)
    assert shape.get("style") == "fill:var(--fig-scale-2, #f3c26e);stroke:#000"
    assert lines.get("clip-path") == f"url(#{clip.get('id')})"
    assert [use.get("x") for use in lines] == ["0", "72"]
    assert [use.get("href") for use in lines] == ["#h1", "#h1"]
    assert root.find(".//{*}path[@id='h1']") is not None


def test_the_tiles_under_a_shape_are_all_that_it_touches() -> None:
    assert hatches.tiles_under("M 71 0 L 73 0 L 73 80 z") == [(0, 0), (0, 72), (72, 0), (72, 72)]
    assert hatches.tiles_under("M -1 5 L 3 5 z") == [(-72, 0), (0, 0)]


def test_the_contents_have_the_numbers_they_are_given_and_room_for_those_that_are_not_known(book: Path) -> None:
    read = pages.read_pages(book)
    text = pdf.document(read, {"index": 3, "3-tcp-02-why-not-two": 5})
    assert 'href="#3-tcp-02-why-not-two"' in text
    assert '<span class="contents-page">5</span>' in text
    assert '<span class="contents-page">000</span>' in text
    assert "<section class=\"part\"><h1>TCP</h1></section>" in text


def test_a_chapter_stands_below_its_part_in_the_outline() -> None:
    assert pdf.one_level_deeper("<h1>a</h1><h6 id='x'>b</h6>") == "<h2>a</h2><h6 id='x'>b</h6>"


def test_without_chromium_the_command_says_so_and_leaves_nothing(book: Path, monkeypatch, capsys) -> None:
    def missing(name: str) -> str:
        raise Unavailable(f"the program {name}", "it is not installed", "install it")

    monkeypatch.setattr(pdf, "path_of", missing)
    assert command.main(["pdf", str(book)]) == 1
    assert "chromium cannot run here" in capsys.readouterr().err
    assert [path.name for path in (book / "_build").iterdir()] == ["html"]


@pytest.mark.skipif(os.name == "nt", reason="only on POSIX a script is a program")
def test_a_browser_that_fails_is_told_with_its_words_and_leaves_nothing(book: Path, monkeypatch, tmp_path) -> None:
    browser = tmp_path / "browser"
    browser.write_text("#!/bin/sh\necho 'no room' >&2\nexit 3\n", encoding="utf-8")
    browser.chmod(0o755)
    monkeypatch.setattr(pdf, "path_of", lambda name: str(browser))
    with pytest.raises(pdf.NotPrintedError, match=r"status 3.*no room"):
        pdf.make(book)
    assert [path.name for path in (book / "_build").iterdir()] == ["html"]


def test_an_epub_begins_with_its_type_and_has_every_page(book: Path) -> None:
    with zipfile.ZipFile(epub.make(book)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read("mimetype") == b"application/epub+zip"
        names = set(archive.namelist())
        assert {f"book/{key}.xhtml" for key in ("index", "3-tcp-02-why-not-two", "appendix-glossary")} <= names
        text = archive.read("book/3-tcp-02-why-not-two.xhtml").decode()
        contents = archive.read("book/contents.xhtml").decode()
        package = archive.read("book/package.opf").decode()
    assert 'href="appendix-glossary.xhtml#term-SYN"' in text
    assert 'alt="A" src="images/' in text
    assert "3.2 Why not two?" in contents and "3-tcp-02-why-not-two.xhtml#more" in contents
    assert 'properties="svg"' in package and 'properties="nav"' in package


def test_a_picture_in_an_epub_has_its_colors_written_out() -> None:
    text = epub.for_all_readers(PICTURE)
    assert "var(" not in text
    assert "fill:#f3c26e" in text
    assert '<use xlink:href="#c1"' in text
    ElementTree.fromstring(text)


def test_the_same_book_gives_the_same_epub(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert epub.make(book).read_bytes() == epub.make(book).read_bytes()


def test_a_page_that_is_no_xml_is_refused_and_leaves_nothing(book: Path) -> None:
    path = book / "_build" / "html" / "chapters" / "appendix" / "glossary.html"
    path.write_text(GLOSSARY.replace("SYN, ", "SYN\x01"), encoding="utf-8")
    with pytest.raises(epub.NotWellFormedError, match=r"appendix-glossary\.xhtml"):
        epub.make(book)
    assert not (book / "_build" / epub.NAME).exists()
