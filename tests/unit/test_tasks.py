"""One command makes the environment; the next ones find it, without a network; nothing half-made is used."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

import tasks

BACKEND = """
import zipfile

def get_requires_for_build_editable(config_settings=None):
    return []

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "small-1-py3-none-any.whl"
    with zipfile.ZipFile(f"{wheel_directory}/{name}", "w") as wheel:
        wheel.writestr("small-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: small\\nVersion: 1\\n")
        wheel.writestr("small-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\n")
        wheel.writestr("small-1.dist-info/RECORD", "")
    return name
"""
TELLS_WHAT_IT_IS_TOLD = """
import os, sys
print([os.environ.get(name) for name in ("LAB_ENGINE", "LAB_REQUIRE")], sys.argv[1].rpartition(os.sep)[2])
"""
TELLS_THAT_NPM_IS_ASKED = """
import os
if os.environ.get("TELL"):
    print("npm is asked")
"""
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "small"
version = "1"
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project in a path with spaces, with its environment; it needs no package and no network."""
    folder = tmp_path_factory.mktemp("a project") / "with spaces"
    (folder / "labsupport").mkdir(parents=True)
    shutil.copy(tasks.__file__, folder)
    (folder / "labsupport" / "doctor.py").write_text("import sys; print('at', sys.prefix)", encoding="utf-8")
    (folder / "tools").mkdir()
    (folder / "tools" / "compare.py").write_text(TELLS_WHAT_IT_IS_TOLD, encoding="utf-8")
    (folder / "tools" / "npm.py").write_text(TELLS_THAT_NPM_IS_ASKED, encoding="utf-8")
    (folder / "backend.py").write_text(BACKEND, encoding="utf-8")
    (folder / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (folder / "requirements.txt").write_text("", encoding="utf-8")
    assert "Installing" in doctor(folder)
    return folder


@pytest.fixture
def project(made: Path) -> Iterator[Path]:
    """The same project for each test, with the files that a test may change put back."""
    kept = {
        path: path.read_bytes() for path in (made / "requirements.txt", made / ".venv" / "installed.json")
    }
    yield made
    for path, content in kept.items():
        path.write_bytes(content)


def doctor(folder: Path) -> str:
    """What `tasks.py doctor` prints there, when no package index can be reached."""
    return command(folder, "doctor")


def command(folder: Path, name: str, **variables: str) -> str:
    """What a command of `tasks.py` prints there, offline."""
    offline = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_NO_INDEX": "1", "PIP_RETRIES": "0"}
    surroundings = {**os.environ, **offline, **variables}
    arguments = [sys.executable, str(folder / "tasks.py"), name]
    done = subprocess.run(arguments, env=surroundings, text=True, capture_output=True, check=False)
    return done.stdout + done.stderr


def test_a_command_runs_in_the_environment(project: Path) -> None:
    assert doctor(project).strip() == f"at {project / '.venv'}"


def test_new_requirements_are_installed_on_top(project: Path) -> None:
    kept = project / ".venv" / "kept"
    kept.touch()
    (project / "requirements.txt").write_text("# another set\n", encoding="utf-8")
    assert "Installing" in doctor(project)
    assert kept.exists()


def test_an_install_that_failed_is_not_used(project: Path) -> None:
    (project / "requirements.txt").write_text("no-such-package==1\n", encoding="utf-8")
    assert "could not be installed" in doctor(project)
    assert not (project / ".venv" / "installed.json").exists()


def test_an_install_that_was_stopped_is_made_anew(project: Path) -> None:
    rest = project / ".venv" / "half-a-package"
    rest.touch()
    (project / ".venv" / "installed.json").unlink()
    assert f"at {project / '.venv'}" in doctor(project)
    assert not rest.exists()


def test_the_chapters_run_on_recordings_too_where_everything_must_be_live(project: Path) -> None:
    told = command(project, "test", LAB_REQUIRE="all", LAB_ENGINE="namespace")
    assert "['namespace', 'all'] notebooks.xml" in told
    assert "['recorded', ''] recordings.xml" in told
    assert "\nrecordings passed" in told


@pytest.fixture
def npm(tmp_path: Path) -> Path:
    """A folder with a program of this name."""
    program = tmp_path / ("npm.bat" if os.name == "nt" else "npm")
    program.touch(0o755)
    return tmp_path


def test_the_node_peers_are_looked_for_after_the_packages_and_then_as_long_as_npm_is_there(
    project: Path, npm: Path
) -> None:
    (project / "requirements.txt").write_text("# one more set\n", encoding="utf-8")
    made = command(project, "doctor", TELL="yes", PATH=str(npm))
    assert made.index("Installing") < made.index("npm is asked") < made.index("at ")
    assert command(project, "doctor", TELL="yes", PATH=str(npm)).startswith("npm is asked")


def test_that_npm_is_missing_is_told_once(project: Path, tmp_path: Path) -> None:
    (project / "requirements.txt").write_text("# yet another set\n", encoding="utf-8")
    assert "npm is asked" in command(project, "doctor", TELL="yes", PATH=str(tmp_path))
    assert "npm is asked" not in command(project, "doctor", TELL="yes", PATH=str(tmp_path))


def test_node_peers_that_cannot_be_installed_stop_nothing(project: Path, npm: Path) -> None:
    (project / "tools" / "npm.py").rename(project / "tools" / "kept.py")
    shown = command(project, "doctor", PATH=str(npm))
    (project / "tools" / "kept.py").rename(project / "tools" / "npm.py")
    assert f"at {project / '.venv'}\n" in shown
    assert "No module named tools.npm" in shown


def test_clean_leaves_what_npm_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = tmp_path / "_build"
    for made in (".hypothesis/examples", "_build/html", "_build/node/0123/node_modules"):
        (tmp_path / made).mkdir(parents=True)
    (build / "log.txt").touch()
    monkeypatch.setattr(tasks, "ROOT", tmp_path)
    monkeypatch.setattr(tasks, "NODE", build / "node")
    assert tasks.clean(argparse.Namespace()) == 0
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["0123", "_build", "node", "node_modules"]
    assert tasks.clean(argparse.Namespace()) == 0


SKIPPED = """
import pytest

def test_linux():
    pytest.skip("only on Linux there is /proc")

@pytest.mark.skipif(True, reason="only where raw sockets are permitted")
def test_raw():
    pass

@pytest.mark.skipif(True, reason="only on machines with actionlint")
def test_program():
    pass

def test_neglected():
    pytest.skip("not today, only on Linux")

@pytest.mark.xfail(reason="a known fault")
def test_known():
    assert False
"""


@pytest.mark.parametrize(
    ("require", "counts"), [("all", "1 failed, 2 skipped, 1 xfailed, 1 error"), ("", "4 skipped, 1 xfailed")]
)
def test_where_all_must_be_live_only_a_test_for_another_platform_may_be_skipped(
    tmp_path: Path, require: str, counts: str
) -> None:
    (tmp_path / "test_small.py").write_text(SKIPPED, encoding="utf-8")
    options = ("-q", "-p", "tests.conftest", "-c", "pyproject.toml", "-o", f"cache_dir={tmp_path / 'cache'}")
    arguments = [sys.executable, "-m", "pytest", *options, str(tmp_path)]
    surroundings = {**os.environ, "LAB_REQUIRE": require}
    done = subprocess.run(
        arguments, cwd=tasks.ROOT, env=surroundings, text=True, capture_output=True, check=False
    )
    assert counts in done.stdout
    assert [name for name in ("test_program", "test_neglected") if f"::{name}" in done.stdout] == (
        ["test_program", "test_neglected"] if require else []
    )


@pytest.mark.parametrize("version", [(3, 10, 13), (3, 14, 0)])
def test_another_python_is_refused_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int]
) -> None:
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(sys, "argv", ["tasks.py", "book"])
    with pytest.raises(SystemExit, match=r"3\.11, 3\.12 or 3\.13 is needed.*make book PYTHON=python3\.1"):
        tasks.check_python()


def test_a_python_without_venv_is_refused_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ensurepip" else SimpleNamespace()
    )
    with pytest.raises(SystemExit, match=r"apt install python3\.\d+-venv"):
        tasks.check_python()


REPORT = '<testsuites><testsuite tests="9" failures="1" errors="1" skipped="2"/></testsuites>'


def test_the_counts_come_from_the_report(tmp_path: Path) -> None:
    (tmp_path / "unit.xml").write_text(REPORT, encoding="utf-8")
    assert tasks.counted(tmp_path / "unit.xml", 1) == (5, 2, 2)


@pytest.mark.parametrize(("status", "counts"), [(0, (1, 0, 0)), (1, (0, 1, 0))])
def test_a_stage_without_a_report_counts_as_one(
    tmp_path: Path, status: int, counts: tuple[int, int, int]
) -> None:
    assert tasks.counted(tmp_path / "lint.xml", status) == counts


def test_a_stage_that_found_no_test_has_failed(tmp_path: Path) -> None:
    (tmp_path / "pages.xml").write_text(
        '<testsuites><testsuite tests="0" failures="0" errors="0" skipped="0"/></testsuites>',
        encoding="utf-8",
    )
    assert tasks.counted(tmp_path / "pages.xml", 5) == (0, 1, 0)


def test_the_summary_ends_in_the_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tasks, "REPORTS", tmp_path)
    (tmp_path / "unit.xml").write_text(REPORT, encoding="utf-8")
    assert tasks.summarize([("lint", 0, 1.0), ("unit", 1, 2.0)]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "6 passed, 2 failed, 2 skipped"
    assert (tmp_path / "summary.txt").read_text(encoding="utf-8") == "6 passed, 2 failed, 2 skipped\n"


def test_every_command_has_a_target_in_the_makefile() -> None:
    targets = (tasks.ROOT / "Makefile").read_text(encoding="utf-8")
    for command in ("book", "pdf", "epub", "test", "lab", "refresh", "doctor", "bench", "lint", "lock", "clean"):
        assert f"\n{command}:" in targets
