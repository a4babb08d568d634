"""A real headless Chromium that visits the built pages over loopback, and what it noticed on the way."""

from __future__ import annotations

import json
import shutil
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.wait import WebDriverWait

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
"""Chromium without a screen and without connections of its own."""

NO_NAMES = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
"""The network is cut: the browser finds loopback and no other host."""

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@dataclass(frozen=True)
class View:
    """How a reader looks at a page: the window's width in CSS pixels, and the theme the system asks for."""

    width: int
    theme: str

    def __str__(self) -> str:
        return f"{self.width}-{self.theme}"


VIEWS = tuple(View(width, theme) for width in (1280, 390) for theme in ("light", "dark"))


@dataclass(frozen=True)
class Visit:
    """One load of a page: what was requested, what failed, how much came, what the console said."""

    urls: tuple[str, ...]
    failures: tuple[str, ...]
    octets: int
    errors: tuple[str, ...]

    @property
    def hosts(self) -> set[str]:
        """The hosts that the page asked for something."""
        return {urlsplit(url).hostname or "" for url in self.urls if url.startswith(("http", "ws"))}


class Reader:
    """A Chromium window on the pages of one site."""

    def __init__(self, driver: webdriver.Chrome, site: str) -> None:
        self.driver = driver
        self.site = site

    def visit(self, page: str, view: View = VIEWS[0]) -> Visit:
        """Load a page of the site from scratch, as seen in the view, and wait until it is quiet."""
        self._look_through(view)
        self._drain()
        self.driver.get(f"{self.site}/{page}")
        self.wait_for("return document.readyState === 'complete'")
        self.driver.execute_async_script("document.fonts.ready.then(arguments[arguments.length - 1])")
        self.wait_for("return document.getAnimations().every(motion => motion.playState === 'finished')")
        return self._drain()

    def run(self, script: str, *arguments: object) -> Any:
        """The value of a script in the page."""
        return self.driver.execute_script(script, *arguments)

    def wait_for(self, script: str, seconds: float = 20) -> None:
        """Wait until a script in the page gives true; raises selenium's TimeoutException if it never does."""
        WebDriverWait(self.driver, seconds, poll_frequency=0.05).until(lambda _: self.run(script))

    def screenshot(self) -> bytes:
        """The whole page as PNG, in a window as tall as the page."""
        width, height = self.run("return [innerWidth, document.documentElement.scrollHeight]")
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        return b64decode(self.driver.execute_cdp_cmd("Page.captureScreenshot", {})["data"])

    def _look_through(self, view: View) -> None:
        metrics = {"width": view.width, "height": 900, "deviceScaleFactor": 1, "mobile": view.width < 600}
        scheme = [{"name": "prefers-color-scheme", "value": view.theme}]
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})

    def _drain(self) -> Visit:
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        console = self.driver.get_log("browser")
        return read_events(events, tuple(line["message"] for line in console if line["level"] == "SEVERE"))


def read_events(events: list[dict[str, Any]], errors: tuple[str, ...] = ()) -> Visit:
    """What the DevTools events of one load say."""
    urls, failures, octets = [], [], 0
    for event in events:
        kind, detail = event["method"], event["params"]
        if kind == "Network.requestWillBeSent":
            urls.append(detail["request"]["url"])
        elif kind == "Network.responseReceived" and detail["response"]["status"] >= 400:
            failures.append(f"{detail['response']['status']} {detail['response']['url']}")
        elif kind == "Network.loadingFailed":
            failures.append(detail["errorText"])
        elif kind == "Network.dataReceived":
            octets += detail["dataLength"]
    return Visit(tuple(urls), tuple(failures), octets, errors)


def chromium() -> str | None:
    """The path of the browser, or None where there is none."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


@contextmanager
def reading(html: Path) -> Iterator[Reader]:
    """A browser on the pages in a folder, served on loopback; both end with the block."""
    with serving(html) as site, TemporaryDirectory(prefix="book-browser-") as profile:
        driver = _start(profile)
        try:
            yield Reader(driver, site)
        finally:
            driver.quit()


@contextmanager
def serving(folder: Path, handler: type[Silent] | None = None) -> Iterator[str]:
    """Serve a folder over HTTP on a free port of loopback, as plain files by default; gives the address."""
    with _Server(("127.0.0.1", 0), partial(handler or Silent, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _start(profile: str) -> webdriver.Chrome:
    options = Options()
    options.binary_location = chromium() or ""
    for flag in (*FLAGS, NO_NAMES, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
    return driver


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    """A page asks for many files at once, and a busy machine accepts late."""


class Silent(SimpleHTTPRequestHandler):
    """Serves files, and says nothing about it."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests read what the browser saw."""
