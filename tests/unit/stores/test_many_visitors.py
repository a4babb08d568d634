"""Many at once: visitors with a session each, whose counts are all right, and one session whose updates get lost."""

from __future__ import annotations

import http.client
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask, session

from labsupport.balancer import Balancer, Replicas
from labsupport.server import Site
from labsupport.stores import MemoryStore, RedisServer, RedisStore, ServerSessions, SQLiteStore
from labsupport.stores.store import Store
from tests.waiting import at_once

VISITORS, VISITS = 50, 20


@pytest.fixture(params=["sqlite", pytest.param("redis", marks=pytest.mark.needs("redis-server"))])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Makes stores that see the same sessions, as those of several processes do."""
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis")
        made: list[Store] = []

        def make() -> Store:
            made.append(RedisStore(server.url, timeout=30))
            return made[-1]
    else:
        made = []

        def make() -> Store:
            made.append(SQLiteStore(tmp_path / "sessions.db", timeout=30))
            return made[-1]

    yield make
    for each in made:
        each.close()


def counting(store: Store, name: str = "count") -> Flask:
    app = Flask(name)

    @app.get("/")
    def count() -> str:
        session["views"] = session.get("views", 0) + 1
        return str(session["views"])

    return ServerSessions(store).serve(app)


def visit(url: str, told: Counter[tuple[int, str]]) -> None:
    """Come so many times over one connection, as one browser does; count the answers."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    cookie = ""
    for _ in range(VISITS):
        connection.request("GET", "/", headers={"Cookie": cookie} if cookie else {})
        response = connection.getresponse()
        told[response.status, response.read().decode()] += 1
        cookie = (response.getheader("Set-Cookie") or cookie).partition(";")[0]
    connection.close()


def test_every_count_is_right_whichever_replica_answers(shared: Callable[[], Store]):
    told: Counter[tuple[int, str]] = Counter()
    store = shared()
    with Replicas(lambda name: counting(shared(), name), 3) as replicas, Balancer(replicas) as balancer:
        at_once([lambda: visit(balancer.url, told)] * VISITORS)
        answered = [len(replicas[name].exchanges) for name in replicas.names]
    assert told == {(200, str(number)): VISITORS for number in range(1, VISITS + 1)}
    assert sum(answered) == VISITORS * VISITS
    assert max(answered) - min(answered) <= 3
    assert len(store) == VISITORS
    assert {(store.get(each) or {})["views"] for each in store.ids()} == {VISITS}


def adding(store: Store, together: threading.Barrier) -> Flask:
    """An app in which requests meet after each has read its session, and before any has written it."""
    app = Flask("adding")

    @app.post("/begin")
    def begin() -> str:
        session["items"] = 0
        return "begun"

    @app.post("/session")
    def in_the_session() -> str:
        items = session["items"]
        together.wait(30)
        session["items"] = items + 1
        return "added"

    @app.post("/store")
    def in_the_store() -> str:
        together.wait(30)

        def add(data: dict[str, Any]) -> None:
            data["items"] += 1

        store.update(session.id, add)  # type: ignore[attr-defined]
        return "added"

    return ServerSessions(store).serve(app)


@pytest.mark.parametrize("kind", ["memory", "sqlite", pytest.param("redis", marks=pytest.mark.needs("redis-server"))])
def test_the_last_write_wins_and_the_stores_own_update_loses_none(kind: str, request: pytest.FixtureRequest):
    store: Store
    if kind == "redis":
        store = RedisStore(request.getfixturevalue("redis").url, timeout=30)
    else:
        store = {"memory": MemoryStore, "sqlite": SQLiteStore}[kind]()
    with Site(adding(store, threading.Barrier(8)), threads=8) as site, requests.Session() as browser:
        browser.post(site.url + "/begin", timeout=30)
        cookies = browser.cookies.get_dict()
        [session_id] = store.ids()
        at_once([lambda: requests.post(site.url + "/session", cookies=cookies, timeout=60)] * 8)
        assert store.get(session_id) == {"items": 1}  # eight added one, and seven of them are lost
        at_once([lambda: requests.post(site.url + "/store", cookies=cookies, timeout=60)] * 8)
        assert store.get(session_id) == {"items": 9}
    store.close()
