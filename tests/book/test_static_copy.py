"""Nothing but a copy of the built pages, in some folder of a plain file server, and no network: all of it works."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.book.browser import VIEWS, Reader, Visit, chromium, reading
from tests.book.drilling import forget, go_to, panel, play
from tests.book.ledgers import entries
from tests.book.pages import pages
from tests.book.playing import NAMES, Player
from tests.book.running_cells import CellsPage, runnable

PLACE = "courses/protocols"
"""Where the copy lies below the root of its server."""


@pytest.fixture(scope="module")
def copied(html: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A browser that resolves no name, on a copy of the pages in a folder of its own."""
    if chromium() is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium chromium-driver)")
    root = tmp_path_factory.mktemp("copy")
    shutil.copytree(html, root / PLACE)
    with reading(root) as reader:
        reader.site += f"/{PLACE}"
        yield reader


def assert_all_came_from_the_copy(reader: Reader, visit: Visit) -> None:
    asked = [url for url in visit.urls if not url.startswith(("data:", "blob:"))]
    assert asked and all(url.startswith(f"{reader.site}/") for url in asked), asked
    assert (visit.failures, visit.errors) == ((), ())


def test_every_page_can_be_read(copied: Reader) -> None:
    for page in (*pages(), "search", "genindex"):
        visit = copied.visit(f"{page}.html")
        assert_all_came_from_the_copy(copied, visit)
        assert copied.run("return document.querySelector('h1') !== null"), page


def test_a_word_is_found_by_the_search(copied: Reader) -> None:
    copied.visit("search.html?q=TIME-WAIT")
    copied.wait_for("return document.querySelectorAll('#search-results li a').length > 0")


def test_a_cell_runs(copied: Reader) -> None:
    chapter, (cell, *_) = next(iter(runnable().items()))
    page = CellsPage(copied, chapter)
    assert [run.ended for run in page.run(cell)] == [True]
    assert_all_came_from_the_copy(copied, copied.visit(f"chapters/{chapter}.html"))


def test_the_ledger_is_searched(copied: Reader) -> None:
    copied.visit("chapters/appendix/ledger.html#verdict=refuted")
    shown = "[...document.querySelectorAll('.ledger > li')].filter(entry => entry.checkVisibility())"
    assert copied.run(f"return {shown}.length") == sum(entry.fields["verdict"] == "refuted" for entry in entries())


def test_a_round_of_the_drill_is_played(copied: Reader) -> None:
    go_to(copied, "", VIEWS[0])
    try:
        asked = play(copied, *[True, False] * 5)
        assert len(set(asked)) == 10
        assert panel(copied) == "end"
    finally:
        forget(copied)


@pytest.mark.parametrize("name", NAMES)
def test_a_playground_answers(copied: Reader, name: str) -> None:
    player = Player(copied, name)
    assert_all_came_from_the_copy(copied, player.open())
    before = copied.run("return document.querySelector('.playground').innerText")
    options = copied.run("return [...document.querySelector('[name=example]').options].map(each => each.value)")
    player.write(example=next(option for option in reversed(options) if option))
    assert copied.run("return document.querySelector('.playground').innerText") != before
