"""A cookie-date: what `Expires` holds, read token by token (RFC 6265bis §5.1.1). Pure Python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

_TOKEN = re.compile(rb"[\x00-\x08\x0a-\x1f0-9:A-Za-z\x7f-\xff]+")
_MONTHS = (b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec")
_ROLES = {
    "time": re.compile(rb"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?![0-9])"),
    "day-of-month": re.compile(rb"([0-9]{1,2})(?![0-9])"),
    "month": re.compile(rb"(?i)(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"),
    "year": re.compile(rb"([0-9]{2,4})(?![0-9])"),
}
"""What a token may be, in the order in which it is tried; each is found once."""


@dataclass(frozen=True, slots=True)
class DateToken:
    """The octets from `first` to before `end`, and what they are; an empty `role` for those that say nothing."""

    role: str
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class CookieDate:
    """What was read: the moment, or None and why there is none."""

    moment: datetime | None
    fault: str
    tokens: tuple[DateToken, ...]


def cookie_date(octets: bytes) -> CookieDate:
    """Read a cookie-date as a user agent does, whose rules are far laxer than those of an HTTP-date.

    Never raises: what is no date has a `fault`. The order of day, month, year and time does not matter, nor does the
    name of the weekday or of the time zone; it is always UTC.
    """
    found: dict[str, tuple[int, ...]] = {}
    tokens = tuple(_tokens(octets, found))
    if missing := [role for role in _ROLES if role not in found]:
        return CookieDate(None, f"it has no {' and no '.join(missing)}", tokens)
    (hour, minute, second), (day,), (month,), (year,) = (found[role] for role in _ROLES)
    year += 1900 if 70 <= year <= 99 else 2000 if year <= 69 else 0
    if year < 1601:
        return CookieDate(None, f"the year {year} is before 1601", tokens)
    try:
        return CookieDate(datetime(year, month, day, hour, minute, second, tzinfo=UTC), "", tokens)
    except ValueError as error:
        return CookieDate(None, f"there is no such moment: {error}", tokens)


def _tokens(octets: bytes, found: dict[str, tuple[int, ...]]) -> Iterator[DateToken]:
    for match in _TOKEN.finditer(octets):
        role, numbers = _role(match[0], found)
        found |= {role: numbers} if role else {}
        yield DateToken(role, match.start(), match.end())


def _role(token: bytes, found: dict[str, tuple[int, ...]]) -> tuple[str, tuple[int, ...]]:
    for role, pattern in _ROLES.items():
        if role not in found and (match := pattern.match(token)):
            return role, tuple(_number(group) for group in match.groups())
    return "", ()


def _number(group: bytes) -> int:
    return int(group) if group.isdigit() else _MONTHS.index(group.lower()) + 1
