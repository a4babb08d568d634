"""Redis, Node, nginx, haproxy and three replicas beside one kernel: when that is killed, nothing of them is left."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from labsupport.supervisor import descendants
from tests.waiting import lives, wait_until

KERNEL = """
import json, time
import flask, requests
from labsupport.balancer import Balancer, Replicas
from labsupport.node import NodeSite
from labsupport.stores import RedisServer, RedisStore, ServerSessions

redis = RedisServer(durable=True)
store = RedisStore(redis.url)

def make_app(name):
    app = flask.Flask(name)
    @app.get("/")
    def count():
        flask.session["views"] = flask.session.get("views", 0) + 1
        return str(flask.session["views"])
    return ServerSessions(store).serve(app)

replicas = Replicas(make_app, 3)
balancers = [Balancer(replicas, engine=engine) for engine in ("python", "nginx", "haproxy")]
express = NodeSite('app.get("/", (request, response) => response.send("hello"));')
urls = [express.url, *(each.url for each in balancers), *(replicas[name].url for name in replicas.names)]
for url in urls:
    requests.get(url, timeout=30)
print(json.dumps({"urls": urls, "socket": redis.url.removeprefix("unix://")}), flush=True)
time.sleep(600)
"""


def listens(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    with contextlib.suppress(OSError), socket.create_connection((host, int(port)), timeout=5):
        return True
    return False


def folders_of(processes: list[int]) -> set[Path]:
    """Where they work, as far as that is a folder of their own."""
    places = (Path(f"/proc/{each}/cwd").resolve() for each in processes)
    return {place for place in places if place.name.startswith("protocols-on-trial-")}


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux: descendants are found by way of /proc")
@pytest.mark.needs("redis-server", "nginx", "haproxy", "express")
@pytest.mark.parametrize("ended_by", [signal.SIGKILL, signal.SIGTERM])
def test_a_kernel_that_is_killed_leaves_no_process_no_socket_and_no_folder(ended_by: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", KERNEL], stdout=subprocess.PIPE, text=True) as kernel:
        assert kernel.stdout
        told: dict[str, Any] = json.loads(kernel.stdout.readline())
        processes = list(descendants(kernel.pid))
        folders = folders_of(processes)
        names = {Path(f"/proc/{each}/comm").read_text().strip() for each in processes}
        assert names >= {"nginx", "haproxy", "node"}
        assert names & {"redis-server", "valkey-server"}
        assert len(folders) >= 4
        assert all(map(listens, told["urls"]))
        assert Path(told["socket"]).is_socket()
        kernel.send_signal(ended_by)
    assert wait_until(lambda: not any(map(lives, processes)), timeout=20)
    assert wait_until(lambda: not any(folder.exists() for folder in folders), timeout=20)
    assert not any(map(listens, told["urls"]))
    assert not Path(told["socket"]).exists()
