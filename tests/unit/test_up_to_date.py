"""A build is left out only when nothing it was made of, and nothing it made, is another."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from tools.up_to_date import HTML, STAMP, State, pages_made


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A folder with sources, a program and one built page."""
    for name, content in {
        "chapters/one.md": "# One\n",
        "_ext/extension.py": "print()\n",
        f"{HTML}/one.html": "<h1>One</h1>",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def differing(before: State, after: State) -> set[str]:
    return {field.name for field in dataclasses.fields(State)
            if getattr(before, field.name) != getattr(after, field.name)}


def test_what_is_kept_is_what_is_read(book: Path) -> None:
    state = State.of(book)
    state.keep(book)
    assert State.finished(book) == state == State.of(book)


@pytest.mark.parametrize(
    ("file", "changed"),
    [
        ("chapters/one.md", {"sources"}),
        ("_ext/extension.py", {"code", "sources"}),
        ("labsupport/new.py", {"code", "sources"}),
        ("chapters/two.md", {"code", "sources"}),
        ("_config.yml", {"code", "sources"}),
        ("_static/style.css", {"code", "sources"}),
        ("_templates/layout.html", {"code", "sources"}),
        (HTML / "one.html", {"pages"}),
        ("_build/kernels/log.txt", set()),
        ("_ext/__pycache__/extension.pyc", set()),
        (".git/index", set()),
    ],
)
def test_a_change_is_noticed_where_it_matters(book: Path, file: str | Path, changed: set[str]) -> None:
    before = State.of(book)
    (book / file).parent.mkdir(parents=True, exist_ok=True)
    (book / file).write_text("another text", encoding="utf-8")
    assert differing(before, State.of(book)) == changed


def changed_after(book: Path, seconds: int) -> bool:
    """Whether Sphinx can go on where a chapter got another text so long after the last build."""
    before = State.of(book)
    before.keep(book)
    chapter, made = book / "chapters" / "one.md", (book / STAMP).stat().st_mtime_ns
    chapter.write_text("# Another\n", encoding="utf-8")
    os.utime(chapter, ns=(made, made + seconds * 10**9))
    return State.of(book).adds_to(before, book)


def test_a_chapter_that_was_written_later_can_be_read_alone(book: Path) -> None:
    assert changed_after(book, 1)


def test_a_chapter_that_was_put_back_with_its_time_cannot_be_found_by_it(book: Path) -> None:
    assert not changed_after(book, -1)


def test_a_file_that_was_touched_only_is_the_same(book: Path) -> None:
    before = State.of(book)
    (book / "chapters" / "one.md").touch()
    assert State.of(book) == before


def test_a_page_that_is_gone_is_missed(book: Path) -> None:
    before = pages_made(book)
    (book / HTML / "one.html").unlink()
    assert pages_made(book) != before


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"code": "1"}'])
def test_a_stamp_that_says_nothing_is_none(book: Path, content: str | None) -> None:
    if content is not None:
        (book / STAMP).write_text(content, encoding="utf-8")
    assert State.finished(book) is None
