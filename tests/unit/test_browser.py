"""A visit shows a page to a real browser inside the private network, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, Response

from labsupport.browser import visit
from labsupport.errors import ReaderError, Unavailable
from labsupport.network import Network
from labsupport.network.hosts import Loopback
from labsupport.server import Site

pytestmark = pytest.mark.needs("network", "chromium")


def shop() -> Flask:
    app = Flask("shop")

    @app.get("/")
    def page() -> str:
        return '<script>fetch("/seen", {method: "POST", body: "hello"})</script>'

    @app.post("/seen")
    def seen() -> str:
        return ""

    return app


@pytest.fixture
def network() -> Iterator[Network]:
    with Network(rtt_ms=10) as network:
        yield network


@pytest.fixture
def site(network: Network) -> Site:
    return network.serve(shop())


def posted(site: Site) -> bool:
    return any(exchange.method == "POST" for exchange in site.exchanges)


@pytest.fixture
def left_behind(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[str]]]:
    """What is left of the programs that this test started: their files and their processes."""
    # Chromium makes a socket in its folder, and the path of a socket has at most 107 octets; tmp_path may be too long.
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield lambda: [*os.listdir(folder), *(line for line in processes() if f"TMPDIR={folder}" in line)]


def processes() -> Iterator[str]:
    """The environment of each process that may be looked at."""
    for process in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            yield process.read_text(errors="replace")


def test_a_page_runs_its_script_and_the_server_sees_a_browser(network: Network, site: Site) -> None:
    visit(network.client, site.url, until=lambda: posted(site))
    (post,) = [exchange for exchange in site.exchanges if exchange.method == "POST"]
    assert post.request_body == b"hello"
    assert "Chrome/" in post.request_values("User-Agent")[0]


def test_each_visit_has_a_profile_of_its_own(network: Network) -> None:
    app = shop()

    @app.after_request
    def remember(response: Response) -> Response:
        response.set_cookie("seen", "yes", max_age=3600)
        return response

    site = network.serve(app)
    for _ in range(2):
        site.clear()
        visit(network.client, site.url, until=lambda: posted(site))
        assert site.exchanges[0].request_values("Cookie") == ()


def test_nothing_is_left_of_a_visit(network: Network, site: Site, left_behind: Callable[[], list[str]]) -> None:
    while_it_ran: list[str] = []

    def seen() -> bool:
        while_it_ran[:] = left_behind()
        return posted(site)

    visit(network.client, site.url, until=seen)
    assert len(while_it_ran) > 3, "its folder, the browser and its helpers can be seen as long as they run"
    assert left_behind() == []


def test_nothing_is_left_when_the_reader_interrupts(
    network: Network, site: Site, left_behind: Callable[[], list[str]]
) -> None:
    def interrupted() -> bool:
        if posted(site):
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        visit(network.client, site.url, until=interrupted)
    assert left_behind() == []


def test_what_does_not_happen_is_waited_for_no_longer_than_was_said(
    network: Network, site: Site, left_behind: Callable[[], list[str]]
) -> None:
    begun = time.monotonic()
    with pytest.raises(ReaderError, match=r"visit to http://192.0.2.2 waits for did not happen within 0.5 s"):
        visit(network.client, site.url, until=lambda: False, timeout=0.5)
    assert time.monotonic() - begun < 10
    assert left_behind() == []


def test_a_browser_that_ends_by_itself_is_told(network: Network) -> None:
    with pytest.raises(ReaderError, match=r"the browser ended .* with status"):
        visit(network.client, "--version", until=lambda: False)


def test_a_machine_without_chromium_is_told_what_to_install(
    network: Network, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labsupport.programs.ALSO_CALLED", {})
    monkeypatch.setattr("labsupport.programs.SYSTEM_FOLDERS", ())
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Unavailable, match="not installed"):
        visit(network.client, site.url, until=lambda: posted(site))


def test_a_browser_is_not_let_loose_on_the_machine_s_own_network() -> None:
    with pytest.raises(Unavailable, match="a browser cannot run here: this host is the machine"):
        visit(Loopback(), "http://127.0.0.1", until=lambda: True)
