"""What experiments with cookies need of a browser: names without trust, our certificates, older cookies, arrivals."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labsupport.browser import Browser
from labsupport.errors import ReaderError
from labsupport.server import Site
from tests.shop import shop

SECURE = "/next?set=kept=1;Secure;Max-Age=600"


@pytest.fixture(scope="module")
def tls() -> Iterator[Site]:
    with Site.secure(shop()) as site:
        yield site


def test_certificates_other_than_checked_or_ignored_mean_nothing() -> None:
    with pytest.raises(ReaderError, match="certificates='some' means nothing; write checked or ignored"):
        Browser(certificates="some")  # type: ignore[arg-type]


@pytest.mark.needs("chromium")
def test_a_name_below_test_is_this_machine_and_not_trusted_without_tls(browser: Browser, site: Site) -> None:
    browser.open(site.origin("app.bank.test") + SECURE)
    assert browser.title == "next"
    assert browser.cookies() == []
    browser.open(site.origin("app.bank.localhost") + SECURE)
    assert [each["domain"] for each in browser.cookies()] == ["app.bank.localhost"]


@pytest.mark.needs("chromium")
def test_a_certificate_of_ours_is_met_where_certificates_are_ignored(browser: Browser, tls: Site) -> None:
    browser.open(tls.origin("app.bank.test") + SECURE)
    assert browser.failure == "ERR_CERT_AUTHORITY_INVALID"
    with Browser(certificates="ignored") as trusting:
        trusting.open(tls.origin("app.bank.test") + SECURE)
        assert [each["secure"] for each in trusting.cookies()] == [True]


@pytest.mark.needs("chromium")
def test_cookies_grow_older_and_expire_when_they_did_before(site: Site) -> None:
    with Browser() as browser:
        browser.open(site.url + "/next?set=kept=1;Max-Age=600")
        [before] = browser.cookies()
        browser.age_cookies(300)
        [after] = browser.cookies()
    assert (after["name"], after["expires"]) == (before["name"], before["expires"])


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("seconds, sent", [(110, True), (130, False)])
def test_chromium_s_two_minutes_pass_in_no_time(site: Site, seconds: float, sent: bool) -> None:
    with Browser() as browser:
        bank, evil = site.origin("app.bank.localhost"), site.origin("evil.localhost")
        browser.open(bank + "/next?set=kept=1;Max-Age=600;Path=/")
        browser.age_cookies(seconds)
        browser.open(evil + "/")
        site.clear()
        browser.run("const form = document.createElement('form'); form.method = 'post'; form.action = arguments[0];"
                    "document.body.append(form); form.submit()", bank + "/order")
        browser.arrive("/order")
        [made] = site.requests_for("/order")
    assert bool(made.request_values("Cookie")) is sent


@pytest.mark.needs("chromium")
def test_without_a_cookie_on_disk_nothing_grows_older(site: Site) -> None:
    with Browser() as browser:
        with pytest.raises(ReaderError, match="has not been anywhere yet"):
            browser.age_cookies(1)
        browser.open(site.url + "/")
        with pytest.raises(ReaderError, match=r"no cookie is stored on disk.*set one with Max-Age"):
            browser.age_cookies(1)


@pytest.mark.needs("chromium")
def test_arrives_where_a_page_leads_by_itself(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    browser.run("setTimeout(() => location.href = arguments[0], 50)", "/next")
    browser.arrive("/next")
    assert browser.title == "next"


@pytest.mark.needs("chromium")
def test_a_script_whose_page_goes_away_is_told(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    with pytest.raises(ReaderError):
        browser.run("location.href = '/next'; await new Promise(() => 0)")


def test_what_a_browser_opens_is_a_new_page_or_the_last_session() -> None:
    with pytest.raises(ReaderError, match="opens='tabs' means nothing; write new page or last session"):
        Browser(opens="tabs")  # type: ignore[arg-type]


BROWSERS = [pytest.param(each, marks=pytest.mark.needs(each)) for each in ("chromium", "firefox")]


@pytest.mark.parametrize("kind", BROWSERS)
def test_a_cookie_without_an_age_outlives_a_browser_that_opens_the_last_session(site: Site, kind: str) -> None:
    left = {}
    for opens in ("new page", "last session"):
        with Browser(kind, opens=opens) as browser:
            for line in ("brief=1", "kept=1;Max-Age=600"):
                browser.open(f"{site.url}/next?set={line}")
            browser.restart()
            browser.open(f"{site.url}/next")
        [sent] = site.requests_for("/next")[-1].request_values("Cookie")
        left[opens] = sorted(sent.split("; "))
    assert left == {"new page": ["kept=1"], "last session": ["brief=1", "kept=1"]}
