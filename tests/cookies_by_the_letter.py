"""RFC 6265bis §5.1.1 and §5.6 once more, step by step as they are written, to hold against the package's own parser.

Slow and wordy where the package is not: strings are consumed from the front, and every flag has a variable.
"""

from __future__ import annotations

from datetime import UTC, datetime

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
WSP = " \t"


def parse(octets: bytes) -> tuple[bytes, bytes, list[tuple[str, object]]] | None:
    """Name, value and cookie-attribute-list of a set-cookie-string; None where it is ignored entirely."""
    string = octets.decode("latin-1")
    for character in string:
        if ord(character) <= 0x08 or 0x0A <= ord(character) <= 0x1F or ord(character) == 0x7F:
            return None
    pair, semicolon, unparsed = string.partition(";")
    unparsed = semicolon + unparsed
    if "=" not in pair:
        name, value = "", pair
    else:
        name, _, value = pair.partition("=")
    name, value = name.strip(WSP), value.strip(WSP)
    if len(name) + len(value) > 4096:
        return None
    if not name and not value:  # §5.7, step 2
        return None
    return name.encode("latin-1"), value.encode("latin-1"), attribute_list(unparsed)


def attribute_list(unparsed: str) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    while unparsed:
        unparsed = unparsed[1:]
        cookie_av, semicolon, rest = unparsed.partition(";")
        unparsed = semicolon + rest
        name, _, value = cookie_av.partition("=")
        name, value = name.strip(WSP), value.strip(WSP)
        if len(value) > 1024:
            continue
        found += process(name.lower(), value)
    return found


def process(name: str, value: str) -> list[tuple[str, object]]:
    if name == "expires":
        moment = date(value)
        return [("Expires", moment)] if moment else []
    if name == "max-age":
        return max_age(value)
    if name == "domain":
        domain = value[1:] if value.startswith(".") else value
        return [("Domain", "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in domain))]
    if name == "path":
        return [("Path", value if value.startswith("/") else "")]
    if name in ("secure", "httponly"):
        return [({"secure": "Secure", "httponly": "HttpOnly"}[name], True)]
    if name == "samesite":
        enforcement = "Default"
        for known in ("None", "Strict", "Lax"):
            if value.lower() == known.lower():
                enforcement = known
        return [("SameSite", enforcement)]
    return []


def max_age(value: str) -> list[tuple[str, object]]:
    if not value:
        return []
    if not (is_digit(value[0]) or (value[0] == "-" and is_digit(value[1:2]))):
        return []
    if not all(is_digit(character) for character in value[1:]):
        return []
    return [("Max-Age", int(value))]


def date(value: str) -> datetime | None:
    time = day = month = year = None
    for token in tokens(value):
        if time is None and (hms := hms_time(token)):
            time = hms
        elif day is None and 1 <= len(leading_digits(token)) <= 2:
            day = int(leading_digits(token))
        elif month is None and token[:3].lower() in MONTHS:
            month = MONTHS.index(token[:3].lower()) + 1
        elif year is None and 2 <= len(leading_digits(token)) <= 4:
            year = int(leading_digits(token))
    if time is None or day is None or month is None or year is None:
        return None
    if 70 <= year <= 99:
        year += 1900
    elif 0 <= year <= 69:
        year += 2000
    if year < 1601:
        return None
    try:
        return datetime(year, month, day, *time, tzinfo=UTC)
    except ValueError:
        return None


def tokens(value: str) -> list[str]:
    found = [""]
    for character in value:
        code = ord(character)
        delimiter = (code == 0x09 or 0x20 <= code <= 0x2F or 0x3B <= code <= 0x40 or 0x5B <= code <= 0x60
                     or 0x7B <= code <= 0x7E)
        if delimiter:
            found.append("")
        else:
            found[-1] += character
    return [token for token in found if token]


def hms_time(token: str) -> tuple[int, int, int] | None:
    fields = token.split(":", 2)
    if len(fields) < 3:
        return None
    hour, minute, rest = fields
    second = leading_digits(rest)
    for field in (hour, minute, second):
        if not (1 <= len(field) <= 2 and all(map(is_digit, field))):
            return None
    return int(hour), int(minute), int(second)


def leading_digits(token: str) -> str:
    end = 0
    while end < len(token) and is_digit(token[end]):
        end += 1
    return token[:end]


def is_digit(character: str) -> bool:
    return len(character) == 1 and "0" <= character <= "9"
