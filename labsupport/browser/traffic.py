"""What Chromium tells of its own requests: where each response came from, and which cookies it blocked, and why.

The events are those of the DevTools protocol's domain Network, as ChromeDriver logs them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

Event = dict[str, Any]


def events(log: Iterable[dict[str, Any]]) -> Iterator[Event]:
    """The Network events of ChromeDriver's performance log."""
    for entry in log:
        message = json.loads(entry["message"])["message"]
        if message["method"].startswith("Network."):
            yield message


def origins(seen: Iterable[Event]) -> list[str]:
    """Every origin that something was asked of, frames and redirects among them."""
    urls = (urlsplit(each["params"]["request"]["url"]) for each in _sent(seen))
    return sorted({f"{url.scheme}://{url.netloc}" for url in urls if url.scheme.startswith("http")})


def served_from(seen: list[Event], where: str) -> str | None:
    """Where the latest response for a path, or a whole address, came from; None when nothing asked for it.

    `network`, `validation` (the stored response, after a 304), `disk cache` or `memory cache`. Of a request that was
    redirected it is the response at the end of the way.
    """
    asked = _asked(seen, where)
    return _source([each for each in seen if each["params"].get("requestId") == asked[-1]]) if asked else None


def _asked(seen: Iterable[Event], where: str) -> list[str]:
    """The requests for a place, by their ids in the order of time; preflights are not what a page asked for."""
    own = (each["params"] for each in _sent(seen) if each["params"].get("type") != "Preflight")
    return [each["requestId"] for each in own if _is_at(each["request"]["url"], where)]


def _sent(seen: Iterable[Event]) -> Iterator[Event]:
    return (each for each in seen if each["method"] == "Network.requestWillBeSent")


def _source(own: list[Event]) -> str:
    methods = {each["method"]: each["params"] for each in own}
    if "Network.requestServedFromCache" in methods:
        return "memory cache"
    if methods.get("Network.responseReceivedExtraInfo", {}).get("statusCode") == 304:
        return "validation"
    stored = methods.get("Network.responseReceived", {}).get("response", {}).get("fromDiskCache")
    return "disk cache" if stored else "network"


def _is_at(url: str, where: str) -> bool:
    split = urlsplit(url)
    return where in (url, split.path, f"{split.path}?{split.query}")


def refused_cookies(seen: list[Event]) -> list[tuple[str, list[str]]]:
    """The Set-Cookie lines that were not stored, each with Chromium's reasons."""
    return [(blocked["cookieLine"], blocked["blockedReasons"])
            for params in _extra(seen, "responseReceivedExtraInfo") for blocked in params["blockedCookies"]]


def withheld_cookies(seen: list[Event], where: str) -> dict[str, list[str]]:
    """The stored cookies that the latest request for a place did not carry, by name, each with Chromium's reasons."""
    asked = _asked(seen, where)
    latest = [params for params in _extra(seen, "requestWillBeSentExtraInfo") if params["requestId"] in asked][-1:]
    return {each["cookie"]["name"]: each["blockedReasons"]
            for params in latest for each in params["associatedCookies"] if each["blockedReasons"]}


def _extra(seen: list[Event], name: str) -> Iterator[dict[str, Any]]:
    return (each["params"] for each in seen if each["method"] == f"Network.{name}")
