"""One experiment as in a cell: network, Flask, request, capture; against the same one in a child process."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import requests
from flask import Flask

from benchmarks.report import Faster, Figures, Row
from benchmarks.rounds import alternate, milliseconds, timed
from labsupport.network import Capture, Network
from labsupport.server import Site

_CHILD = Path(__file__).with_name("experiment_child.py")
_PEER = "unshare -rn python child.py"
_ROUNDS = 9

app = Flask("shop")


@app.get("/")
def shelf() -> str:
    """What the shop answers."""
    return "Everything must go.\n"


def rows(figures: Figures) -> list[Row]:
    """A new network and a reused one, both beside the child."""
    child = figures.get("child")
    return [
        Row("experiment in a new network", figures.get("new"), _PEER, child, "ms", Faster(2)),
        Row("experiment in a network that is there", figures.get("reused"), _PEER, child, "ms", Faster(5)),
    ]


def measure() -> Figures:
    """Milliseconds of the experiment: `new`, `reused`, `child`."""
    if shutil.which("unshare") is None:
        raise RuntimeError("unshare is not on the PATH; install util-linux")
    with Network() as network:
        site = network.serve(app)
        sides = {
            "new": timed(_in_new_network),
            "reused": timed(lambda: _request(network, site)),
            "child": timed(_in_child),
        }
        alternate(sides, 1)  # imports, caches
        return milliseconds(sides, _ROUNDS)


def _in_new_network() -> None:
    with Network() as network:
        _request(network, network.serve(app))


def _request(network: Network, site: Site) -> None:
    capture: Capture = network.capture()
    with capture as wire:
        _check(requests.get(site.url, timeout=5).text)
    _check_capture([segment.packet.hex() for segment in wire.segments])


def _in_child() -> None:
    done = subprocess.run(
        ["unshare", "-rn", sys.executable, str(_CHILD)], check=True, capture_output=True, text=True, timeout=30
    )
    seen = json.loads(done.stdout)
    _check(seen["text"])
    _check_capture(seen["packets"])


def _check(text: str) -> None:
    if text != shelf():
        raise RuntimeError(f"the shop answered {text!r}")


def _check_capture(packets: list[str]) -> None:
    """A whole connection has at least: three segments to open, request, answer, and two to close."""
    if len(set(packets)) < 7:
        raise RuntimeError(f"the capture has only {len(packets)} segments")
