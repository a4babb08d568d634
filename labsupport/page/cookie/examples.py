"""Lines to begin with: each attribute and prefix by what it does, and the classic mistakes."""

from __future__ import annotations

from typing import NamedTuple


class Example(NamedTuple):
    """Lines of Set-Cookie and the URL that they come from, with a sentence on what to watch."""

    name: str
    title: str
    watch: str
    lines: str
    url: str = "https://app.bank.example/account/login"
    source: str = "page"
    forward_s: float = 0
    ended: bool = False


EXAMPLES = (
    Example(
        "samesite", "Strict, Lax, None and nothing said",
        "Four cookies, one question: which go along when another site sends the reader here?",
        "strict=1; Secure; Path=/; SameSite=Strict\nlax=1; Secure; Path=/; SameSite=Lax\n"
        "none=1; Secure; Path=/; SameSite=None\ndefault=1; Secure; Path=/",
    ),
    Example(
        "session", "A session cookie as it should be", "The prefix __Host- is a promise that the browser keeps.",
        "__Host-sid=31d4d96e; Secure; HttpOnly; Path=/; SameSite=Lax",
    ),
    Example(
        "host-prefix", "__Host-, and what breaks it", "Each line but the first breaks one of the three conditions.",
        "__Host-a=1; Secure; Path=/\n__Host-b=1; Path=/\n__Host-c=1; Secure\n"
        "__Host-d=1; Secure; Path=/; Domain=bank.example",
    ),
    Example(
        "domain", "Domain: wider, never narrower",
        "With Domain a cookie goes to every host below. Without, it goes to one.",
        "here=1; Path=/\nbelow=1; Path=/; Domain=bank.example\nother=1; Path=/; Domain=other.example\n"
        "all=1; Path=/; Domain=example",
    ),
    Example(
        "path", "Path is no wall", "Without Path it is that of the URL, up to the last slash.",
        "default=1\nroot=1; Path=/\nshop=1; Path=/shop",
    ),
    Example(
        "lifetime", "Max-Age and Expires", "An hour has passed. Move the time on, or close the browser.",
        "session=1\nhour=1; Max-Age=3600\nlong=1; Max-Age=999999999\n"
        "both=1; Max-Age=60; Expires=Fri, 01 Jan 2100 00:00:00 GMT",
        forward_s=3600,
    ),
    Example(
        "delete", "Deleted, and not deleted",
        "Name, domain and path together name a cookie. One of the two deletions misses.",
        "a=1; Path=/; Domain=bank.example\nb=1; Path=/\n"
        "a=; Max-Age=0; Path=/; Domain=bank.example\nb=; Max-Age=0; Path=/account",
    ),
    Example(
        "toss", "A sibling tosses a cookie",
        "The second cookie comes from another host of the same site. Which of the two does the server read first?",
        "sid=real; Path=/; HttpOnly\nhttps://blog.bank.example/\nsid=evil; Path=/account; Domain=bank.example",
    ),
    Example(
        "third-party", "Set by an image on another site",
        "Only SameSite=None is stored here. Partitioned is none of the standard's attributes.",
        "lax=1; Secure; Path=/\nnone=1; Secure; Path=/; SameSite=None\n"
        "part=1; Secure; Path=/; SameSite=None; Partitioned",
        source="embedded",
    ),
    Example(
        "insecure", "Secure over http", "A connection without TLS can neither set a Secure cookie nor replace it.",
        "sid=1; Secure; Path=/\nhttp://app.bank.example/\nsid=2; Path=/\nplain=1; Path=/\nnew=1; Path=/; Secure",
    ),
)
"""The first stands in the page when it is loaded."""
