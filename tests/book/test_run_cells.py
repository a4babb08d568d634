"""The cells of the built pages, run by a reader in Chromium: outputs in place, edited, stopped, reset.

No other host can be reached: the browser resolves no name, and the book is served on loopback.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.book.browser import VIEWS, Reader, View, reading, serving
from tests.book.running_cells import AT_REST, CellsPage, Isolating, runnable
from tools.page_cells import difference, stored_cell

RUNNABLE = runnable()
CHAPTERS = sorted(RUNNABLE)
PHONE = View(390, "dark")

every_chapter = pytest.mark.parametrize("chapter", CHAPTERS)
every_view = pytest.mark.parametrize("view", VIEWS, ids=str)

pytestmark = pytest.mark.skipif(not CHAPTERS, reason="no cell of the book runs in a page")


@pytest.fixture(scope="module", autouse=True)
def python(html: Path) -> None:
    """The files of Python, which a build without npm lacks."""
    if not (html / "_static" / "python").is_dir():
        pytest.skip("the book was built without Python for its pages (install npm)")


@pytest.fixture(scope="module")
def chapter() -> str:
    """A chapter, most of whose cells run."""
    return max(CHAPTERS, key=lambda name: len(RUNNABLE[name]))


@pytest.fixture(scope="module")
def loaded(reader: Reader, chapter: str) -> CellsPage:
    """That chapter in the browser, loaded once: a test more is not a start of Python more."""
    return CellsPage(reader, chapter)


@pytest.fixture
def page(loaded: CellsPage) -> CellsPage:
    """The chapter as it was loaded: no cell has run."""
    loaded.renew()
    return loaded


@pytest.fixture(scope="module")
def first(chapter: str) -> str:
    """The first cell that runs in that chapter."""
    return RUNNABLE[chapter][0]


@every_chapter
def test_nothing_of_python_is_fetched_and_nothing_moves_before_a_click(reader: Reader, chapter: str) -> None:
    page = CellsPage(reader, chapter)
    assert [url for url in page.visit.urls if "python" in url.rsplit("/", 1)[-1]] == []
    assert reader.driver.execute_async_script(LAYOUT_SHIFTS) < 0.01
    assert reader.run("return document.querySelectorAll('.run-bar').length") > 0


@every_chapter
def test_each_cell_that_runs_gives_the_stored_output(reader: Reader, chapter: str) -> None:
    page = CellsPage(reader, chapter)
    runs = page.run_all()
    assert [run.name for run in runs] == RUNNABLE[chapter], page.shown(runs[-1].name)
    differences = {run.name: difference(stored_cell(chapter, run.name), run.outputs) for run in runs}
    assert {name: found for name, found in differences.items() if found is not None} == {}
    statuses = {run.name: page.status(run.name) for run in runs}
    assert {name: words for name, words in statuses.items() if "differs" in words} == {}


@every_chapter
def test_a_cell_that_does_not_run_says_why_and_how_to_run_it(reader: Reader, chapter: str) -> None:
    CellsPage(reader, chapter)
    reasons = reader.run("return [...document.querySelectorAll('.run-elsewhere p')].map(words => words.textContent)")
    assert len(reasons) == reader.run("return document.querySelectorAll('.runs-elsewhere').length")
    assert [reason for reason in reasons if len(reason) < 60 or "make lab" not in reason] == []


def test_a_cell_first_runs_those_above_it(page: CellsPage, chapter: str) -> None:
    third = RUNNABLE[chapter][2]
    assert [run.name for run in page.run(third)] == RUNNABLE[chapter][:3]
    assert "Ran here" in page.status(third)


def test_what_python_remembers_does_not_run_again(page: CellsPage, chapter: str) -> None:
    first, second = RUNNABLE[chapter][:2]
    page.run(first)
    assert [run.name for run in page.run(second)] == [first, second]


def test_a_cell_is_edited_and_run_by_keys(page: CellsPage, first: str) -> None:
    page.edit(first, 'print("hello")\n6 * 7')
    page.keys(first, Keys.SHIFT, Keys.ENTER)
    (run,) = page.rest(first)
    assert page.shown(first).split() == ["hello", "42"]
    assert [output["output_type"] for output in run.outputs] == ["stream", "execute_result"]
    assert "your version" in page.status(first)
    assert "your version" in page.announced()


def test_escape_brings_the_stored_code_back(page: CellsPage, first: str) -> None:
    page.edit(first, "1 / 0")
    assert page.reader.run("return document.querySelector('[data-does=reset]') !== null")
    page.keys(first, Keys.ESCAPE)
    assert page.reader.run("return document.querySelector('textarea')") is None
    assert page.reader.run("return document.activeElement.dataset.does") == "edit"
    assert page.run(first)[-1].ended


def test_an_exception_is_shown_as_in_jupyter_and_what_follows_does_not_run(page: CellsPage, chapter: str) -> None:
    first, second = RUNNABLE[chapter][:2]
    page.edit(first, "def divide(number):\n    return number / 0\n\ndivide(1)")
    runs = page.run(second)
    assert [run.ended for run in runs] == [False]
    traceback = page.shown(first)
    assert "Traceback (most recent call last)" in traceback
    assert "return number / 0" in traceback
    assert traceback.rstrip().endswith("ZeroDivisionError: division by zero")
    assert page.status(second).startswith("Not run")


def test_a_loop_without_end_is_stopped_and_the_next_run_begins_anew(page: CellsPage, first: str) -> None:
    page.edit(first, 'print("round")\nprint("and round")\nwhile True: pass')
    page.press("run", first)
    page.reader.wait_for(f"return {SHOWN % first}.includes('and round')", 60)
    page.press("stop", first)
    page.rest(first)
    assert "stopped" in page.status(first)
    page.keys(first, Keys.ESCAPE)
    assert page.run(first)[-1].ended


def test_where_memory_is_shared_a_stopped_cell_leaves_the_rest_as_it_was(
    html: Path, chapter: str, first: str
) -> None:
    # A browser of its own: a page that is cut off from others has another process, and so has the next page.
    with serving(html, Isolating) as site, reading(html) as alone:
        page = CellsPage(alone, chapter, site=site)
        page.run(first)
        page.edit(first, 'print("round and round")\nwhile True: pass')
        page.press("run", first)
        alone.wait_for(f"return {SHOWN % first}.includes('round and round')", 60)
        page.press("stop", first)
        page.rest(first)
        assert "KeyboardInterrupt" in page.shown(first)
        page.edit(first, "__name__, chapter.__name__")
        page.run(first)
        assert "chapter" in page.shown(first)


def test_reset_brings_back_code_and_outputs_of_a_cell(page: CellsPage, first: str) -> None:
    stored = page.shown(first)
    page.edit(first, 'print("mine")')
    page.run(first)
    assert page.shown(first).strip() == "mine"
    page.press("reset", first)
    assert page.shown(first) == stored
    assert page.reader.run("return document.querySelector('textarea')") is None
    assert page.status(first) == ""


def test_a_cell_that_is_reset_while_it_runs_is_stopped(page: CellsPage, first: str) -> None:
    stored = page.shown(first)
    page.edit(first, "import time\nwhile True: print('tick'); time.sleep(0.01)")
    page.press("run", first)
    page.reader.wait_for(f"return {SHOWN % first}.includes('tick')", 60)
    page.press("reset", first)
    page.reader.wait_for(f"{AT_REST} && {SHOWN % first} === arguments[0]".replace("arguments[0]", json.dumps(stored)))
    assert page.status(first) == ""
    assert page.run(first)[-1].ended


def test_a_double_click_runs_a_cell_and_does_not_stop_it(page: CellsPage, first: str) -> None:
    button = page.reader.driver.find_element("css selector", f"#cell-{first} .run-button")
    page.reader.run("arguments[0].scrollIntoView({block: 'center'})", button)
    ActionChains(page.reader.driver).double_click(button).perform()
    assert page.rest(first)[-1].ended


def test_run_all_runs_every_cell_again_in_an_empty_memory(page: CellsPage, chapter: str) -> None:
    first, *others = RUNNABLE[chapter]
    page.run(others[0])
    page.edit(first, "print(sorted(name for name in globals() if name[0] != '_'))\n1 / 0")
    page.reader.run("window.runs = []")
    assert [run.name for run in page.run_all()] == [first]
    assert page.shown(first).startswith("[]")


def test_the_head_of_the_page_says_what_runs_and_stops_it(page: CellsPage, first: str) -> None:
    head = "document.querySelector('.run-page').innerText"
    at_rest = page.reader.run(f"return {head}")
    page.edit(first, "while True: pass")
    page.press("run-all")
    page.reader.wait_for(f"return {head}.includes('Running cell')", 60)
    page.reader.run("document.querySelector('.run-page .run-button').click()")
    page.rest(first)
    assert "stopped" in page.reader.run(f"return {head}")
    page.press("reset-all")
    page.reader.wait_for(f"return {head}.startsWith({json.dumps(at_rest[:100])})")


def test_reset_of_the_page_forgets_all(page: CellsPage, chapter: str) -> None:
    first, second = RUNNABLE[chapter][:2]
    stored = [page.shown(name) for name in (first, second)]
    page.run(second)
    page.press("reset-all")
    page.reader.wait_for("return document.querySelectorAll('.run-button[data-does=reset]').length === 0")
    assert [page.shown(name) for name in (first, second)] == stored
    assert [run.name for run in page.run(first)] == [first, second, first]


def test_every_button_can_be_reached_by_the_tab_key(page: CellsPage, first: str) -> None:
    page.reader.run(f"document.querySelector('#cell-{first} .run-button').focus()")
    body = page.reader.driver.switch_to.active_element
    body.send_keys(Keys.ENTER)
    assert page.rest(first)[-1].ended
    page.reader.driver.switch_to.active_element.send_keys(Keys.TAB)
    assert page.reader.run("return document.activeElement.dataset.does") == "edit"


@every_view
def test_axe_finds_no_violation_after_a_run(reader: Reader, axe: str, chapter: str, view: View) -> None:
    page = CellsPage(reader, chapter, view)
    names = RUNNABLE[chapter][:4]
    page.run(names[-1])
    page.edit(names[-1], "1 / 0")
    page.run(names[-1])
    reader.run("document.querySelectorAll('.run-elsewhere').forEach(each => { each.open = true; })")
    reader.run(axe)
    report = reader.driver.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
    assert len(report["passes"]) > 10
    assert [(each["id"], each["nodes"][0]["target"]) for each in report["violations"]] == []


def test_a_phone_does_not_scroll_sideways_after_a_run(reader: Reader, chapter: str) -> None:
    page = CellsPage(reader, chapter, PHONE)
    page.run(RUNNABLE[chapter][5])
    assert reader.run("return document.documentElement.scrollWidth") <= 390


def test_a_book_without_python_says_so_at_the_click(reader: Reader, chapter: str, first: str, lame: str) -> None:
    page = CellsPage(reader, chapter, site=lame)
    page.press("run", first)
    page.rest(first)
    assert "could not be loaded" in page.status(first)
    assert "npm" in page.announced()


def test_a_page_opened_as_a_file_says_what_it_needs(reader: Reader, html: Path, chapter: str) -> None:
    reader.driver.get((html / "chapters" / f"{chapter}.html").as_uri())
    reader.wait_for("return document.querySelector('.run-hindered').offsetHeight > 10")
    assert "http.server" in reader.run("return document.querySelector('.run-hindered').innerText")


@pytest.fixture
def lame(html: Path, tmp_path: Path) -> Iterator[str]:
    """The address of the book without the files of Python."""
    for path in html.iterdir():
        if path.name != "_static":
            os.symlink(path, tmp_path / path.name)
    (tmp_path / "_static").mkdir()
    for path in (html / "_static").iterdir():
        if path.name != "python":
            os.symlink(path, tmp_path / "_static" / path.name)
    with serving(tmp_path) as site:
        yield site


SHOWN = "(document.querySelector('#cell-%s .cell_output')?.textContent ?? '')"

LAYOUT_SHIFTS = """
const done = arguments[arguments.length - 1];
let sum = 0;
new PerformanceObserver(list => { for (const entry of list.getEntries()) sum += entry.value; })
  .observe({type: "layout-shift", buffered: true});
setTimeout(() => done(sum), 200);
"""
