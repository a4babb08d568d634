"""What the tests of interactive pages do at a page: press keys, look for faults of access, count what leaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from selenium.webdriver.common.action_chains import ActionChains

from tests.book.browser import VIEWS, Reader, View, read_events


def visit(reader: Reader, page: str, view: View = VIEWS[0]) -> None:
    """Load a page from scratch, whatever its fragment; a change of the fragment alone would load nothing."""
    reader.driver.get("about:blank")
    reader.visit(page, view)


def press(reader: Reader, *keys: str) -> None:
    """Press one key after the other, as a reader does who has no mouse."""
    ActionChains(reader.driver).send_keys(*keys).perform()


def violations(reader: Reader, axe: str, within: str) -> list[str]:
    """What axe finds wrong with a part of the page as it stands; `within` is a CSS selector."""
    reader.run(f"if (!window.axe) {{ {axe} }}")
    report = reader.driver.execute_async_script("axe.run(arguments[0]).then(arguments[1])", within)
    assert len(report["passes"]) > 5
    return [f"{found['id']}: {found['nodes'][0]['html'][:200]}" for found in report["violations"]]


def forget_requests(reader: Reader) -> None:
    """Begin to count anew."""
    reader.driver.get_log("performance")


def requests_since(reader: Reader) -> tuple[str, ...]:
    """What the page has asked for since the last look at its requests."""
    entries = reader.driver.get_log("performance")
    return read_events([json.loads(entry["message"])["message"] for entry in entries]).urls


@contextmanager
def without_script(reader: Reader) -> Iterator[None]:
    """Pages that load in the block run no script."""
    reader.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        yield
    finally:
        reader.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def open_without_script(reader: Reader, page: str) -> None:
    """Load a page of the site; for use within `without_script`."""
    reader.driver.get("about:blank")
    reader.driver.get(f"{reader.site}/{page}")
    reader.wait_for("return document.readyState === 'complete'")
