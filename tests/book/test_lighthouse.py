"""Lighthouse on one page of each kind, as a reader at a desk and a reader with a phone meet them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest

from tests.book.browser import FLAGS, chromium, serving
from tests.book.compressed import Compressing
from tests.book.pages import pages

FULL = {"accessibility": 100, "best-practices": 100, "seo": 100}
LEAST = {"desktop": {"performance": 95, **FULL}, "phone": {"performance": 90, **FULL}}
"""The score, of 100, that each category must reach; Lighthouse slows the network and the processor of a phone."""

SETTINGS = {"desktop": ["--preset=desktop"], "phone": []}

pytestmark = pytest.mark.slow


def one_of_each_kind() -> list[str]:
    """The first page of each folder of the book; with AUDIT=all in the environment every page."""
    kinds = {PurePosixPath(page).parent: page for page in reversed(pages())}
    return pages() if os.environ.get("AUDIT") == "all" else list(reversed(kinds.values()))


@pytest.fixture(scope="module")
def site(html: Path) -> Iterator[str]:
    """The pages on a server that compresses."""
    if chromium() is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium chromium-driver)")
    with serving(html, Compressing) as address:
        yield address


@pytest.mark.parametrize("device", LEAST)
@pytest.mark.parametrize("page", one_of_each_kind())
def test_lighthouse_scores(
    site: str, npm_tools: Path, record_property: Callable[[str, object], None], page: str, device: str
) -> None:
    report = lighthouse(npm_tools, f"{site}/{page}.html", SETTINGS[device])
    scores = {name: round(category["score"] * 100) for name, category in report["categories"].items()}
    for name, score in scores.items():
        record_property(f"{device} {name}", score)
    least = LEAST[device]
    short = {name: score for name, score in scores.items() if score < least[name]}
    assert not short, f"{short}; failed audits: {failed_audits(report)}"


def lighthouse(npm_tools: Path, url: str, settings: list[str]) -> dict:  # type: ignore[type-arg]
    """The report of one run of Lighthouse."""
    command = [
        "node",
        str(npm_tools / "lighthouse" / "cli" / "index.js"),
        url,
        *settings,
        "--quiet",
        "--output=json",
        "--no-enable-error-reporting",
        f"--chrome-flags={' '.join(FLAGS)}",
    ]
    environment = os.environ | {"CHROME_PATH": chromium() or ""}
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def failed_audits(report: dict) -> list[str]:  # type: ignore[type-arg]
    """The audits that took points away, worst first."""
    scores = {name: audit["score"] for name, audit in report["audits"].items() if audit["score"] is not None}
    return [
        f"{name} {score}" for name, score in sorted(scores.items(), key=lambda item: item[1]) if score < 0.9
    ]
