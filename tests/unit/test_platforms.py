"""The table of what runs where says what the code decides when it is put on each platform."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from labsupport import doctor, experiment, node, platforms, programs, troubles
from labsupport.browser import driver
from labsupport.network import engines
from tools.kernels import ROOT

NEEDS = tuple(need for needs in platforms.INSTRUMENTS.values() for need in needs)
PROGRAMS = {one.name: one for one in (doctor.CHROMIUM, doctor.FIREFOX, doctor.GECKODRIVER, *doctor.PROGRAMS)}
MANAGER = {"linux": "apt", "darwin": "brew", "win32": "winget"}

MAY_REPEAT = ("troubles.py", "helper.py")
"""The table, and the process that knows nothing of the package."""

every_platform = pytest.mark.parametrize("platform", platforms.PLATFORMS, ids=lambda one: one.name)


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Make the instruments believe that they are on a platform, with every program that it has a package of."""

    def put(platform: platforms.Platform) -> None:
        def find(name: str) -> str | None:
            if name in ("nstat", "chromedriver", "geckodriver"):
                name = {"nstat": "ss", "chromedriver": "chromium", "geckodriver": "firefox"}[name]
            packages = PROGRAMS[name].packages if name in PROGRAMS else {}
            there = MANAGER.get(platform.system) in packages and name not in platform.lacks
            return f"/usr/bin/{name}" if there else None

        monkeypatch.setattr(sys, "platform", platform.system)
        monkeypatch.setattr(os, "name", "nt" if platform.system == "win32" else "posix")
        for module in (programs, experiment, driver, node):
            monkeypatch.setattr(module, "find_program", find)
        monkeypatch.setattr(node, "folder_of", lambda lock: tmp_path)
        monkeypatch.setattr(experiment, "in_a_page", lambda: platform.system == "emscripten")
        monkeypatch.setattr(engines, "_namespace_refusal", lambda: "" if platform.namespaces else "refused")
        monkeypatch.setattr(engines, "_raw_sockets_permitted", lambda: platform.raw_sockets)
        engines.availability.cache_clear()

    (tmp_path / "node_modules").mkdir()
    monkeypatch.delenv("LAB_ENGINE", raising=False)
    yield put
    monkeypatch.undo()
    engines.availability.cache_clear()


@every_platform
def test_the_table_says_of_each_instrument_what_the_instrument_says_there(on, platform) -> None:
    on(platform)
    found = {need: experiment.availability(need).live for need in NEEDS}
    assert found == {need: platform.runs(need) for need in NEEDS}


@every_platform
def test_the_instruments_of_one_column_run_on_the_same_platforms(platform: platforms.Platform) -> None:
    for needs in platforms.INSTRUMENTS.values():
        assert len({platform.runs(need) for need in needs}) <= 1


def test_the_table_has_every_need_of_the_chapters() -> None:
    from tests.unit.test_reference import CHAPTERS

    asked = {need for chapter in CHAPTERS for need in chapter.needs if not need.startswith("net.")}
    assert asked <= set(NEEDS)


def test_the_readme_has_the_same_table() -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## What runs live where")[2].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    known = {platform.name: platform for platform in platforms.PLATFORMS}
    told = {name: row for row in rows for name in _names(row[0])}
    assert set(told) >= {"Linux", "Docker", "macOS", "Windows", "Binder"}
    for name, (_, network, remedy) in told.items():
        assert network.startswith("live" if known[name].runs("network") else "recorded"), name
        assert remedy.replace("`", "") == (known[name].remedy or "nothing"), name


def _names(cell: str) -> list[str]:
    return [cell] if cell in {platform.name for platform in platforms.PLATFORMS} else cell.split(", ")


def test_every_reason_and_remedy_of_an_instrument_is_in_the_table_of_troubles() -> None:
    """No module but that of the table writes one of its own."""
    texts = [one.remedy for one in troubles.TROUBLES] + [one.reason for one in troubles.TROUBLES]
    phrases = {text.partition("{")[0].strip() for text in texts if len(text.partition("{")[0]) > 20}
    assert len(phrases) > 10
    for path in (ROOT / "labsupport").rglob("*.py"):
        source = "" if path.name in MAY_REPEAT else path.read_text(encoding="utf-8")
        found = [phrase for phrase in phrases if f'"{phrase}' in source]
        assert found == [], path


def test_a_trouble_is_told_with_the_facts_of_the_machine() -> None:
    assert troubles.NO_PROGRAM.told(program="ss") == (
        "the program ss is not installed",
        "install the package that has ss",
    )
    with pytest.raises(KeyError):
        troubles.NO_PROGRAM.told()


def test_every_trouble_names_a_remedy() -> None:
    assert [one for one in troubles.TROUBLES if not one.remedy or not one.reason] == []
    defined = {value for value in vars(troubles).values() if isinstance(value, troubles.Trouble)}
    assert defined <= set(troubles.TROUBLES)


def test_what_the_kernel_forbids_is_what_the_remedy_permits(monkeypatch: pytest.MonkeyPatch) -> None:
    for setting in troubles.SETTINGS:
        monkeypatch.setattr(engines, "_setting", lambda path, one=setting: one.forbids if path == one.path else "")
        assert engines.remedy_for_namespaces() == setting.remedy
        assert setting.path.replace("/", ".") in setting.remedy
