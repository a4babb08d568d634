"""The flow in a real Chromium, where sites, cookies and redirects are real."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labsupport.browser import Browser
from labsupport.oauth import USERS, Deployment, PageClient

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture(scope="module")
def started() -> Iterator[Browser]:
    with Browser(certificates="ignored") as browser:
        yield browser


@pytest.fixture
def browser(started: Browser) -> Browser:
    started.clean()
    return started


def log_in(browser: Browser, user: str = "ada") -> None:
    browser.fill("#user", user)
    browser.fill("#password", USERS[user])
    browser.follow("#log-in")


def test_a_user_logs_in_and_uploads_a_note(browser: Browser) -> None:
    with Deployment() as parts:
        browser.open(parts.client.url + "/")
        browser.follow("#log-in")
        log_in(browser)
        browser.follow("#allow")
        assert browser.text.startswith("Logged in as ada.")
        browser.fill("#text", "my diary")
        browser.follow("#upload")
        assert parts.api.notes == {"ada": ["my diary"]}
        browser.follow("#home")
        browser.follow("#log-out")
        assert browser.text.startswith("Not logged in.")


def test_a_user_may_deny(browser: Browser) -> None:
    with Deployment() as parts:
        browser.open(parts.client.url + "/login")
        log_in(browser)
        browser.follow("#deny")
        assert "access_denied" in browser.text
        assert (parts.client.logins, parts.client.refusals) == ([], ["access_denied"])


@pytest.mark.parametrize(("weakness", "arrives"), [((), False), (("302 after login",), False),
                                                   (("307 after login",), True)])
def test_only_307_brings_the_password_to_the_client(
    browser: Browser, weakness: tuple[str, ...], arrives: bool
) -> None:
    with Deployment(server=weakness, first_party=True) as parts:
        browser.open(parts.client.url + "/login")
        log_in(browser)
        (exchange,) = parts.client.requests_for("/callback")
        assert exchange.method == ("POST" if arrives else "GET")
        assert (USERS["ada"].encode() in exchange.request_body) == arrives


@pytest.mark.parametrize(("weaknesses", "logins"), [((), []), (("no state", "no PKCE", "no nonce"), ["mallory"])])
def test_a_forged_log_in_works_only_without_protections(
    browser: Browser, weaknesses: tuple[str, ...], logins: list[str]
) -> None:
    with Deployment(client=weaknesses, server={"pkce optional"}) as parts, parts.agent() as mallory:
        begun = mallory.get(parts.client.url + "/login", allow_redirects=False).headers["Location"]
        browser.open(mallory.authorize(begun, "mallory").headers["Location"])
        assert parts.client.logins == logins


def test_no_token_is_in_the_page_its_storage_or_a_cookie(browser: Browser) -> None:
    with Deployment() as parts:
        browser.open(parts.client.url + "/login")
        log_in(browser)
        browser.follow("#allow")
        tokens = parts.client.tokens["ada"]
        page = browser.run("return document.documentElement.outerHTML + JSON.stringify({...localStorage})")
        assert not any(tokens[name] in page for name in ("access_token", "refresh_token", "id_token"))
        assert not any(cookie["value"] in tokens.values() for cookie in browser.cookies())


def test_by_the_implicit_grant_the_access_token_is_in_the_browser(browser: Browser) -> None:
    with Deployment(server={"implicit"}, client={"implicit"}, public=True) as parts:
        browser.open(parts.client.url + "/implicit")
        log_in(browser)
        browser.follow("#allow")
        browser.until(lambda: browser.text == "Logged in.")
        assert parts.client.tokens["ada"]["access_token"] in browser.url
        assert parts.client.logins == ["ada"]


def test_a_client_in_page_script_has_the_tokens_in_the_page(browser: Browser) -> None:
    with Deployment() as parts, PageClient("page.test", parts.server) as client:
        browser.open(client.url + "/")
        browser.follow("#log-in")
        log_in(browser)
        browser.follow("#allow")
        browser.until(lambda: "Logged in." in browser.text)
        tokens = browser.run("return window.tokens")
        assert tokens.keys() >= {"access_token", "refresh_token", "id_token"}
        assert [exchange.method for exchange in parts.server.requests_for("/token")] == ["POST"]


def test_a_client_in_page_script_takes_no_answer_that_it_did_not_ask_for(browser: Browser) -> None:
    with Deployment() as parts, PageClient("page.test", parts.server) as client:
        browser.open(client.redirect_uri + "?code=x&state=undefined")
        browser.until(lambda: "Refused." in browser.text)
        assert parts.server.requests_for("/token") == ()
