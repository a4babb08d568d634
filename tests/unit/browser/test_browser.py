"""A browser does what a reader does with one: it goes places, comes back, runs scripts, and forgets when told to."""

from __future__ import annotations

from functools import partial

import pytest

from labsupport.browser import Browser, pages
from labsupport.errors import ReaderError
from labsupport.network import Network
from labsupport.server import Site
from tests.shop import shop

pytestmark = pytest.mark.needs("chromium")


def seen(site: Site) -> list[str]:
    return [f"{each.method} {each.target}" for each in site.exchanges]


# Going somewhere ----------------------------------------------------------------------------------------------------


def test_opens_a_page_and_shows_it(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    assert (browser.url, browser.title, browser.failure) == (site.url + "/", "front", "")
    assert browser.text.startswith("welcome")
    assert seen(site) == ["GET /"]
    assert "Chrome/" in site.exchanges[0].request_values("User-Agent")[0]


def test_a_page_has_loaded_with_its_pictures_when_open_returns(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/embedding?img=/pixel?1&img=/pixel?2")
    assert sorted(seen(site)[1:]) == ["GET /pixel?1", "GET /pixel?2"]


def test_the_address_is_the_one_that_a_redirect_led_to(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/moved")
    assert browser.url == site.url + "/next"
    assert seen(site) == ["GET /moved", "GET /next"]


def test_follows_a_link_as_a_reader_who_clicks(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    browser.follow("#next")
    assert browser.title == "next"
    assert site.exchanges[-1].request_values("Sec-Fetch-User") == ("?1",)
    assert site.exchanges[-1].request_values("Referer") == (site.url + "/",)


def test_another_place_on_the_same_page_counts_as_another_page(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    browser.follow("#down")
    assert browser.url == site.url + "/#greeting"
    assert seen(site) == ["GET /"]


def test_fills_a_field_in_place_of_what_it_holds(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    browser.fill("[name=q]", "new é")
    browser.follow("#find")
    assert (browser.title, browser.text) == ("found", "new é")
    assert seen(site)[-1] == "GET /find?q=new+%C3%A9"


def test_sends_a_form(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    browser.fill("[name=item]", "milk")
    browser.follow("#order")
    assert browser.text.startswith("one milk")
    assert site.exchanges[-1].request_body == b"item=milk"


def test_goes_back_and_forward_without_a_request_where_it_kept_the_page(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    browser.follow("#next")
    site.clear()
    browser.back()
    assert (browser.url, browser.title) == (site.url + "/", "front, restored")
    browser.forward()
    assert (browser.url, browser.title) == (site.url + "/next", "next, restored")
    assert seen(site) == []


def test_going_forward_from_the_last_page_is_told(
    browser: Browser, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.open(site.url + "/")
    monkeypatch.setattr(pages, "wait", partial(pages.wait, timeout=0.5))
    with pytest.raises(ReaderError, match=r"going forward did not happen within 0\.5 s"):
        browser.forward()


def test_without_the_back_forward_cache_a_page_is_built_or_asked_for_again(site: Site) -> None:
    with Browser(back_forward_cache=False) as browser:
        for cache in ("no-cache", "no-store"):
            browser.open(site.url + f"/?cache={cache}")
            browser.follow("#next")
            site.clear()
            browser.back()
            assert browser.title == "front"
            assert seen(site) == {"no-cache": [], "no-store": ["GET /?cache=no-store"]}[cache]


def test_reload_asks_again(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/next?cache=max-age=600")
    assert browser.reload() is False
    assert seen(site) == ["GET /next?cache=max-age=600"] * 2


def test_reload_sends_a_form_again_and_chromium_does_not_ask_first(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    browser.fill("[name=item]", "milk")
    browser.follow("#order")
    assert browser.reload() is False
    assert [each.request_body for each in site.requests_for("/order")] == [b"item=milk"] * 2


def test_a_page_of_the_browser_s_own_is_named_by_its_error(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    browser.run("document.forms[1].action = '/order?cache=no-store'")
    browser.follow("#order")
    browser.follow("a")
    site.clear()
    browser.back()
    assert browser.failure == "ERR_CACHE_MISS"
    assert seen(site) == []


# In the page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "arguments", "value"),
    [
        ("return arguments[0] + arguments[1]", (20, 22), 42),
        ("return await new Promise(done => setTimeout(() => done(arguments[0]), 10))", (["late"],), ["late"]),
        ("return {a: [1, 'é', null, true]}", (), {"a": [1, "é", None, True]}),
        ("document.title = 'changed'", (), None),
        ("// the last line may be a comment", (), None),
    ],
)
def test_runs_a_script_in_the_page(browser: Browser, site: Site, script: str, arguments: tuple[object, ...],
                                   value: object) -> None:
    browser.open(site.url + "/")
    assert browser.run(script, *arguments) == value


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("throw new RangeError('too far')", "RangeError: too far"),
        ("await Promise.reject('no')", "no"),
        ("return missing", "ReferenceError: missing is not defined"),
        ("return (", "Chromium: javascript error: "),
    ],
)
def test_what_a_script_throws_is_told(browser: Browser, site: Site, script: str, told: str) -> None:
    browser.open(site.url + "/")
    with pytest.raises(ReaderError, match=told):
        browser.run(script)
    assert browser.run("return 1") == 1


def test_fetches_as_a_script_of_the_page_does(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    answer = browser.fetch("/echo", method="POST", body="milk", headers={"X-Mine": "1"})
    assert (answer["status"], answer["body"], answer["redirected"]) == (202, "milk", False)
    assert answer["headers"]["x-method"] == "POST"
    assert "date" not in answer["headers"]
    assert site.exchanges[-1].request_values("X-Mine") == ("1",)
    assert site.exchanges[-1].request_values("Sec-Fetch-Mode") == ("cors",)


def test_fetch_follows_a_redirect_and_says_so(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    assert browser.fetch("/moved")["redirected"] is True


def test_a_fetch_that_fails_is_an_answer_too(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    assert browser.fetch(site.origin("evil.localhost") + "/echo") == {
        "error": "TypeError", "message": "Failed to fetch"
    }


def test_waits_for_what_the_page_does_in_the_background(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    browser.run("setTimeout(() => fetch('/echo'), 100)")
    browser.until(lambda: site.requests_for("/echo"))
    with pytest.raises(ReaderError, match=r"what the cell waits for did not happen within 0\.1 s"):
        browser.until(lambda: False, timeout=0.1)


# Where it may go ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["localhost", "app.bank.localhost", "evil.localhost"])
def test_names_below_localhost_are_this_machine(browser: Browser, site: Site, name: str) -> None:
    browser.open(site.origin(name) + "/next")
    assert browser.title == "next"
    assert site.exchanges[0].request_values("Host") == (f"{name}:{site.address.port}",)


@pytest.mark.parametrize("place", ["www.example.com", "93.184.215.14", "localhost.example.com", "[2001:db8::1]"])
def test_nothing_else_can_be_reached(browser: Browser, site: Site, place: str) -> None:
    with pytest.raises(ReaderError, match="ERR_NAME_NOT_RESOLVED"):
        browser.open(f"http://{place}/")
    browser.open(site.url + "/")
    assert browser.fetch(f"http://{place}/", mode="no-cors")["error"] == "TypeError"


@pytest.mark.needs("network")
def test_inside_a_private_network_it_is_one_of_the_hosts() -> None:
    with Network(rtt_ms=10) as network:
        site = network.serve(shop())
        with Browser(host=network.client) as browser:
            browser.open(site.url + "/next")
            assert browser.title == "next"
            assert site.exchanges[0].client.host == network.client.address
            browser.follow("a")
            assert seen(site) == ["GET /next", "GET /"]


# What it forgets ----------------------------------------------------------------------------------------------------


STORED = "return [document.cookie, localStorage.length, (await caches.keys()).length, history.length]"


def test_clean_forgets_cookies_storage_and_session_history(browser: Browser, site: Site) -> None:
    for name in ("a.bank.localhost", "evil.localhost"):
        browser.open(site.origin(name) + "/next?set=a=1;Max-Age=600&set=b=2")
        browser.run("localStorage.x = 1; await caches.open('y')")
    assert browser.run(STORED) == ["a=1; b=2", 1, 1, 3]
    browser.clean()
    assert browser.cookies() == []
    for name in ("a.bank.localhost", "evil.localhost"):
        browser.open(site.origin(name) + "/next")
        assert browser.run(STORED)[:3] == ["", 0, 0]
    assert browser.run("return history.length") == 3, "the new tab's own page, and these two"


def test_clean_forgets_cached_responses(browser: Browser, site: Site) -> None:
    for _ in range(2):
        browser.open(site.url + "/next?cache=max-age=600")
    assert len(site.exchanges) == 1
    browser.clean()
    browser.open(site.url + "/next?cache=max-age=600")
    assert len(site.exchanges) == 2


def test_clean_forgets_other_tabs_too(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    browser.run("const tab = open('/next'); await new Promise(done => tab.onload = done)")
    browser.clean()
    assert browser.url == "about:blank"
    assert len(browser._running._session.window_handles) == 1  # type: ignore[union-attr]


def test_restart_keeps_what_is_to_outlive_the_browser(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/next?set=kept=1;Max-Age=600&set=gone=1&cache=max-age=600")
    browser.run("localStorage.kept = 1; sessionStorage.gone = 1")
    browser.restart()
    browser.open(site.url + "/next?set=kept=1;Max-Age=600&set=gone=1&cache=max-age=600")
    kept = browser.run("return [document.cookie, {...localStorage}, {...sessionStorage}]")
    assert kept == ["kept=1", {"kept": "1"}, {}]
    assert len(site.exchanges) == 1, "the cache is on disk"


def test_what_was_kept_before_a_restart_can_be_forgotten_after_it(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/next?set=kept=1;Max-Age=600")
    browser.run("localStorage.kept = 1")
    browser.restart()
    browser.clean()
    browser.open(site.url + "/next")
    assert browser.run("return [document.cookie, localStorage.length]") == ["", 0]


def test_each_browser_has_a_profile_of_its_own(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/next?set=mine=1;Max-Age=600")
    with Browser() as other:
        other.open(site.url + "/next")
        assert other.cookies() == []
    assert [each["name"] for each in browser.cookies()] == ["mine"]


# What it tells of itself --------------------------------------------------------------------------------------------


def test_tells_its_version(browser: Browser) -> None:
    name, _, version = browser.version.partition(" ")
    assert name == "Chromium"
    assert all(part.isdigit() for part in version.split("."))


def test_shows_whether_it_runs(site: Site) -> None:
    with Browser() as browser:
        assert repr(browser) == "<Chromium: not running>"
        browser.clean()
        assert repr(browser) == "<Chromium: running>"
    assert repr(browser) == "<Chromium: not running>"
