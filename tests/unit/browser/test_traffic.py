"""What Chromium tells of its cookies and its caches: what it stored, refused, withheld, and where a response was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labsupport.browser import Browser, traffic
from labsupport.server import Site

pytestmark = pytest.mark.needs("chromium")

BANK, SIBLING, ATTACKER = "app.bank.localhost", "evil.bank.localhost", "evil.localhost"


@pytest.fixture(scope="module")
def blocking() -> Iterator[Browser]:
    with Browser(third_party_cookies="blocked") as browser:
        yield browser


OF_EACH_KIND = ("lax=1;SameSite=Lax", "none=1;SameSite=None;Secure", "strict=1;SameSite=Strict", "unset=1")


def set_cookies(browser: Browser, site: Site, *lines: str, host: str = BANK) -> None:
    browser.open(site.origin(host) + "/next?" + "&".join(f"set={line}" for line in lines))


def embed(browser: Browser, site: Site, host: str, picture: str = "/pixel", by: str = "embedding") -> None:
    """Show a page of one host with a picture of the bank's."""
    browser.open(f"{site.origin(host)}/{by}?img={site.origin(BANK)}{picture}")


def sent(site: Site, path: str = "/pixel") -> set[str]:
    """The names of the cookies that the latest request for a path had."""
    lines = site.requests_for(path)[-1].request_values("Cookie")
    return {pair.partition("=")[0] for line in lines for pair in line.split("; ")}


# Cookies ------------------------------------------------------------------------------------------------------------


def test_cookies_are_those_of_every_site_in_the_order_of_their_names(browser: Browser, site: Site) -> None:
    set_cookies(browser, site, "b=2", "a=1", "wide=3;Domain=bank.localhost")
    set_cookies(browser, site, "other=4", host=ATTACKER)
    told = [(each["domain"], each["name"], each["value"]) for each in browser.cookies()]
    assert told == [
        (".bank.localhost", "wide", "3"), (BANK, "a", "1"), (BANK, "b", "2"), (ATTACKER, "other", "4"),
    ]


def test_a_cookie_has_what_its_line_said(browser: Browser, site: Site) -> None:
    set_cookies(browser, site, "a=1", "b=2;Max-Age=600;Path=/next;HttpOnly;Secure")
    short, long = browser.cookies()
    assert (short["session"], short["path"], short["httpOnly"], short["secure"]) == (True, "/", False, False)
    assert (long["session"], long["path"], long["httpOnly"], long["secure"]) == (False, "/next", True, True)


def test_a_cookie_without_samesite_is_told_apart_from_a_lax_one(browser: Browser, site: Site) -> None:
    set_cookies(browser, site, *OF_EACH_KIND)
    told = {each["name"]: each.get("sameSite") for each in browser.cookies()}
    assert told == {"lax": "Lax", "none": "None", "strict": "Strict", "unset": None}


REFUSED = [
    ("a=1;SameSite=None", "SameSiteNoneInsecure"),
    ("__Host-a=1", "InvalidPrefix"),
    ("a=1;Domain=bank.example", "InvalidDomain"),
    (f"a={'x' * 4096}", "NameValuePairExceedsMaxSize"),
]


@pytest.mark.parametrize(("line", "reason"), REFUSED, ids=[reason for _, reason in REFUSED])
def test_a_refused_cookie_is_told_with_the_reason(line: str, reason: str, browser: Browser, site: Site) -> None:
    set_cookies(browser, site, line, "good=1")
    assert browser.refused_cookies() == [(line, [reason])]
    assert [each["name"] for each in browser.cookies()] == ["good"]


def test_refused_are_those_since_the_clean_state(browser: Browser, site: Site) -> None:
    set_cookies(browser, site, "a=1;SameSite=None")
    set_cookies(browser, site, "b=1;SameSite=None")
    assert [line for line, _ in browser.refused_cookies()] == ["a=1;SameSite=None", "b=1;SameSite=None"]
    browser.clean()
    set_cookies(browser, site, "good=1")
    assert browser.refused_cookies() == []


def test_what_is_withheld_across_sites_is_told_with_the_reasons(browser: Browser, site: Site) -> None:
    set_cookies(browser, site, *OF_EACH_KIND)
    embed(browser, site, ATTACKER)
    assert sent(site) == {"none"}
    reasons = {name: " ".join(why) for name, why in browser.withheld_cookies("/pixel").items()}
    assert sorted(reasons) == ["lax", "strict", "unset"]
    assert "SameSiteLax" in reasons["lax"]
    assert "SameSiteStrict" in reasons["strict"]
    assert "SameSiteUnspecifiedTreatedAsLax" in reasons["unset"]


def test_nothing_is_withheld_within_a_site(browser: Browser, site: Site) -> None:
    set_cookies(browser, site, "strict=1;SameSite=Strict", "unset=1")
    embed(browser, site, SIBLING)
    assert sent(site) == {"strict", "unset"}
    assert browser.withheld_cookies("/pixel") == {}


def test_withheld_is_told_of_the_latest_request_for_the_path(browser: Browser, site: Site) -> None:
    set_cookies(browser, site, "strict=1;SameSite=Strict")
    embed(browser, site, ATTACKER, "/pixel?1")
    embed(browser, site, SIBLING, "/pixel?2")
    assert browser.withheld_cookies("/pixel") == {}
    assert list(browser.withheld_cookies("/pixel?1")) == ["strict"]
    assert browser.withheld_cookies("/never-asked-for") == {}


def test_third_party_cookies_are_sent_and_set_where_they_are_allowed(browser: Browser, site: Site) -> None:
    set_cookies(browser, site, "none=1;SameSite=None;Secure")
    embed(browser, site, ATTACKER, "/pixel?set=late=1;SameSite=None;Secure")
    assert sent(site) == {"none"}
    assert {each["name"] for each in browser.cookies()} == {"none", "late"}


def test_third_party_cookies_are_neither_sent_nor_set_where_they_are_blocked(blocking: Browser, site: Site) -> None:
    blocking.clean()
    set_cookies(blocking, site, "none=1;SameSite=None;Secure")
    embed(blocking, site, ATTACKER, "/pixel?set=late=1;SameSite=None;Secure")
    assert sent(site) == set()
    assert list(blocking.withheld_cookies("/pixel")) == ["none"]
    assert [line for line, _ in blocking.refused_cookies()] == ["late=1;SameSite=None;Secure"]
    assert {each["name"] for each in blocking.cookies()} == {"none"}


def test_where_third_parties_are_blocked_the_site_itself_has_its_cookies(blocking: Browser, site: Site) -> None:
    blocking.clean()
    set_cookies(blocking, site, "none=1;SameSite=None;Secure")
    for host in (BANK, SIBLING):
        embed(blocking, site, host)
        assert sent(site) == {"none"}


# Where a response came from -----------------------------------------------------------------------------------------


def test_a_response_of_the_network_and_one_from_the_disk(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/next?cache=max-age=600")
    assert browser.served_from("/next") == "network"
    browser.open(site.url + "/next?cache=max-age=600")
    assert browser.served_from("/next") == "disk cache"
    assert len(site.requests_for("/next")) == 1


def test_a_copy_that_the_server_confirmed(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/versioned?cache=no-cache")
    assert browser.served_from("/versioned") == "network"
    for _ in range(10):
        browser.open(site.url + "/versioned?cache=no-cache")
        assert browser.served_from("/versioned") == "validation"
    assert [each.status for each in site.requests_for("/versioned")] == [200] + [304] * 10
    assert browser.text == "milk"


def test_a_response_that_the_page_s_process_still_had(browser: Browser, site: Site) -> None:
    for query in ("first", "second"):
        browser.open(site.url + f"/embedding?{query}&img=/pixel?cache=max-age=600")
    assert browser.served_from("/pixel") == "memory cache"
    assert browser.served_from("/embedding") == "network"
    assert len(site.requests_for("/pixel")) == 1


def test_nothing_was_asked_for_a_path_that_nobody_named(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/next?a=1")
    assert browser.served_from("/never-asked-for") is None
    assert browser.served_from("/next?a=2") is None
    assert browser.served_from("/next?a=1") == browser.served_from("/next") == "network"
    browser.clean()
    assert browser.served_from("/next") is None


def test_a_page_that_comes_back_whole_is_not_asked_for_again(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    browser.follow("#next")
    asked = len(requests(browser))
    browser.back()
    assert browser.title == "front, restored"
    assert len(requests(browser)) == asked


def requests(browser: Browser) -> list[traffic.Event]:
    return [each for each in browser._running.listen() if each["method"] == "Network.requestWillBeSent"]


def test_what_was_seen_before_a_restart_is_still_told_after_it(browser: Browser, site: Site) -> None:
    set_cookies(browser, site, "a=1;SameSite=None")
    browser.restart()
    assert browser.served_from("/next") == "network"
    assert browser.refused_cookies() == [("a=1;SameSite=None", ["SameSiteNoneInsecure"])]



# The events by themselves -------------------------------------------------------------------------------------------


def asked(number: str, url: str) -> traffic.Event:
    return {"method": "Network.requestWillBeSent", "params": {"requestId": number, "request": {"url": url}}}


def answered(number: str, *, disk: bool = False) -> traffic.Event:
    return {"method": "Network.responseReceived", "params": {"requestId": number, "response": {"fromDiskCache": disk}}}


def test_only_the_events_of_the_network_are_kept() -> None:
    log = [{"message": f'{{"message": {{"method": "{name}", "params": {{}}}}}}'}
           for name in ("Page.loadEventFired", "Network.dataReceived", "Networks.none")]
    assert [each["method"] for each in traffic.events(log)] == ["Network.dataReceived"]


def test_the_latest_request_counts() -> None:
    seen = [asked("1", "http://a/x?1"), answered("1"), asked("2", "http://b/x?2"), answered("2", disk=True)]
    assert traffic.served_from(seen, "/x") == "disk cache"
    assert traffic.served_from(seen, "/x?1") == "network"
    assert traffic.served_from(seen, "/") is None
