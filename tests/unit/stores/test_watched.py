"""What is asked of a store, and the story that client, application and store tell together."""

from __future__ import annotations

import pytest
import requests
from flask import Flask, session

from labsupport.errors import ReaderError
from labsupport.records import Exchange, Message
from labsupport.server import Site
from labsupport.stores import MemoryStore, ServerSessions, SQLiteStore, Watched, overheard


@pytest.fixture
def store() -> Watched:
    return Watched(MemoryStore())


def test_a_watched_store_is_a_store(store: Watched):
    session_id = store.create({"n": 0})
    assert store.get(session_id) == {"n": 0}
    assert store.set(session_id, {"n": 1})
    assert store.touch(session_id)
    assert store.update(session_id, lambda data: data.update(n=2)) == {"n": 2}
    assert store.ids() == (session_id,)
    assert len(store) == 1
    assert store.octets > 0
    assert store.destroy(session_id)
    store.restore({"A": {"n": 3}, "B": {}})
    store.close()
    told = [(call.operation, call.session_id == session_id, call.data, call.result) for call in store.calls[:-2]]
    assert told == [
        ("create", True, {"n": 0}, session_id),
        ("get", True, None, {"n": 0}),
        ("set", True, {"n": 1}, True),
        ("touch", True, None, True),
        ("update", True, None, {"n": 2}),
        ("destroy", True, None, True),
    ]
    assert [(call.operation, call.session_id, call.data) for call in store.calls[-2:]] == [
        ("restore", "A", {"n": 3}), ("restore", "B", {}),
    ]


def test_calls_have_a_beginning_and_an_end(store: Watched):
    store.get("nobody")
    (call,) = store.calls
    assert call.when_ns <= call.done_ns
    store.clear()
    assert store.calls == ()


def test_what_was_noted_does_not_change_with_the_callers_data(store: Watched):
    data = {"cart": [1]}
    session_id = store.create(data)
    data["cart"].append(2)
    kept = store.get(session_id)
    assert kept is not None
    kept["cart"] = []
    assert store.calls[0].data == {"cart": [1]}
    assert store.calls[1].result == {"cart": [1]}


def test_a_failure_is_noted_and_raised():
    closed = SQLiteStore()
    closed.close()
    store = Watched(closed)
    with pytest.raises(RuntimeError, match="closed"):
        store.get("A")
    with pytest.raises(ReaderError, match="JSON"):
        store.create({"x": object()})
    assert [type(call.result).__name__ for call in store.calls] == ["StoreDown", "ReaderError"]


def visits(store: Watched) -> tuple[Exchange, ...]:
    app = Flask(__name__)

    @app.post("/login")
    def log_in() -> str:
        session.regenerate()  # type: ignore[attr-defined]
        session["user"] = "ada"
        return "welcome"

    @app.get("/me")
    def me() -> str:
        return str(session.get("user"))

    @app.post("/logout")
    def log_out() -> str:
        session.clear()
        return "bye"

    with Site(ServerSessions(store).serve(app)) as site, requests.Session() as browser:
        browser.post(site.url + "/login", timeout=30)
        copy = dict(browser.cookies)
        browser.post(site.url + "/login", timeout=30, headers={"Cookie": f"theme=dark; sid={copy['sid']}"})
        browser.get(site.url + "/me", timeout=30)
        browser.post(site.url + "/logout", timeout=30)
        requests.get(site.url + "/me", cookies=copy, timeout=30, headers={"User-Agent": "thief"})
        return site.exchanges


def test_the_story_is_told_in_order_with_letters_for_ids(store: Watched):
    assert overheard(visits(store), store.calls) == (
        Message("browser", "app", "POST /login"),
        Message("app", "store", "create({'user': 'ada'})"),
        Message("store", "app", "A", reply=True),
        Message("app", "browser", "200 OK", "Set-Cookie: sid=A", reply=True),
        Message("browser", "app", "POST /login", "Cookie: sid=A"),
        Message("app", "store", "get(A)"),
        Message("store", "app", "{'user': 'ada'}", reply=True),
        Message("app", "store", "create({'user': 'ada'})"),
        Message("store", "app", "B", reply=True),
        Message("app", "store", "destroy(A)"),
        Message("store", "app", "True", reply=True),
        Message("app", "browser", "200 OK", "Set-Cookie: sid=B", reply=True),
        Message("browser", "app", "GET /me", "Cookie: sid=B"),
        Message("app", "store", "get(B)"),
        Message("store", "app", "{'user': 'ada'}", reply=True),
        Message("app", "store", "touch(B)"),
        Message("store", "app", "True", reply=True),
        Message("app", "browser", "200 OK", reply=True),
        Message("browser", "app", "POST /logout", "Cookie: sid=B"),
        Message("app", "store", "get(B)"),
        Message("store", "app", "{'user': 'ada'}", reply=True),
        Message("app", "store", "destroy(B)"),
        Message("store", "app", "True", reply=True),
        Message("app", "browser", "200 OK", "Set-Cookie: sid=; Max-Age=0", reply=True),
        Message("browser", "app", "GET /me", "Cookie: sid=A"),
        Message("app", "store", "get(A)"),
        Message("store", "app", "None", reply=True),
        Message("app", "browser", "200 OK", reply=True),
    )


def test_the_participants_have_the_names_one_gives_them(store: Watched):
    def who(exchange: Exchange) -> str:
        return "mallory" if exchange.request_values("User-Agent") == ("thief",) else "ada"

    messages = overheard(visits(store), store.calls, client=who, app="shop", store="Redis")
    assert [each.sender for each in messages if each.text == "GET /me"] == ["ada", "mallory"]
    assert {name for each in messages for name in (each.sender, each.receiver)} == {"ada", "mallory", "shop", "Redis"}


def test_without_calls_it_is_the_requests_alone(store: Watched):
    told = overheard(visits(store), ())
    assert len(told) == 10
    assert {each.receiver for each in told} == {"browser", "app"}


def test_the_27th_id_is_told_from_the_first(store: Watched):
    for _ in range(28):
        store.create({})
    exchange = visits(Watched(MemoryStore()))[0]
    early = Exchange(**{name: getattr(exchange, name) for name in exchange.__slots__} | {"when_ns": 0})
    told = [each.text for each in overheard([early], store.calls) if each.sender == "store"]
    assert told[:2] == ["A", "B"]
    assert told[26:] == ["A2", "B2"]
