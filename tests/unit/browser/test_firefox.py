"""Firefox, the second witness: the same methods, and what it does otherwise; one for all, since it starts slowly."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labsupport.browser import Browser
from labsupport.errors import ReaderError
from labsupport.server import Site

pytestmark = pytest.mark.needs("firefox")


@pytest.fixture(scope="module")
def product() -> str:
    return "firefox"


def seen(site: Site) -> list[str]:
    """Without the icon, which Firefox asks for now and then."""
    return [f"{each.method} {each.target}" for each in site.exchanges if each.target != "/favicon.ico"]


def test_opens_a_page_and_shows_it(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/next")
    assert (browser.url, browser.title, browser.text) == (site.url + "/next", "next", "front")
    assert browser.failure == ""
    assert "Firefox/" in site.exchanges[0].request_values("User-Agent")[0]
    assert browser.version.startswith("Firefox ")


def test_fills_a_form_and_follows_it(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    browser.fill("[name=q]", "milk")
    browser.follow("#find")
    assert (browser.title, seen(site)) == ("found", ["GET /", "GET /find?q=milk"])


def test_goes_back_and_forward_without_a_request(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    browser.follow("#next")
    site.clear()
    browser.back()
    assert browser.title == "front, restored"
    browser.forward()
    assert (browser.title, seen(site)) == ("next, restored", [])


def test_reload_of_a_page_asks_nobody_first(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/next")
    assert browser.reload() is False
    assert seen(site) == ["GET /next"] * 2


def test_reload_of_a_form_s_answer_asks_first_and_is_told_yes(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    browser.fill("[name=item]", "milk")
    browser.follow("#order")
    assert browser.reload() is True
    assert browser.title == "ordered"
    assert [each.request_body for each in site.requests_for("/order")] == [b"item=milk"] * 2


def test_a_page_of_the_browser_s_own_is_named_by_its_error(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    browser.run("document.forms[1].action = '/order?cache=no-store'")
    browser.follow("#order")
    browser.follow("a")
    site.clear()
    browser.back()
    assert browser.failure == "notCached"
    assert seen(site) == []


def test_runs_scripts_and_fetches(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/next")
    assert browser.run("return await Promise.resolve(arguments[0] + 1)", 41) == 42
    assert browser.fetch("/echo", method="POST", body="milk")["body"] == "milk"
    with pytest.raises(ReaderError, match="the script failed in the page: Error: no"):
        browser.run("throw new Error('no')")


def test_clean_forgets(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/next?set=a=1;Max-Age=600&cache=max-age=600")
    browser.run("localStorage.x = 1")
    browser.clean()
    browser.open(site.url + "/next?set=a=1;Max-Age=600&cache=max-age=600")
    assert [each.request_values("Cookie") for each in site.requests_for("/next")] == [(), ()]
    assert browser.run("return localStorage.length") == 0


def test_names_below_localhost_are_this_machine_and_nothing_else_is_reached(browser: Browser, site: Site) -> None:
    browser.open(site.origin("app.bank.localhost") + "/next")
    assert browser.title == "next"
    for place in ("www.example.com", "93.184.215.14"):
        assert browser.fetch(f"http://{place}/", mode="no-cors")["error"] == "TypeError"
        with pytest.raises(ReaderError, match=r"Firefox: .*(neterror|proxy)"):
            browser.open(f"http://{place}/")


@pytest.mark.parametrize(
    "ask",
    [
        lambda browser: browser.cookies(),
        lambda browser: browser.refused_cookies(),
        lambda browser: browser.withheld_cookies("/"),
        lambda browser: browser.served_from("/"),
    ],
)
def test_what_only_chromium_tells_is_asked_of_chromium(ask: Callable[[Browser], object]) -> None:
    with pytest.raises(ReaderError, match=r"Firefox does not tell .*; ask Chromium"):
        ask(Browser("firefox"))


def test_history_and_traces_are_read_from_its_own_files(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    browser.fill("[name=q]", "InTheQuery")
    browser.follow("#find")
    browser.run("localStorage.kept = 1")
    browser.open(site.url + "/next?set=kept=1;Max-Age=600&set=gone=1")
    assert browser.history() == ["/", "/find?q=InTheQuery", "/next?set=kept=1;Max-Age=600&set=gone=1"]
    assert {"Cache", "History"} <= set(browser.traces("InTheQuery"))
    assert browser.traces("NowhereAtAll") == []
    browser.open(site.url + "/next")
    kept = browser.run("return [document.cookie, localStorage.kept]")
    assert kept == ["kept=1", "1"], "its next use starts it again with the same profile"
