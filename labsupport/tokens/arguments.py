"""What a reader may give a token service: keys that nobody can guess, names, and times that are some."""

from __future__ import annotations

import math

from labsupport.errors import ReaderError

KEY_OCTETS = 32
"""The least length of a key for HMAC with SHA-256 (RFC 7518 §3.2)."""


def checked_key(key: object) -> bytes:
    """The key, if it is long enough. Raises ReaderError otherwise."""
    if isinstance(key, bytes) and len(key) >= KEY_OCTETS:
        return key
    shown = f"{len(key)} octets" if isinstance(key, bytes) else f"a {type(key).__name__}"
    remedy = f"give {KEY_OCTETS} octets at least, such as secrets.token_bytes({KEY_OCTETS})"
    raise ReaderError(f"key= is {shown}, too little for HMAC with SHA-256; {remedy}")


def checked_name(name: str, value: object) -> str:
    """Who issues tokens, or for whom: a string with something in it. Raises ReaderError that names it otherwise."""
    if isinstance(value, str) and value:
        return value
    raise ReaderError(f"{name}={value!r} names nobody; give a string, such as 'https://login.test'")


def checked_seconds(name: str, seconds: object) -> float:
    """A time of 0 or more seconds that ends. Raises ReaderError that names it otherwise."""
    if isinstance(seconds, int | float) and 0 <= seconds < math.inf:
        return seconds
    raise ReaderError(f"{name}={seconds!r} is no time; give seconds, 0 or more")
