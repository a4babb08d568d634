"""`Browser`: what a reader does with a browser, as methods, and what it then shows, stores and sends."""

from __future__ import annotations

import contextlib
import re
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from labsupport import experiment
from labsupport.browser import profile as on_disk
from labsupport.browser import traffic
from labsupport.browser.driver import Driver
from labsupport.browser.products import PRODUCTS, ThirdPartyCookies, Wishes, devtools
from labsupport.browser.screenshot import Screenshot
from labsupport.errors import ReaderError
from labsupport.network.hosts import Host, Loopback

if TYPE_CHECKING:
    from selenium.webdriver.remote.webdriver import WebDriver
    from selenium.webdriver.remote.webelement import WebElement

_LONGEST_S = 20.0
_LOOK_EVERY_S = 0.005
_THIS_MACHINE = Loopback()

_AS_PROMISE = """
const tell = arguments[arguments.length - 1];
(async function () {
%s
}).apply(null, [...arguments].slice(0, -1))
    .then(value => tell({value}), error => tell({error: String(error)}));
"""
_DOCUMENT = """
const failed = document.documentURI.startsWith("about:neterror");
const loaded = document.readyState === "complete" && document.URL !== "about:blank";
return [[performance.timeOrigin, document.documentURI], loaded || failed];
"""
_FETCH = """
try {
    const response = await fetch(arguments[0], arguments[1]);
    const headers = Object.fromEntries(response.headers);
    delete headers.date;
    return {status: response.status, headers, body: await response.text(), redirected: response.redirected};
} catch (error) { return {error: error.name, message: error.message}; }
"""


class Browser:
    """A real browser without a window, with a profile of its own that goes with it.

    It starts at its first use and ends on `close`, at the last reference, and with the kernel, however that dies.
    `kind` is `chromium` (or Chrome, or Edge) or `firefox`. Vendors differ in their defaults, so third-party cookies are
    always set to `allowed` or `blocked`. `host` is one of a private network; without it the browser is on this machine,
    where it resolves loopback names only: `app.bank.localhost`, `evil.localhost`. Raises `Unavailable` at its first use
    where the browser or its driver is not installed.
    """

    def __init__(self, kind: str = "chromium", *, third_party_cookies: ThirdPartyCookies = "allowed",
                 back_forward_cache: bool = True, host: Host | Loopback | None = None) -> None:
        if kind not in PRODUCTS:
            raise ReaderError(f"no browser is called {kind!r}; there is {' and '.join(PRODUCTS)}")
        if third_party_cookies not in ("allowed", "blocked"):
            raise ReaderError(f"third_party_cookies={third_party_cookies!r} means nothing; write allowed or blocked")
        self.need, self.product = kind, PRODUCTS[kind]
        self._wishes = Wishes(third_party_cookies, back_forward_cache)
        self._host = host or _THIS_MACHINE
        self._running = Running()
        self._traffic: list[traffic.Event] = []
        self._origins: set[str] = set()
        self._since_us = 0
        self.close = weakref.finalize(self, self._running.stop)
        """End the browser and throw its profile away. May be called twice."""
        self.close.atexit = False  # the driver ends with the kernel, and the browser with it

    # What a reader does ---------------------------------------------------------------------------------------------

    def open(self, url: str) -> None:
        """Go to an address as if it were typed; returns when the page has loaded.

        Raises `ReaderError` for what is no address, for a server that does not answer, and after 20 s. What the browser
        itself refuses ends on a page of its own, of which `failure` tells.
        """
        if not re.match(r"(https?|about|data|chrome|file):", url):
            raise ReaderError(f"{url!r} is no address; write it whole, as in site.url + '/page'")
        with self._commands() as session:
            session.get(url)
            self._note_origin(session)

    def follow(self, selector: str) -> None:
        """Click a link or a button, given by a CSS selector; returns when the next page, or place on it, has loaded.

        Raises `ReaderError` when there is none, and after 20 s without another page.
        """
        with self._commands() as session:
            element = self._find(session, selector)
            with self._leaving(session, f"the click on {selector}"):
                if self.need == "firefox":  # WebDriver's click would keep the page out of the back/forward cache
                    session.execute_script("arguments[0].click()", element)
                else:
                    element.click()

    def fill(self, selector: str, text: str) -> None:
        """Type into a field, in place of what it holds."""
        with self._commands() as session:
            field = self._find(session, selector)
            field.clear()
            field.send_keys(text)

    def back(self) -> None:
        """One entry back in the session history, as the Back button goes."""
        self._traverse("back", -1)

    def forward(self) -> None:
        """One entry forward in the session history."""
        self._traverse("forward", 1)

    def reload(self) -> bool:
        """Load the page again. True when the browser asked first whether to send a form again; it is told yes.

        Chromium without a window does not ask.
        """
        with self._commands() as session:
            if self.need == "chromium":
                session.refresh()
                return False
            with self._leaving(session, "the reload") as asked:
                session.execute_script("location.reload()")
            return asked()

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of a JavaScript function in the page; it may await, and `arguments` are its arguments.

        Returns what JSON can hold. Raises `ReaderError` for what the script throws.
        """
        with self._commands() as session:
            answer = session.execute_async_script(_AS_PROMISE % script, *arguments)
        if "error" in answer:
            raise ReaderError(f"the script failed in the page: {answer['error']}")
        return answer.get("value")

    def fetch(self, url: str, **options: Any) -> dict[str, Any]:
        """`fetch(url, options)` in the page: status, headers without the date, body; or error and message."""
        answer: dict[str, Any] = self.run(_FETCH, url, options)
        return answer

    def restart(self) -> None:
        """End the browser and start it again with the same profile, as a reader closes and opens it."""
        self._end()
        with self._commands():
            pass

    def clean(self) -> None:
        """Forget cookies, caches, what the sites stored and the session history. The history on disk stays."""
        with self._commands() as session:
            self._drain(session)
            session.switch_to.new_window("tab")
            fresh = session.current_window_handle
            for handle in session.window_handles:
                if handle != fresh:
                    session.switch_to.window(handle)
                    session.close()
            session.switch_to.window(fresh)
            self.product.forget(session, sorted(self._origins))
        self._traffic.clear()
        self._origins.clear()
        self._since_us = time.time_ns() // 1000

    def until(self, happened: Callable[[], object], timeout: float = 10) -> None:
        """Wait until something has happened, such as a request in a site's log.

        Raises `ReaderError` after `timeout` seconds.
        """
        _wait(happened, "what the cell waits for", timeout)

    # What it shows, keeps and tells ---------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """The address in the address bar."""
        with self._commands() as session:
            return str(session.current_url)

    @property
    def title(self) -> str:
        """The title of the page."""
        with self._commands() as session:
            return str(session.title)

    @property
    def text(self) -> str:
        """The text that the page shows."""
        text: str = self.run("return document.body ? document.body.innerText.trim() : ''")
        return text

    @property
    def failure(self) -> str:
        """What went wrong where the browser shows a page of its own, such as `ERR_CACHE_MISS`; else empty."""
        address, text = self.run("return [document.documentURI, document.body.innerText]")
        if not address.startswith(("chrome-error:", "about:neterror")):
            return ""
        named = re.search(r"\bERR_\w+", text) or re.search(r"(?<=[?]e=)\w+", address)
        return named[0] if named else "an error page"

    def cookies(self) -> list[dict[str, Any]]:
        """The cookies as Chromium stored them, of every site, in the DevTools protocol's words and order of names.

        A cookie without `sameSite` was set without it.
        """
        with self._chromium("stored cookies") as session:
            found: Any = devtools(session, "Storage.getCookies")["cookies"]
        return sorted(found, key=lambda each: (each["domain"], each["path"], each["name"]))

    def refused_cookies(self) -> list[tuple[str, list[str]]]:
        """The Set-Cookie lines that Chromium did not store since the clean state, with its reasons."""
        return traffic.refused_cookies(self._seen("refused cookies"))

    def withheld_cookies(self, path: str) -> dict[str, list[str]]:
        """The cookies that Chromium did not send with the latest request for a path, by name, with its reasons."""
        return traffic.withheld_cookies(self._seen("withheld cookies"), path)

    def served_from(self, path: str) -> str | None:
        """Where Chromium took the latest response for a path from; None when it asked for none.

        `network`, `validation` (its own copy, after a 304), `disk cache`, `memory cache`. The path may have a query.
        """
        return traffic.served_from(self._seen("the source of a response"), path)

    def history(self) -> list[str]:
        """Path and query of each visit in the history database since the clean state, oldest first.

        The browser ends for it; its next use starts it again with the same profile.
        """
        return on_disk.history(self.product, self._profile_at_rest(), self._since_us)

    def traces(self, marker: str) -> list[str]:
        """The browser's stores on disk that hold a string, in UTF-8 or UTF-16: `Cache`, `History`, `Sessions`, …

        The browser ends for it. Take a marker that occurs nowhere else.
        """
        return on_disk.traces(self.product, self._profile_at_rest(), marker)

    @property
    def version(self) -> str:
        """Name and version, as in `Chromium 156.0.8078.79`."""
        with self._commands() as session:
            return f"{self.product.name} {session.capabilities['browserVersion']}"

    # Observations ---------------------------------------------------------------------------------------------------

    def observe(self, name: str, look: Callable[[Browser], Any], *,
                story: Callable[[Any], Any] = lambda seen: seen) -> Any:
        """What `look(browser)` sees from a clean state; or, without this browser, what was recorded under `name`.

        The observation must be something JSON can hold; `story` takes out of it what is the same on every machine.
        """
        def from_a_clean_state() -> Any:
            self.clean()
            return look(self)

        label = name if self.need == "chromium" else f"{name}.{self.need}"
        return experiment.observe(label, from_a_clean_state, needs=self.need, story=story, browser=lambda: self.version)

    def screenshot(self, name: str, look: Callable[[Browser], Any], *, of: str) -> Screenshot:
        """The page as it looks after an experiment; `of` says in words what it is. Recorded as `observe` does."""
        def seen(browser: Browser) -> dict[str, str]:
            look(browser)
            with self._commands() as session:
                return {"text": browser.text, "png": session.get_screenshot_as_base64()}

        shown = self.observe(name, seen, story=lambda seen: seen["text"])
        return Screenshot(of, " ".join(shown["text"].split()), shown["png"])

    # How ------------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _commands(self) -> Iterator[WebDriver]:
        """The running browser; what WebDriver complains of is told as the reader's."""
        from selenium.common.exceptions import InvalidSessionIdException, TimeoutException, WebDriverException
        from urllib3.exceptions import HTTPError

        session = self._running.session or self._start()
        try:
            yield session
        except TimeoutException:
            raise ReaderError(f"{self.product.name}: not done after {_LONGEST_S:g} s") from None
        except InvalidSessionIdException:
            self._end()
            raise ReaderError(f"{self.product.name} is gone; its next use starts it again") from None
        except (HTTPError, OSError):
            self._running.stop()
            told = f"{self.product.driver} is gone; the next use starts it again, with a new profile"
            raise ReaderError(told) from None
        except WebDriverException as error:
            told = (error.msg or type(error).__name__).partition("\n")[0]
            raise ReaderError(f"{self.product.name}: {told}") from None

    def _start(self) -> WebDriver:
        running = self._running
        if not self.close.alive:
            raise ReaderError("this browser was closed; make another with Browser()")
        if running.driver is None or not running.driver.runs:
            running.driver = Driver(self.need, self._host)
            running.profile = running.driver.new_profile()
        assert running.profile is not None
        running.session = running.driver.start(running.profile, self._wishes)
        return running.session

    def _end(self) -> None:
        if self._running.session and self.need == "chromium":
            with contextlib.suppress(Exception):
                self._drain(self._running.session)
        self._running.quit()

    def _profile_at_rest(self) -> Path:
        if self._running.profile is None:
            raise ReaderError("this browser has not been anywhere yet; open a page first")
        self._end()
        return self._running.profile

    @contextlib.contextmanager
    def _chromium(self, what: str) -> Iterator[WebDriver]:
        if self.need != "chromium":
            raise ReaderError(f"{self.product.name} does not tell {what}; ask Chromium")
        with self._commands() as session:
            yield session

    def _seen(self, what: str) -> list[traffic.Event]:
        with self._chromium(what) as session:
            self._drain(session)
        return self._traffic

    def _drain(self, session: WebDriver) -> None:
        if self.need == "chromium":
            self._traffic += traffic.events(session.execute("getLog", {"type": "performance"})["value"])

    def _note_origin(self, session: WebDriver) -> None:
        scheme, place, *_ = urlsplit(session.current_url)
        if scheme.startswith("http"):
            self._origins.add(f"{scheme}://{place}")

    def _find(self, session: WebDriver, selector: str) -> WebElement:
        from selenium.common.exceptions import NoSuchElementException

        try:
            return session.find_element("css selector", selector)
        except NoSuchElementException:
            raise ReaderError(f"nothing on {urlsplit(session.current_url).path} matches {selector!r}") from None

    def _traverse(self, direction: str, step: int) -> None:
        from selenium.common.exceptions import WebDriverException

        with self._commands() as session:
            if self.need == "chromium":
                place: Any = devtools(session, "Page.getNavigationHistory")["currentIndex"]
            try:
                getattr(session, direction)()
            except WebDriverException as error:
                if "neterror" not in (error.msg or ""):  # Firefox: the error page is what the reader sees
                    raise
            if self.need == "chromium":
                _wait(lambda: devtools(session, "Page.getNavigationHistory")["currentIndex"] == place + step,
                      f"going {direction}")
            _wait(lambda: _document(session, []) is not None, f"going {direction}")
            self._note_origin(session)

    @contextlib.contextmanager
    def _leaving(self, session: WebDriver, what: str) -> Iterator[Callable[[], bool]]:
        """Wait, after the block, until another document has loaded; a question on the way is answered with yes."""
        questions: list[bool] = []
        old, _ = session.execute_script(_DOCUMENT)
        yield lambda: bool(questions)
        _wait(lambda: _document(session, questions) not in (None, old), f"{what} led to no other page")
        self._note_origin(session)

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{self.product.name}: {'running' if self._running.session else 'not running'}>"


def _document(session: WebDriver, questions: list[bool]) -> list[Any] | None:
    """When the document that has loaded began, and its address, which tell two apart; None while one loads.

    A question of the browser's is answered with yes, and noted.
    """
    from selenium.common.exceptions import NoAlertPresentException, WebDriverException

    with contextlib.suppress(NoAlertPresentException):
        session.switch_to.alert.accept()
        questions.append(True)
    with contextlib.suppress(WebDriverException):  # the document may go while it is asked
        document, loaded = session.execute_script(_DOCUMENT) or (None, False)
        return document if loaded else None
    return None


def _wait(happened: Callable[[], object], what: str, timeout: float = _LONGEST_S) -> None:
    deadline = time.monotonic() + timeout
    while not happened():
        if time.monotonic() > deadline:
            raise ReaderError(f"{what}: it did not happen within {timeout:g} s")
        time.sleep(_LOOK_EVERY_S)


@dataclass
class Running:
    """What a browser consists of while it runs: its driver, its profile, and the session in which it is driven."""

    driver: Driver | None = None
    profile: Path | None = None
    session: WebDriver | None = None

    def quit(self) -> None:
        """End the browser; driver and profile stay. One that is gone already needs no goodbye."""
        session, self.session = self.session, None
        if session:
            with contextlib.suppress(Exception):
                session.quit()

    def stop(self) -> None:
        """End the browser and its driver, and remove the profile."""
        if self.driver:
            self.driver.stop()
        self.driver = self.profile = self.session = None
