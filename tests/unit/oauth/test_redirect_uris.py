"""Redirect URIs are compared character by character; only a native app's loopback port may differ."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from labsupport.errors import ReaderError
from labsupport.oauth import AuthorizationServer, Registration, UserAgent, parameters
from tests.unit.oauth.flows import CALLBACK, request_url

NATIVE = "http://127.0.0.1/callback"
VARIANTS = {
    "another path below": CALLBACK + "/../evil",
    "encoded dots": CALLBACK + "/%2e%2e/evil",
    "a query": CALLBACK + "?next=https://evil.test",
    "a longer path": CALLBACK + "-of-evil",
    "a slash": CALLBACK + "/",
    "two slashes": "https://demo.test//callback",
    "another scheme": "http://demo.test/callback",
    "another port": "https://demo.test:444/callback",
    "the default port": "https://demo.test:443/callback",
    "the name as user": "https://demo.test@evil.test/callback",
    "a longer host": "https://demo.test.evil.test/callback",
    "a host beside": "https://demo-test/callback",
    "upper case": "https://DEMO.test/callback",
    "a fragment": CALLBACK + "#x",
    "another site": "https://evil.test/callback",
    "a script": "javascript:alert(1)",
    "a relative one": "/callback",
    "a space": CALLBACK + " ",
    "a line": CALLBACK + "\nLocation: https://evil.test",
    "a quote": CALLBACK + '"',
    "what is not ASCII": CALLBACK + "ü",
}


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, AuthorizationServer]]:
    """One for each way to compare, each with the clients `demo` and `native`."""
    with ExitStack() as running:
        named = {}
        for name in ("exact", "prefix redirects", "pattern redirects"):
            named[name] = running.enter_context(AuthorizationServer(weaknesses={name} - {"exact"}))
            named[name].register("demo", CALLBACK)
            named[name].register("native", NATIVE, "http://[::1]/callback", "demo.app:/callback", public=True)
        yield named


def accepted(server: AuthorizationServer, uri: str, client_id: str = "demo") -> bool:
    """Whether a user is asked to log in, rather than told that something is wrong."""
    with UserAgent(server) as agent:
        answer = agent.get(request_url(server, redirect_uri=uri, client_id=client_id), allow_redirects=False)
    assert "Location" not in answer.headers
    assert answer.status_code in (200, 400)
    return answer.status_code == 200


def test_the_registered_one_is_accepted(servers: dict[str, AuthorizationServer]) -> None:
    assert all(accepted(server, CALLBACK) for server in servers.values())


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_is_refused(servers: dict[str, AuthorizationServer], variant: str) -> None:
    assert not accepted(servers["exact"], VARIANTS[variant])


@pytest.mark.parametrize("variant", ["another path below", "encoded dots", "a query", "a longer path", "a slash"])
@pytest.mark.parametrize("way", ["prefix redirects", "pattern redirects"])
def test_whatever_begins_like_it_passes_where_only_the_beginning_is_compared(
    servers: dict[str, AuthorizationServer], way: str, variant: str
) -> None:
    assert accepted(servers[way], VARIANTS[variant])


def test_a_pattern_takes_a_dot_for_anything(servers: dict[str, AuthorizationServer]) -> None:
    assert accepted(servers["pattern redirects"], VARIANTS["a host beside"])
    assert not accepted(servers["prefix redirects"], VARIANTS["a host beside"])


@pytest.mark.parametrize("way", ["prefix redirects", "pattern redirects"])
def test_another_site_is_refused_in_every_way(servers: dict[str, AuthorizationServer], way: str) -> None:
    assert not accepted(servers[way], VARIANTS["another site"])


@pytest.mark.parametrize("uri", [
    NATIVE, "http://127.0.0.1:51004/callback", "http://127.0.0.1:1/callback", "http://[::1]:51004/callback",
    "demo.app:/callback",
])
def test_a_native_app_may_listen_on_any_port_of_the_loopback_address(
    servers: dict[str, AuthorizationServer], uri: str
) -> None:
    """RFC 8252 §7.3."""
    assert accepted(servers["exact"], uri, "native")


@pytest.mark.parametrize("uri", [
    "http://127.0.0.1:51004/other", "http://127.0.0.1:x/callback", "http://127.0.0.1:123456/callback",
    "https://127.0.0.1:51004/callback", "http://127.0.0.2:51004/callback", "http://localhost:51004/callback",
    "http://127.0.0.1:51004@evil.test/callback", "http://127.0.0.1:51004.evil.test/callback",
    "http://127.0.0.1.evil.test/callback", "http://127.0.0.1:51004/callback?x", "demo.app:1/callback",
    "http://127.0.0.1:５１００４/callback", "http://127.0.0.1:51004/callback\n",
])
def test_nothing_but_the_port_may_differ(servers: dict[str, AuthorizationServer], uri: str) -> None:
    assert not accepted(servers["exact"], uri, "native")


def test_the_port_is_part_of_a_confidential_clients_uri() -> None:
    with AuthorizationServer() as server:
        server.register("demo", NATIVE)
        assert accepted(server, NATIVE)
        assert not accepted(server, "http://127.0.0.1:51004/callback")


def test_a_client_with_one_redirect_uri_may_leave_it_out() -> None:
    with AuthorizationServer() as server, UserAgent(server) as agent:
        server.register("demo", CALLBACK)
        answer = agent.authorize(request_url(server, redirect_uri=None), "ada")
        assert answer.headers["Location"].startswith(CALLBACK + "?code=")


def test_a_client_with_several_may_not(servers: dict[str, AuthorizationServer]) -> None:
    with UserAgent(servers["exact"]) as agent:
        answer = agent.get(request_url(servers["exact"], redirect_uri=None, client_id="native"), allow_redirects=False)
        assert (answer.status_code, "Location" in answer.headers) == (400, False)


def test_a_code_leaks_through_a_prefix() -> None:
    with AuthorizationServer(weaknesses={"prefix redirects"}) as server, UserAgent(server) as ada:
        server.register("demo", "https://demo.test")
        answer = ada.authorize(request_url(server, redirect_uri="https://demo.test@evil.test/"), "ada")
        assert answer.headers["Location"].startswith("https://demo.test@evil.test/?code=")
        assert parameters(answer.headers["Location"])["code"]


@pytest.mark.parametrize("uri", ["/callback", "demo.test/callback", "https://demo.test/#x", ""])
def test_what_is_no_redirect_uri_cannot_be_registered(uri: str) -> None:
    with pytest.raises(ReaderError, match=r"is no redirect URI; write it whole, without a fragment"):
        Registration("demo", None, (uri,))
