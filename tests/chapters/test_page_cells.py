"""The file that says which cells run in a page tells the truth: two chapters, tried again in the page's interpreter."""

from __future__ import annotations

import json

import pytest

from tools import page_cells, page_python
from tools.notebooks import code_cells, find, read, tags
from tools.npm import PYODIDE, node_modules
from tools.page_cells import name_of, stored_manifest, try_chapter

TRIED = ("1-get-and-post/03-the-cache-in-front", "2-cookies-sessions-tokens/04-double-submit-settled")


@pytest.fixture(scope="module")
def files():
    """The interpreter and what it runs, in the state of the sources."""
    node_modules(PYODIDE)
    return page_python.make()


@pytest.mark.needs("node", "npm")
@pytest.mark.parametrize("chapter", TRIED)
def test_the_file_says_of_each_cell_what_comes_of_it(files, chapter):
    assert try_chapter(chapter) == stored_manifest()[chapter]


def test_the_file_names_every_cell_of_every_chapter_that_a_page_shows():
    shown = {
        name_of(path): {cell["id"] for cell in code_cells(read(path)) if "remove-cell" not in tags(cell)}
        for path in find()
    }
    assert {name: set(cells) for name, cells in stored_manifest().items()} == shown


def test_a_try_that_is_cut_short_keeps_what_was_known_of_the_other_chapters(tmp_path, monkeypatch):
    def cut_short(names):
        yield first, {"setup": "tried again"}
        raise KeyboardInterrupt

    first, *others = known = {name_of(path): {"setup": ""} for path in find()}
    file = tmp_path / "page-cells.json"
    file.write_text(json.dumps(known | {"a chapter that is gone": {}}), encoding="utf-8")
    monkeypatch.setattr(page_cells, "FILE", file)
    monkeypatch.setattr(page_cells, "try_chapters", cut_short)
    with pytest.raises(KeyboardInterrupt):
        page_cells.main([])
    assert stored_manifest() == {first: {"setup": "tried again"}} | {name: known[name] for name in others}
