"""What a learner's kernel serves on loopback, nobody outside of it reaches; all that the book does works in it."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tools.kernels import ROOT

pytestmark = pytest.mark.needs("network", "chromium", "unshare")

KERNEL = ROOT / "deploy" / "jupyterhub" / "kernels" / "python3" / "private_kernel.py"
SERVES = """
import os, sys, flask, requests
from labsupport import Site
app = flask.Flask("site")
app.add_url_rule("/", view_func=lambda: "hello")
site = Site(app).start()
print(os.getuid(), requests.get(site.url).text, site.url, flush=True)
sys.stdin.read()
"""
RUNS_ALL = """
from labsupport import Browser, Network
from labsupport.experiment import availability
with Network(rtt_ms=10), Browser() as browser:
    browser.open("data:text/html,<p>a page")
    print(availability("network").engine, browser.text)
"""
WITHOUT_NAMESPACES = ("unshare", "--user", "--map-root-user", "sh", "-c",
                      'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', "sh")  # fmt: skip


@contextmanager
def serving(*through: str) -> Iterator[list[str]]:
    """The words that a program prints which serves a page until the block ends."""
    command = [sys.executable, *through, "-c", SERVES]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        yield process.stdout.readline().split()
        process.stdin.close()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return bool(response.read() == b"hello")
    except OSError:
        return False


def test_its_site_answers_it_and_nobody_else() -> None:
    with serving(str(KERNEL)) as (uid, word, url):
        assert (uid, word) == (str(os.getuid()), "hello")
        assert not answers(url)


def test_on_the_shared_loopback_the_same_site_answers_everybody() -> None:
    with serving() as (_, word, url):
        assert word == "hello"
        assert answers(url)


def test_networks_and_browsers_run_in_it() -> None:
    done = subprocess.run([sys.executable, str(KERNEL), "-c", RUNS_ALL], text=True, capture_output=True, check=False)
    assert done.stdout == "namespace a page\n", done.stderr


def test_where_namespaces_are_refused_it_does_not_start_and_says_what_to_do() -> None:
    command = [*WITHOUT_NAMESPACES, sys.executable, str(KERNEL), "-c", "print('started')"]
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    assert done.returncode != 0 and done.stdout == ""
    assert "CLASS_LOOPBACK=shared" in done.stderr and "Traceback" not in done.stderr
