"""A Redis of one's own: it starts and ends as asked, and leaves nothing behind whatever happens to whom."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from redis import Redis

from labsupport import programs
from labsupport.errors import ReaderError, Unavailable
from labsupport.stores import RedisServer, RedisStore, StoreDown
from tests.waiting import lives, wait_until

pytestmark = pytest.mark.needs("redis-server")


def folder_of(server: RedisServer) -> Path:
    return Path(server.url.removeprefix("unix://")).parent


def process_of(server: RedisServer) -> int:
    with Redis.from_url(server.url) as client:
        return int(client.info("server")["process_id"])


def test_it_is_a_real_server_on_a_socket_that_only_its_owner_may_use():
    with RedisServer() as server:
        socket = Path(server.url.removeprefix("unix://"))
        assert socket.is_socket()
        assert socket.parent.stat().st_mode & 0o777 == 0o700
        with Redis.from_url(server.url) as client:
            assert client.ping()
            assert client.config_get("port") == {"port": "0"}
            assert client.config_get("save") == {"save": ""}
        assert server.kind in ("redis", "valkey")
        assert server.version[0].isdigit()
        assert server.memory > 100_000
        assert repr(server) == f"<{server.kind} {server.version}: running>"


def test_after_stop_nothing_is_left():
    server = RedisServer()
    process, folder = process_of(server), folder_of(server)
    server.stop()
    server.stop()
    assert not folder.exists()
    assert not lives(process)
    with pytest.raises(ReaderError, match="stopped for good"):
        server.start()


@pytest.mark.parametrize("paused", [False, True])
def test_after_the_death_of_the_kernel_nothing_is_left(paused: bool):
    script = (
        "import sys, time; from labsupport.stores import RedisServer; from redis import Redis;"
        "server = RedisServer();"
        "print(Redis.from_url(server.url).info('server')['process_id'], server.url, flush=True);"
        f"{'server.pause();' if paused else ''} print('ready', flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as kernel:
        assert kernel.stdout
        process, url = kernel.stdout.readline().split()
        assert kernel.stdout.readline() == "ready\n"
        kernel.kill()
    folder = Path(url.removeprefix("unix://")).parent
    assert wait_until(lambda: not lives(int(process)) and not folder.exists())


def test_a_killed_one_comes_back_empty_at_the_same_place():
    with RedisServer() as server:
        store = RedisStore(server.url)
        session_id, url = store.create({"user": "ada"}), server.url
        server.kill()
        assert "ended" in repr(server)
        with pytest.raises(StoreDown, match="Redis does not answer"):
            store.get(session_id)
        server.start()
        assert server.url == url
        assert store.get(session_id) is None
        assert store.create({})


def test_a_durable_one_comes_back_with_what_it_had_confirmed():
    with RedisServer(durable=True) as server:
        store = RedisStore(server.url)
        kept, gone = store.create({"n": 0}), store.create({})
        store.set(kept, {"n": 1})
        store.destroy(gone)
        server.kill()
        server.start()
        assert store.get(kept) == {"n": 1}
        assert store.ids() == (kept,)


def test_a_paused_one_answers_nobody_until_it_resumes():
    with RedisServer() as server:
        store = RedisStore(server.url, timeout=0.05)
        session_id = store.create({"user": "ada"})
        server.pause()
        with pytest.raises(StoreDown, match="Redis does not answer"):
            store.get(session_id)
        server.resume()
        assert wait_until(lambda: answers(store))
        assert store.get(session_id) == {"user": "ada"}


def answers(store: RedisStore) -> bool:
    with contextlib.suppress(StoreDown):
        return len(store) >= 0
    return False


def test_a_slow_one_answers_later_and_then_as_before():
    with RedisServer() as server:
        hasty, patient = RedisStore(server.url, timeout=0.05), RedisStore(server.url, timeout=10)
        session_id = patient.create({"user": "ada"})
        server.slow(0.4)
        with pytest.raises(StoreDown):
            hasty.get(session_id)
        assert patient.get(session_id) == {"user": "ada"}
        assert hasty.get(session_id) == {"user": "ada"}


def test_what_has_ended_cannot_be_killed_or_paused():
    with RedisServer() as server:
        with pytest.raises(ReaderError, match="is running; kill"):
            server.start()
        server.kill()
        for action in (server.kill, server.pause, server.resume):
            with pytest.raises(ReaderError, match=r"start\(\) starts it again"):
                action()


def test_one_that_somebody_else_killed_is_started_again():
    with RedisServer() as server:
        process = process_of(server)
        os.kill(process, signal.SIGKILL)
        assert wait_until(lambda: "ended" in repr(server))
        server.start()
        assert process_of(server) != process


def test_a_server_that_does_not_start_is_told_with_its_own_words(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("labsupport.stores.redis_server._OPTIONS", ("--no-such-option", "7"))
    with pytest.raises(ReaderError, match="no-such-option"):
        RedisServer()


def test_without_redis_and_valkey_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(programs, "SYSTEM_FOLDERS", ())
    monkeypatch.setattr(programs, "CARRIED_BY", {})
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Unavailable, match="install the package that has redis-server"):
        RedisServer()


def test_the_valkey_of_the_environment_will_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(programs, "SYSTEM_FOLDERS", ())
    monkeypatch.setattr("labsupport.programs.shutil.which", lambda name, path=None: None if "server" in name else name)
    carried = programs.find_program("redis-server")
    assert carried and carried.endswith("valkey-server")
    monkeypatch.undo()
    with Valkey(carried) as server:
        assert server.kind == "valkey"
        store = RedisStore(server.url, timeout=5)
        session_id = store.create({"views": 1})
        assert store.update(session_id, lambda data: data.update(views=2)) == {"views": 2}
        assert store.set(session_id, {"views": 3})
        server.kill()
        server.start()
        assert store.get(session_id) is None


class Valkey(RedisServer):
    """A server of a given program."""

    def __init__(self, program: str) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("labsupport.stores.redis_server.path_of", lambda name: program)
            super().__init__()
