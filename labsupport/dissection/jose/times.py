"""NumericDate: seconds since 1970-01-01T00:00:00Z as a JSON number (RFC 7519 §2). Pure Python."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _END = -62_135_596_800.0, 253_402_300_800.0
"""The seconds from the year 1 to before the year 10000."""
_RECENT = range(946_684_800, 4_102_444_800)
"""The seconds from 2000 to 2099: a number of milliseconds that falls in them is not taken for one of seconds."""


def in_words(number: str) -> str:
    """The time that a JSON number stands for, in UTC; what is known of it where it is no time of a calendar."""
    seconds = float(number)
    if not _FIRST <= seconds < _END:
        return "before the year 1" if seconds < 0 else "after the year 9999"
    whole, fraction = math.floor(seconds), seconds % 1
    # Rounded, the last thousandth would be a second that the date does not have.
    rest = f" and {min(fraction, 0.999):.3g} s" if fraction else ""
    return f"{_date(whole)}{rest}"


def as_milliseconds(number: str) -> str:
    """The time that a number stands for if its unit is the millisecond; empty where that is no likely time."""
    seconds = float(number) / 1000
    return _date(int(seconds)) if _RECENT.start <= seconds < _RECENT.stop else ""


def _date(seconds: int) -> str:
    when = _EPOCH + timedelta(seconds=seconds)
    return f"{_MONTHS[when.month - 1]} {when.day}, {when.year}, {when:%H:%M:%S} UTC"
