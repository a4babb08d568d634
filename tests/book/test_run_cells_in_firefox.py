"""The cells of the pages run in Firefox as well, driven by WebDriver BiDi, which needs no driver beside the browser.

One chapter of each part: Firefox starts Python for each of them anew.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.book.browser import serving
from tests.book.running_cells import runnable
from tools.page_cells import difference, stored_cell

RUNNABLE = runnable()
FIREFOX_NAMES = ("firefox-esr", "firefox")
SCRIPT = Path(__file__).with_name("run_cells_in_firefox.mjs")
LIBRARY = "puppeteer-core/lib/esm/puppeteer/puppeteer-core.js"
LONGEST_S = 300

pytestmark = pytest.mark.slow


def one_chapter_a_part() -> list[str]:
    """Of each part of the book the chapter with most cells that run."""
    most = sorted(RUNNABLE, key=lambda chapter: len(RUNNABLE[chapter]))
    return sorted({chapter.split("/")[0]: chapter for chapter in most}.values())


@pytest.mark.parametrize("chapter", one_chapter_a_part())
def test_each_cell_that_runs_gives_the_stored_output_in_firefox(html: Path, npm_tools: Path, chapter: str) -> None:
    seen = run_all(html, npm_tools, chapter)
    assert seen["hosts"] == ["127.0.0.1"]
    assert seen["errors"] == []
    assert [run["name"] for run in seen["runs"]] == RUNNABLE[chapter], seen["statuses"]
    differences = {run["name"]: difference(stored_cell(chapter, run["name"]), run["outputs"]) for run in seen["runs"]}
    assert {name: found for name, found in differences.items() if found is not None} == {}
    assert {name: words for name, words in seen["statuses"].items() if "differs" in words} == {}


def run_all(html: Path, npm_tools: Path, chapter: str) -> dict[str, Any]:
    """What a reader with Firefox sees who runs all cells of a chapter."""
    firefox = next((path for name in FIREFOX_NAMES if (path := shutil.which(name))), None)
    if firefox is None:
        pytest.skip("firefox is not live here: it is not installed (Debian: apt install firefox-esr)")
    if not (html / "_static" / "python").is_dir():
        pytest.skip("the book was built without Python for its pages (install npm)")
    with serving(html) as site:
        command = ["node", str(SCRIPT), str(npm_tools / LIBRARY), firefox, f"{site}/chapters/{chapter}.html"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))
