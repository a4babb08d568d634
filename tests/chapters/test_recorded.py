"""Where the kernel refuses namespaces a chapter says that it replays; where it must be live it says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import kernels
from tools.notebooks import code_cells, find, read

pytestmark = pytest.mark.needs("network", "unshare")

WITHOUT_NAMESPACES = (
    *("unshare", "--user", "--map-root-user"),
    *("sh", "-c", 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', "sh"),
)
"""Runs a program in a user namespace that may have none below it; that of the machine stays as it is."""

FIRST_CELLS = [(path, next(code_cells(read(path)))["source"]) for path in find()]
NETWORKED = [(path, source) for path, source in FIRST_CELLS if '"network"' in source]

REMEDY = "sudo sysctl user.max_user_namespaces="


def begun(path: Path, source: str, folder: Path, require: str) -> subprocess.CompletedProcess[str]:
    """The first cell of a chapter, run where no namespace can be made."""
    base = {name: value for name, value in os.environ.items() if not name.startswith("LAB_")}
    variables = kernels.environment(folder, base=base, add={"LAB_REQUIRE": require})
    command = [*WITHOUT_NAMESPACES, sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "-c", source]
    return subprocess.run(
        command, cwd=path.parent, env=variables, text=True, capture_output=True, timeout=60, check=False
    )


def test_a_chapter_needs_the_network() -> None:
    assert NETWORKED, "no first cell names the network; the tests below would test nothing"


@pytest.mark.parametrize(("path", "source"), NETWORKED, ids=lambda value: getattr(value, "stem", ""))
def test_the_notice_says_that_it_replays_and_why(path: Path, source: str, tmp_path: Path) -> None:
    done = begun(path, source, tmp_path, require="")
    assert done.returncode == 0, done.stdout
    assert "network: replayed from recordings" in done.stdout
    assert "the kernel refused a user namespace" in done.stdout
    assert REMEDY in done.stdout


@pytest.mark.parametrize(("path", "source"), NETWORKED, ids=lambda value: getattr(value, "stem", ""))
def test_the_first_cell_fails_with_the_remedy_where_all_must_be_live(
    path: Path, source: str, tmp_path: Path
) -> None:
    done = begun(path, source, tmp_path, require="all")
    assert done.returncode == 1
    assert "Unavailable: the network instrument cannot run here: the kernel refused" in done.stdout
    assert f"Remedy: {REMEDY}" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("path", [path for path, _ in NETWORKED], ids=lambda path: path.stem)
def test_the_chapter_runs_and_decides_on_its_recordings(path: Path) -> None:
    """Every cell, with every output compared, as where a kernel refuses namespaces."""
    base = {name: value for name, value in os.environ.items() if not name.startswith("LAB_")}
    done = subprocess.run(
        [*WITHOUT_NAMESPACES, sys.executable, "-m", "tools.compare", str(path)],
        cwd=kernels.ROOT, env=base, text=True, capture_output=True, timeout=300, check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]


def test_only_the_children_are_without_namespaces() -> None:
    seen = subprocess.run(
        [*WITHOUT_NAMESPACES, "unshare", "--user", "true"], text=True, capture_output=True, check=False
    )
    assert seen.returncode != 0
    assert subprocess.run(["unshare", "--user", "true"], check=False).returncode == 0
