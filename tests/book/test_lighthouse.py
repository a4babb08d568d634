"""Lighthouse on the landing page and on a chapter, as a desktop reader meets them."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.book.browser import FLAGS, Reader, chromium
from tests.book.pages import pages

LEAST = {"performance": 94, "accessibility": 100, "best-practices": 100, "seo": 100}
"""The score, of 100, that each category must reach."""

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("page", pages()[:2])
def test_lighthouse_scores(reader: Reader, npm_tools: Path, page: str) -> None:
    report = lighthouse(npm_tools, f"{reader.site}/{page}.html")
    scores = {name: round(category["score"] * 100) for name, category in report["categories"].items()}
    short = {name: score for name, score in scores.items() if score < LEAST[name]}
    assert not short, f"{short}; failed audits: {failed_audits(report)}"


def lighthouse(npm_tools: Path, url: str) -> dict:  # type: ignore[type-arg]
    """The report of one run of Lighthouse with its desktop settings."""
    command = [
        "node",
        str(npm_tools / "lighthouse" / "cli" / "index.js"),
        url,
        "--preset=desktop",
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
