"""Sessions in a store, against the bare store; a request through the balancer in Python, against one through nginx."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import ExitStack

import flask
import requests
from redis import Redis

from benchmarks.report import Figures, Row, Within
from benchmarks.rounds import Side, milliseconds, timed
from labsupport.balancer import Balancer, Replicas
from labsupport.stores import RedisServer, RedisStore, ServerSessions, SQLiteStore

_COUNT, _ROUNDS = 300, 7
_DATA = {"user": "ada", "cart": [1, 2, 3]}
_TEXT = '{"user":"ada","cart":[1,2,3]}'


def rows(figures: Figures) -> list[Row]:
    """Each operation beside the least that does the same, and a request beside Flask's own session and nginx."""
    return [
        Row(f"{_COUNT} sessions read from Redis", figures.get("redis get"),
            "redis-py, HGET", figures.get("hget"), "ms", Within(1.5)),
        Row(f"{_COUNT} sessions written to Redis", figures.get("redis set"),
            "redis-py, HSET", figures.get("hset"), "ms", Within(2)),
        Row(f"{_COUNT} sessions read from SQLite", figures.get("sqlite get"),
            "sqlite3, SELECT", figures.get("select"), "ms", Within(6)),
        Row(f"{_COUNT} requests that write a session to Redis", figures.get("flask redis"),
            "Flask's session in the cookie", figures.get("flask cookie"), "ms", Within(3)),
        Row(f"{_COUNT} requests through the balancer in Python", figures.get("python"),
            "through nginx", figures.get("nginx"), "ms", Within(4)),
    ]


def measure() -> Figures:
    """Milliseconds by side."""
    with ExitStack() as open_until_the_end:
        sides = {
            **_stores(open_until_the_end),
            **_sessions(open_until_the_end),
            **_balancers(open_until_the_end),
        }
        return milliseconds(sides, _ROUNDS)


def _many(action: Callable[[], object]) -> Side:
    return timed(lambda: [action() for _ in range(_COUNT)])


def _stores(until: ExitStack) -> dict[str, Side]:
    server = until.enter_context(RedisServer())
    bare = until.enter_context(Redis.from_url(server.url, decode_responses=True))
    redis, sqlite = RedisStore(server.url, timeout=5), SQLiteStore()
    until.callback(redis.close)
    until.callback(sqlite.close)
    in_redis, in_sqlite = redis.create(_DATA), sqlite.create(_DATA)
    database = sqlite3.connect(":memory:")
    until.callback(database.close)
    database.execute("CREATE TABLE session (id TEXT PRIMARY KEY, data TEXT)")
    database.execute("INSERT INTO session VALUES (?, ?)", (in_sqlite, _TEXT))
    bare.hset("bare", "data", _TEXT)
    select = "SELECT data FROM session WHERE id = ?"
    return {
        "redis get": _many(lambda: redis.get(in_redis)),
        "hget": _many(lambda: bare.hget("bare", "data")),
        "redis set": _many(lambda: redis.set(in_redis, _DATA)),
        "hset": _many(lambda: bare.hset("bare", "data", _TEXT)),
        "sqlite get": _many(lambda: sqlite.get(in_sqlite)),
        "select": _many(lambda: database.execute(select, (in_sqlite,)).fetchone()),
    }


def _sessions(until: ExitStack) -> dict[str, Side]:
    redis = until.enter_context(RedisServer())
    store = RedisStore(redis.url, timeout=5)
    until.callback(store.close)
    kept = ServerSessions(store).serve(_counter("kept")).test_client()
    in_cookie = _counter("in the cookie").test_client()
    return {"flask redis": _many(lambda: kept.get("/")), "flask cookie": _many(lambda: in_cookie.get("/"))}


def _counter(name: str) -> flask.Flask:
    app = flask.Flask(name)
    app.secret_key = "a demonstration key, 32 octets!!"

    @app.get("/")
    def count() -> str:
        flask.session["views"] = flask.session.get("views", 0) + 1
        return str(flask.session["views"])

    return app


def _balancers(until: ExitStack) -> dict[str, Side]:
    replicas = until.enter_context(Replicas(_counter, 3))
    client = until.enter_context(requests.Session())
    urls = {engine: until.enter_context(Balancer(replicas, engine=engine)).url for engine in ("python", "nginx")}
    return {engine: _many(lambda url=url: client.get(url)) for engine, url in urls.items()}  # type: ignore[misc]
