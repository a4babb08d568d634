"""The whole book as one PDF and as one EPUB, made from the built pages: complete, and every link leads somewhere.

The PDF is printed of a few pages, as `make pdf` prints all of them.
"""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import urldefrag
from xml.etree import ElementTree

import pikepdf
import pytest

from labsupport.programs import find_program, path_of
from tests.book.pages import BOOK
from tools.whole_book import epub, pages, pdf

SOME = ("chapters/index", "chapters/1-get-and-post/04-back-reload-bookmark", "chapters/appendix/glossary")
XHTML = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"


@pytest.fixture(scope="session")
def book(html: Path) -> list[pages.Page]:
    """The text of every page, which is there as soon as the pages are built."""
    return pages.read_pages(BOOK)


@pytest.fixture(scope="session")
def ebook(html: Path) -> Iterator[zipfile.ZipFile]:
    """The EPUB of the whole book."""
    with zipfile.ZipFile(epub.make(BOOK)) as archive:
        yield archive


@pytest.fixture(scope="session")
def printed(html: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[pikepdf.Pdf]:
    """A PDF of some pages."""
    some = [page for page in pages.read_pages(BOOK) if page.entry.name in SOME]
    for page in some:
        pdf.prepare(page, some, html)
    file = pdf.printed(path_of("chromium"), some, tmp_path_factory.mktemp("printed"))
    with pikepdf.open(file) as opened:
        yield opened


def test_every_chapter_and_every_page_of_words_is_in_the_whole_book(book: list[pages.Page]) -> None:
    found = {page.entry.name for page in book}
    left_out = {entry.name for entry in pages.contents(BOOK)} - found
    assert all(name.startswith("chapters/practice/") for name in left_out), left_out
    assert {f"chapters/{path.parent.name}/{path.stem}" for path in BOOK.glob("chapters/*/*.ipynb")} <= found


def test_every_claim_of_the_ledger_has_its_card_in_the_epub(ebook: zipfile.ZipFile) -> None:
    from labsupport.claims.ledger import Ledger

    for path in BOOK.glob("chapters/*/*.claims.yml"):
        key = f"{path.parent.name}-{path.name.removesuffix('.claims.yml')}"
        text = ebook.read(f"book/{key}.xhtml").decode()
        assert [claim.id for claim in Ledger.read(path).claims if f'id="claim-{claim.id}"' not in text] == []


def test_every_link_of_the_epub_leads_somewhere(ebook: zipfile.ZipFile) -> None:
    trees = {
        name: ElementTree.fromstring(ebook.read(name)) for name in ebook.namelist() if name.endswith(".xhtml")
    }
    places = {name: {each.get("id") for each in tree.iter()} for name, tree in trees.items()}
    links = [
        (name, *urldefrag(str(link.get("href"))))
        for name, tree in trees.items()
        for link in tree.iter(f"{XHTML}a")
        if not re.match(r"[a-z]+:", str(link.get("href")))
    ]
    assert len(links) > 1000
    dead = [
        (name, file, place)
        for name, file, place in links
        for target in [str(PurePosixPath("book") / file) if file else name]
        if target not in places or (place and place not in places[target])
    ]
    assert dead == []


def test_the_epub_has_no_script_and_every_picture_has_a_name(ebook: zipfile.ZipFile) -> None:
    for name in ebook.namelist():
        if not name.endswith(".xhtml"):
            continue
        tree = ElementTree.fromstring(ebook.read(name))
        assert not list(tree.iter(f"{XHTML}script")), name
        pictures = [*tree.iter("{http://www.w3.org/2000/svg}svg")]
        assert all(each.get("aria-label") or each.find("{*}title") is not None for each in pictures), name
        assert all(each.get("alt") for each in tree.iter(f"{XHTML}img")), name


def test_the_package_of_the_epub_names_every_file(ebook: zipfile.ZipFile) -> None:
    package = ElementTree.fromstring(ebook.read("book/package.opf"))
    named = {f"book/{item.get('href')}" for item in package.iter(f"{OPF}item")}
    assert named == set(ebook.namelist()) - {"mimetype", "META-INF/container.xml", "book/package.opf"}


@pytest.mark.needs("epubcheck", "java")
def test_epubcheck_finds_no_fault(ebook: zipfile.ZipFile) -> None:
    # Debian's is an archive for Java, which a kernel may not know how to start.
    checker = path_of("epubcheck")
    packed = Path(checker).read_bytes()[:2] == b"PK"
    command = [str(find_program("java")), "-jar", checker] if packed else [checker]
    done = subprocess.run([*command, str(ebook.filename)], capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No errors or warnings detected" in done.stdout + done.stderr


@pytest.mark.needs("chromium", "pdftotext")
def test_the_numbers_in_the_contents_of_the_pdf_are_those_of_the_pages(printed: pikepdf.Pdf, tmp_path: Path) -> None:
    printed.save(tmp_path / "again.pdf")
    keys = [pages.Entry(name, "").key for name in SOME]
    found = pdf.pages_of(tmp_path / "again.pdf", keys)
    told = _text(tmp_path / "again.pdf", 2)
    for key, title in zip(keys, ("Protocols on Trial", "Back, reload, bookmark", "Glossary"), strict=True):
        assert re.search(rf"{title}\s+{found[key]}$", told, re.MULTILINE), told
        assert title in _text(tmp_path / "again.pdf", found[key])


@pytest.mark.needs("chromium")
def test_every_link_of_the_pdf_leads_to_a_place_in_it(printed: pikepdf.Pdf) -> None:
    links = [note for page in printed.pages for note in page.get("/Annots", ()) if note.get("/Subtype") == "/Link"]
    inside = [note.Dest for note in links if "/Dest" in note]
    assert len(inside) > 20
    assert [place for place in inside if isinstance(place, pikepdf.Name) and place not in printed.Root.Dests] == []


@pytest.mark.needs("chromium")
def test_the_pdf_has_an_outline_of_parts_chapters_and_sections(printed: pikepdf.Pdf) -> None:
    with printed.open_outline() as outline:
        parts = {item.title: item for item in outline.root}
    assert {"Contents", "Protocols on Trial", "GET and POST", "Appendix"} == set(parts)
    (chapter,) = parts["GET and POST"].children
    assert chapter.title == "Back, reload, bookmark"
    assert [section.title for section in chapter.children][:2] == ["Predict", "The lab"]


@pytest.mark.needs("chromium")
def test_no_page_of_the_pdf_is_blank_and_every_font_is_inside(printed: pikepdf.Pdf) -> None:
    assert len(printed.pages) > 20
    assert [number for number, page in enumerate(printed.pages) if "/Font" not in page.Resources] == []
    for page in printed.pages:
        for font in page.Resources.Font.values():
            below = font.DescendantFonts[0] if "/DescendantFonts" in font else font
            program = below.get("/FontDescriptor", pikepdf.Dictionary())
            assert below.Subtype == "/Type3" or any(f"/FontFile{kind}" in program for kind in ("", "2", "3"))


@pytest.mark.needs("chromium", "pdftotext")
def test_the_chinese_of_the_glossary_can_be_read_in_the_pdf(printed: pikepdf.Pdf, tmp_path: Path) -> None:
    printed.save(tmp_path / "again.pdf")
    assert "三次握手" in _text(tmp_path / "again.pdf", 1, len(printed.pages))


def _text(file: Path, first: int, last: int | None = None) -> str:
    """What stands on some pages, line by line."""
    command = [path_of("pdftotext"), "-layout", "-f", str(first), "-l", str(last or first), str(file), "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
