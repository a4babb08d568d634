"""Matrices of the shapes that chapters draw, and the largest one."""

from __future__ import annotations

from itertools import product
from typing import Any

REQUESTS = {"none": "no request", "conditional": "conditional request", "full": "full request"}
FIVE = {"none": "no request", "get": "GET", "error": "error page", "asks": "POST, after a question", "post": "POST"}
VISITS = ("first visit", "typed again", "link", "Back", "reload", "fetch()", "fetch() again", "forced")
BROWSERS = ("Chromium 156", "Firefox 153 ESR")
ACTIONS = ("reload", "Back", "Forward")
LETTERS = {"f": "full", "c": "conditional", "0": "none"}

CACHING = {
    header: dict(zip(VISITS, (LETTERS[letter] for letter in seen), strict=True))
    for header, seen in {
        "no field": "fff0fff0", "max-age=600": "f000ff00", "private, max-age=600": "f000ff00", "max-age=0": "fff0fff0",
        "no-cache": "fff0fff0", "no-store": "ffffffff", "Last-Modified, 1000 days old": "f000cf00",
        "ETag": "fcc0cfc0", "ETag, max-age=600": "f000cf00",
    }.items()
}
HISTORY: dict[str, dict[tuple[str, str], Any]] = {
    page: {(browser, action): kind for browser, kinds in zip(BROWSERS, seen, strict=True)
           for action, kind in zip(ACTIONS, kinds, strict=True)}
    for page, seen in {
        "result of a POST": (("post", "none", "none"), ("asks", "none", "none")),
        "result of a POST, no-store": (("post", "error", "error"), ("asks", "error", "error")),
        "after POST and 303": (("get", "none", "none"), ("get", "none", "none")),
        "after POST and 307": (("post", "none", "none"), ("get", "none", None)),
    }.items()
}
REDIRECTS = {
    status: {client: ("full", "POST") if status in ("307", "308") else ("none", "GET")
             for client in ("requests", "curl -L", "Chromium 156", "Firefox 153", "fetch()")}
    for status in ("301", "302", "303", "307", "308")
}
PLACES = {
    (where, place): {"GET": "full", "POST": kind}
    for where, place, kind in [
        ("browser", "address bar", "none"), ("browser", "history on disk", "none"), ("browser", "session file", "full"),
        ("server", "access log", "none"), ("server", "Referer of the next request", "none"),
    ]
}
COOKIES = {
    (site, request): {(browser, attribute): "full" if site == "same site" or letter == "y" else "none"
                      for (browser, attribute), letter in
                      zip(product(BROWSERS, ("unset", "Lax", "Strict", "None")), sent, strict=True)}
    for site, request, sent in [
        ("same site", "link", "yyyyyyyy"), ("same site", "form POST", "yyyyyyyy"), ("cross-site", "link", "yynyyyny"),
        ("cross-site", "form POST", "nnnyynny"), ("cross-site", "iframe, img, script", "nnnyynny"),
    ]
}
SAMPLES: dict[str, tuple[dict[Any, Any], dict[str, str]]] = {
    "caching": (CACHING, REQUESTS), "history": (HISTORY, FIVE), "redirects": (REDIRECTS, REQUESTS),
    "places": (PLACES, REQUESTS), "cookies": (COOKIES, REQUESTS),
    "20 × 20": ({f"row {row}": {f"column {column}": list(FIVE)[row * column % 5] for column in range(20)}
                 for row in range(20)}, FIVE),
}
"""Cells and kinds, by the name of the sample."""
