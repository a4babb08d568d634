"""`Browser`: what a reader does with a browser, as methods, and what it then shows, stores and sends."""

from __future__ import annotations

import contextlib
import re
import time
import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from labsupport import experiment
from labsupport.browser import profile as on_disk
from labsupport.browser import traffic
from labsupport.browser.pages import has_loaded, leaving, traverse, wait
from labsupport.browser.products import PRODUCTS, Certificates, Opens, ThirdPartyCookies, Wishes, devtools
from labsupport.browser.running import RunningBrowser
from labsupport.browser.screenshot import Screenshot
from labsupport.errors import ReaderError
from labsupport.network.hosts import Host, Loopback

if TYPE_CHECKING:
    from selenium.webdriver.remote.webdriver import WebDriver
    from selenium.webdriver.remote.webelement import WebElement

_THIS_MACHINE = Loopback()

_AS_PROMISE = """
const tell = arguments[arguments.length - 1];
(async function () {
%s
}).apply(null, [...arguments].slice(0, -1))
    .then(value => tell({value}), error => tell({error: String(error)}));
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
    where it resolves loopback names only: `app.bank.localhost`, `evil.localhost`, and those below `test`, which no
    browser takes for trustworthy without TLS. `certificates` are checked, or ignored to meet `Site.secure` by any name;
    Chromium then caches nothing that came by https. After a restart it `opens` a new page, or the last session
    ("continue where you left off"). Raises `Unavailable` at its first use where the browser or its driver is not
    installed.
    """

    def __init__(self, kind: str = "chromium", *, third_party_cookies: ThirdPartyCookies = "allowed",
                 back_forward_cache: bool = True, certificates: Certificates = "checked",
                 opens: Opens = "new page", host: Host | Loopback | None = None) -> None:
        if kind not in PRODUCTS:
            raise ReaderError(f"no browser is called {kind!r}; there is {' and '.join(PRODUCTS)}")
        if third_party_cookies not in ("allowed", "blocked"):
            raise ReaderError(f"third_party_cookies={third_party_cookies!r} means nothing; write allowed or blocked")
        self.need, self.product = kind, PRODUCTS[kind]
        if certificates not in ("checked", "ignored"):
            raise ReaderError(f"certificates={certificates!r} means nothing; write checked or ignored")
        if opens not in ("new page", "last session"):
            raise ReaderError(f"opens={opens!r} means nothing; write new page or last session")
        wishes = Wishes(third_party_cookies, back_forward_cache, certificates, opens)
        self._running = RunningBrowser(kind, host or _THIS_MACHINE, wishes)
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
        with self._running.commands() as session:
            session.get(url)

    def follow(self, selector: str) -> None:
        """Click a link or a button, given by a CSS selector; returns when the next page, or place on it, has loaded.

        Raises `ReaderError` when there is none, and after 20 s without another page.
        """
        with self._running.commands() as session:
            element = _find(session, selector)
            with leaving(session, f"the click on {selector}"):
                self.product.click(session, element)

    def arrive(self, path: str) -> None:
        """Wait until the page has led by itself to another one, given by its path, and that has loaded.

        Raises `ReaderError` after 20 s elsewhere.
        """
        with self._running.commands() as session:
            wait(lambda: urlsplit(session.current_url).path == path and has_loaded(session),
                 f"the browser did not arrive at {path}")

    def fill(self, selector: str, text: str) -> None:
        """Type into a field, in place of what it holds."""
        with self._running.commands() as session:
            field = _find(session, selector)
            field.clear()
            field.send_keys(text)

    def back(self) -> None:
        """One entry back in the session history, as the Back button goes."""
        with self._running.commands() as session:
            traverse(session, self.product, "back")

    def forward(self) -> None:
        """One entry forward in the session history."""
        with self._running.commands() as session:
            traverse(session, self.product, "forward")

    def reload(self) -> bool:
        """Load the page again. True when the browser asked first whether to send a form again; it is told yes.

        Chromium without a window does not ask.
        """
        with self._running.commands() as session:
            return self.product.reload(session)

    def run(self, script: str, *arguments: Any) -> Any:
        """Run the body of a JavaScript function in the page; it may await, and `arguments` are its arguments.

        Returns what JSON can hold. Raises `ReaderError` for what the script throws.
        """
        with self._running.commands() as session:
            answer = session.execute_async_script(_AS_PROMISE % script, *arguments)
        if answer is None:
            raise ReaderError("the page went away before the script was done; wait for the next page first")
        if "error" in answer:
            raise ReaderError(f"the script failed in the page: {answer['error']}")
        return answer.get("value")

    def fetch(self, url: str, **options: Any) -> dict[str, Any]:
        """`fetch(url, options)` in the page: status, headers without the date, body; or error and message."""
        answer: dict[str, Any] = self.run(_FETCH, url, options)
        return answer

    def restart(self) -> None:
        """End the browser and start it again with the same profile, as a reader closes and opens it."""
        self._running.quit()
        with self._running.commands():
            pass

    def age_cookies(self, seconds: float) -> None:
        """Make the persistent cookies older, as if set so many seconds earlier; when they expire stays as it was.

        The browser ends for it, and with it the cookies of the session. Raises `ReaderError` where nothing is stored.
        """
        on_disk.age_cookies(self.product, self._running.profile_at_rest(), seconds)

    def clean(self) -> None:
        """Forget cookies, caches, what the sites stored and the session history.

        The history on disk stays in Chromium, and `history` leaves out what is older than this.
        """
        origins = traffic.origins(self._running.listen())
        with self._running.commands() as session:
            session.switch_to.new_window("tab")
            fresh = session.current_window_handle
            for handle in session.window_handles:
                if handle != fresh:
                    session.switch_to.window(handle)
                    session.close()
            session.switch_to.window(fresh)
            self.product.forget(session, origins)
        self._running.traffic.clear()
        self._since_us = time.time_ns() // 1000

    def until(self, happened: Callable[[], object], timeout: float = 10) -> None:
        """Wait until something has happened, such as a request in a site's log.

        Raises `ReaderError` after `timeout` seconds.
        """
        wait(happened, "what the cell waits for did not happen", timeout)

    # What it shows, keeps and tells ---------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """The address in the address bar."""
        with self._running.commands() as session:
            return str(session.current_url)

    @property
    def title(self) -> str:
        """The title of the page."""
        with self._running.commands() as session:
            return str(session.title)

    @property
    def text(self) -> str:
        """The text that the page shows."""
        text: str = self.run("return document.body ? document.body.innerText.trim() : ''")
        return text

    @property
    def failure(self) -> str:
        """What went wrong where the browser shows a page of its own, such as `ERR_CACHE_MISS`; else empty."""
        address, text = self.run("return [document.documentURI, document.body?.innerText ?? '']")
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
        return traffic.refused_cookies(self._traffic("refused cookies"))

    def withheld_cookies(self, path: str) -> dict[str, list[str]]:
        """The cookies that Chromium did not send with the latest request for a path, by name, with its reasons."""
        return traffic.withheld_cookies(self._traffic("withheld cookies"), path)

    def served_from(self, path: str) -> str | None:
        """Where Chromium took the latest response for a path from; None when it asked for none.

        `network`, `validation` (its own copy, after a 304), `disk cache`, `memory cache`. The path may have a query.
        """
        return traffic.served_from(self._traffic("the source of a response"), path)

    def history(self) -> list[str]:
        """Path and query of each visit in the history database since the clean state, oldest first.

        The browser ends for it; its next use starts it again with the same profile.
        """
        return on_disk.history(self.product, self._running.profile_at_rest(), self._since_us)

    def traces(self, marker: str) -> list[str]:
        """The browser's stores on disk that hold a string, in UTF-8 or UTF-16: `Cache`, `History`, `Sessions`, …

        The browser ends for it. Take a marker that occurs nowhere else.
        """
        return on_disk.traces(self.product, self._running.profile_at_rest(), marker)

    @property
    def version(self) -> str:
        """Name and version, as in `Chromium 156.0.8078.79`."""
        with self._running.commands() as session:
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
            with self._running.commands() as session:
                return {"text": browser.text, "png": session.get_screenshot_as_base64()}

        shown = self.observe(name, seen, story=lambda seen: seen["text"])
        return Screenshot(of, " ".join(shown["text"].split()), shown["png"])

    @contextlib.contextmanager
    def _chromium(self, what: str) -> Iterator[WebDriver]:
        if self.need != "chromium":
            raise ReaderError(f"{self.product.name} does not tell {what}; ask Chromium")
        with self._running.commands() as session:
            yield session

    def _traffic(self, what: str) -> list[traffic.Event]:
        with self._chromium(what):
            return self._running.listen()

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{self.product.name}: {'running' if self._running.running else 'not running'}>"


def _find(session: WebDriver, selector: str) -> WebElement:
    from selenium.common.exceptions import NoSuchElementException

    try:
        return session.find_element("css selector", selector)
    except NoSuchElementException:
        raise ReaderError(f"nothing on {urlsplit(session.current_url).path} matches {selector!r}") from None
