"""A real browser inside the private network: headless Chromium, opened on one page, gone when it has served.

Its profile is new and thrown away, and it talks to nobody but the page's server: the host it runs on knows no other.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from labsupport.errors import ReaderError, Unavailable
from labsupport.network.hosts import Host, Loopback

_OPTIONS = (
    "--headless",
    # On a host of the lab every program runs as root of a namespace, and as root Chromium has no sandbox of its own.
    "--no-sandbox",
    "--user-data-dir=profile",
    "--disable-gpu",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-quic",
    "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
)
_LOOK_EVERY_S = 0.01


def visit(host: Host | Loopback, url: str, *, until: Callable[[], object], timeout: float = 20) -> None:
    """Open a page in a browser on this host, wait until something has happened, and end the browser.

    `until` is asked again and again, for instance whether a site has seen the request one waits for. The browser ends
    with all its processes, whatever happens. Raises `Unavailable` where no Chromium is installed or the host is not a
    private one, `ReaderError` when it ends by itself or `until` is still false after `timeout` seconds.
    """
    if not isinstance(host, Host):
        raise Unavailable("a browser", "this host is the machine itself, from where it could reach the world",
                          "see labsupport.doctor for a private network")
    with host.start("chromium", *_OPTIONS, url) as browser:
        deadline = time.monotonic() + timeout
        while not until():
            if browser.status is not None:
                told = browser.printed.strip() or "it printed nothing"
                raise ReaderError(f"the browser ended on {url} with status {browser.status}: {told}")
            if time.monotonic() > deadline:
                raise ReaderError(f"what the visit to {url} waits for did not happen within {timeout:g} s")
            time.sleep(_LOOK_EVERY_S)

