"""Nothing is left of a browser, neither a process nor a file, however the kernel that started it ends."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labsupport.browser import Browser
from labsupport.server import Site
from tests.waiting import wait_until
from tools.kernels import ROOT

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.skipif(sys.platform != "linux", reason="only on Linux: processes are found by way of /proc"),
]

AT_ONCE = 15
"""Seconds in which all must be gone, also on a busy machine; on an idle one it is a tenth of one."""


def left_in(folder: str) -> list[str]:
    """The files in a folder, and the processes whose TMPDIR is in it."""
    return [*os.listdir(folder), *(name for name, environment in processes() if f"TMPDIR={folder}" in environment)]


def processes() -> Iterator[tuple[str, str]]:
    """Name and environment of each process that may be looked at."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            yield (process / "comm").read_text().strip(), (process / "environ").read_text(errors="replace")


@pytest.fixture
def folder() -> Iterator[str]:
    """A TMPDIR; Chromium makes a socket there, whose path has at most 107 octets, so `tmp_path` may be too long."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield folder


@pytest.fixture
def left_behind(folder: str, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """What is left of the programs that this test starts in its own process."""
    monkeypatch.setenv("TMPDIR", folder)
    monkeypatch.setattr(tempfile, "tempdir", folder)
    return lambda: left_in(folder)


# In this process ----------------------------------------------------------------------------------------------------


def test_nothing_is_left_of_a_block(site: Site, left_behind: Callable[[], list[str]]) -> None:
    with Browser() as browser:
        browser.open(site.url + "/next")
        assert {"chromedriver", "chromium"} <= set(left_behind()), "as long as they run they can be seen"
    assert left_behind() == []


def test_nothing_is_left_of_a_browser_that_nobody_refers_to(site: Site, left_behind: Callable[[], list[str]]) -> None:
    browser = Browser()
    browser.open(site.url + "/next")
    assert len(left_behind()) > 3
    del browser
    gc.collect()
    assert left_behind() == []


def test_nothing_is_left_of_a_browser_that_was_restarted(site: Site, left_behind: Callable[[], list[str]]) -> None:
    with Browser() as browser:
        browser.open(site.url + "/next")
        browser.restart()
        browser.history()
        assert "chromedriver" in left_behind(), "the driver and the profile wait for the next use"
        assert "chromium" not in left_behind()
    assert left_behind() == []


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_nothing_is_left_when_the_cell_fails_or_is_interrupted(
    kind: type[BaseException], site: Site, left_behind: Callable[[], list[str]]
) -> None:
    with pytest.raises(kind), Browser() as browser:
        browser.open(site.url + "/next")
        raise kind
    assert left_behind() == []


def test_two_browsers_of_one_kernel_do_not_disturb_each_other(site: Site, left_behind: Callable[[], list[str]]) -> None:
    with Browser() as one, Browser() as other:
        one.open(site.url + "/next?set=one=1")
        other.open(site.url + "/next?set=other=1")
        other.close()
        assert [each["name"] for each in one.cookies()] == ["one"]
    assert left_behind() == []


def test_an_interrupt_of_the_cell_leaves_the_browser_usable(site: Site) -> None:
    with Browser() as browser:
        browser.open(site.url + "/next")
        with pytest.raises(KeyboardInterrupt):
            browser.until(interrupt)
        browser.open(site.url + "/find?q=again")
        assert browser.title == "found"


def interrupt() -> bool:
    raise KeyboardInterrupt


# In a kernel of its own ---------------------------------------------------------------------------------------------

SILENT = """
import sys, threading
from labsupport import Browser, Site

def app(environ, start_response):
    if environ["PATH_INFO"] == "/never":
        print("in the middle", flush=True)
        threading.Event().wait()
    start_response("200 OK", [("Content-Type", "text/html")])
    return [b"<title>there</title>"]

site = Site(app).start()
"""
IN_THE_MIDDLE = SILENT + """
restarted, other = Browser("chromium"), Browser(sys.argv[1])
restarted.open(site.url + "/"), other.open(site.url + "/")
restarted.restart()
restarted.open(site.url + "/never")
"""
TO_THE_END = SILENT + """
browser = Browser()
browser.open(site.url + "/")
print(browser.title, flush=True)
"""


@contextlib.contextmanager
def kernel(source: str, folder: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A Python process with a TMPDIR of its own, in a group of its own."""
    command = [sys.executable, "-c", source, *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | {"TMPDIR": folder}, text=True, start_new_session=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    """The next line that the kernel prints."""
    assert process.stdout is not None and process.stderr is not None
    return process.stdout.readline().strip() or process.stderr.read()


def is_killed(folder: str, other: str, send: Callable[[int, int], None], number: int) -> None:
    with kernel(IN_THE_MIDDLE, folder, other) as process:
        assert said(process) == "in the middle"
        assert left_in(folder).count("chromedriver") >= 1
        send(process.pid, number)
        process.wait()
        assert wait_until(lambda: left_in(folder) == [], AT_ONCE), left_in(folder)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("send", [os.kill, os.killpg])
def test_nothing_is_left_of_a_kernel_that_is_killed_in_the_middle_of_a_navigation(
    send: Callable[[int, int], None], number: int, folder: str
) -> None:
    is_killed(folder, "chromium", send, number)


@pytest.mark.needs("firefox")
def test_nothing_is_left_of_firefox_either(folder: str) -> None:
    is_killed(folder, "firefox", os.kill, signal.SIGKILL)


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ("", ""),
        ("raise SystemExit(3)", ""),
        ("1 / 0", "ZeroDivisionError"),
        ("import os; os._exit(0)", ""),
    ],
)
def test_nothing_is_left_of_a_kernel_that_ends(last: str, told: str, folder: str) -> None:
    with kernel(TO_THE_END + last, folder) as process:
        assert said(process) == "there"
        _, errors = process.communicate(timeout=60)
        assert wait_until(lambda: left_in(folder) == [], AT_ONCE), left_in(folder)
    assert told in errors
    assert "Exception ignored" not in errors


def test_two_kernels_at_once_do_not_disturb_each_other(folder: str) -> None:
    waiting = TO_THE_END + "threading.Event().wait()"
    with kernel(IN_THE_MIDDLE, folder, "chromium") as one, kernel(waiting, folder) as other:
        assert said(other) == "there"
        assert said(one) == "in the middle"
        one.kill()
        one.wait()
        assert wait_until(lambda: left_in(folder).count("chromedriver") == 1, AT_ONCE)
        assert other.poll() is None
        assert "chromium" in left_in(folder)
        other.kill()
        other.wait()
        assert wait_until(lambda: left_in(folder) == [], AT_ONCE)
