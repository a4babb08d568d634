"""The same experiment before two browsers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labsupport.browser.browser import Browser
from labsupport.browser.products import PRODUCTS

_witnesses: dict[str, Browser] = {}


def testimony(name: str, look: Callable[[Browser], Any], *, story: Callable[[Any], Any] = lambda seen: seen
              ) -> dict[str, Any]:
    """What an experiment shows in Chromium and in Firefox: `{"Chromium": …, "Firefox": …}`.

    Each has a clean state. Either observation is live or recorded, as for `Browser.observe`.
    """
    for need in PRODUCTS:
        _witnesses.setdefault(need, Browser(need))
    return {product.name: _witnesses[need].observe(name, look, story=story) for need, product in PRODUCTS.items()}
