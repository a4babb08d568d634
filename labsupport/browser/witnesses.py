"""The same experiment before two browsers."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

from labsupport.browser.browser import Browser
from labsupport.browser.products import PRODUCTS


def testimony(name: str, look: Callable[[Browser], Any], *, browsers: Iterable[Browser] = (),
              story: Callable[[Any], Any] = lambda seen: seen) -> dict[str, Any]:
    """What an experiment shows in each of several browsers: `{"Chromium": …, "Firefox": …}`.

    Without `browsers` it is one of each product, the same for all testimonies of a kernel. Each has a clean state, and
    its observation is live or recorded, as for `Browser.observe`.
    """
    return {each.product.name: each.observe(name, look, story=story) for each in browsers or one_of_each()}


@functools.cache
def one_of_each() -> tuple[Browser, ...]:
    """The witnesses of a kernel: a browser of each product, which starts at its first use."""
    return tuple(map(Browser, PRODUCTS))
