"""The browsers that can be driven: their programs, their options, and where each keeps what.

What the two do differently behind one name stands here side by side; all else is WebDriver's and the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from labsupport.browser import sandbox
from labsupport.browser.pages import leaving

if TYPE_CHECKING:
    from selenium.webdriver.common.options import ArgOptions
    from selenium.webdriver.remote.client_config import ClientConfig
    from selenium.webdriver.remote.remote_connection import RemoteConnection
    from selenium.webdriver.remote.webdriver import WebDriver
    from selenium.webdriver.remote.webelement import WebElement

_ANSWER_S = 40
"""How long a driver may take over one command; longer than a page may take to load."""

_TEST_NAMES = ("bank.test", "app.bank.test", "evil.bank.test", "evil.test", "news.test", "shop.test", "tracker.test")
"""Names below `test` (RFC 6761 §6.2) that Firefox, too, takes for this machine; Chromium takes all of them so."""

ThirdPartyCookies = Literal["allowed", "blocked"]
Certificates = Literal["checked", "ignored"]
Opens = Literal["new page", "last session"]

_COOKIE_MODES: dict[ThirdPartyCookies, int] = {"allowed": 0, "blocked": 1}
"""The same numbers in both products' settings."""
_AT_START: dict[Opens, tuple[int, int]] = {"new page": (5, 0), "last session": (1, 3)}
"""The settings for what is open after a start: Chromium's (5: the new tab page, 1: what was open), and Firefox's."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a browser shall behave: what differs between vendors' defaults is always said."""

    third_party_cookies: ThirdPartyCookies = "allowed"
    back_forward_cache: bool = True
    certificates: Certificates = "checked"
    opens: Opens = "new page"


class Product(Protocol):
    """A browser as its driver and its files show it."""

    name: str
    program: str
    driver: str
    ready: str

    def driver_options(self, port: int, other_port: int) -> tuple[str, ...]:
        """Where the driver shall listen; both ports were free a moment ago."""

    def options(self, path: str, profile: Path, wishes: Wishes, private: bool) -> ArgOptions:
        """What a session is asked for. `private` is true in a private network, where root has no sandbox."""

    def connection(self, url: str) -> RemoteConnection:
        """How the driver's own commands are spoken."""

    def click(self, session: WebDriver, element: WebElement) -> None:
        """Click an element as a reader does."""

    def reload(self, session: WebDriver) -> bool:
        """Load the page again; true when the browser asked first, and was told yes."""

    def place(self, session: WebDriver) -> int | None:
        """Which entry of the session history is shown, counted from 0; None where the browser does not tell."""

    def events(self, session: WebDriver) -> list[dict[str, Any]]:
        """What the browser told of its requests since it was last asked."""

    def forget(self, session: WebDriver, origins: Sequence[str]) -> None:
        """Remove cookies, cached responses and what the origins stored."""

    def settle(self, session: WebDriver) -> None:
        """Have the browser write what it has in hand before it ends."""

    def cookie_store(self, profile: Path) -> tuple[Path, str]:
        """The database of cookies, and the statement that makes all of them some seconds older."""

    def visited(self, profile: Path) -> tuple[Path, str]:
        """The history database, and the query for its URLs and visits, in microseconds since 1970."""

    def store_of(self, file: Path) -> str:
        """The store that a file of the profile, given by its path there, belongs to."""


class Chromium:
    """Chromium, Chrome and Edge."""

    name, program, driver = "Chromium", "chromium", "chromedriver"
    ready = "started successfully"

    def driver_options(self, port: int, other_port: int) -> tuple[str, ...]:
        """ChromeDriver talks to its browser through a pipe."""
        return (f"--port={port}",)

    def options(self, path: str, profile: Path, wishes: Wishes, private: bool) -> ArgOptions:
        """Flags for a browser without a window that asks nobody but the machine's own servers."""
        from selenium.webdriver import ChromeOptions

        options = ChromeOptions()
        options.binary_location = path
        for flag in self._flags(profile, wishes, private):
            options.add_argument(flag)
        options.add_experimental_option("prefs", {
            "profile.cookie_controls_mode": _COOKIE_MODES[wishes.third_party_cookies],
            "session.restore_on_startup": _AT_START[wishes.opens][0],
        })
        options.accept_insecure_certs = wishes.certificates == "ignored"
        options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
        return options

    def _flags(self, profile: Path, wishes: Wishes, private: bool) -> list[str]:
        off = ["HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable"]
        off += [] if wishes.back_forward_cache else ["BackForwardCache"]
        flags = [
            "--headless", f"--user-data-dir={profile}", "--window-size=800,600", "--remote-debugging-pipe",
            "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--no-proxy-server", "--disable-quic",
            "--disable-background-networking", "--disable-component-update", "--disable-default-apps",
            "--disable-extensions", "--disable-sync", f"--disable-features={','.join(off)}",
        ]
        if not private:
            flags.append("--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, "
                         "EXCLUDE localhost, EXCLUDE *.localhost")
        if private or not sandbox.can_be_built():
            flags.append("--no-sandbox")
        return flags

    def connection(self, url: str) -> RemoteConnection:
        """ChromeDriver's commands, the DevTools protocol among them."""
        from selenium.webdriver.chrome.remote_connection import ChromeRemoteConnection

        return ChromeRemoteConnection(url, client_config=_directly(url))

    def click(self, session: WebDriver, element: WebElement) -> None:
        """By an input event, as a mouse makes it."""
        element.click()

    def reload(self, session: WebDriver) -> bool:
        """Without a window it does not ask."""
        session.refresh()
        return False

    def place(self, session: WebDriver) -> int | None:
        """By the DevTools protocol."""
        place: Any = devtools(session, "Page.getNavigationHistory")["currentIndex"]
        return int(place)

    def events(self, session: WebDriver) -> list[dict[str, Any]]:
        """By the performance log."""
        events: list[dict[str, Any]] = session.execute("getLog", {"type": "performance"})["value"]
        return events

    def forget(self, session: WebDriver, origins: Sequence[str]) -> None:
        """By the DevTools protocol."""
        devtools(session, "Network.clearBrowserCookies")
        devtools(session, "Network.clearBrowserCache")
        for origin in origins:
            devtools(session, "Storage.clearDataForOrigin", origin=origin, storageTypes="all")

    def settle(self, session: WebDriver) -> None:
        """Chromium does so when it is asked to end."""

    def cookie_store(self, profile: Path) -> tuple[Path, str]:
        """Chromium counts in microseconds, and keeps the cookies of a session there, too, while it runs."""
        return profile / "Default" / "Cookies", "UPDATE cookies SET creation_utc = creation_utc - 1000000 * ?"

    def visited(self, profile: Path) -> tuple[Path, str]:
        """The database counts its microseconds from 1601."""
        query = ("SELECT urls.url, visit_time - 11644473600000000 AS at FROM visits JOIN urls ON urls.id = visits.url"
                 " WHERE at >= ? ORDER BY visits.id")
        return profile / "Default" / "History", query

    def store_of(self, file: Path) -> str:
        """The names below `Default`, without the journals of the databases."""
        parts = file.parts[1:] if file.parts[0] == "Default" and len(file.parts) > 1 else file.parts
        return re.sub(r"-(journal|wal|shm)$", "", parts[0])


_STORES_OF_FIREFOX = {
    "cache2": "Cache", "places.sqlite": "History", "sessionstore": "Sessions", "formhistory": "Form history",
}


class Firefox:
    """Firefox, through geckodriver."""

    name, program, driver = "Firefox", "firefox", "geckodriver"
    ready = "Listening on"

    def driver_options(self, port: int, other_port: int) -> tuple[str, ...]:
        """Firefox opens a port of its own, too, 9222 unless told otherwise, and gives up where that is taken."""
        return (f"--port={port}", f"--websocket-port={other_port}")

    def options(self, path: str, profile: Path, wishes: Wishes, private: bool) -> ArgOptions:
        """Preferences for a browser without a window; whatever it asks of the world it asks of a closed port."""
        from selenium.webdriver import FirefoxOptions

        profile.mkdir(exist_ok=True)
        options = FirefoxOptions()
        options.binary_location = path
        for argument in ("-headless", "-profile", str(profile), "-remote-allow-system-access"):
            options.add_argument(argument)
        options.unhandled_prompt_behavior = "ignore"
        options.accept_insecure_certs = wishes.certificates == "ignored"
        preferences = {
            "network.cookie.cookieBehavior": _COOKIE_MODES[wishes.third_party_cookies],
            "browser.startup.page": _AT_START[wishes.opens][1],
            "browser.sessionhistory.max_total_viewers": -1 if wishes.back_forward_cache else 0,
            "network.dns.localDomains": ",".join(_TEST_NAMES),
            "dom.security.https_first": False, "dom.security.https_first_schemeless": False,
            "network.proxy.type": 0 if private else 1,
            "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9,
            "network.proxy.no_proxies_on": ".test",
            "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9,
            # Else many visits in a row, without a hand on the mouse, are taken for a flood and left out of the history.
            "places.history.floodingPrevention.enabled": False,
            "network.captive-portal-service.enabled": False, "network.connectivity-service.enabled": False,
        }
        for name, value in preferences.items():
            options.set_preference(name, value)
        return options

    def connection(self, url: str) -> RemoteConnection:
        """geckodriver's commands, the browser's own context among them."""
        from selenium.webdriver.firefox.remote_connection import FirefoxRemoteConnection

        return FirefoxRemoteConnection(url, client_config=_directly(url))

    def click(self, session: WebDriver, element: WebElement) -> None:
        """By a script: WebDriver's click would keep the page out of the back/forward cache."""
        session.execute_script("arguments[0].click()", element)

    def reload(self, session: WebDriver) -> bool:
        """By a script, so that the question can be answered while WebDriver waits for no page."""
        with leaving(session, "the reload") as asked:
            session.execute_script("location.reload()")
        return asked()

    def place(self, session: WebDriver) -> int | None:
        """It does not tell."""
        return None

    def events(self, session: WebDriver) -> list[dict[str, Any]]:
        """It tells nothing."""
        return []

    def forget(self, session: WebDriver, origins: Sequence[str]) -> None:
        """By the service that "Clear recent history" uses; it does all origins, and the history on disk, too."""
        _in_firefox(session, "Services.clearData.deleteData(Ci.nsIClearDataService.CLEAR_ALL, arguments[0])")

    def settle(self, session: WebDriver) -> None:
        """Visits wait in a queue, and those still in it are dropped at the end: have a query wait behind them."""
        _in_firefox(session, """
            const {PlacesUtils} = ChromeUtils.importESModule("resource://gre/modules/PlacesUtils.sys.mjs");
            const query = PlacesUtils.history.DBConnection.createAsyncStatement("SELECT 1");
            query.executeAsync({handleResult() {}, handleError() {}, handleCompletion: arguments[0]});
            query.finalize();
        """)

    def cookie_store(self, profile: Path) -> tuple[Path, str]:
        """Firefox counts in microseconds since 1970."""
        return profile / "cookies.sqlite", "UPDATE moz_cookies SET creationTime = creationTime - 1000000 * ?"

    def visited(self, profile: Path) -> tuple[Path, str]:
        """A visit has its own row."""
        query = ("SELECT moz_places.url, visit_date AS at FROM moz_historyvisits JOIN moz_places"
                 " ON moz_places.id = moz_historyvisits.place_id WHERE at >= ? ORDER BY moz_historyvisits.id")
        return profile / "places.sqlite", query

    def store_of(self, file: Path) -> str:
        """Chromium's name for the stores that both have."""
        known = (name for start, name in _STORES_OF_FIREFOX.items() if file.parts[0].startswith(start))
        return next(known, re.sub(r"-(wal|shm)$", "", file.parts[0]))


PRODUCTS: dict[str, Product] = {"chromium": Chromium(), "firefox": Firefox()}
"""By the name that a chapter gives among its needs."""


def _in_firefox(session: WebDriver, script: str) -> None:
    """Run a script in the browser's own context; it calls its argument when it is done."""
    session.execute("SET_CONTEXT", {"context": "chrome"})
    try:
        session.execute_async_script(script)
    finally:
        session.execute("SET_CONTEXT", {"context": "content"})


def devtools(session: WebDriver, method: str, **parameters: object) -> dict[str, object]:
    """Have Chromium do something by the DevTools protocol, and return its answer."""
    answer: dict[str, object] = session.execute("executeCdpCommand", {"cmd": method, "params": parameters})["value"]
    return answer


def _directly(url: str) -> ClientConfig:
    """The driver is on this machine, whatever proxies the environment names."""
    from selenium.webdriver.common.proxy import Proxy, ProxyType
    from selenium.webdriver.remote.client_config import ClientConfig as Config

    at_once = {"init_args_for_pool_manager": {"retries": False}}
    return Config(url, proxy=Proxy({"proxyType": ProxyType.DIRECT}), timeout=_ANSWER_S,
                  init_args_for_pool_manager=at_once)
