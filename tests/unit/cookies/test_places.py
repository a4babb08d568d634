"""Hosts, sites and paths as cookies see them: no port, no query, and loopback counts as secure."""

from __future__ import annotations

import pytest

from labsupport.cookies.places import domain_matches, path_matches, place, registrable_domain, same_site
from labsupport.errors import ReaderError


@pytest.mark.parametrize(
    "url, secure",
    [
        ("https://bank.test/", True),
        ("wss://bank.test/", True),
        ("http://bank.test/", False),
        ("ws://bank.test/", False),
        ("http://localhost:8000/", True),
        ("http://app.bank.localhost/", True),
        ("http://127.8.8.8/", True),
        ("http://[::1]/", True),
        ("http://10.0.0.1/", False),
        ("http://notlocalhost/", False),
    ],
)
def test_tls_and_this_machine_are_secure(url: str, secure: bool) -> None:
    assert place(url).secure is secure


@pytest.mark.parametrize(
    "url, default",
    [
        ("http://a.test", "/"),
        ("http://a.test/", "/"),
        ("http://a.test/a", "/"),
        ("http://a.test/a/", "/a"),
        ("http://a.test/a/b/c?d=/e/f", "/a/b"),
        ("http://a.test?x", "/"),
        ("http://a.test//a", "/"),
    ],
)
def test_the_default_path_is_the_directory_of_the_request(url: str, default: str) -> None:
    assert place(url).default_path == default


@pytest.mark.parametrize(
    "url",
    [
        "",
        "bank.test",
        "/login",
        "ftp://bank.test/",
        "http://",
        "http://[::1/",
        "http://bank.test:99999/",
        "http://bank.test:http/",
        "data:,x",
        "http://" + "ä" * 70 + ".test/",
    ],
)
def test_what_is_no_address_is_told(url: str) -> None:
    with pytest.raises(ReaderError, match="no address that cookies belong to; write it whole"):
        place(url)


def test_hosts_are_compared_in_lowercase_ascii() -> None:
    assert place("http://APP.Bücher.test/").host == "app.xn--bcher-kva.test"


@pytest.mark.parametrize(
    "host, domain, matches",
    [
        ("a.test", "a.test", True),
        ("b.a.test", "a.test", True),
        ("c.b.a.test", "a.test", True),
        ("ba.test", "a.test", False),
        ("a.test", "b.a.test", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "0.0.1", False),
    ],
)
def test_a_host_matches_its_domain_and_those_above(host: str, domain: str, matches: bool) -> None:
    assert domain_matches(host, domain) is matches


@pytest.mark.parametrize(
    "path, of_cookie, matches",
    [
        ("/a", "/a", True),
        ("/a/", "/a", True),
        ("/a/b", "/a", True),
        ("/ab", "/a", False),
        ("/A", "/a", False),
        ("/", "/a", False),
        ("/a", "/a/", False),
        ("/a/b", "/a/", True),
        ("/x", "/", True),
    ],
)
def test_a_path_matches_whole_segments(path: str, of_cookie: str, matches: bool) -> None:
    assert path_matches(path, of_cookie) is matches


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("http://app.bank.localhost:1/", "http://evil.bank.localhost:2/", True),
        ("http://app.bank.localhost/", "http://evil.localhost/", False),
        ("http://bank.test/", "https://bank.test/", False),
        ("http://bank.test/", "ws://bank.test/", True),
        ("http://localhost/", "http://localhost/", True),
        ("http://a.localhost/", "http://localhost/", False),
        ("http://127.0.0.1/", "http://127.0.0.2/", False),
        ("http://10.0.0.1/", "http://9.0.0.1/", False),
    ],
)
def test_a_site_is_scheme_and_registrable_domain(one: str, other: str, same: bool) -> None:
    assert same_site(place(one), place(other), frozenset()) is same


def test_public_suffixes_of_several_labels_are_given() -> None:
    assert registrable_domain("app.bank.co.uk", {"co.uk"}) == "bank.co.uk"
    assert registrable_domain("co.uk", {"co.uk"}) == "co.uk"
    assert registrable_domain("app.bank.co.uk", frozenset()) == "co.uk"
