"""Flask's `session` over a store: when a cookie comes, what it says, and when a session begins and ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, session
from flask.testing import FlaskClient

from labsupport.errors import ReaderError
from labsupport.stores import MemoryStore, ServerSessions, Watched


def make_app(store: Any, **options: Any) -> Flask:
    app = Flask(__name__)

    @app.get("/nothing")
    def nothing() -> str:
        return "nothing"

    @app.get("/me")
    def me() -> dict[str, Any]:
        return {"user": session.get("user"), "cart": session.get("cart", [])}

    @app.post("/login/<user>")
    def log_in(user: str) -> str:
        session.regenerate()  # type: ignore[attr-defined]
        session["user"] = user
        return "welcome"

    @app.post("/add/<item>")
    def add(item: str) -> str:
        session["cart"] = [*session.get("cart", []), item]
        return "added"

    @app.post("/append/<item>")
    def append(item: str) -> str:
        session["cart"].append(item)
        session.modified = True
        return "added"

    @app.post("/logout")
    def log_out() -> str:
        session.clear()
        return "bye"

    @app.post("/twice")
    def twice() -> str:
        session.regenerate()  # type: ignore[attr-defined]
        session.regenerate()  # type: ignore[attr-defined]
        return "renewed"

    return ServerSessions(store, **options).serve(app)


@pytest.fixture
def store() -> Watched:
    return Watched(MemoryStore())


@pytest.fixture
def client(store: Watched) -> Iterator[FlaskClient]:
    with make_app(store).test_client() as client:
        yield client


def sid(client: FlaskClient) -> str | None:
    cookie = client.get_cookie("sid")
    return cookie.value if cookie else None


def operations(store: Watched) -> list[str]:
    return [call.operation for call in store.calls]


def test_no_cookie_and_no_session_before_something_is_written(client: FlaskClient, store: Watched):
    for path in ("/nothing", "/me"):
        assert "Set-Cookie" not in client.get(path).headers
    assert store.calls == ()


def test_the_first_write_begins_a_session(client: FlaskClient, store: Watched):
    line = client.post("/add/tea").headers["Set-Cookie"]
    assert store.ids() == (sid(client),)
    assert line == f"sid={sid(client)}; HttpOnly; Path=/; SameSite=Lax"
    assert client.get("/me").json == {"user": None, "cart": ["tea"]}


def test_over_https_the_cookie_is_secure(store: Watched):
    client = make_app(store).test_client()
    line = client.post("/add/tea", base_url="https://shop.test").headers["Set-Cookie"]
    assert "; Secure;" in line


def test_a_later_write_changes_the_store_and_not_the_cookie(client: FlaskClient, store: Watched):
    client.post("/add/tea")
    before = sid(client)
    assert "Set-Cookie" not in client.post("/add/milk").headers
    assert sid(client) == before
    assert store.get(before or "") == {"cart": ["tea", "milk"]}


def test_a_read_touches_and_does_not_write(client: FlaskClient, store: Watched):
    client.post("/add/tea")
    store.clear()
    client.get("/nothing")
    assert operations(store) == ["get", "touch"]


def test_a_change_inside_a_value_is_kept_when_it_is_told(client: FlaskClient):
    client.post("/add/tea")
    client.post("/append/milk")
    assert client.get("/me").json["cart"] == ["tea", "milk"]  # type: ignore[index]


@pytest.mark.parametrize("invented", ["evil", "", "x" * 3000, "A" * 32])
def test_an_id_that_the_store_does_not_know_is_never_adopted(client: FlaskClient, store: Watched, invented: str):
    client.set_cookie("sid", invented)
    assert client.get("/me").json == {"user": None, "cart": []}
    client.post("/login/ada")
    assert sid(client) != invented
    assert invented not in store.ids()


def test_at_log_in_the_id_changes_the_data_stays_and_the_old_id_is_worth_nothing(client: FlaskClient, store: Watched):
    client.post("/add/tea")
    before = sid(client)
    client.post("/login/ada")
    assert sid(client) != before
    assert store.ids() == (sid(client),)
    assert client.get("/me").json == {"user": "ada", "cart": ["tea"]}


def test_the_new_session_is_confirmed_before_the_old_one_ends(client: FlaskClient, store: Watched):
    client.post("/add/tea")
    store.clear()
    client.post("/login/ada")
    assert operations(store) == ["get", "create", "destroy"]


def test_to_regenerate_twice_is_to_regenerate(client: FlaskClient, store: Watched):
    client.post("/add/tea")
    before = sid(client)
    client.post("/twice")
    assert store.ids() == (sid(client),) != (before,)


def test_log_out_ends_the_session_and_the_copy(client: FlaskClient, store: Watched):
    client.post("/login/ada")
    copy = sid(client)
    line = client.post("/logout").headers["Set-Cookie"]
    assert "sid=; " in line
    assert "Max-Age=0" in line
    assert sid(client) is None
    assert store.ids() == ()
    client.set_cookie("sid", copy or "")
    assert client.get("/me").json == {"user": None, "cart": []}


def test_log_out_without_a_session_sets_no_cookie(client: FlaskClient):
    assert "Set-Cookie" not in client.post("/logout").headers


def test_a_session_that_ended_meanwhile_is_not_written_back(store: Watched):
    app = make_app(store)

    @app.post("/slow")
    def slow() -> str:
        session["cart"] = ["late"]
        store.destroy(session.id)  # type: ignore[attr-defined]  # a log-out by another request
        return "added"

    client = app.test_client()
    client.post("/login/ada")
    copy = sid(client) or ""
    assert "Max-Age=0" in client.post("/slow").headers["Set-Cookie"]
    assert store.get(copy) is None
    assert store.ids() == ()


def test_what_depends_on_the_session_says_so_to_caches(client: FlaskClient):
    assert "Cookie" in client.get("/me").headers["Vary"]
    assert "Vary" not in client.get("/nothing").headers


def test_two_clients_have_two_sessions(store: Watched):
    app = make_app(store)
    one, other = app.test_client(), app.test_client()
    one.post("/login/ada")
    other.post("/login/ada")
    assert len(store.ids()) == 2


def test_the_cookie_may_have_another_name(store: Watched):
    client = make_app(store, cookie="__Host-session").test_client()
    assert client.post("/add/tea").headers["Set-Cookie"].startswith("__Host-session=")


def test_what_json_cannot_hold_is_the_routes_mistake(store: Watched):
    app = make_app(store)
    app.config["PROPAGATE_EXCEPTIONS"] = True

    @app.post("/wrong")
    def wrong() -> str:
        session["when"] = {1, 2}
        return "kept"

    with pytest.raises(ReaderError, match="cannot hold when="):
        app.test_client().post("/wrong")
    assert store.ids() == ()


def test_sessions_are_for_flask():
    with pytest.raises(ReaderError, match="for a Flask app, not for 'app'"):
        ServerSessions(MemoryStore()).serve("app")  # type: ignore[arg-type]
