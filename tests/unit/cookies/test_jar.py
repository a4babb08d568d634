"""The jar stores, orders, withholds, expires and evicts as RFC 6265bis §5.7 and §5.8 say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labsupport.cookies import CookieJar, Limits
from labsupport.errors import ReaderError
from tests.cookie_lines import LINES, NOW, PLACES, is_kept_or_refused_with_a_reason

HERE = "http://app.bank.localhost:8000/acct/login"
PLAIN, TLS = "http://bank.test/", "https://bank.test/"
EVIL, SIBLING = "http://evil.localhost/", "http://evil.bank.localhost/"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jar(clock: Clock) -> CookieJar:
    return CookieJar(now=clock)


# Storing ------------------------------------------------------------------------------------------------------------


def test_without_attributes_it_belongs_to_host_and_directory_until_the_session_ends(jar: CookieJar) -> None:
    cookie = jar.receive("sid=1", HERE).cookie
    assert cookie is not None
    assert (cookie.domain, cookie.host_only, cookie.path) == ("app.bank.localhost", True, "/acct")
    assert (cookie.secure, cookie.http_only, cookie.same_site, cookie.persistent) == (False, False, "Default", False)
    jar.end_session()
    assert jar.cookies == ()


def test_every_attribute_is_kept(jar: CookieJar) -> None:
    line = "a=1; Domain=bank.localhost; Path=/x; Secure; HttpOnly; SameSite=Strict; Max-Age=60"
    cookie = jar.receive(line, HERE).cookie
    assert cookie is not None
    assert (cookie.domain, cookie.host_only, cookie.path) == ("bank.localhost", False, "/x")
    assert (cookie.secure, cookie.http_only, cookie.same_site) == (True, True, "Strict")
    assert cookie.expires == NOW + timedelta(seconds=60)


@pytest.mark.parametrize("line, url, reason, section", [
    ("a=\x01", HERE, "control character", "5.6"),
    ("", HERE, "neither name nor value", "5.6"),
    ("a=1; Domain=localhost", HERE, "localhost is a public suffix", "5.7"),
    ("a=1; Domain=evil.localhost", HERE, "app.bank.localhost does not lie in evil.localhost", "5.7"),
    ("a=1; Domain=x.app.bank.localhost", HERE, "does not lie in", "5.7"),
    ("a=1; Domain=é.bank.test", PLAIN, "beyond ASCII", "5.7"),
    ("a=1; Secure", PLAIN, "Secure over a connection that is not", "5.7"),
    ("a=1; SameSite=None", HERE, "SameSite=None needs Secure", "5.7"),
    ("__Secure-a=1", TLS, "needs Secure", "5.7"),
    ("__host-a=1; Secure", HERE, "needs Secure, Path=/, and no Domain", "5.7"),
    ("=__Host-a", HERE, "without a name", "5.7"),
    ("__SECURE-", HERE, "without a name", "5.7"),
    ("a=1; Max-Age=0", HERE, "expired already", "5.7"),
    ("a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", HERE, "expired already", "5.7"),
])
def test_what_is_not_stored_has_a_reason(jar: CookieJar, line: str, url: str, reason: str, section: str) -> None:
    receipt = jar.receive(line, url)
    assert receipt.cookie is None and jar.cookies == ()
    assert reason in receipt.reason
    assert receipt.standard == f"RFC 6265bis §{section}"


@pytest.mark.parametrize("line", [
    "__Secure-SID=12345; Domain=site.example", "__secure-SID=12345; Domain=site.example",
    "__SECURE-SID=12345; Domain=site.example", "__Host-SID=12345", "__host-SID=12345; Secure",
    "__host-SID=12345; Domain=site.example", "__HOST-SID=12345; Domain=site.example; Path=/",
    "__Host-SID=12345; Secure; Domain=site.example; Path=/", "__host-SID=12345; Secure; Domain=site.example; Path=/",
    "__HOST-SID=12345; Secure; Domain=site.example; Path=/",
])
def test_the_ten_lines_that_section_5_4_rejects(jar: CookieJar, line: str) -> None:
    assert jar.receive(line, "https://site.example/").cookie is None


@pytest.mark.parametrize("line", [
    "__Secure-SID=12345; Domain=site.example; Secure", "__secure-SID=12345; Domain=site.example; Secure",
    "__SECURE-SID=12345; Domain=site.example; Secure", "__Host-SID=12345; Secure; Path=/",
    "__host-SID=12345; Secure; Path=/", "__HOST-SID=12345; Secure; Path=/",
])
def test_the_six_lines_that_section_5_4_accepts(jar: CookieJar, line: str) -> None:
    assert jar.receive(line, "https://site.example/").cookie is not None


def test_a_public_suffix_that_is_the_host_makes_a_host_only_cookie(jar: CookieJar) -> None:
    cookie = jar.receive("a=1; Domain=localhost", "http://localhost/").cookie
    assert cookie is not None and cookie.host_only


def test_max_age_wins_over_expires_in_either_order(jar: CookieJar) -> None:
    past = "Expires=Thu, 01 Jan 1970 00:00:00 GMT"
    for line in (f"a=1; {past}; Max-Age=60", f"a=1; Max-Age=60; {past}"):
        cookie = jar.receive(line, HERE).cookie
        assert cookie is not None and cookie.expires == NOW + timedelta(seconds=60)


@pytest.mark.parametrize("lifetime", ["Max-Age=" + "9" * 1000, "Expires=Fri, 31 Dec 9999 23:59:59 GMT"])
def test_nothing_lives_longer_than_400_days(jar: CookieJar, lifetime: str) -> None:
    cookie = jar.receive(f"a=1; {lifetime}", HERE).cookie
    assert cookie is not None and cookie.expires == NOW + timedelta(days=400)


def test_without_tls_a_secure_cookie_is_neither_replaced_nor_hidden(jar: CookieJar) -> None:
    jar.receive("sid=real; Secure; Path=/login", TLS + "login")
    for line, stored in {"sid=evil; Path=/login": False, "sid=evil; Path=/login/en": False, "sid=evil; Path=/": True,
                         "sid=evil; Path=/foo": True, "other=1; Path=/login": True}.items():
        assert (jar.receive(line, PLAIN).cookie is not None) is stored, line
    assert jar.receive("sid=new; Secure; Path=/login", TLS).cookie is not None


def test_a_cookie_with_the_same_name_domain_and_path_is_replaced_in_its_place(jar: CookieJar, clock: Clock) -> None:
    first = jar.receive("a=1; Path=/", HERE).cookie
    clock.pass_(1)
    jar.receive("b=1; Path=/", HERE)
    clock.pass_(1)
    second = jar.receive("a=2; Path=/; HttpOnly", HERE).cookie
    assert first is not None and second is not None
    assert (second.created, second.value) == (first.created, "2")
    assert jar.field(HERE) == "a=2; b=1"


def test_host_only_and_domain_cookies_of_one_name_live_side_by_side(jar: CookieJar) -> None:
    for line in ("a=1; Path=/", "a=2; Path=/; Domain=app.bank.localhost", "a=3; Path=/; Domain=bank.localhost", "a=4"):
        jar.receive(line, HERE)
    assert jar.field(HERE) == "a=4; a=1; a=2; a=3"


def test_an_expired_cookie_removes_its_namesake_on_the_same_path_alone(jar: CookieJar) -> None:
    jar.receive("a=1; Path=/", HERE)
    assert "removes the one" not in jar.receive("a=; Max-Age=0; Path=/acct", HERE).reason
    assert jar.field(HERE) == "a=1"
    assert "removes the one that was there" in jar.receive("a=; Max-Age=0; Path=/", HERE).reason
    assert jar.field(HERE) == ""


def test_a_cross_site_response_stores_none_but_samesite_none_unless_it_navigates_the_tab(jar: CookieJar) -> None:
    for line, stored in {"a=1": False, "b=1; SameSite=Lax": False, "c=1; SameSite=None; Secure": True}.items():
        assert (jar.receive(line, HERE, initiator=EVIL).cookie is not None) is stored
    assert jar.receive("d=1; SameSite=Strict", HERE, initiator=EVIL, top_level=True).cookie is not None
    assert jar.receive("e=1; SameSite=Strict", HERE, initiator=SIBLING).cookie is not None


# Scripts ------------------------------------------------------------------------------------------------------------


def test_a_script_neither_reads_nor_sets_nor_replaces_what_is_http_only(jar: CookieJar) -> None:
    jar.receive("sid=secret; HttpOnly; Path=/", HERE)
    assert "cannot set HttpOnly" in jar.receive_from_script("x=1; HttpOnly", HERE).reason
    assert "cannot replace" in jar.receive_from_script("sid=evil; Path=/", HERE).reason
    assert jar.receive_from_script("sid=evil; Path=/acct", HERE).cookie is not None
    assert jar.for_script(HERE) == "sid=evil"
    assert jar.field(HERE) == "sid=evil; sid=secret"


def test_a_script_in_a_cross_site_frame_gets_what_is_samesite_none(jar: CookieJar) -> None:
    for line in ("a=1; Path=/", "b=1; Path=/; SameSite=None; Secure"):
        jar.receive(line, HERE)
    assert jar.for_script(HERE, embedded_in=EVIL) == "b=1"
    assert jar.receive_from_script("c=1", HERE, embedded_in=EVIL).cookie is None


# Sending ------------------------------------------------------------------------------------------------------------


def test_longer_paths_come_first_then_older_cookies(jar: CookieJar, clock: Clock) -> None:
    for line in ("a=1; Path=/", "b=1; Path=/acct", "c=1; Path=/", "d=1; Path=/acct/login"):
        jar.receive(line, HERE)
        clock.pass_(1)
    assert jar.field(HERE) == "d=1; b=1; a=1; c=1"


@pytest.mark.parametrize("url, sent", [
    (HERE, "a=1; b=1"), ("https://app.bank.localhost/", "a=1; b=1"), ("ws://app.bank.localhost:1/", "a=1; b=1"),
    ("http://x.app.bank.localhost/", "b=1"), ("http://bank.localhost/", "b=1"), (SIBLING, "b=1"), (EVIL, ""),
])
def test_who_gets_it_depends_on_the_host_and_not_on_port_or_scheme(jar: CookieJar, url: str, sent: str) -> None:
    jar.receive("a=1; Path=/", HERE)
    jar.receive("b=1; Path=/; Domain=bank.localhost", HERE)
    assert jar.field(url) == sent


def test_secure_stays_at_home_without_tls(jar: CookieJar) -> None:
    jar.receive("a=1; Secure", TLS)
    assert (jar.field(PLAIN), jar.field(TLS)) == ("", "a=1")
    assert jar.withheld(PLAIN) == {"a": "Secure, and the connection is not"}


@pytest.mark.parametrize("initiator, top_level, method, sent", [
    ("", None, "GET", "d l n s"), ("", None, "POST", "d l n s"),
    (SIBLING, False, "POST", "d l n s"), (SIBLING, True, "POST", "d l n s"),
    (EVIL, True, "GET", "d l n"), (EVIL, True, "head", "d l n"), (EVIL, True, "POST", "n"), (EVIL, False, "GET", "n"),
    ("https://app.bank.localhost/", True, "POST", "n"),
])
def test_samesite_by_initiator_tab_and_method(
    jar: CookieJar, initiator: str, top_level: bool | None, method: str, sent: str
) -> None:
    for line in ("d=1", "l=1; SameSite=Lax", "n=1; SameSite=None; Secure", "s=1; SameSite=Strict"):
        jar.receive(line + "; Path=/", HERE)
    field = jar.field(HERE, initiator=initiator, top_level=top_level, method=method)
    assert field == "; ".join(f"{name}=1" for name in sent.split())
    assert set(jar.withheld(HERE, initiator=initiator, top_level=top_level, method=method)) == set("dlns") - set(sent)


def test_lax_allowing_unsafe_is_an_exception_for_the_young_without_samesite(clock: Clock) -> None:
    jar = CookieJar(now=clock, lax_allowing_unsafe=timedelta(minutes=2))
    for line in ("d=1", "l=1; SameSite=Lax", "b=1; SameSite=bogus"):
        jar.receive(line + "; Path=/", HERE)
    for seconds, sent in ((0, "d=1; b=1"), (120, "d=1; b=1"), (1, "")):
        clock.pass_(seconds)
        assert jar.field(HERE, method="POST", initiator=EVIL, top_level=True) == sent
    assert jar.field(HERE, method="POST", initiator=EVIL, top_level=False) == ""


def test_it_is_not_sent_from_the_moment_it_expires(jar: CookieJar, clock: Clock) -> None:
    jar.receive("a=1; Max-Age=2", HERE)
    clock.pass_(1.9)
    assert jar.field(HERE) == "a=1"
    clock.pass_(0.1)
    assert (jar.field(HERE), jar.cookies) == ("", ())


def test_cookies_without_a_name_are_sent_as_their_value(jar: CookieJar) -> None:
    jar.receive("v", HERE)
    assert jar.field(HERE) == "v"


def test_octets_that_are_no_utf_8_come_back_as_they_were(jar: CookieJar) -> None:
    jar.receive(b"a=\xff\xe4\xb8\xad", HERE)
    assert jar.field(HERE).encode("utf-8", "surrogateescape") == b"a=\xff\xe4\xb8\xad"


@pytest.mark.parametrize("use", [
    lambda jar: jar.receive("a=1", "bank"), lambda jar: jar.field("/x"), lambda jar: jar.field(HERE, initiator="evil"),
    lambda jar: jar.for_script("mailto:a@b"), lambda jar: jar.withheld(""),
])
def test_what_is_no_address_is_told(jar: CookieJar, use: Callable[[CookieJar], object]) -> None:
    with pytest.raises(ReaderError, match="no address that cookies belong to"):
        use(jar)


# Room ---------------------------------------------------------------------------------------------------------------


def fill(jar: CookieJar, count: int, url: str = HERE, more: str = "") -> None:
    for number in range(count):
        jar.receive(f"c{number}=1; Path=/{more}", url)


def test_a_domain_keeps_180_and_the_next_one_costs_the_oldest(jar: CookieJar, clock: Clock) -> None:
    fill(jar, 180)
    assert len(jar.cookies) == 180
    jar.receive("last=1; Path=/", HERE)
    assert len(jar.cookies) == 150
    assert {"last", "c179", "c31"} <= {cookie.name for cookie in jar.cookies}
    assert "c30" not in {cookie.name for cookie in jar.cookies}


def test_what_was_sent_lately_stays_and_what_is_secure_stays_longest(clock: Clock) -> None:
    jar = CookieJar(now=clock, limits=Limits(per_domain=4, kept_per_domain=3))
    for name in ("secure", "used", "old", "older"):
        jar.receive(f"{name}=1; Path=/{name}{'; Secure' if name == 'secure' else ''}", HERE)
    clock.pass_(1)
    assert jar.field("http://app.bank.localhost/used") == "used=1"
    jar.receive("new=1; Path=/new", HERE)
    assert {cookie.name for cookie in jar.cookies} == {"secure", "used", "new"}


def test_what_has_expired_goes_before_anything_else(clock: Clock) -> None:
    jar = CookieJar(now=clock, limits=Limits(per_domain=2, kept_per_domain=2))
    jar.receive("short=1; Max-Age=1; Secure; Path=/", HERE)
    jar.receive("a=1; Path=/", HERE)
    clock.pass_(2)
    jar.receive("b=1; Path=/", HERE)
    assert {cookie.name for cookie in jar.cookies} == {"a", "b"}


def test_the_jar_as_a_whole_is_bounded(clock: Clock) -> None:
    jar = CookieJar(now=clock, limits=Limits(in_all=10, kept_in_all=6))
    for number in range(11):
        clock.pass_(1)
        jar.receive("a=1", f"http://h{number}.test/")
    assert [cookie.domain for cookie in jar.cookies] == [f"h{number}.test" for number in range(5, 11)]


# Whatever comes -----------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(LINES, st.sampled_from(PLACES)), max_size=8))
@settings(deadline=None)
def test_any_lines_are_stored_or_refused_with_a_reason(lines: list[tuple[bytes, str]]) -> None:
    jar = CookieJar(now=lambda: NOW.astimezone(UTC))
    for line, url in lines:
        is_kept_or_refused_with_a_reason(jar, line, url)
