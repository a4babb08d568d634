"""Chromium starts for an ordinary user where the kernel refuses it a sandbox, as it does in a container of Docker."""

from __future__ import annotations

import subprocess
import sys

import pytest

from labsupport.browser import sandbox

pytestmark = pytest.mark.needs("chromium", "network", "unshare")

ORDINARY_USER_WITHOUT_NAMESPACES = (
    *("unshare", "--user", "--map-root-user"),
    *("sh", "-c", 'echo 1 > /proc/sys/user/max_user_namespaces && exec "$@"', "sh"),
    *("unshare", "--user", "--map-user", "1000"),
)
"""A user namespace in which one may be made, and that one made: the program in it is no root, and may make none."""
LOOK = """
from labsupport import Browser
from labsupport.browser import sandbox
with Browser() as browser:
    browser.open("data:text/html,<p>it starts")
    print(sandbox.can_be_built(), browser.text)
"""


def test_an_ordinary_user_who_may_have_no_namespace_sees_a_page() -> None:
    done = subprocess.run([*ORDINARY_USER_WITHOUT_NAMESPACES, sys.executable, "-c", LOOK],
                          text=True, capture_output=True, timeout=120, check=False)  # fmt: skip
    assert done.stdout == "False it starts\n", done.stderr


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_root_has_no_sandbox(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    sandbox.can_be_built.cache_clear()
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert not sandbox.can_be_built()


@pytest.mark.parametrize("permitted", [True, False])
def test_others_have_one_where_namespaces_are_permitted(monkeypatch: pytest.MonkeyPatch, permitted: bool) -> None:
    sandbox.can_be_built.cache_clear()
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(sandbox, "_namespaces_are_permitted", lambda: permitted)
    assert sandbox.can_be_built() is permitted


@pytest.fixture(autouse=True)
def ask_again():
    yield
    sandbox.can_be_built.cache_clear()
