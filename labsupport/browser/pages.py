"""When a page has loaded: what WebDriver leaves open after a click, a reload and a step in the session history."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from labsupport.errors import ReaderError

if TYPE_CHECKING:
    from selenium.webdriver.remote.webdriver import WebDriver

    from labsupport.browser.products import Product

LONGEST_S = 20.0
_LOOK_EVERY_S = 0.01

_DOCUMENT = """
const failed = document.documentURI.startsWith("about:neterror");
const loaded = document.readyState === "complete" && document.URL !== "about:blank";
return [[performance.timeOrigin, document.documentURI], loaded || failed];
"""


@contextlib.contextmanager
def leaving(session: WebDriver, what: str) -> Iterator[Callable[[], bool]]:
    """Wait, after the block, until another document has loaded; the value tells then whether the browser asked first.

    A question on the way is answered with yes. Raises `ReaderError` when the same document is there after 20 s.
    """
    questions: list[bool] = []
    old, _ = session.execute_script(_DOCUMENT)
    yield lambda: bool(questions)
    wait(lambda: _document(session, questions) not in (None, old), f"{what} led to no other page")


def traverse(session: WebDriver, product: Product, direction: str) -> None:
    """One entry `back` or `forward` in the session history; returns when the document there has loaded."""
    from selenium.common.exceptions import WebDriverException

    place = product.place(session)
    aim = None if place is None else place + {"back": -1, "forward": 1}[direction]
    try:
        getattr(session, direction)()
    except WebDriverException as error:
        if "neterror" not in (error.msg or ""):  # Firefox: the error page is what the reader sees
            raise
    wait(lambda: product.place(session) == aim, f"going {direction} did not happen")
    wait(lambda: has_loaded(session), f"the page did not load after going {direction}")


def has_loaded(session: WebDriver) -> bool:
    """True when the page shown has loaded."""
    return _document(session, []) is not None


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


def wait(happened: Callable[[], object], otherwise: str, timeout: float = LONGEST_S) -> None:
    """Ask again and again; raises `ReaderError` with what is `otherwise` after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not happened():
        if time.monotonic() > deadline:
            raise ReaderError(f"{otherwise} within {timeout:g} s")
        time.sleep(_LOOK_EVERY_S)
