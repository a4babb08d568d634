"""A browser while it runs: its driver, its profile, the session in which it is driven, and what it tells."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from labsupport.browser import traffic
from labsupport.browser.driver import Driver
from labsupport.browser.pages import LONGEST_S
from labsupport.browser.products import PRODUCTS, Wishes
from labsupport.errors import ReaderError
from labsupport.network.hosts import Host, Loopback

if TYPE_CHECKING:
    from selenium.webdriver.remote.webdriver import WebDriver


class RunningBrowser:
    """Starts a browser when a command wants one, and anew on the same profile when it has ended."""

    def __init__(self, need: str, host: Host | Loopback, wishes: Wishes) -> None:
        self.need, self.product = need, PRODUCTS[need]
        self.traffic: list[traffic.Event] = []
        """What the browser told of its requests since the list was last cleared."""
        self._host, self._wishes = host, wishes
        self._driver: Driver | None = None
        self._profile: Path | None = None
        self._session: WebDriver | None = None
        self._closed = False

    @property
    def running(self) -> bool:
        """True while there is a session."""
        return self._session is not None

    @contextlib.contextmanager
    def commands(self) -> Iterator[WebDriver]:
        """The session, for the commands of a block; what WebDriver complains of is told as the reader's affair."""
        from selenium.common.exceptions import InvalidSessionIdException, TimeoutException, WebDriverException
        from urllib3.exceptions import HTTPError

        session = self._session or self._start()
        try:
            yield session
        except TimeoutException:
            raise ReaderError(f"{self.product.name}: not done after {LONGEST_S:g} s") from None
        except InvalidSessionIdException:
            self._session = None
            raise ReaderError(f"{self.product.name} is gone; its next use starts it again") from None
        except (HTTPError, OSError):
            self._discard()
            told = f"{self.product.driver} is gone; the next use starts it again, with a new profile"
            raise ReaderError(told) from None
        except WebDriverException as error:
            told = (error.msg or type(error).__name__).partition("\n")[0]
            raise ReaderError(f"{self.product.name}: {told}") from None

    def _start(self) -> WebDriver:
        if self._closed:
            raise ReaderError("this browser was closed; make another with Browser()")
        if self._driver is not None and not self._driver.runs:
            self._discard()
        if self._driver is None:
            self._driver = Driver(self.need, self._host)
            self._profile = self._driver.new_profile()
        assert self._profile is not None
        self._session = self._driver.start(self._profile, self._wishes)
        return self._session

    def listen(self) -> list[traffic.Event]:
        """Take over what the browser told of its requests up to now, and return all of it; Firefox tells nothing."""
        with self.commands() as session:
            self.traffic += traffic.events(self.product.events(session))
        return self.traffic

    def quit(self) -> None:
        """End the browser; driver and profile stay. One that is gone already needs no goodbye."""
        if self._session is None:
            return
        with contextlib.suppress(Exception):
            self.listen()
            self.product.settle(self._session)
        session, self._session = self._session, None
        with contextlib.suppress(Exception):
            session.quit()

    def profile_at_rest(self) -> Path:
        """The profile of the browser, which has ended. Raises `ReaderError` where there never was one."""
        if self._profile is None:
            raise ReaderError("this browser has not been anywhere yet; open a page first")
        self.quit()
        return self._profile

    def stop(self) -> None:
        """End the browser and its driver for good, and remove the profile."""
        self._closed = True
        self._discard()

    def _discard(self) -> None:
        if self._driver:
            self._driver.stop()
        self._driver = self._profile = self._session = None
