"""The built book, a browser on it, and the checkers: each made once a session."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.book.browser import Reader, chromium, reading
from tests.book.node import NotInstalledError, node_modules
from tests.book.pages import BOOK

SOURCES = ("_config.yml", "_toc.yml", "_ext", "_static", "_templates", "chapters", "labsupport")


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark of the tests that take long."""
    config.addinivalue_line("markers", "slow: takes more than ten seconds; leave it out with -m 'not slow'")


@pytest.fixture(scope="session")
def html() -> Path:
    """The folder of the built pages, built anew when a source is newer than they are."""
    finished = BOOK / "_build" / ".finished"
    if not finished.exists() or _newest(SOURCES) > finished.stat().st_mtime:
        build = [sys.executable, "-m", "tools.build_book"]
        done = subprocess.run(build, cwd=BOOK, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, f"the book does not build:\n{done.stdout}\n{done.stderr}"
    return BOOK / "_build" / "html"


@pytest.fixture(scope="session")
def reader(html: Path) -> Iterator[Reader]:
    """Chromium on the built pages."""
    if chromium() is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium chromium-driver)")
    with reading(html) as reader:
        yield reader


@pytest.fixture(scope="session")
def npm_tools() -> Path:
    """The folder `node_modules` with axe and Lighthouse."""
    try:
        return node_modules()
    except NotInstalledError as problem:
        pytest.skip(str(problem))


@pytest.fixture(scope="session")
def axe(npm_tools: Path) -> str:
    """The source of axe-core, to be run in a page."""
    return (npm_tools / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def _newest(sources: tuple[str, ...]) -> float:
    roots = [BOOK / source for source in sources]
    files = {path for root in roots for path in (root, *root.rglob("*")) if path.is_file()}
    return max(path.stat().st_mtime for path in files if "__pycache__" not in path.parts)
