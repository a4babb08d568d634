"""Redis killed, hung or slow in the middle of a request, seen from a client of a real site.

No test has a clock. That a wait is bounded is shown by its end: the server still hangs when the answer is here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import requests
from flask import Flask, session

from labsupport.server import Site
from labsupport.stores import RedisServer, RedisStore, ServerSessions, Watched
from tests.waiting import wait_until

pytestmark = pytest.mark.needs("redis-server")


@dataclass
class Shop:
    """A shop whose sessions are in Redis, and the means to stop one of its requests in the middle."""

    redis: RedisServer
    durable: bool
    store: Watched
    site: Site
    inside: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def in_the_middle(self, happen: Callable[[], object], visitor: requests.Session) -> requests.Response:
        """The response to a request, when something happens between the reading of its session and the writing."""
        answers: list[requests.Response] = []
        url = self.site.url + "/add/slowly"
        request = threading.Thread(target=lambda: answers.append(visitor.post(url, timeout=30)))
        request.start()
        assert self.inside.wait(10)
        happen()
        self.go_on.set()
        request.join()
        self.inside.clear()
        self.go_on.clear()
        return answers[0]


@pytest.fixture(params=[False, True], ids=["in memory", "durable"])
def shop(request: pytest.FixtureRequest) -> Iterator[Shop]:
    app = Flask(__name__)
    with RedisServer(durable=request.param) as redis:
        # Watched, so that a test can count how often the site asks.
        store = Watched(RedisStore(redis.url, timeout=0.2))
        with Site(ServerSessions(store).serve(app)) as site:
            shop = Shop(redis, request.param, store, site)

            @app.post("/add")
            def add() -> str:
                session["items"] = session.get("items", 0) + 1
                return str(session["items"])

            @app.post("/add/slowly")
            def add_slowly() -> str:
                session["items"] = session.get("items", 0) + 1
                shop.inside.set()
                shop.go_on.wait(10)
                return str(session["items"])

            @app.get("/items")
            def items() -> str:
                return str(session.get("items", 0))

            yield shop


@pytest.fixture
def visitor(shop: Shop) -> Iterator[requests.Session]:
    with requests.Session() as visitor:
        assert visitor.post(shop.site.url + "/add", timeout=30).text == "1"
        yield visitor


def refused(response: requests.Response) -> bool:
    """True for the clear status: 503, when to come again, and nothing of what the route had said."""
    told = response.status_code, response.headers.get("Retry-After"), "Set-Cookie" in response.headers
    return told == (503, "1", False) and "session store does not answer" in response.text


def test_killed_in_the_middle_of_a_request(shop: Shop, visitor: requests.Session):
    assert refused(shop.in_the_middle(shop.redis.kill, visitor))
    assert refused(visitor.get(shop.site.url + "/items", timeout=30))
    shop.redis.start()
    left = visitor.get(shop.site.url + "/items", timeout=30)
    # What was confirmed is there again if the server writes it down, and nothing is if it does not.
    assert (left.status_code, left.text) == (200, "1" if shop.durable else "0")
    assert visitor.post(shop.site.url + "/add", timeout=30).text == ("2" if shop.durable else "1")


def test_hung_in_the_middle_of_a_request(shop: Shop, visitor: requests.Session):
    assert refused(shop.in_the_middle(shop.redis.pause, visitor))
    assert refused(visitor.get(shop.site.url + "/items", timeout=30))
    shop.redis.resume()
    # The write that was not confirmed may have come to pass or not; the one that was confirmed is there.
    assert wait_until(lambda: visitor.get(shop.site.url + "/items", timeout=30).text in ("1", "2"))


def test_slow_in_the_middle_of_a_request(shop: Shop, visitor: requests.Session):
    assert refused(shop.in_the_middle(lambda: shop.redis.slow(1), visitor))
    assert wait_until(lambda: visitor.get(shop.site.url + "/items", timeout=30).status_code == 200)
    assert visitor.get(shop.site.url + "/items", timeout=30).text in ("1", "2")


def test_slow_within_the_time_out_is_only_slow(shop: Shop, visitor: requests.Session):
    patient = RedisStore(shop.redis.url, timeout=30)
    app = Flask(__name__)

    @app.get("/items")
    def items() -> str:
        return str(session.get("items", 0))

    with Site(ServerSessions(patient).serve(app)) as site:
        shop.redis.slow(0.2)
        assert requests.get(site.url + "/items", cookies=visitor.cookies.get_dict(), timeout=30).text == "1"
    patient.close()


@pytest.mark.parametrize("failure", ["kill", "pause"])
def test_a_request_asks_a_store_that_is_down_once(shop: Shop, visitor: requests.Session, failure: str):
    getattr(shop.redis, failure)()
    shop.store.clear()
    assert refused(visitor.post(shop.site.url + "/add", timeout=30))
    assert [call.operation for call in shop.store.calls] == ["get"]
    newcomer = requests.post(shop.site.url + "/add", timeout=30)
    assert refused(newcomer)
    assert [call.operation for call in shop.store.calls] == ["get", "create"]


def test_who_needs_no_session_is_served_all_the_same(shop: Shop):
    shop.redis.kill()
    assert requests.get(shop.site.url + "/items", timeout=30).text == "0"


def test_nothing_that_was_confirmed_is_lost_while_the_store_fails_again_and_again(shop: Shop):
    over = threading.Event()
    confirmed: list[tuple[requests.Session, int, int]] = []

    def visit() -> None:
        with requests.Session() as visitor:
            told, tried = 0, 0
            while not over.is_set() or not told:
                tried += 1
                answer = visitor.post(shop.site.url + "/add", timeout=30)
                assert answer.status_code in (200, 503)
                told = int(answer.text) if answer.status_code == 200 else told
            confirmed.append((visitor, told, tried))

    visitors = [threading.Thread(target=visit) for _ in range(8)]
    for each in visitors:
        each.start()
    for _ in range(3):
        assert wait_until(lambda: any(call.operation == "set" for call in shop.store.calls))
        if shop.durable:
            shop.redis.kill()
            shop.redis.start()
        else:
            shop.redis.pause()
            shop.store.clear()
            assert wait_until(lambda: len(shop.store.calls) > 8)
            shop.redis.resume()
        shop.store.clear()
    over.set()
    for each in visitors:
        each.join()
    assert len(confirmed) == 8
    for visitor, told, tried in confirmed:
        assert told <= int(visitor.get(shop.site.url + "/items", timeout=30).text) <= tried


def test_the_site_recovers_without_a_restart_however_often_the_store_fails(shop: Shop, visitor: requests.Session):
    for _ in range(3):
        shop.redis.kill()
        assert refused(visitor.get(shop.site.url + "/items", timeout=30))
        shop.redis.start()
        assert visitor.post(shop.site.url + "/add", timeout=30).status_code == 200
    assert len(shop.site.failures) == 0
