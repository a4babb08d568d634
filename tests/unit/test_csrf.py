"""The range: a bank that can be robbed in every known way, and a defense that can be put in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import requests
from flask import Request

from labsupport.browser import Browser
from labsupport.csrf import KINDS, Bank, Issued, Transfer, attacker_app, forged, sibling_app
from labsupport.csrf.forgeries import page
from labsupport.errors import ReaderError
from labsupport.server import Site

MONEY = {"to": "mallory & 'co'", "amount": '1"0<0'}
STOLEN = Transfer("ada", MONEY["to"], MONEY["amount"])
POSTS = {"form-post", "iframe-post", "fetch-post-include", "beacon"}
WITHOUT_COOKIES = {"fetch"}


class Password:
    """A defense of one word."""

    def issue(self, session_id: str) -> Issued:
        return Issued("please" if session_id else "", ("csrf=seen; Path=/",))

    def accepts(self, request: Request, session_id: str) -> bool:
        return request.values.get("csrf") == "please"


@pytest.fixture
def bank() -> Bank:
    return Bank(session_cookie="Path=/; SameSite=None; Secure")


@pytest.fixture
def served(bank: Bank) -> Iterator[str]:
    with Site(bank.app) as site:
        yield site.url


@pytest.fixture
def ada(served: str) -> requests.Session:
    """A client that has logged in; requests keeps a Secure cookie to itself without TLS, so it is told the session."""
    client = requests.Session()
    answer = client.post(served + "/login", data={"user": "ada"}, allow_redirects=False)
    client.headers["Cookie"] = answer.headers["Set-Cookie"].partition(";")[0]
    return client


def test_a_log_in_sets_the_cookie_with_its_attributes_and_leads_to_the_account(served: str) -> None:
    answer = requests.post(served + "/login", data={"user": "ada"}, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert answer.headers["Set-Cookie"].endswith("; Path=/; SameSite=None; Secure")
    assert "Hello, stranger" in requests.get(served + "/").text


@pytest.mark.parametrize("method", ["get", "post"])
def test_money_is_sent_by_get_and_by_post(ada: requests.Session, served: str, bank: Bank, method: str) -> None:
    sent = {"get": {"params": MONEY}, "post": {"data": MONEY}}[method]
    answer = getattr(ada, method)(served + "/transfer", **sent)
    assert answer.status_code == 200
    assert bank.transfers == [STOLEN]


def test_without_a_session_no_money_goes(served: str, bank: Bank) -> None:
    assert requests.post(served + "/transfer", data=MONEY).status_code == 401
    assert requests.post(served + "/transfer", data=MONEY, headers={"Cookie": "sid=guessed"}).status_code == 401
    assert bank.transfers == []


def test_after_log_out_the_cookie_is_worth_nothing(ada: requests.Session, served: str, bank: Bank) -> None:
    ada.post(served + "/logout")
    assert ada.post(served + "/transfer", data=MONEY).status_code == 401


def test_clear_forgets_sessions_and_transfers(ada: requests.Session, served: str, bank: Bank) -> None:
    ada.post(served + "/transfer", data=MONEY)
    bank.clear()
    assert (bank.sessions, bank.transfers) == ({}, [])
    assert ada.post(served + "/transfer", data=MONEY).status_code == 401


def test_a_defense_issues_with_the_page_and_decides_on_the_transfer(
    ada: requests.Session, served: str, bank: Bank
) -> None:
    bank.defense = Password()
    account = ada.get(served + "/")
    assert 'name=csrf value="please"' in account.text
    assert account.headers["Set-Cookie"] == "csrf=seen; Path=/"
    assert ada.post(served + "/transfer", data=MONEY).status_code == 403
    assert ada.post(served + "/transfer", data={**MONEY, "csrf": "please"}).status_code == 200
    assert bank.transfers == [STOLEN]


def test_the_search_page_is_a_hole_and_the_policy_can_close_it(served: str, bank: Bank) -> None:
    answer = requests.get(served + "/search", params={"q": "<script>1</script>"})
    assert "<script>1</script>" in answer.text
    assert "Content-Security-Policy" not in answer.headers
    bank.policy = "default-src 'self'"
    assert requests.get(served + "/search").headers["Content-Security-Policy"] == "default-src 'self'"


def test_the_account_page_is_no_hole(ada: requests.Session, served: str, bank: Bank) -> None:
    bank.sessions = dict.fromkeys(bank.sessions, "<script>1</script>")
    assert "<script>" not in ada.get(served + "/").text


def test_the_attacker_keeps_what_it_is_sent() -> None:
    app = attacker_app()
    with Site(app) as site:
        requests.get(site.url + "/collect?a=1")
        requests.post(site.url + "/collect", data="b=2")
        requests.post(site.url + "/collect", data="c")
    assert app.config["collected"] == ["a=1", "b=2", "c"]


def test_the_sibling_sets_the_cookies_it_is_asked_for() -> None:
    with Site(sibling_app()) as site:
        answer = requests.get(site.url + "/toss", params={"line": ["a=1; Domain=bank.test", "b=2"]})
        assert requests.get(site.url + "/forge?kind=img&url=/x").status_code == 200
    assert answer.raw.headers.getlist("Set-Cookie") == ["a=1; Domain=bank.test", "b=2"]


@pytest.mark.parametrize("ask", [
    lambda: forged("http://evil.localhost", "smoke", "/x"), lambda: page("smoke", "/x", {}),
    lambda: page("redirect", "/x", {}),
])
def test_an_unknown_forgery_is_told(ask: Callable[[], str]) -> None:
    with pytest.raises(ReaderError, match=r"no forgery is called '(smoke|redirect)'; there is link, script-navigation"):
        ask()


def test_the_attacker_s_page_wants_a_kind_and_a_target() -> None:
    with Site(attacker_app()) as site:
        assert requests.get(site.url + "/forge?kind=img").status_code == 400


@pytest.fixture(scope="module")
def robbed() -> Iterator[dict[str, tuple[str, int]]]:
    """Each forgery, tried once in a browser that is logged in: method and status of the request that came."""
    bank = Bank(session_cookie="Path=/; SameSite=None; Secure")
    with Site(bank.app) as site, Site(attacker_app()) as evil, Browser() as browser:
        browser.open(site.origin("app.bank.localhost") + "/login")
        browser.follow("button")
        yield {kind: rob(kind, browser, site, evil, bank) for kind in KINDS}


def rob(kind: str, browser: Browser, site: Site, evil: Site, bank: Bank) -> tuple[str, int]:
    site.clear()
    bank.transfers.clear()
    target = site.origin("app.bank.localhost") + "/transfer"
    browser.open(forged(evil.origin("evil.localhost"), kind, target, **MONEY))
    if kind == "link":
        browser.follow("a")
    browser.until(lambda: site.requests_for("/transfer"))
    [made] = site.requests_for("/transfer")
    assert bank.transfers == ([STOLEN] if made.status == 200 else [])
    return made.method, made.status


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("kind", KINDS)
def test_each_forgery_makes_the_browser_send_exactly_what_it_is_for(
    robbed: dict[str, tuple[str, int]], kind: str
) -> None:
    assert robbed[kind] == ("POST" if kind in POSTS else "GET", 401 if kind in WITHOUT_COOKIES else 200)
