"""What goes wrong with a browser is told as the reader's: what was wrong, and what to do."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from labsupport.browser import Browser, pages
from labsupport.errors import ReaderError, Unavailable
from labsupport.server import Site
from tests.waiting import children, wait_until

Act = Callable[[Browser], object]

pytestmark = pytest.mark.needs("chromium")


def test_an_unknown_browser_is_named() -> None:
    with pytest.raises(ReaderError, match="no browser is called 'netscape'; there is chromium and firefox"):
        Browser("netscape")


def test_a_setting_that_means_nothing_is_named() -> None:
    with pytest.raises(ReaderError, match="third_party_cookies='some' means nothing; write allowed or blocked"):
        Browser(third_party_cookies="some")  # type: ignore[arg-type]


@pytest.mark.parametrize("address", ["/page", "127.0.0.1:80", "javascript:alert(1)", ""])
def test_what_is_no_address_is_named(browser: Browser, address: str) -> None:
    with pytest.raises(ReaderError, match=r"is no address; write it whole, as in site.url") as caught:
        browser.open(address)
    assert repr(address) in str(caught.value)


def test_a_port_where_nobody_listens_is_told(browser: Browser) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(ReaderError, match=r"Chromium: .*ERR_CONNECTION_REFUSED"):
            browser.open(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert browser.failure == "ERR_CONNECTION_REFUSED"


def test_a_port_that_the_browser_forbids_is_told_by_its_own_page(browser: Browser) -> None:
    browser.open("http://127.0.0.1:1/")
    assert browser.failure == "ERR_UNSAFE_PORT"


@pytest.mark.parametrize("act", [lambda page: page.follow("#missing"), lambda page: page.fill("#missing", "x")])
def test_a_selector_without_an_element_is_named(browser: Browser, site: Site, act: Act) -> None:
    browser.open(site.url + "/next")
    with pytest.raises(ReaderError, match="nothing on /next matches '#missing'"):
        act(browser)


def test_a_selector_that_is_none_is_told(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/next")
    with pytest.raises(ReaderError, match="invalid selector"):
        browser.follow("a[")


def test_a_field_that_takes_no_text_is_told(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    with pytest.raises(ReaderError, match="Chromium: invalid element state"):
        browser.fill("#greeting", "x")


def test_a_click_that_leads_nowhere_is_told(browser: Browser, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    browser.open(site.url + "/")
    monkeypatch.setattr(pages, "wait", partial(pages.wait, timeout=0.5))
    with pytest.raises(ReaderError, match="the click on #greeting led to no other page"):
        browser.follow("#greeting")


def test_a_page_that_does_not_load_in_time_is_told(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/next")
    session = browser._running._session
    assert session is not None
    session.set_script_timeout(0.2)
    try:
        with pytest.raises(ReaderError, match="Chromium: not done after"):
            browser.run("await new Promise(() => 0)")
    finally:
        session.set_script_timeout(20)
    assert browser.title == "next"


def driver(browser: Browser) -> int:
    """The process of the driver, a child of the one who tidies up."""
    assert browser._running._driver is not None
    beside = children(browser._running._driver._program._process.pid)
    [process] = [each for each in beside if Path(f"/proc/{each}/comm").read_text() == "chromedriver\n"]
    return process


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux")
@pytest.mark.parametrize("act", [lambda browser: browser.title, lambda browser: browser.open("about:blank")])
def test_a_browser_that_was_killed_is_told_and_its_next_use_starts_it_again(site: Site, act: Act) -> None:
    with Browser() as browser:
        browser.open(site.url + "/next?set=kept=1;Max-Age=600")
        for process in children(driver(browser)):
            os.kill(process, signal.SIGKILL)
        with pytest.raises(ReaderError, match="its next use starts it again"):
            act(browser)
        browser.open(site.url + "/next")
        assert browser.title == "next"


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux")
def test_a_driver_that_was_killed_is_told_and_the_next_use_starts_another(site: Site) -> None:
    with Browser() as browser:
        browser.open(site.url + "/next")
        os.kill(driver(browser), signal.SIGKILL)
        with pytest.raises(ReaderError, match="chromedriver is gone; the next use starts it again, with a new profile"):
            browser.title  # noqa: B018
        browser.open(site.url + "/next")
        assert browser.title == "next"


def test_a_closed_browser_is_told_to_be_closed(site: Site) -> None:
    with Browser() as browser:
        browser.open(site.url + "/next")
    with pytest.raises(ReaderError, match=r"this browser was closed; make another with Browser\(\)"):
        browser.title  # noqa: B018
    browser.close()


def test_a_browser_that_never_ran_has_nothing_to_close() -> None:
    browser = Browser()
    browser.close()
    browser.close()


def only_with(monkeypatch: pytest.MonkeyPatch, folder: Path, *programs: str) -> None:
    """Let nothing be installed but these programs."""
    for name in programs:
        (folder / name).write_text("#!/bin/sh\nexit 3\n")
        (folder / name).chmod(0o755)
    monkeypatch.setattr("labsupport.programs.SYSTEM_FOLDERS", ())
    monkeypatch.setenv("PATH", str(folder))


@pytest.mark.parametrize(
    ("kind", "installed", "missing"),
    [
        ("chromium", (), "chromium"),
        ("chromium", ("google-chrome",), "chromedriver"),
        ("firefox", ("firefox-esr",), "geckodriver"),
        ("firefox", ("geckodriver",), "firefox"),
    ],
)
def test_a_machine_without_the_browser_or_its_driver_is_told_what_to_install(
    kind: str, installed: tuple[str, ...], missing: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    only_with(monkeypatch, tmp_path, *installed)
    browser = Browser(kind)
    with pytest.raises(Unavailable, match=f"the program {missing} is not installed") as caught:
        browser.open("about:blank")
    assert caught.value.remedy.startswith(f"install {kind} and ")
    assert "labsupport.doctor" in caught.value.remedy


def test_a_driver_that_does_not_start_is_told_with_its_status(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    only_with(monkeypatch, tmp_path, "chromium", "chromedriver")
    with pytest.raises(ReaderError, match="chromedriver ended with status 3"):
        Browser().open("about:blank")


def test_a_browser_that_does_not_start_is_tried_twice_and_told_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    only_with(monkeypatch, tmp_path, "chromium", "chromedriver")
    (tmp_path / "chromedriver").write_text(f"#!{sys.executable}\n{REFUSING}")
    browser = Browser()
    told = r"Chromium does not start: no screen. Remedy: install chromium and chromedriver of the same version"
    with pytest.raises(ReaderError, match=told):
        browser.open("about:blank")
    assert browser._running._driver is not None
    assert browser._running._driver._program.printed.splitlines() == ["started successfully", "asked", "asked"]
    browser.close()


REFUSING = """
import http.server, json, sys

class Driver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        print("asked", flush=True)
        self.rfile.read(int(self.headers["Content-Length"]))
        error = {"error": "session not created", "message": "no screen\\nand more", "stacktrace": ""}
        body = json.dumps({"value": error}).encode()
        self.send_response(500)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass

server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1].partition("=")[2])), Driver)
print("started successfully", flush=True)
server.serve_forever()
"""
"""A driver that can start no browser."""


def test_what_a_page_asks_in_a_dialog_of_its_own_hangs_nothing(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/next")
    browser.run("setTimeout(() => alert('hello'))")
    assert wait_until(lambda: alert_is_gone(browser))
    assert browser.title == "next"


def alert_is_gone(browser: Browser) -> bool:
    try:
        return browser.title == "next"
    except ReaderError as error:
        assert "alert" in str(error)
        return False
