"""The claim on the first page: its cells are those of a chapter, and run there as they do in the chapter."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.book.browser import VIEWS, Reader, View
from tests.book.pages import BOOK
from tests.book.running_cells import CellsPage
from tools.page_cells import difference, stored_cell

PAGE = "index"
CHAPTER = "2-cookies-sessions-tokens/01-http-forgets"
NEEDED, EXPERIMENT, VERDICT = ("setup", "app"), "forget", "claim-stateless"

every_view = pytest.mark.parametrize("view", VIEWS, ids=str)


@pytest.fixture
def page(reader: Reader, html: Path) -> CellsPage:
    """The first page of a book with Python for its pages, as it comes."""
    if not (html / "_static" / "python").is_dir():
        pytest.skip("the book was built without Python for its pages (install npm)")
    return CellsPage(reader, PAGE)


def test_its_cells_give_the_stored_outputs(page: CellsPage) -> None:
    runs = page.run(VERDICT)
    assert [run.name for run in runs] == [*NEEDED, EXPERIMENT, VERDICT]
    assert {run.name: difference(stored_cell(CHAPTER, run.name), run.outputs) for run in runs} == dict.fromkeys(
        [*NEEDED, EXPERIMENT, VERDICT]
    )


def test_the_experiment_stands_open_and_what_spoils_it_is_folded(page: CellsPage) -> None:
    seen = page.reader.run(
        "return [...document.querySelectorAll('.claim-to-try .cell')].filter(each => each.checkVisibility())"
        ".map(each => each.id)"
    )
    assert seen == [f"cell-{EXPERIMENT}"]
    assert page.reader.run("return document.querySelector('.claim-to-try .run-page').checkVisibility()")


def test_nothing_of_python_is_fetched_before_a_click(page: CellsPage) -> None:
    assert [url for url in page.visit.urls if "python" in url.rsplit("/", 1)[-1]] == []


def test_the_code_is_that_of_the_chapter(page: CellsPage) -> None:
    notebook = json.loads((BOOK / "chapters" / f"{CHAPTER}.ipynb").read_text(encoding="utf-8"))
    sources = {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}
    for name in (*NEEDED, EXPERIMENT, VERDICT):
        code = page.reader.run(f"return document.querySelector('#cell-{name} pre').textContent")
        assert code.rstrip() == sources[name]


@every_view
def test_unfolded_and_run_it_fits_the_window_and_axe_finds_nothing(
    reader: Reader, axe: str, page: CellsPage, view: View
) -> None:
    page = CellsPage(reader, PAGE, view)
    page.run(VERDICT)
    reader.run("document.querySelectorAll('.claim-to-try details').forEach(each => { each.open = true; })")
    assert reader.run("return document.documentElement.scrollWidth") <= view.width
    reader.run(axe)
    report = reader.driver.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
    assert [(each["id"], each["nodes"][0]["target"]) for each in report["violations"]] == []
