"""A reader of a class or a container gets the chapters, in a home that is closed to others, and keeps every change."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.kernels import ROOT
from tools.notebooks import CHAPTERS, find

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux: classes and containers run there")

FIRST = find()[0].relative_to(CHAPTERS)
LOOK = """
import os, resource
print(os.getcwd(), os.environ["TMPDIR"], oct(os.umask(0)), resource.getrlimit(resource.RLIMIT_CORE)[0])
print(os.environ.get("JUPYTER_PATH", "none"))
"""


def started(home: Path, code: str = LOOK, **variables: str) -> list[str]:
    """The lines that a program prints which `deploy/start.py` has become."""
    command = [sys.executable, str(ROOT / "deploy" / "start.py"), sys.executable, "-c", code]
    surroundings = {**os.environ, "HOME": str(home), **variables}
    return subprocess.run(command, env=surroundings, capture_output=True, text=True, check=True).stdout.splitlines()


def test_the_program_runs_beside_the_chapters_with_limits_and_closed_to_others(tmp_path: Path) -> None:
    told, kernels = started(tmp_path)
    assert told == f"{tmp_path}/protocols-on-trial {tmp_path}/.temporary 0o77 0"
    assert kernels == "none"
    assert tmp_path.stat().st_mode & 0o077 == 0


def test_every_chapter_is_handed_out_with_its_claims_and_recordings(tmp_path: Path) -> None:
    started(tmp_path)
    given = {path.relative_to(tmp_path / "protocols-on-trial") for path in tmp_path.rglob("*") if path.is_file()}
    template = {path.relative_to(CHAPTERS) for path in CHAPTERS.rglob("*") if path.is_file()}
    assert {each for each in template if ".ipynb_checkpoints" not in each.parts} <= given


def test_a_change_stays_and_what_was_deleted_comes_back(tmp_path: Path) -> None:
    started(tmp_path)
    changed, deleted = tmp_path / "protocols-on-trial" / FIRST, tmp_path / "protocols-on-trial" / "index.md"
    changed.write_text("mine", encoding="utf-8")
    deleted.unlink()
    started(tmp_path)
    assert changed.read_text(encoding="utf-8") == "mine"
    assert deleted.is_file()


def test_a_class_gets_kernels_of_its_own(tmp_path: Path) -> None:
    assert started(tmp_path, CLASS_LOOPBACK="private")[1] == str(ROOT / "deploy" / "jupyterhub")
