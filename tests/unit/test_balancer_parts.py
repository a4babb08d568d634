"""What a balancer is made of: policies, fields, targets, configurations, and programs that start or do not."""

from __future__ import annotations

import gc
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from labsupport import programs
from labsupport.balancer import Balancer, Replicas, fields, limits, started
from labsupport.balancer.choice import ByAddress, LeftOut, RoundRobin, Sticky, Visitor
from labsupport.balancer.started import Place, Program
from labsupport.balancer.targets import Targets
from labsupport.errors import ReaderError, Unavailable
from labsupport.records import Endpoint, FieldLine
from tests.balancers import ENGINES, client, counting
from tests.waiting import at_once, wait_until

linux = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux /proc tells what is open")
NAMES = ("r1", "r2", "r3")
ADA = Visitor("127.0.0.1")


# Bad input


@pytest.fixture(scope="module")
def replicas():
    with Replicas(counting, 3) as replicas:
        yield replicas


@pytest.mark.parametrize("policy", ["random", "", None, "Sticky", ["sticky"]])
def test_names_the_policies_to_who_asks_for_another(replicas, policy):
    with pytest.raises(ReaderError, match=r"no policy .*; choose one of 'round robin', 'sticky', 'by address'"):
        Balancer(replicas, policy)


@pytest.mark.parametrize("engine", ["apache", "", None, "Python"])
def test_names_the_engines_to_who_asks_for_another(replicas, engine):
    with pytest.raises(ReaderError, match=r"no engine .*; choose one of 'python', 'nginx', 'haproxy'"):
        Balancer(replicas, engine=engine)


@pytest.mark.parametrize("things", [None, [], {}, "r1", {f"r{n}": "http://127.0.0.1:1" for n in range(10)}])
def test_refuses_what_is_neither_replicas_nor_urls_by_name(things):
    with pytest.raises(ReaderError, match=r"a balancer stands before Replicas\(make_app, 3\), or before 1 to 9 URLs"):
        Balancer(things)


@pytest.mark.parametrize("name", ["", "1", "r 1", "r;1", "a" * 17, "r\n", 1])
def test_refuses_a_name_that_a_configuration_could_misread(name):
    with pytest.raises(ReaderError, match="cannot name a replica; use up to 16 letters and digits, as in 'r1'"):
        Balancer({name: "http://127.0.0.1:8001"})


@pytest.mark.parametrize("url", [
    "https://127.0.0.1:1", "http://192.0.2.1", "http://example.org", "127.0.0.1:8001", "http://127.0.0.1:99999",
    "http://127.0.0.1:8001/app", "http://127.0.0.1:8001?a", "", None, "http://[::1]:8001",
])
def test_refuses_a_replica_that_is_not_on_this_machine(url):
    with pytest.raises(ReaderError, match=r"a replica is on this machine, as in 'http://127\.0\.0\.1:8001', not at"):
        Balancer({"r1": url})


def test_takes_the_urls_of_servers_that_the_reader_started(replicas):
    targets = Targets.of({"a": "http://127.0.0.1:8001", "b": "http://localhost:8002/", "c": "http://127.0.0.9"})
    assert targets.names == ("a", "b", "c")
    assert [str(each) for each in targets.addresses.values()] == ["127.0.0.1:8001", "127.0.0.1:8002", "127.0.0.9:80"]
    assert targets.life("a") is None


@pytest.mark.parametrize("engine", ENGINES)
def test_stands_before_servers_that_the_reader_started(replicas, engine):
    urls = {"one": replicas["r2"].url, "two": replicas["r3"].url}
    with Balancer(urls, "sticky", engine) as balancer:
        response = requests.get(balancer.url)
        assert response.headers["X-Replica"] == "one"
        assert response.headers["Set-Cookie"] == "route=one; Path=/; HttpOnly"
        assert response.text.startswith("r2:")


# Policies


def test_round_robin_takes_up_where_it_was_whoever_was_missing():
    policy = RoundRobin(NAMES)
    assert [policy.choose(NAMES, ADA) for _ in range(4)] == ["r1", "r2", "r3", "r1"]
    assert [policy.choose(("r1", "r3"), ADA) for _ in range(4)] == ["r3", "r1", "r3", "r1"]
    assert policy.choose(NAMES, ADA) == "r2"


def test_round_robin_gives_each_the_same_share_whoever_asks_at_once():
    policy = RoundRobin(NAMES)
    chosen: list[str] = []

    def ask():
        chosen.extend(policy.choose(NAMES, ADA) for _ in range(300))

    at_once([ask] * 10)
    assert {name: chosen.count(name) for name in NAMES} == dict.fromkeys(NAMES, 1000)


def test_sticky_follows_the_cookie_while_it_can():
    policy = Sticky(NAMES)
    assert policy.choose(NAMES, Visitor("127.0.0.1", "r3")) == "r3"
    assert policy.choose(("r1", "r2"), Visitor("127.0.0.1", "r3")) == "r1"
    assert policy.choose(NAMES, Visitor("127.0.0.1", "r9")) == "r2"


def test_by_address_goes_by_the_address_as_a_number():
    policy = ByAddress(NAMES)
    addresses = ("127.0.1.1", "127.0.2.1", "127.0.3.1", "127.0.0.1")
    assert [policy.choose(NAMES, Visitor(each)) for each in addresses] == ["r1", "r2", "r3", "r3"]
    assert policy.choose(("r1", "r2"), Visitor("127.0.3.1")) == "r1"


@given(st.sets(st.sampled_from(NAMES), min_size=1), st.ip_addresses(v=4).map(str), st.sampled_from((*NAMES, "", "r9")))
def test_every_policy_chooses_among_those_there_are(among, address, route):
    for policy in (RoundRobin(NAMES), Sticky(NAMES), ByAddress(NAMES)):
        assert policy.choose(among, Visitor(address, route)) in among


def test_who_refused_is_left_out_for_a_second(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    left_out = LeftOut(lambda name: None)
    left_out.add("r1")
    now[0] += limits.LEFT_OUT - 0.01
    assert left_out.usable(NAMES) == ["r2", "r3"]
    now[0] += 0.01
    assert left_out.usable(NAMES) == ["r1", "r2", "r3"]


def test_who_refused_is_back_in_at_once_when_it_is_started_again():
    lives = {"r1": "first", "r2": "first"}
    left_out = LeftOut(lives.get)
    left_out.add("r1")
    assert left_out.usable(("r1", "r2")) == ["r2"]
    lives["r1"] = "second"
    assert left_out.usable(("r1", "r2")) == ["r1", "r2"]


def test_where_all_are_left_out_all_are_tried():
    left_out = LeftOut(lambda name: None)
    left_out.add("r1")
    assert left_out.usable(("r1",)) == ("r1",)


# Fields

TOKENS = st.text("abcxyzABC-", min_size=1, max_size=12)
OF_INTEREST = st.sampled_from(("Connection", "TE", "Upgrade", "Cookie"))
LINES = st.lists(st.builds(FieldLine, st.one_of(OF_INTEREST, TOKENS), TOKENS))


@given(LINES)
def test_what_is_left_are_the_other_lines_in_their_order(lines):
    kept = fields.end_to_end(lines)
    named = {each.value.lower() for each in lines if each.name.lower() == "connection"}
    assert kept == [each for each in lines if each.name.lower() not in {"connection", "te", "upgrade", *named}]


def test_connection_may_name_several_fields_on_several_lines():
    lines = [FieldLine("Connection", "close, X-One"), FieldLine("connection", " x-two ,"),
             *(FieldLine(name, "1") for name in ("X-One", "X-Two", "X-Three"))]
    assert fields.end_to_end(lines) == [("X-Three", "1")]


def test_the_list_of_addresses_becomes_one_line():
    lines = [FieldLine("X-Forwarded-For", "a"), FieldLine("Host", "b"), FieldLine("x-forwarded-for", "c, d")]
    assert fields.forwarded_for(lines, "e") == [("Host", "b"), ("X-Forwarded-For", "a, c, d, e")]


@pytest.mark.parametrize(("cookie", "route", "others"), [
    ("route=r1", "r1", None),
    ("a=b;route=r1;c=d", "r1", "a=b; c=d"),
    ("route=r1; route=r2", "r1", None),
    ("xroute=r1", "", "xroute=r1"),
    ("a=route=r1", "", "a=route=r1"),
    ("route", "", "route"),
])
def test_the_route_is_read_and_taken_out(cookie, route, others):
    lines = [FieldLine("Cookie", cookie)]
    assert fields.route_of(lines) == route
    assert [each.value for each in fields.without_route(lines)] == ([others] if others else [])


def test_other_fields_stay_when_the_route_is_taken_out():
    lines = [FieldLine("X-Empty", ""), FieldLine("cookie", "route=r1"), FieldLine("Host", "route=r1")]
    assert fields.without_route(lines) == [("X-Empty", ""), ("Host", "route=r1")]


# Programs

PROGRAMS = [pytest.param(name, marks=pytest.mark.needs(name)) for name in ("nginx", "haproxy")]
BAD = {"nginx": ("nginx", "-p", ".", "-e", "stderr", "-c", "bad"), "haproxy": ("haproxy", "-db", "-f", "bad")}


@pytest.mark.parametrize("engine", ["nginx", "haproxy"])
def test_says_that_a_program_is_not_installed(replicas, engine, monkeypatch):
    monkeypatch.setenv("PATH", os.devnull)
    monkeypatch.setattr(programs, "SYSTEM_FOLDERS", ())
    with pytest.raises(Unavailable, match=f"the program {engine} cannot run here: it is not installed"):
        Balancer(replicas, engine=engine)


@pytest.mark.parametrize("engine", PROGRAMS)
def test_tells_in_its_own_words_why_a_program_does_not_start(engine):
    with pytest.raises(ReaderError, match=rf"(?s){engine} did not start; it says: .*frobnicate"):
        Program(BAD[engine], lambda place: {"bad": "frobnicate on;\n"}).start()


def test_does_not_wait_forever_for_a_program_that_never_listens(monkeypatch):
    monkeypatch.setattr(started, "START_SECONDS", 0.3)
    with pytest.raises(ReaderError, match="sleep did not start; it says: nothing"):
        Program(("sleep", "60"), lambda place: {}).start()


@pytest.mark.parametrize("engine", PROGRAMS)
def test_a_port_that_is_taken_a_moment_later_is_replaced(replicas, engine, monkeypatch):
    def answering(environ, start_response):
        start_response("200 OK", [])
        return [b"not the balancer"]

    free = started.free_address
    from labsupport.server import Site

    with Site(answering) as other:
        addresses = [other.address]
        monkeypatch.setattr(started, "free_address", lambda: addresses.pop() if addresses else free())
        with Balancer(replicas, "sticky", engine) as balancer:
            assert balancer.url != other.url
            assert requests.get(balancer.url).headers["X-Replica"] == "r1"


@pytest.mark.parametrize("engine", PROGRAMS)
def test_two_balancers_never_share_a_port(replicas, engine, monkeypatch):
    with Balancer(replicas, "sticky", engine) as one:
        free, taken = started.free_address, [Targets.of({"r1": one.url}).addresses["r1"]]
        monkeypatch.setattr(started, "free_address", lambda: taken.pop() if taken else free())
        with Balancer(replicas, "sticky", engine) as other:
            assert other.url != one.url


def test_a_port_that_is_always_taken_is_told(monkeypatch):
    words = f"{started._PORT_TAKEN}: what a program says"
    with pytest.raises(ReaderError, match="sh found 5 free ports taken a moment later; try again"):
        Program(("sh", "-c", f"echo {words!r}; exit 1"), lambda place: {}).start()


def test_who_answers_without_knowing_the_path_is_not_the_program(monkeypatch):
    def other(environ, start_response):
        start_response("200 OK", [])
        return [b"me"]

    from labsupport.server import Site

    with Site(other) as site:
        assert not started._is_ready(Place(site.address, "/ready-1"))
    assert not started._is_ready(Place(site.address, "/ready-1"))


@pytest.mark.parametrize("engine", PROGRAMS)
@pytest.mark.parametrize("policy", ["round robin", "sticky", "by address"])
@pytest.mark.parametrize("count", [1, 2, 9])
def test_a_configuration_is_to_its_program_s_liking(engine, policy, count, tmp_path):
    """Not a word of warning either."""
    from labsupport.balancer import haproxy, nginx

    addresses = {f"r{number}": Endpoint("127.0.0.1", 1000 + number) for number in range(1, count + 1)}
    program = (nginx if engine == "nginx" else haproxy).program(Targets(addresses), policy)
    for name, text in program.files(Place(started.free_address(), "/ready-1")).items():
        Path(tmp_path, name).write_text(text)
    check = {"nginx": "-t", "haproxy": "-c"}[engine]
    path = programs.path_of(engine)
    done = subprocess.run([path, *program.command[1:], check], cwd=tmp_path, capture_output=True, text=True, timeout=30)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert "warn" not in said.lower(), said


# What is left behind


def open_and_running():
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return threading.active_count(), len(os.listdir("/proc/self/fd")), len(children)


@pytest.fixture
def nothing_more():
    """Whether there are no more threads, open descriptors and child processes than before the test."""
    gc.collect()
    before = open_and_running()
    return lambda: all(now <= then for now, then in zip(open_and_running(), before, strict=True))


@linux
@pytest.mark.parametrize("engine", ENGINES)
def test_a_balancer_leaves_nothing_behind(engine, nothing_more):
    with Replicas(counting, 3) as own, Balancer(own, "sticky", engine) as balancer:
        assert [requests.get(balancer.url).status_code for _ in range(6)] == [200] * 6
        own.stop("r1")
        requests.get(balancer.url)
    assert wait_until(nothing_more)


@linux
@pytest.mark.parametrize("engine", ENGINES)
def test_a_forgotten_balancer_ends_by_itself_and_its_replicas_too(engine, nothing_more):
    balancer = Balancer(Replicas(counting, 3), "round robin", engine)
    if engine == "python":
        assert requests.get(balancer.url).text == "r1:1"
    del balancer
    assert wait_until(lambda: gc.collect() >= 0 and nothing_more())  # the replicas go after the balancer


@linux
@pytest.mark.parametrize("engine", ENGINES)
def test_a_balancer_whose_cell_fails_ends(engine, nothing_more):
    with pytest.raises(ZeroDivisionError):
        with Replicas(counting, 1) as own, Balancer(own, "round robin", engine) as balancer, client(balancer):
            raise ZeroDivisionError
    assert wait_until(nothing_more)


@linux
def test_one_that_does_not_start_leaves_nothing_behind(replicas, nothing_more, monkeypatch):
    monkeypatch.setattr(started, "START_SECONDS", 0.3)
    with pytest.raises(ReaderError):
        Program(("sleep", "60"), lambda place: {}).start()
    assert wait_until(nothing_more)


def test_a_port_is_free_when_it_is_given():
    with socket.create_server(started.free_address()):
        pass
