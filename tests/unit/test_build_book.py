"""The book builds strictly, and a build that failed goes on failing until its fault is gone."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.build_book import main

CONFIGURATION = "title: A small book\nonly_build_toc_files: true\nexecute:\n  execute_notebooks: 'off'\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A book of one page, in a path with spaces."""
    book = tmp_path / "a small book"
    book.mkdir()
    (book / "_config.yml").write_text(CONFIGURATION, encoding="utf-8")
    (book / "_toc.yml").write_text("format: jb-book\nroot: index\n", encoding="utf-8")
    (book / "index.md").write_text("# A small book\n", encoding="utf-8")
    return book


def test_the_last_line_is_where_the_book_is(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder)]) == 0
    assert capfd.readouterr().out.splitlines()[-1] == str(folder / "_build" / "html" / "index.html")


def test_a_warning_fails_this_build_and_the_next(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    page = folder / "index.md"
    page.write_text("# A small book\n\n[nowhere](missing.md)\n", encoding="utf-8")
    for _ in range(2):
        assert main([str(folder)]) != 0
        assert "missing.md" in capfd.readouterr().err
    page.write_text("# A small book\n", encoding="utf-8")
    assert main([str(folder)]) == 0


def page_of(folder: Path) -> Path:
    return folder / "_build" / "html" / "index.html"


def test_where_nothing_changed_nothing_is_made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main([str(folder)]) == 0
    monkeypatch.setattr("tools.build_book._jupyter_book", lambda *arguments: pytest.fail("it was built again"))
    assert main([str(folder)]) == 0


def test_a_page_that_changed_is_made_again(folder: Path) -> None:
    assert main([str(folder)]) == 0
    (folder / "index.md").write_text("# A larger book\n", encoding="utf-8")
    assert main([str(folder)]) == 0
    assert "A larger book" in page_of(folder).read_text(encoding="utf-8")


@pytest.mark.parametrize("harm", [Path.unlink, lambda page: page.write_text("spoiled", encoding="utf-8")])
def test_a_page_that_was_deleted_or_spoiled_is_made_again(folder: Path, harm: Callable[[Path], object]) -> None:
    assert main([str(folder)]) == 0
    harm(page_of(folder))
    assert main([str(folder)]) == 0
    assert "A small book" in page_of(folder).read_text(encoding="utf-8")


def test_a_new_program_makes_every_page_again(folder: Path) -> None:
    assert main([str(folder)]) == 0
    before = page_of(folder).stat().st_mtime_ns
    (folder / "_ext").mkdir()
    (folder / "_ext" / "new.py").touch()
    assert main([str(folder)]) == 0
    assert page_of(folder).stat().st_mtime_ns > before


def test_a_page_that_was_put_back_with_its_time_is_made_again(folder: Path) -> None:
    assert main([str(folder)]) == 0
    page = folder / "index.md"
    page.write_text("# The book of old\n", encoding="utf-8")
    os.utime(page, (0, 0))
    assert main([str(folder)]) == 0
    assert "The book of old" in page_of(folder).read_text(encoding="utf-8")


def test_a_page_without_a_source_is_deleted(folder: Path) -> None:
    contents, second = folder / "_toc.yml", folder / "second.md"
    text = contents.read_text(encoding="utf-8")
    contents.write_text(f"{text}chapters:\n- file: second\n", encoding="utf-8")
    second.write_text("# The second\n", encoding="utf-8")
    assert main([str(folder)]) == 0
    assert page_of(folder).with_name("second.html").exists()
    contents.write_text(text, encoding="utf-8")
    second.unlink()
    assert main([str(folder)]) == 0
    assert page_of(folder).exists()
    assert not page_of(folder).with_name("second.html").exists()


def test_pages_name_the_styles_by_what_stands_in_them_now(folder: Path) -> None:
    style = folder / "_static" / "own.css"
    style.parent.mkdir()
    named = set()
    for color in ("red", "blue"):
        style.write_text(f"p {{ color: {color}; }}\n", encoding="utf-8")
        assert main([str(folder)]) == 0
        named.add(re.findall(r"own\.css\?v=(\w+)", page_of(folder).read_text(encoding="utf-8"))[0])
    assert len(named) == 2


def test_a_book_without_contents_fails(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "_toc.yml").unlink()
    assert main([str(folder)]) == 1
    assert "Table of Contents" in capfd.readouterr().err
