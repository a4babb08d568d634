"""Naming the octets of segments and messages, against libraries that read them; and how the time grows with length,
of a dissection, of a cookie that a jar receives, and of a token."""

from __future__ import annotations

import importlib.util
import time

import h11
import jwt

from benchmarks.decoding import segments
from benchmarks.report import Faster, Figures, Row, Within
from benchmarks.rounds import milliseconds, timed
from labsupport import dissect
from labsupport.cookies import CookieJar

_COUNT, _ROUNDS = 100, 5
_FOLDS, _ATTRIBUTES, _MEMBERS = 30_000, 25_000, 100
_REQUEST = (
    b"POST /orders?id=7 HTTP/1.1\r\nHost: shop.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 9\r\nCookie: a=1; b=2\r\n\r\nitem=milk"
)


def rows(figures: Figures) -> list[Row]:
    """A dissection beside scapy's printed packet, h11's events, and one of a quarter of the length."""
    return [
        Row(f"dissecting {_COUNT} segments, processor time", figures.get("segments"),
            "scapy, printed", figures.get("scapy"), "ms", Faster(1)),
        Row(f"dissecting {_COUNT} requests, processor time", figures.get("requests"),
            "h11, events", figures.get("h11"), "ms", Within(25)),
        Row(f"dissecting a field of {4 * _FOLDS} lines, processor time", figures.get("long"),
            "a quarter of the lines", figures.get("quarter"), "ms", Within(8)),
        Row(f"a jar that receives a cookie of {4 * _ATTRIBUTES} attributes, processor time", figures.get("cookie"),
            "a quarter of the attributes", figures.get("cookie quarter"), "ms", Within(8)),
        Row(f"dissecting a token of {4 * _MEMBERS} claims, processor time", figures.get("token"),
            "a quarter of the claims", figures.get("token quarter"), "ms", Within(8)),
    ]


def measure() -> Figures:
    """Milliseconds by side."""
    packets, long, quarter = list(segments(_COUNT)), _folded(4 * _FOLDS), _folded(_FOLDS)
    cookie, cookie_quarter = (b"sid=1" + b"; Max-Age=60" * count for count in (4 * _ATTRIBUTES, _ATTRIBUTES))
    token, token_quarter = _token(4 * _MEMBERS), _token(_MEMBERS)
    sides = {
        "segments": timed(lambda: [dissect(packet) for packet in packets], time.process_time),
        "requests": timed(lambda: [dissect(_REQUEST) for _ in range(_COUNT)], time.process_time),
        "h11": timed(lambda: [_events(_REQUEST) for _ in range(_COUNT)], time.process_time),
        "long": timed(lambda: dissect(long), time.process_time),
        "quarter": timed(lambda: dissect(quarter), time.process_time),
        "cookie": timed(lambda: CookieJar().receive(cookie, "https://bank.test/"), time.process_time),
        "cookie quarter": timed(lambda: CookieJar().receive(cookie_quarter, "https://bank.test/"), time.process_time),
        "token": timed(lambda: dissect(token), time.process_time),
        "token quarter": timed(lambda: dissect(token_quarter), time.process_time),
    }
    if importlib.util.find_spec("scapy"):
        from scapy.layers.inet import IP

        sides["scapy"] = timed(lambda: [IP(packet).show2(dump=True) for packet in packets], time.process_time)
    return milliseconds(sides, _ROUNDS)


def _folded(lines: int) -> bytes:
    """A request with one field value over so many lines, by the folding that RFC 9112, section 5.2 made obsolete."""
    return b"GET / HTTP/1.1\r\nHost: a\r\nX: a" + b"\r\n b" * lines + b"\r\n\r\n"


def _token(claims: int) -> str:
    return jwt.encode({f"claim {number}": number for number in range(claims)}, bytes(32), "HS256")


def _events(octets: bytes) -> list[h11.Event]:
    connection, events = h11.Connection(h11.SERVER), []
    connection.receive_data(octets)
    while isinstance(event := connection.next_event(), h11.Event):
        events.append(event)
    return events
