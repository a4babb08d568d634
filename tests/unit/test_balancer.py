"""A balancer before three replicas: each policy on each engine, replicas that go down, many visitors at once."""

from __future__ import annotations

import collections
import sys
import threading
from functools import partial

import pytest
import requests

from labsupport.balancer import Balancer, Replicas, limits
from labsupport.errors import ReaderError
from tests.balancers import ENGINES, answered_by, ask, client, counting
from tests.waiting import at_once, wait_until

linux = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux all of 127.0.0.0/8 answers")


@pytest.fixture(params=ENGINES)
def engine(request):
    return request.param


@pytest.fixture
def replicas():
    with Replicas(counting, 3) as replicas:
        yield replicas


# Round robin


def test_round_robin_asks_each_in_turn(replicas, engine):
    with Balancer(replicas, "round robin", engine) as balancer, client(balancer) as visitor:
        assert answered_by(visitor, 7) == "r1 r2 r3 r1 r2 r3 r1"


def test_round_robin_is_what_a_balancer_does_unless_it_is_told(replicas, engine):
    with Balancer(replicas, engine=engine) as balancer:
        assert [requests.get(balancer.url).text for _ in range(4)] == ["r1:1", "r2:1", "r3:1", "r1:2"]


def test_the_turn_belongs_to_the_balancer_and_not_to_a_visitor(replicas, engine):
    with Balancer(replicas, "round robin", engine) as balancer:
        with client(balancer) as ada, client(balancer) as bob:
            assert [answered_by(each, 1) for each in (ada, bob, ada, bob)] == ["r1", "r2", "r3", "r1"]


def test_one_replica_answers_everything(engine):
    with Replicas(counting, 1) as one, Balancer(one, "round robin", engine) as balancer, client(balancer) as visitor:
        assert answered_by(visitor, 3) == "r1 r1 r1"


def test_nine_replicas_take_turns(engine):
    with Replicas(counting, 9) as nine, Balancer(nine, "round robin", engine) as balancer, client(balancer) as visitor:
        assert answered_by(visitor, 10) == "r1 r2 r3 r4 r5 r6 r7 r8 r9 r1"


# Sticky


def test_sticky_keeps_a_visitor_where_the_first_answer_came_from(replicas, engine):
    with Balancer(replicas, "sticky", engine) as balancer:
        with requests.Session() as ada, requests.Session() as bob:
            assert [each.get(balancer.url).text for each in (ada, bob, ada, bob)] == ["r1:1", "r2:1", "r1:2", "r2:2"]


def test_sticky_sets_its_cookie_once(replicas, engine):
    with Balancer(replicas, "sticky", engine) as balancer, client(balancer) as visitor:
        assert ask(visitor).headers.get_all("Set-Cookie") == ["route=r1; Path=/; HttpOnly"]
        assert ask(visitor, Cookie="route=r1").headers.get_all("Set-Cookie") is None


@pytest.mark.parametrize("route", ["r9", "", "r1x", "R1", "../r1"])
def test_sticky_takes_a_cookie_that_names_no_replica_for_none(replicas, engine, route):
    with Balancer(replicas, "sticky", engine) as balancer, client(balancer) as visitor:
        response = ask(visitor, Cookie=f"route={route}")
        assert response.headers["X-Replica"] == "r1"
        assert response.headers.get_all("Set-Cookie") == ["route=r1; Path=/; HttpOnly"]


def test_sticky_goes_where_the_cookie_says_and_loses_no_turn(replicas, engine):
    with Balancer(replicas, "sticky", engine) as balancer, client(balancer) as visitor:
        assert answered_by(visitor, 3, Cookie="route=r3") == "r3 r3 r3"
        assert answered_by(visitor, 1) == "r1"


def test_sticky_moves_a_visitor_on_whose_replica_is_down(replicas, engine):
    with Balancer(replicas, "sticky", engine) as balancer, requests.Session() as visitor:
        assert visitor.get(balancer.url).headers["X-Replica"] == "r1"
        replicas.stop("r1")
        moved = visitor.get(balancer.url)
        home = moved.headers["X-Replica"]
        assert home in {"r2", "r3"}
        assert moved.headers["Set-Cookie"] == f"route={home}; Path=/; HttpOnly"
        assert {visitor.get(balancer.url).headers["X-Replica"] for _ in range(4)} == {home}


@pytest.mark.parametrize(("sent", "seen"), [
    ("route=r2", None),
    ("route=r2; sid=A", "sid=A"),
    ("sid=A; route=r2", "sid=A"),
    ("sid=A; route=r2; b=c=d", "sid=A; b=c=d"),
    ("reroute=r2; sid=A", "reroute=r2; sid=A"),
])
def test_the_app_never_sees_the_cookie_of_the_balancer(replicas, engine, sent, seen):
    with Balancer(replicas, "sticky", engine) as balancer, client(balancer) as visitor:
        name = ask(visitor, Cookie=sent).headers["X-Replica"]
        assert replicas[name].exchanges[0].request_values("Cookie") == ((seen,) if seen else ())


@pytest.mark.parametrize("policy", ["round robin", "by address"])
def test_a_balancer_of_another_policy_has_no_cookie_and_leaves_yours_alone(replicas, engine, policy):
    with Balancer(replicas, policy, engine) as balancer, client(balancer) as visitor:
        response = ask(visitor, Cookie="sid=A; route=r2")
        assert "Set-Cookie" not in response.headers
        assert replicas[response.headers["X-Replica"]].exchanges[0].request_values("Cookie") == ("sid=A; route=r2",)


# By address


def test_by_address_keeps_a_client_at_one_replica(replicas, engine):
    with Balancer(replicas, "by address", engine) as balancer:
        first = requests.get(balancer.url).headers["X-Replica"]
        with client(balancer) as visitor:
            assert answered_by(visitor, 5) == " ".join([first] * 5)


@linux
def test_by_address_spreads_clients_of_different_addresses(replicas, engine):
    homes = collections.defaultdict(set)
    with Balancer(replicas, "by address", engine) as balancer:
        for third in range(1, 17):
            for _ in range(2):
                with client(balancer, f"127.0.{third}.1") as visitor:
                    homes[third].add(answered_by(visitor, 1))
    assert all(len(each) == 1 for each in homes.values())
    assert set.union(*homes.values()) == {"r1", "r2", "r3"}


@linux
def test_only_nginx_takes_a_whole_network_of_256_for_one_client(replicas, engine):
    homes = set()
    with Balancer(replicas, "by address", engine) as balancer:
        for last in range(1, 17):
            with client(balancer, f"127.0.0.{last}") as visitor:
                homes.add(answered_by(visitor, 1))
    assert (len(homes) == 1) == (engine == "nginx")


def test_by_address_moves_a_client_on_whose_replica_is_down_and_no_other(replicas, engine):
    with Balancer(replicas, "by address", engine) as balancer, client(balancer) as visitor:
        home = answered_by(visitor, 1)
        replicas.stop(home)
        elsewhere = answered_by(visitor, 4).split()
        assert len(set(elsewhere)) == 1
        assert elsewhere[0] != home


@linux
def test_by_address_leaves_alone_whose_replica_is_up(replicas, engine):
    addresses = [f"127.0.{third}.1" for third in range(1, 10)]
    with Balancer(replicas, "by address", engine) as balancer:

        def homes():
            found = {}
            for address in addresses:
                with client(balancer, address) as visitor:
                    found[address] = answered_by(visitor, 1)
            return found

        before = homes()
        replicas.stop("r2")
        after = homes()
    assert "r2" not in after.values()
    assert all(after[address] == home for address, home in before.items() if home != "r2")


# Replicas that are down


@pytest.mark.parametrize("policy", ["round robin", "sticky", "by address"])
def test_a_replica_that_is_down_is_left_out(replicas, engine, policy):
    with Balancer(replicas, policy, engine) as balancer, client(balancer) as visitor:
        ask(visitor)
        replicas.stop("r2")
        assert set(answered_by(visitor, 8).split()) <= {"r1", "r3"}


def test_while_one_is_down_python_keeps_the_others_in_turn(replicas):
    with Balancer(replicas) as balancer, client(balancer) as visitor:
        replicas.stop("r2")
        assert answered_by(visitor, 6) == "r1 r3 r1 r3 r1 r3"


def test_one_that_comes_back_is_asked_again_and_remembers_nothing(replicas, engine):
    with Balancer(replicas, "round robin", engine) as balancer, client(balancer) as visitor:
        assert [ask(visitor).content for _ in range(4)] == [b"r1:1", b"r2:1", b"r3:1", b"r1:2"]
        replicas.stop("r1")
        assert "r1" not in answered_by(visitor, 3)
        replicas.start("r1")
        assert wait_until(lambda: answered_by(visitor, 1) == "r1")
        assert replicas["r1"].exchanges[0].response_body == b"r1:1"


def test_python_asks_one_that_comes_back_at_once(replicas):
    with Balancer(replicas) as balancer, client(balancer) as visitor:
        replicas.stop("r2")
        assert answered_by(visitor, 3) == "r1 r3 r1"
        replicas.start("r2")
        assert answered_by(visitor, 3) == "r2 r3 r1"


def test_nobody_notices_that_a_replica_goes_down_between_two_requests(replicas, engine):
    with Balancer(replicas, "round robin", engine) as balancer, client(balancer) as visitor:
        assert answered_by(visitor, 3) == "r1 r2 r3"  # a connection to each is kept
        replicas.stop("r1")
        assert ask(visitor, "POST", body=b"a").status == 200
        replicas.stop("r2")
        assert ask(visitor, "POST", body=b"a").headers["X-Replica"] == "r3"


def test_where_all_are_down_the_answer_is_502_and_names_nobody(replicas, engine):
    with Balancer(replicas, "round robin", engine) as balancer, client(balancer) as visitor:
        for name in replicas.names:
            replicas.stop(name)
        for method in ("GET", "POST"):
            response = ask(visitor, method, body=b"a" if method == "POST" else None)
            assert (response.status, response.content) == (502, b"502 Bad Gateway\n")
            assert "X-Replica" not in response.headers
            assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert ask(visitor, "HEAD").content == b""


@pytest.mark.parametrize("policy", ["round robin", "sticky", "by address"])
def test_it_recovers_when_one_of_all_comes_back(replicas, engine, policy):
    with Balancer(replicas, policy, engine) as balancer, client(balancer) as visitor:
        for name in replicas.names:
            replicas.stop(name)
        assert ask(visitor, Cookie="route=r1").status == 502
        replicas.start("r3")
        assert wait_until(lambda: ask(visitor, Cookie="route=r1").status == 200)
        assert answered_by(visitor, 3) == "r3 r3 r3"


def test_a_balancer_may_stand_before_replicas_that_are_down(replicas, engine):
    replicas.stop("r1")
    with Balancer(replicas, "round robin", engine) as balancer, client(balancer) as visitor:
        assert set(answered_by(visitor, 4).split()) == {"r2", "r3"}


# Replicas that are slow


def test_one_that_is_silent_for_too_long_is_answered_for_with_504(engine, monkeypatch):
    monkeypatch.setattr(limits, "SILENCE", 0.5)
    over = threading.Event()
    asked = []

    def make_app(name):
        def silent(environ, start_response):
            asked.append(name)
            over.wait(20)
            start_response("200 OK", [])
            return [b"late"]

        return silent

    with Replicas(make_app, 2) as silent:
        with Balancer(silent, "round robin", engine) as balancer, client(balancer) as visitor:
            response = ask(visitor)
            assert (response.status, response.content) == (504, b"504 Gateway Timeout\n")
            assert "X-Replica" not in response.headers
            over.set()
    assert asked == ["r1"]


def test_twenty_requests_can_be_inside_the_app_at_once(engine):
    together = threading.Barrier(20)

    def make_app(name):
        def meeting(environ, start_response):
            together.wait(20)
            start_response("200 OK", [("Content-Length", "3")])
            return [b"met"]

        return meeting

    with Replicas(make_app, 1) as one, Balancer(one, "round robin", engine) as balancer:
        answers = []
        at_once([lambda: answers.append(requests.get(balancer.url).text)] * 20)
    assert answers == ["met"] * 20


# Many visitors


@pytest.mark.parametrize("policy", ["round robin", "sticky"])
def test_fifty_visitors_at_once_on_connections_that_are_kept(replicas, engine, policy):
    answers: list[list[tuple[int, str]]] = []

    def visit(balancer):
        with requests.Session() as visitor:
            responses = [visitor.get(balancer.url) for _ in range(12)]
            answers.append([(each.status_code, each.headers["X-Replica"]) for each in responses])

    with Balancer(replicas, policy, engine) as balancer:
        at_once([partial(visit, balancer)] * 50)
    assert len(answers) == 50
    assert {status for each in answers for status, _ in each} == {200}
    share = collections.Counter(name for each in answers for _, name in each)
    assert share.total() == 600
    if policy == "round robin":
        assert set(share.values()) == {200}
    else:
        assert all(len({name for _, name in each}) == 1 for each in answers)
        assert min(share.values()) >= 16 * 12


def test_visitors_come_and_go_while_replicas_do(replicas, engine):
    """Reads survive whatever happens to two of three replicas meanwhile."""
    done = threading.Event()
    statuses: collections.Counter[int] = collections.Counter()

    def visit(balancer):
        with requests.Session() as visitor:
            while not done.is_set():
                statuses[visitor.get(balancer.url).status_code] += 1

    with Balancer(replicas, "round robin", engine) as balancer:
        visitors = [threading.Thread(target=visit, args=[balancer]) for _ in range(5)]
        for visitor in visitors:
            visitor.start()
        for name in ("r1", "r2", "r1", "r2"):
            replicas.stop(name)
            replicas["r3"].clear()
            replicas["r3"].wait(20)
            replicas.start(name).wait(1)
        done.set()
        for visitor in visitors:
            visitor.join()
    assert set(statuses) == {200}


# What is told about it


def test_it_tells_its_address_and_what_it_is(replicas, engine):
    with Balancer(replicas, "sticky", engine) as balancer:
        assert repr(balancer) == f"<Balancer ⟦{balancer.url}⟧: sticky, {engine}>"
        assert balancer.url.startswith("http://127.0.0.1:")
        assert (balancer.policy, balancer.engine) == ("sticky", engine)


def test_the_python_balancer_tells_its_exchanges(replicas, engine):
    with Balancer(replicas, "round robin", engine) as balancer, client(balancer) as visitor:
        ask(visitor, target="/?a=b")
        if engine == "python":
            [exchange] = balancer.exchanges
            assert (exchange.target, exchange.response_values("X-Replica")) == ("/?a=b", ("r1",))
        else:
            with pytest.raises(ReaderError, match=f'{engine} does not tell.*read replicas\\["r1"\\].exchanges'):
                _ = balancer.exchanges


def test_it_stops_again_without_complaint(replicas, engine):
    balancer = Balancer(replicas, "round robin", engine)
    balancer.stop()
    balancer.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(balancer.url)


def test_several_balancers_may_stand_before_the_same_replicas(replicas, engine):
    with Balancer(replicas, "round robin", engine) as one, Balancer(replicas, "round robin", engine) as other:
        assert requests.get(one.url).text == "r1:1"
        assert requests.get(other.url).text == "r1:2"
