"""Packages from npm are installed once for each state of a lock file, whole or not at all; what npm says is told."""

import json
import re
import sys
from pathlib import Path

import pytest

from labsupport import node
from tests.waiting import at_once
from tools import npm
from tools.npm import NotInstalledError, node_modules

REPOSITORY = Path(__file__).parents[2]
LOCKS = [*(REPOSITORY / "tests" / part / "package-lock.json" for part in ("book", "interop")), npm.PYODIDE]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="only on Linux and macOS a script is a program")

INSTALLS = "mkdir node_modules && cp package.json package-lock.json node_modules && echo once >> '{count}'"


@pytest.fixture
def lock(tmp_path, monkeypatch):
    """A lock file and its package.json in a project of their own, and no npm."""
    source = tmp_path / "project" / "tests"
    source.mkdir(parents=True)
    monkeypatch.setattr(node, "REPOSITORY", tmp_path / "project")
    monkeypatch.setenv("PATH", "/nowhere")
    (source / "package.json").write_text("{}")
    lock = source / "package-lock.json"
    lock.write_text('{"lockfileVersion": 3}')
    return lock


@pytest.fixture
def npm_that(tmp_path, monkeypatch):
    """Put an npm on the PATH that does what a script says."""

    def install(script):
        program = tmp_path / "bin" / "npm"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")

    return install


def left_in(lock):
    folder = node.folder_of(lock).parent
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_packages_are_installed_once_for_each_state_of_the_lock_file(lock, npm_that, tmp_path, monkeypatch):
    count = tmp_path / "count"
    npm_that(INSTALLS.format(count=count))
    folder = node_modules(lock)
    assert folder == node.folder_of(lock) / "node_modules"
    assert (folder / "package-lock.json").read_text() == lock.read_text()
    assert node_modules(lock) == folder
    assert count.read_text() == "once\n"
    lock.write_text('{"lockfileVersion": 3, "packages": {}}')
    assert node_modules(lock) != folder
    assert count.read_text() == "once\nonce\n"
    monkeypatch.setenv("PATH", "/nowhere")
    assert node_modules(lock).is_dir()


def test_npm_is_asked_for_exactly_the_lock_file_and_runs_no_script_of_a_package(lock, npm_that, tmp_path):
    npm_that(f"echo $@ > '{tmp_path}/words'; mkdir node_modules")
    node_modules(lock)
    words = (tmp_path / "words").read_text().split()
    assert words[0] == "ci"
    assert {"--ignore-scripts", "--engine-strict", "--prefer-offline"} <= set(words)


def test_without_npm_nothing_is_made(lock):
    with pytest.raises(NotInstalledError, match="npm is not installed"):
        node_modules(lock)
    assert left_in(lock) == []


FAILS = """mkdir node_modules
echo 'npm warn Unknown user config' >&2
echo 'npm error code ENOTFOUND' >&2
echo 'npm error network no such host' >&2
echo 'npm error' >&2
echo 'npm error     at ClientRequest.<anonymous> (index.js:130:14)' >&2
echo 'npm error A complete log of this run can be found in: /root/.npm/_logs/1-debug-0.log' >&2
exit 1"""


def test_of_a_failure_npms_errors_are_told_and_nothing_is_left(lock, npm_that):
    npm_that(FAILS)
    with pytest.raises(NotInstalledError) as told:
        node_modules(lock)
    assert str(told.value) == "npm ci failed: code ENOTFOUND; network no such host"
    assert left_in(lock) == []


def test_a_failure_in_other_words_is_told_too(lock, npm_that):
    npm_that("echo 'Segmentation fault' >&2; exit 139")
    with pytest.raises(NotInstalledError, match="npm ci failed: Segmentation fault"):
        node_modules(lock)


def test_an_npm_that_hangs_is_given_up(lock, npm_that, monkeypatch):
    monkeypatch.setattr(npm, "_LONGEST_S", 0.3)
    npm_that("exec sleep 60")
    with pytest.raises(NotInstalledError, match=r"npm ci was not done after 0\.3 s"):
        node_modules(lock)
    assert left_in(lock) == []


def test_two_that_install_at_once_are_both_served(lock, npm_that, tmp_path):
    npm_that("mkdir node_modules; touch node_modules/whole; sleep 0.2")
    found = []
    at_once([lambda: found.append(node_modules(lock))] * 2)
    assert len(found) == 2
    assert all((folder / "whole").exists() for folder in found)
    assert left_in(lock) == [node.folder_of(lock).name]


def wants(monkeypatch, lock):
    """The command installs what this lock file names, and nothing else."""
    monkeypatch.setattr(npm, "LOCK", lock)
    monkeypatch.setattr(npm, "PYODIDE", lock)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (None, "npm is not installed"),
        (FAILS, "npm ci failed: code ENOTFOUND; network no such host"),
        ("exec kill -9 $$", "npm ci failed"),
    ],
)
def test_the_command_tells_a_failure_in_one_line_and_stops_nothing(lock, npm_that, monkeypatch, capsys, script, told):
    wants(monkeypatch, lock)
    if script:
        npm_that(script)
    assert npm.main() == 0
    peers, python = capsys.readouterr().out.splitlines()
    assert peers.startswith("The Node peers are not installed, and chapters replay recordings of them: " + told)
    assert python.startswith("Pyodide is not installed, and the pages have no Run buttons: " + told)


def test_the_command_tells_nothing_of_a_success(lock, npm_that, monkeypatch, capsys):
    wants(monkeypatch, lock)
    npm_that("mkdir node_modules")
    assert npm.main() == 0
    assert npm.main() == 0
    assert capsys.readouterr().out == ""


def test_a_folder_that_cannot_be_made_is_told(lock, npm_that, monkeypatch, capsys):
    wants(monkeypatch, lock)
    npm_that("mkdir node_modules")
    (node.REPOSITORY / "_build").write_text("a file")
    assert npm.main() == 0
    assert "Not a directory" in capsys.readouterr().out


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.name)
def test_a_lock_file_names_no_registry_and_every_package_by_its_hash(lock):
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    del packages[""]
    assert packages
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert package["integrity"].startswith("sha512-"), name


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.name)
def test_a_lock_file_is_of_its_package_json_which_names_exact_versions(lock):
    wanted = json.loads(lock.with_name("package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    assert packages[""]["dependencies"] == wanted
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert packages[f"node_modules/{name}"]["version"] == version


@pytest.mark.needs("express")
def test_the_peers_that_are_installed_are_those_of_the_lock_file():
    modules = node.folder_of(node.LOCK) / "node_modules"
    packages = json.loads(node.LOCK.read_text(encoding="utf-8"))["packages"]
    for name, package in packages.items():
        if name:
            there = json.loads((modules.parent / name / "package.json").read_text(encoding="utf-8"))
            assert there["version"] == package["version"], name
