"""Python in the pages works in Firefox as well, driven by WebDriver BiDi, which needs no driver beside the browser.

The network of the browser is cut: only the server of the book, on loopback, can be reached.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from _ext.protocols_on_trial.playgrounds import KINDS
from tests.book.browser import serving
from tests.book.running_cells import runnable
from tools.page_cells import difference, stored_cell

RUNNABLE = runnable()
FIREFOX_NAMES = ("firefox-esr", "firefox")
LIBRARY = "puppeteer-core/lib/esm/puppeteer/puppeteer-core.js"
LONGEST_S = 300

Reading = Callable[[str, str], dict[str, Any]]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def firefox(html: Path, npm_tools: Path) -> Reading:
    """Gives what a reader with Firefox sees who does on a page what one of the scripts here does."""
    program = next((path for name in FIREFOX_NAMES if (path := shutil.which(name))), None)
    if program is None:
        pytest.skip("firefox is not live here: it is not installed (Debian: apt install firefox-esr)")
    if not (html / "_static" / "python").is_dir():
        pytest.skip("the book was built without Python for its pages (install npm)")

    def look(script: str, page: str) -> dict[str, Any]:
        with serving(html) as site:
            path = Path(__file__).with_name(script)
            command = ["node", str(path), str(npm_tools / LIBRARY), program, f"{site}/chapters/{page}.html"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        seen = json.loads(done.stdout.splitlines()[-1])
        assert seen["browser"].startswith("firefox/")
        assert (seen["hosts"], seen["errors"]) == (["127.0.0.1"], [])
        return dict(seen)

    return look


@pytest.mark.parametrize("chapter", sorted(RUNNABLE))
def test_each_cell_that_runs_gives_the_stored_output(firefox: Reading, chapter: str) -> None:
    seen = firefox("firefox_runs_cells.mjs", chapter)
    assert [run["name"] for run in seen["runs"]] == RUNNABLE[chapter], seen["statuses"]
    differences = {run["name"]: difference(stored_cell(chapter, run["name"]), run["outputs"]) for run in seen["runs"]}
    assert {name: found for name, found in differences.items() if found is not None} == {}
    assert {name: words for name, words in seen["statuses"].items() if "differs" in words} == {}


@pytest.mark.parametrize("name", KINDS)
def test_a_playground_answers_what_python_outside_of_a_page_answers(firefox: Reading, name: str) -> None:
    shown = firefox("firefox_plays.mjs", f"practice/playground-{name}")["shown"]
    assert list(shown) == [example.name for example in KINDS[name].examples]
    for example in KINDS[name].examples:
        if name == "token" and not example.at:
            continue  # a token without a clock of its own is seen at the time of the reader
        for part, html in KINDS[name].answer(example)["parts"].items():
            assert marks(shown[example.name][part]) == marks(str(html)), (example.name, part)


def marks(html: str) -> list[object]:
    """What the markup consists of, however it is written: tags with their attributes, and texts."""
    found = _Marks(convert_charrefs=True)
    found.feed(html)
    found.close()
    return found.seen


class _Marks(HTMLParser):
    def __init__(self, **how: bool) -> None:
        super().__init__(**how)
        self.seen: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, sorted((name, value or "") for name, value in attrs)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self.seen.append(tag)

    def handle_data(self, data: str) -> None:
        self.seen.append(data)
