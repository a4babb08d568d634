"""Replicas of an app: their names and memories, how one goes down and comes back, what they leave behind (nothing)."""

from __future__ import annotations

import gc
import socket
import sys
import threading
from functools import partial

import pytest
import requests
from flask import Flask

from labsupport.balancer import Replicas
from labsupport.errors import ReaderError
from tests.balancers import counting
from tests.waiting import at_once, descriptors, wait_until

linux = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux open descriptors are listed in /proc")


def test_each_has_a_name_an_address_and_a_memory_of_its_own():
    with Replicas(counting, 3) as replicas:
        assert replicas.names == ("r1", "r2", "r3")
        assert len({replicas[name].address for name in replicas.names}) == 3
        assert [requests.get(replicas[name].url).text for name in ("r1", "r1", "r2")] == ["r1:1", "r1:2", "r2:1"]


def test_each_has_the_exchanges_of_a_site():
    with Replicas(counting, 2) as replicas:
        requests.get(replicas["r2"].url + "/?a=b")
        assert [each.target for each in replicas["r2"].exchanges] == ["/?a=b"]
        assert replicas["r1"].exchanges == ()


def test_they_share_what_their_maker_shares():
    views = iter(range(1, 100))

    def make_app(name):
        app = Flask(name)
        app.add_url_rule("/", "count", lambda: str(next(views)))
        return app

    with Replicas(make_app, 2) as replicas:
        assert [requests.get(replicas[name].url).text for name in ("r1", "r2", "r1")] == ["1", "2", "3"]


@pytest.mark.parametrize("count", [0, -1, 10, "three", None, 2.5])
def test_refuses_a_count_that_makes_no_sense(count):
    with pytest.raises(ReaderError, match=rf"there are 1 to 9 replicas, not {count!r}; Replicas\(make_app, 3\)"):
        Replicas(counting, count)


@pytest.mark.parametrize("thing", [None, "app", 42])
def test_refuses_what_makes_no_app(thing):
    with pytest.raises(ReaderError, match=f'make_app is a function that makes the app of "r1".*, not {thing!r}'):
        Replicas(thing, 3)


def test_refuses_a_maker_that_forgets_to_return_the_app():
    def make_app(name):
        Flask(name)

    with pytest.raises(ReaderError, match=r"make_app\('r1'\) made None, no app; a function ends with `return app`"):
        Replicas(make_app, 3)


def test_what_the_maker_raises_is_raised_and_those_before_it_end():
    made = []

    def make_app(name):
        if name == "r3":
            raise OSError("no database")
        made.append(name)
        return counting(name)

    threads = threading.active_count()
    with pytest.raises(OSError, match="no database"):
        Replicas(make_app, 3)
    assert made == ["r1", "r2"]
    assert wait_until(lambda: threading.active_count() == threads)


@pytest.mark.parametrize("name", ["r4", "r0", "", 1, None])
def test_names_those_there_are_to_who_asks_for_another(name):
    with Replicas(counting, 3) as replicas:
        for use in (replicas.__getitem__, replicas.stop, replicas.start):
            with pytest.raises(ReaderError, match=f"there is no replica {name!r}; there are r1, r2, r3"):
                use(name)


def test_one_that_is_down_refuses_connections_and_ends_those_it_has():
    with Replicas(counting, 2) as replicas, requests.Session() as visitor:
        visitor.get(replicas["r1"].url)
        replicas.stop("r1")
        with pytest.raises(requests.ConnectionError):
            visitor.get(replicas["r1"].url)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(replicas["r1"].address)
        assert requests.get(replicas["r2"].url).text == "r2:1"


def test_one_that_is_down_still_shows_what_it_saw():
    with Replicas(counting, 1) as replicas:
        requests.get(replicas["r1"].url)
        replicas.stop("r1")
        assert len(replicas["r1"].exchanges) == 1
        assert repr(replicas) == "<Replicas r1 (stopped)>"


def test_one_that_comes_back_has_its_old_address_and_a_new_memory():
    with Replicas(counting, 2) as replicas:
        address = replicas["r1"].address
        assert requests.get(replicas["r1"].url).text == "r1:1"
        replicas.stop("r1")
        site = replicas.start("r1")
        assert site is replicas["r1"]
        assert site.address == address
        assert requests.get(site.url).text == "r1:1"
        assert repr(replicas) == "<Replicas r1, r2>"


def test_one_may_go_down_and_come_back_many_times():
    with Replicas(counting, 1) as replicas, requests.Session() as visitor:
        for _ in range(10):
            assert visitor.get(replicas["r1"].url).text == "r1:1"
            replicas.stop("r1")
            replicas.start("r1")


@linux
def test_nobody_gets_the_port_of_one_that_is_down():
    with Replicas(counting, 1) as replicas:
        replicas.stop("r1")
        with socket.socket() as greedy, pytest.raises(OSError, match="in use"):
            greedy.bind(replicas["r1"].address)


def test_stops_again_without_complaint_and_refuses_to_start_what_runs():
    with Replicas(counting, 2) as replicas:
        with pytest.raises(ReaderError, match=r"r1 runs; replicas\.stop\('r1'\) takes it down"):
            replicas.start("r1")
        replicas.stop("r1")
        replicas.stop("r1")


def test_one_whose_maker_fails_stays_down_and_can_be_started_later():
    works = [True]

    def make_app(name):
        return counting(name) if works[0] else None

    with Replicas(make_app, 1) as replicas:
        replicas.stop("r1")
        works[0] = False
        with pytest.raises(ReaderError, match="made None, no app"):
            replicas.start("r1")
        works[0] = True
        assert requests.get(replicas.start("r1").url).text == "r1:1"


def test_tells_that_another_program_took_the_port_of_one_that_was_down():
    with Replicas(counting, 1) as replicas:
        replicas.stop("r1")
        replicas._kept_ports.pop("r1").close()
        with socket.create_server(replicas["r1"].address):
            with pytest.raises(ReaderError, match=r"port \d+ is taken \(Address already in use\); make new replicas"):
                replicas.start("r1")
        assert requests.get(replicas.start("r1").url).text == "r1:1"


def test_an_interrupt_comes_before_what_an_app_raised():
    with pytest.raises(KeyboardInterrupt):
        with Replicas(failing, 1) as replicas:
            requests.get(replicas["r1"].url)
            raise KeyboardInterrupt


def test_after_the_end_there_is_no_beginning():
    replicas = Replicas(counting, 1)
    replicas.stop("r1")
    replicas.close()
    replicas.close()
    with pytest.raises(ReaderError, match="these replicas were closed; make others"):
        replicas.start("r1")


def failing(name):
    app = Flask(name)

    @app.get("/")
    def fail():
        raise ZeroDivisionError(name)

    return app


def test_what_an_app_raised_is_raised_when_its_replica_goes_down():
    with Replicas(failing, 2) as replicas:
        assert requests.get(replicas["r1"].url).status_code == 500
        with pytest.raises(ZeroDivisionError, match="r1"):
            replicas.stop("r1")
        replicas.start("r1")


def test_what_the_apps_raised_is_raised_at_the_end_when_all_are_stopped():
    replicas = Replicas(failing, 3)
    for name in ("r1", "r2"):
        requests.get(replicas[name].url)
    with pytest.raises(ZeroDivisionError, match="r1"):
        replicas.close()
    assert repr(replicas) == "<Replicas r1 (stopped), r2 (stopped), r3 (stopped)>"


def test_the_route_s_error_explains_the_client_s():
    with pytest.raises(ZeroDivisionError, match="r1"):
        with Replicas(failing, 1) as replicas:
            requests.get(replicas["r1"].url).raise_for_status()


def test_replicas_may_go_up_and_down_from_many_threads():
    with Replicas(counting, 3) as replicas:

        def restart(name):
            for _ in range(5):
                replicas.stop(name)
                replicas.start(name)

        at_once([partial(restart, name) for name in replicas.names])
        assert [requests.get(replicas[name].url).text for name in replicas.names] == ["r1:1", "r2:1", "r3:1"]


@pytest.fixture
def nothing_more():
    """Whether there are no more threads and open descriptors than before the test."""
    gc.collect()  # what other tests left to the collector would be counted here and gone later
    threads, opened = threading.active_count(), descriptors()
    return lambda: threading.active_count() <= threads and descriptors() <= opened


@linux
def test_they_leave_nothing_behind(nothing_more):
    with Replicas(counting, 3) as replicas:
        for name in replicas.names:
            requests.get(replicas[name].url)
        replicas.stop("r2")
        replicas.start("r2")
        replicas.stop("r3")
    assert wait_until(nothing_more)


@linux
def test_forgotten_ones_end_by_themselves(nothing_more):
    replicas = Replicas(counting, 3)
    requests.get(replicas["r1"].url)
    replicas.stop("r2")
    del replicas
    gc.collect()
    assert wait_until(nothing_more)
