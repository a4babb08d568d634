"""The driver: the program that starts browsers and passes WebDriver's commands on.

It and every browser it started end with the kernel, and with them the folder that holds their profiles.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labsupport import experiment, troubles
from labsupport.browser.products import PRODUCTS, Product, Wishes
from labsupport.errors import ReaderError, Unavailable
from labsupport.experiment import Availability
from labsupport.network.hosts import Host, Loopback
from labsupport.programs import find_program, path_of

if TYPE_CHECKING:
    from selenium.webdriver.remote.webdriver import WebDriver

_START_S, _LOAD_S = 20.0, 20.0
_ATTEMPTS = 3
_LOOK_EVERY_S = 0.005


def availability(need: str) -> Availability:
    """Whether a browser can be driven here: `chromium` or `firefox`, each with its driver."""
    product = PRODUCTS[need]
    if os.name != "posix":
        return Availability("recorded", *troubles.NOT_POSIX.told())
    for program in (product.program, product.driver):
        if not find_program(program):
            return Availability("recorded", *_missing(product, program))
    return Availability(product.driver)


def _missing(product: Product, program: str) -> tuple[str, str]:
    return troubles.NO_BROWSER.told(missing=program, program=product.program, driver=product.driver)


class Driver:
    """A driver that runs and waits for commands, on this machine or on a host of the private network.

    Every `Browser` has its own, since geckodriver drives one browser at a time. Raises `Unavailable` where the driver
    or the browser is not installed.
    """

    def __init__(self, need: str, host: Host | Loopback) -> None:
        state = experiment.availability(need)
        if not state.live:
            raise Unavailable(f"a browser ({need})", state.reason, state.remedy)
        self.product, self.host = PRODUCTS[need], host
        self._numbers = itertools.count(1)
        for attempt in range(_ATTEMPTS):
            # Left to find a port by themselves, ChromeDriver may not tell it and geckodriver takes no requests there.
            self._port = _free_port(host)
            options = self.product.driver_options(self._port, _free_port(host))
            self._program = host.start(self.product.driver, *options)
            if self._listens():
                return
            if attempt < _ATTEMPTS - 1:
                self._program.stop()
        self._program.check()

    def _listens(self) -> bool:
        """Wait until it does; False where it has ended, as when somebody else took the port first."""
        deadline = time.monotonic() + _START_S
        while self.product.ready not in self._program.printed:
            if not self.runs:
                return False
            if time.monotonic() > deadline:
                printed = self._program.printed.strip() or "nothing"
                self._program.stop()
                raise ReaderError(f"{self.product.driver} does not listen after {_START_S:g} s; it printed: {printed}")
            time.sleep(_LOOK_EVERY_S)
        return True

    def stop(self) -> None:
        """End the driver, the browsers it started and their profiles. May be called twice."""
        self._program.stop()

    @property
    def runs(self) -> bool:
        """False once the driver has ended."""
        return self._program.status is None

    def new_profile(self) -> Path:
        """The path of a profile that does not exist yet; it goes with the driver."""
        return self._program.folder / f"profile-{next(self._numbers)}"

    def start(self, profile: Path, wishes: Wishes) -> WebDriver:
        """Start a browser on a profile; one that fails, as happens on a very busy machine, is started once more.

        Raises `ReaderError` with the browser's own words when it does not start.
        """
        from selenium.common.exceptions import WebDriverException
        from urllib3.exceptions import HTTPError

        with contextlib.suppress(WebDriverException, HTTPError):
            return self._session(profile, wishes)
        try:
            return self._session(profile, wishes)
        except (WebDriverException, HTTPError) as error:
            told = (getattr(error, "msg", None) or str(error)).strip().partition("\n")[0]
            _, remedy = _missing(self.product, self.product.program)
            raise ReaderError(f"{self.product.name} does not start: {told}. Remedy: {remedy}") from None

    def _session(self, profile: Path, wishes: Wishes) -> WebDriver:
        private = isinstance(self.host, Host)
        options = self.product.options(path_of(self.product.program), profile, wishes, private)
        connection = self.product.connection(f"http://127.0.0.1:{self._port}")
        session: WebDriver = _session_class()(self.host, connection, options)
        session.set_page_load_timeout(_LOAD_S)
        session.set_script_timeout(_LOAD_S)
        return session


def _free_port(host: Host | Loopback) -> int:
    with host.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _session_class() -> Any:
    """Selenium's class, loaded on use, whose commands go out from the driver's host."""
    from selenium.webdriver.remote.webdriver import WebDriver

    class Session(WebDriver):
        def __init__(self, host: Host | Loopback, connection: Any, options: Any) -> None:
            self._host = host
            super().__init__(command_executor=connection, options=options)

        def execute(self, driver_command: Any, params: Any = None) -> Any:
            with self._host:
                return super().execute(driver_command, params)

    return Session
