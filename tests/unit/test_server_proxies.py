"""A site is asked directly, whatever proxy the environment names; afterwards the environment is as it was."""

from __future__ import annotations

import gc
import os
import socket
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labsupport.network import Network
from labsupport.server import Site
from labsupport.server.proxies import ProxyBypass
from tests.waiting import wait_until

SPELLINGS = ("no_proxy", "NO_PROXY")
both_spellings = pytest.mark.parametrize("spelling", SPELLINGS)


def hello(environ, start_response):
    start_response("200 OK", [("Content-Length", "5")])
    return [b"hello"]


@pytest.fixture(autouse=True)
def no_exemptions(monkeypatch):
    """No variable is set, as on most machines."""
    for spelling in SPELLINGS:
        monkeypatch.delenv(spelling, raising=False)


@pytest.fixture
def broken_proxy(monkeypatch):
    """A proxy that refuses every connection."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
    for variable in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(variable, address)


def exempt(spelling: str) -> list[str]:
    return os.environ[spelling].split(",")


def both() -> dict[str, str | None]:
    return {spelling: os.environ.get(spelling) for spelling in SPELLINGS}


def test_clients_ask_the_site_and_not_the_proxy(broken_proxy):
    with Site(hello) as site:
        assert requests.get(site.url).text == "hello"
        with urllib.request.urlopen(site.url) as response:
            assert response.read() == b"hello"
    with pytest.raises(requests.exceptions.ProxyError):
        requests.get(site.url)


def test_clients_of_a_named_site_do_neither(broken_proxy):
    with Site.secure(hello, name="localhost") as site:
        assert requests.get(site.url, verify=site.ca_file).text == "hello"


@pytest.mark.needs("network")
def test_nor_do_clients_in_a_private_network(broken_proxy):
    with Network(rtt_ms=4) as network:
        site = network.serve(hello)
        with network.client:
            assert requests.get(site.url).text == "hello"
    assert both() == {"no_proxy": None, "NO_PROXY": None}


@both_spellings
def test_the_address_and_the_name_are_exempt_while_the_site_runs(spelling):
    site = Site(hello, name="shop.localhost")
    assert spelling not in os.environ
    with site:
        assert exempt(spelling) == ["127.0.0.1", "shop.localhost"]
    assert spelling not in os.environ


@pytest.mark.parametrize("value", ["intranet.corp", " intranet.corp , 10.0.0.0/8,", "127.0.0.1", "", "*"])
@both_spellings
def test_what_the_reader_exempted_is_still_exempt_and_stands_there_to_the_letter_afterwards(
    spelling, value, monkeypatch
):
    monkeypatch.setenv(spelling, value)
    before = both()
    with Site(hello):
        assert exempt(spelling)[: value.count(",") + 1] == value.split(",")
    assert both() == before


@both_spellings
def test_no_spelling_hides_the_other(spelling, monkeypatch, broken_proxy):
    monkeypatch.setenv(spelling, "intranet.corp")
    with Site(hello):
        assert requests.utils.should_bypass_proxies("http://intranet.corp", no_proxy=None)
        assert exempt("no_proxy") == exempt("NO_PROXY") == ["intranet.corp", "127.0.0.1"]
    assert both() == {"no_proxy": None, "NO_PROXY": None, spelling: "intranet.corp"}


def test_spellings_that_differ_stay_different(monkeypatch):
    if sys.platform == "win32":
        pytest.skip("only on POSIX there are two spellings")
    monkeypatch.setenv("no_proxy", "intranet.corp")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Site(hello):
        assert both() == {"no_proxy": "intranet.corp,127.0.0.1", "NO_PROXY": "127.0.0.1"}
    assert both() == {"no_proxy": "intranet.corp", "NO_PROXY": "127.0.0.1"}


def test_a_lone_star_exempts_every_host_and_stays_alone(monkeypatch, broken_proxy):
    monkeypatch.setenv("NO_PROXY", "*")
    with Site(hello) as site:
        assert both() == {"no_proxy": "*", "NO_PROXY": "*"}
        with urllib.request.urlopen(site.url) as response:
            assert response.read() == b"hello"


@pytest.mark.parametrize("first", [0, 1])
def test_a_host_is_exempt_until_the_last_of_its_sites_stops(first, monkeypatch, broken_proxy):
    monkeypatch.setenv("NO_PROXY", "intranet.corp")
    sites = [Site(hello).start(), Site(hello).start()]
    sites.pop(first).stop()
    assert exempt("NO_PROXY") == ["intranet.corp", "127.0.0.1"]
    assert requests.get(sites[0].url).text == "hello"
    sites[0].stop()
    assert both() == {"no_proxy": None, "NO_PROXY": "intranet.corp"}


def test_a_site_takes_out_its_own_host_and_no_other():
    with Site(hello, name="one.localhost"):
        with Site(hello, name="other.localhost"):
            assert exempt("NO_PROXY") == ["127.0.0.1", "one.localhost", "other.localhost"]
        assert exempt("NO_PROXY") == ["127.0.0.1", "one.localhost"]


def test_a_second_stop_takes_nothing_from_another_site():
    with Site(hello):
        other = Site(hello).start()
        other.stop()
        other.stop()
        assert exempt("NO_PROXY") == ["127.0.0.1"]


def test_a_site_that_nobody_refers_to_takes_out_its_host(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "intranet.corp")
    site = Site(hello).start()
    del site
    gc.collect()
    assert wait_until(lambda: both() == {"no_proxy": None, "NO_PROXY": "intranet.corp"})


def test_what_the_reader_adds_meanwhile_stays():
    with Site(hello):
        os.environ["no_proxy"] += ",127.0.0.1,intranet.corp"
    assert both() == {"no_proxy": "127.0.0.1,intranet.corp", "NO_PROXY": None}


def test_what_the_reader_puts_in_its_place_stays(monkeypatch):
    with Site(hello):
        for spelling in SPELLINGS:
            monkeypatch.setenv(spelling, "intranet.corp")
    assert both() == {"no_proxy": "intranet.corp", "NO_PROXY": "intranet.corp"}


def test_a_site_that_cannot_start_exempts_nobody():
    with Site(hello) as site:
        taken = site.address.port
    with socket.create_server(("127.0.0.1", taken)), pytest.raises(Exception, match="cannot listen"):
        Site(hello, port=taken).start()
    assert both() == {"no_proxy": None, "NO_PROXY": None}


VALUES = st.none() | st.lists(st.sampled_from(["", " ", "a", "b ", "intranet.corp", "*"]), max_size=4).map(",".join)
HOSTS = st.frozensets(st.sampled_from(["a", "b", "c"]), min_size=1)


@given(values=st.tuples(VALUES, VALUES), rounds=st.lists(st.tuples(HOSTS, st.integers(0, 5)), max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
@pytest.mark.skipif(sys.platform == "win32", reason="only on POSIX there are two spellings")
def test_whatever_was_there_is_there_again_when_all_have_ended_in_any_order(monkeypatch, values, rounds):
    with monkeypatch.context() as environment:
        for spelling, value in zip(SPELLINGS, values, strict=True):
            if value is not None:
                environment.setenv(spelling, value)
        before = both()
        running: list[ProxyBypass] = []
        for hosts, place in rounds:
            running.insert(place, ProxyBypass(hosts))
        for bypass in running:
            bypass.end()
        assert both() == before


def test_threads_that_start_and_stop_at_once_lose_nothing(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "intranet.corp")

    def come_and_go(own: str) -> None:
        for _ in range(200):
            bypass = ProxyBypass({"127.0.0.1", own})
            assert {"intranet.corp", "127.0.0.1", own} <= set(exempt("no_proxy"))
            bypass.end()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(come_and_go, [f"shop{number}.localhost" for number in range(4)]))
    assert both() == {"no_proxy": None, "NO_PROXY": "intranet.corp"}
