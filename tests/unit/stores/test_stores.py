"""Every store keeps the same promises; what Redis itself must do is asked of a real Redis."""

from __future__ import annotations

import math
import string
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labsupport.errors import ReaderError
from labsupport.stores import MemoryStore, RedisStore, SQLiteStore, StoreDown
from labsupport.stores.store import Store
from tests.waiting import at_once

ADA = {"user": "ada"}


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


Make = Callable[..., Store]


@pytest.fixture(params=["memory", "sqlite", pytest.param("redis", marks=pytest.mark.needs("redis-server"))])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Makes stores of one kind, each of which sees the same sessions as the others where the kind is shared."""
    kinds: dict[str, Callable[..., Store]] = {"memory": MemoryStore, "sqlite": SQLiteStore}
    if request.param == "redis":
        server = request.getfixturevalue("redis")
        kinds["redis"] = lambda **times: RedisStore(server.url, timeout=5, **times)
    made: list[Store] = []

    def one(**times: Any) -> Store:
        made.append(kinds[request.param](**times))
        return made[-1]

    yield one
    for each in made:
        each.close()


@pytest.fixture
def store(make: Make) -> Store:
    return make()


def test_what_was_created_is_there(store: Store):
    session_id = store.create(ADA)
    assert store.get(session_id) == ADA
    assert store.ids() == (session_id,)
    assert len(store) == 1


def test_an_id_is_192_random_bits_in_32_characters(store: Store):
    ids = {store.create({}) for _ in range(200)}
    assert len(ids) == 200
    assert {len(each) for each in ids} == {32}
    assert set("".join(ids)) == set(string.ascii_letters + string.digits + "-_")


@pytest.mark.parametrize("session_id", ["", "no such id", "ü" * 5000, "*", "'; DROP TABLE session", "a\0b"])
def test_an_unknown_id_is_nobody_s(store: Store, session_id: str):
    store.create(ADA)
    assert store.get(session_id) is None
    assert store.set(session_id, ADA) is False
    assert store.touch(session_id) is False
    assert store.destroy(session_id) is False
    assert store.update(session_id, lambda data: data.clear()) is None
    assert len(store) == 1


def test_set_writes_all_of_the_data(store: Store):
    session_id = store.create({"user": "ada", "cart": [1, 2]})
    assert store.set(session_id, {"user": "bob"}) is True
    assert store.get(session_id) == {"user": "bob"}


def test_a_destroyed_session_is_not_written_back_to_life(store: Store):
    session_id = store.create(ADA)
    assert store.destroy(session_id) is True
    assert store.set(session_id, ADA) is False
    assert store.get(session_id) is None
    assert store.destroy(session_id) is False
    assert len(store) == 0


def test_the_data_is_the_caller_s_own(store: Store):
    data: dict[str, Any] = {"cart": [1]}
    session_id = store.create(data)
    data["cart"].append(2)
    kept = store.get(session_id)
    assert kept == {"cart": [1]}
    kept["cart"].append(3)
    assert store.get(session_id) == {"cart": [1]}


def test_restore_keeps_the_ids_of_another_store(make: Make):
    one, other = make(), MemoryStore()
    ids = [other.create({"n": n}) for n in range(2500)]
    one.restore({each: other.get(each) or {} for each in ids})
    assert one.ids() == other.ids()
    assert one.get(ids[7]) == {"n": 7}


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(data=st.dictionaries(TEXT, JSON, max_size=4))
@settings(max_examples=100, deadline=None)
def test_all_of_json_survives(data: dict[str, Any]):
    for store in (MemoryStore(), SQLiteStore()):
        assert store.get(store.create(data)) == data
        store.close()


@pytest.mark.needs("redis-server")
def test_all_of_json_survives_in_redis(redis: Any):
    store = RedisStore(redis.url, timeout=5)

    @given(data=st.dictionaries(TEXT, JSON, max_size=4))
    @settings(max_examples=100, deadline=None)
    def survives(data: dict[str, Any]) -> None:
        assert store.get(store.create(data)) == data

    survives()
    store.close()


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"when": object()}, "when=<object"),
        ({"tags": {"a"}}, "tags={'a'}"),
        ({"rate": math.nan}, "rate=nan"),
        ({3: "three"}, "the name 3"),
        (["no", "dict"], "a session holds a dict"),
        ({"name": "\ud800"}, "name"),
        ({"fine": 1, "half \ud800": 2}, r"half \\ud800=2"),
        ({"fine": 1, "deep": nested(100_000)}, r"deep=\[\[\["),
    ],
)
def test_what_json_cannot_hold_is_refused_and_nothing_is_written(store: Store, data: Any, named: str):
    session_id = store.create(ADA)
    for write in (lambda: store.set(session_id, data), lambda: store.create(data)):
        with pytest.raises(ReaderError, match=named.replace("{", r"\{")):
            write()
    assert store.get(session_id) == ADA
    assert len(store) == 1


def test_a_change_that_fails_changes_nothing(store: Store):
    session_id = store.create(ADA)

    def fail(data: dict[str, Any]) -> None:
        data["user"] = "mallory"
        raise LookupError("no such item")

    with pytest.raises(LookupError):
        store.update(session_id, fail)
    assert store.get(session_id) == ADA
    assert store.update(session_id, lambda data: data.update(user="bob")) == {"user": "bob"}


def test_updates_at_the_same_time_all_count(store: Store):
    session_id = store.create({"views": 0})

    def count(data: dict[str, Any]) -> None:
        data["views"] += 1

    def visit() -> None:
        for _ in range(25):
            store.update(session_id, count)

    at_once([visit] * 8)
    assert store.get(session_id) == {"views": 200}


def test_a_session_ends_when_nobody_used_it_for_the_idle_time(clock: Clock):
    for make in (MemoryStore, SQLiteStore):
        store: Store = make(idle=60, lifetime=math.inf, now=clock)
        used, touched, read, unused = (store.create(ADA) for _ in range(4))
        clock.seconds += 59.9
        store.set(used, ADA)
        store.touch(touched)
        assert store.get(read) == ADA  # to look is not to use
        clock.seconds += 0.1
        assert [store.get(each) for each in (used, touched, read, unused)] == [ADA, ADA, None, None]
        assert not store.touch(read)
        assert not store.set(unused, ADA)
        assert not store.destroy(unused)
        assert len(store) == 2


def test_a_session_ends_with_its_lifetime_however_often_it_is_used(clock: Clock):
    for make in (MemoryStore, SQLiteStore):
        store: Store = make(idle=60, lifetime=100, now=clock)
        session_id = store.create(ADA)
        for _ in range(3):
            clock.seconds += 33
            assert store.touch(session_id)
        clock.seconds += 1
        assert store.get(session_id) is None


@pytest.mark.needs("redis-server")
@pytest.mark.parametrize(("idle", "lifetime"), [(60, 100), (100, 60), (math.inf, 60), (60, math.inf)])
@pytest.mark.parametrize("use", ["create", "touch", "set", "update"])
def test_redis_is_told_when_a_session_ends(redis: Any, idle: float, lifetime: float, use: str):
    from redis import Redis

    store = RedisStore(redis.url, timeout=5, idle=idle, lifetime=lifetime)
    session_id = store.create(ADA)
    with Redis.from_url(redis.url) as client:
        if use != "create":
            client.persist(f"session:{session_id}")
            assert {"touch": store.touch, "set": lambda each: store.set(each, ADA),
                    "update": lambda each: store.update(each, lambda data: None)}[use](session_id)
        assert 30 < client.pttl(f"session:{session_id}") / 1000 <= 60.1
    store.close()


@pytest.mark.needs("redis-server")
def test_redis_forgets_a_session_by_itself(redis: Any):
    store = RedisStore(redis.url, timeout=5, idle=0.05)
    session_id = store.create(ADA)
    while store.get(session_id) is not None:
        pass
    assert store.touch(session_id) is False
    assert store.update(session_id, lambda data: data.clear()) is None
    store.close()


@pytest.mark.needs("redis-server")
def test_without_time_outs_redis_keeps_a_session(redis: Any):
    from redis import Redis

    store = RedisStore(redis.url, timeout=5, idle=math.inf, lifetime=math.inf)
    session_id = store.create(ADA)
    assert store.touch(session_id)
    with Redis.from_url(redis.url) as client:
        assert client.pttl(f"session:{session_id}") == -1
    store.close()


def test_expired_sessions_do_not_pile_up_in_memory(clock: Clock):
    store = MemoryStore(idle=60, now=clock)
    for _ in range(20):
        for _ in range(512):
            store.create(ADA)
        clock.seconds += 61
    assert store.octets < 1_000_000
    assert len(store) == 0


def test_a_store_tells_what_its_sessions_take(make: Make):
    store = make()
    before = store.octets
    store.restore({f"id {n}": {"text": "x" * 1000} for n in range(1000)})
    assert 1000 * 1000 < store.octets - before < 3 * 1000 * 1000


NO_TIMES: list[dict[str, Any]] = [{"idle": 0}, {"lifetime": -1}, {"idle": math.nan}, {"idle": "60"}, {"lifetime": None}]


@pytest.mark.parametrize("times", NO_TIMES)
def test_a_time_out_that_is_no_time_is_refused(make: Make, times: dict[str, Any]):
    with pytest.raises(ReaderError, match=r"seconds above 0, or math\.inf"):
        make(**times)


def test_a_file_outlives_its_process(tmp_path: Any):
    path = tmp_path / "sessions.db"
    script = (
        "import os, signal; from labsupport.stores import SQLiteStore;"
        f"print(SQLiteStore({str(path)!r}).create({{'user': 'ada'}}), flush=True);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == -9
    store = SQLiteStore(path)
    assert store.get(done.stdout.strip()) == ADA
    store.close()


def test_two_connections_to_a_file_are_one_store(tmp_path: Any):
    one, other = SQLiteStore(tmp_path / "sessions.db"), SQLiteStore(tmp_path / "sessions.db")
    session_id = one.create({"n": 0})

    def count(data: dict[str, Any]) -> None:
        data["n"] += 1

    def visit(store: SQLiteStore) -> None:
        for _ in range(100):
            store.update(session_id, count)

    at_once([partial(visit, one), partial(visit, other)])
    assert other.get(session_id) == {"n": 200}
    one.close()
    other.close()


def test_a_file_that_somebody_else_has_locked_is_a_store_that_is_down(tmp_path: Any):
    import sqlite3

    store = SQLiteStore(tmp_path / "sessions.db", timeout=0.05)
    session_id = store.create(ADA)
    other = sqlite3.connect(tmp_path / "sessions.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    for use in (lambda: store.create(ADA), lambda: store.set(session_id, {}), lambda: store.destroy(session_id)):
        with pytest.raises(StoreDown, match="database is locked"):
            use()
    other.execute("ROLLBACK")
    assert store.set(session_id, {"user": "bob"})
    other.close()
    store.close()


def test_a_closed_store_says_so():
    store = SQLiteStore()
    store.close()
    with pytest.raises(StoreDown, match="closed"):
        store.create(ADA)


def test_a_path_that_cannot_be_a_database_is_named(tmp_path: Any):
    text = tmp_path / "notes.txt"
    text.write_text("This is no database, and stays what it is." * 100)
    with pytest.raises(ReaderError, match=r"notes\.txt.*give a new file"):
        SQLiteStore(text)
    assert text.read_text().startswith("This is no database")
    with pytest.raises(ReaderError, match="folder you may write to"):
        SQLiteStore(tmp_path / "no such folder" / "sessions.db")


@pytest.mark.parametrize("url", ["http://127.0.0.1:6379", "", "redis"])
def test_what_is_no_address_of_a_redis_is_refused(url: str):
    with pytest.raises(ReaderError, match=r"RedisServer\(\)\.url"):
        RedisStore(url)
