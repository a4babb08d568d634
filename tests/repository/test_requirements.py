"""requirements.txt is one exact set for every platform, and fits the ranges of pyproject.toml."""

from __future__ import annotations

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.kernels import ROOT

LINES = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
PINNED = [Requirement(line) for line in LINES if line and not line.lstrip().startswith("#")]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"].values()
RANGES = [Requirement(text) for group in (PROJECT["dependencies"], *EXTRAS) for text in group]


def environment(python: str, system: str) -> dict[str, str]:
    platform = {"linux": ("posix", "Linux"), "darwin": ("posix", "Darwin"), "win32": ("nt", "Windows")}
    os_name, platform_system = platform[system]
    return {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": system,
        "os_name": os_name,
        "platform_system": platform_system,
    }


def test_every_package_is_pinned_to_one_version() -> None:
    assert [str(pin) for pin in PINNED if not re.fullmatch(r"==[^*,]+", str(pin.specifier))] == []


def test_no_registry_and_no_path_is_named() -> None:
    assert [line for line in LINES if re.search(r"^\s*-|://|file:", line)] == []


def test_the_file_says_how_it_is_made() -> None:
    assert "make lock" in LINES[1]


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_set_fits_the_ranges_everywhere(python: str, system: str) -> None:
    here = environment(python, system)
    pins = {canonicalize_name(pin.name): pin for pin in PINNED if not pin.marker or pin.marker.evaluate(here)}
    for wanted in (each for each in RANGES if not each.marker or each.marker.evaluate(here)):
        version = str(pins[canonicalize_name(wanted.name)].specifier).removeprefix("==")
        assert wanted.specifier.contains(version, prereleases=True), wanted


def test_no_package_is_pinned_twice_on_one_machine() -> None:
    here = environment("3.12", "linux")
    names = [pin.name for pin in PINNED if not pin.marker or pin.marker.evaluate(here)]
    assert len(names) == len(set(names))
