"""A shop and a browser for the tests of one file: both start once, and are as new before each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labsupport.browser import Browser
from labsupport.server import Site
from tests.shop import shop


@pytest.fixture(scope="module")
def product() -> str:
    """Which browser is tested; a file may have another."""
    return "chromium"


@pytest.fixture(scope="module")
def opened() -> Iterator[Site]:
    with Site(shop()) as site:
        yield site


@pytest.fixture(scope="module")
def started(product: str) -> Iterator[Browser]:
    with Browser(product) as browser:
        yield browser


@pytest.fixture
def site(opened: Site) -> Site:
    opened.clear()
    return opened


@pytest.fixture
def browser(started: Browser, site: Site) -> Browser:
    started.clean()
    return started
