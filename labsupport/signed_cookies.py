"""The signed cookies of Express in Python, to the letter: those of `cookie-session` and of `express-session`.

`cookie-session` keeps the session itself in a cookie, and its signature in a second one beside it (package keygrip):

    session=eyJ0ZXN0IjoiaGV5In0=; session.sig=QBoXofGvnXbVoA8dDmfD-GMMM6E

`express-session` keeps an id alone, signed in its own cookie (package cookie-signature):

    connect.sid=s%3AfZ3…kQ.v9LJ…4c

A key is text and its octets are UTF-8. Signatures are compared as text, in constant time: of the characters that
stand for the same octets only one is right, where a decoder may let several pass.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NoReturn
from urllib.parse import quote, unquote

from labsupport.errors import ReaderError

_GREATEST_INTEGER = 2**53 - 1
_LAST_INDEX = 2**32 - 2
_LEFT_BY_ENCODE_URI_COMPONENT = "!'()*~-_."


def keygrip_sign(data: str, key: str) -> str:
    """The signature of `data`, which is `name=value` of a cookie: 27 characters that stand for 20 octets.

    HMAC-SHA1 in base64url (RFC 4648, section 5) without padding. Raises ReaderError for what is no text.
    """
    digest = hmac.digest(_octets(key, "a key"), _octets(data, "signed data"), "sha1")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def keygrip_verify(data: str, signature: str, keys: str | Sequence[str]) -> bool:
    """Whether one of the keys made the signature of `data`. Raises ReaderError where there is no key."""
    return keygrip_index(data, signature, keys) is not None


def keygrip_index(data: str, signature: str, keys: str | Sequence[str]) -> int | None:
    """The place in `keys` of the one that made the signature, None where none did.

    The newest key stands first and signs. `cookie-session` signs anew what has the signature of a later one.
    """
    for index, key in enumerate(_several(keys)):
        if _equal(keygrip_sign(data, key), signature):
            return index
    return None


def cookie_session_encode(session: Mapping[str, Any]) -> str:
    """The value of the cookie: the session as `JSON.stringify` writes it, in base64 with padding.

    Raises ReaderError for what JavaScript has no like of.
    """
    if not isinstance(session, Mapping):
        raise ReaderError(f"a session is a dict, not {session!r}")
    try:
        text = _stringify(session)
    except RecursionError:
        raise ReaderError("this session contains itself, or is nested too deeply") from None
    return base64.b64encode(_octets(text, "a session")).decode()


def cookie_session_decode(value: str) -> dict[str, Any]:
    """The session in the cookie's value. It is not encrypted: no key is needed.

    Verify the signature first, on the text received. Raises ReaderError for what is not a JSON object in base64.
    """
    try:
        text = base64.b64decode(_octets(value, "a cookie's value"), validate=True).decode()
        session = json.loads(text, parse_int=_whole, parse_constant=_not_json)
    except binascii.Error as error:
        raise ReaderError(f"{value!r} is not base64 with padding: {error}") from None
    except UnicodeDecodeError:
        raise ReaderError(f"{value!r} is base64, but not of text in UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise ReaderError(f"{value!r} is base64, but not of JSON: {error}") from None
    if not isinstance(session, dict):
        raise ReaderError(f"{value!r} holds {text}, and a session is a JSON object")
    return session


def connect_sid_sign(session_id: str, secret: str) -> str:
    """The value of the cookie `connect.sid`: `s:`, the id, a dot and its signature, percent-encoded.

    HMAC-SHA256 in base64 (RFC 4648, section 4) without padding. Raises ReaderError for what is no text.
    """
    return quote("s:" + _signed(session_id, secret), safe=_LEFT_BY_ENCODE_URI_COMPONENT)


def connect_sid_unsign(value: str, secrets: str | Sequence[str]) -> str | None:
    """The session's id, where one of the secrets signed it; None for every other value.

    Raises ReaderError where there is no secret.
    """
    text = _decoded(value)
    signed = text.removeprefix("s:")
    session_id = signed.rpartition(".")[0]
    good = [_equal(_signed(session_id, secret), signed) for secret in _several(secrets)]
    return session_id if text.startswith("s:") and any(good) else None


def _signed(session_id: str, secret: str) -> str:
    digest = hmac.digest(_octets(secret, "a secret"), _octets(session_id, "a session's id"), "sha256")
    return f"{session_id}.{base64.b64encode(digest).decode().rstrip('=')}"


def _decoded(value: str) -> str:
    """As `decodeURIComponent` reads it; where that fails the value is taken as it is."""
    _octets(value, "a cookie's value")
    if re.search("%(?![0-9A-Fa-f]{2})", value):
        return value
    try:
        return unquote(value, errors="strict")
    except UnicodeDecodeError:
        return value


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(_octets(one, "a signature"), _octets(other, "a signature"))


def _several(keys: object) -> tuple[str, ...]:
    if isinstance(keys, str):
        return (keys,)
    if not isinstance(keys, Sequence) or not keys:
        raise ReaderError(f"a signature needs a key; give one, or several with the newest first, not {keys!r}")
    return tuple(keys)


def _octets(text: object, what: str) -> bytes:
    if not isinstance(text, str):
        raise ReaderError(f"{what} is text, not {text!r}")
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise ReaderError(f"{what} has half a character (a lone surrogate) at position {error.start}") from None


def _whole(digits: str) -> float:
    """A number without a fraction, as exact as JavaScript keeps it."""
    return int(digits) if abs(int(digits)) <= _GREATEST_INTEGER else float(digits)


def _not_json(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number there")


def _stringify(value: object) -> str:
    """JSON as JavaScript writes it (ECMA-262, section 25.5.2)."""
    match value:
        case None | bool() | str():
            return json.dumps(value, ensure_ascii=False)
        case int() | float():
            return _number(value)
        case list() | tuple():
            return f"[{','.join(map(_stringify, value))}]"
        case Mapping():
            return f"{{{','.join(f'{_stringify(key)}:{_stringify(each)}' for key, each in _in_order(value))}}}"
    raise ReaderError(f"a session in a cookie holds what JSON has, not {value!r}")


def _in_order(mapping: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    """The members as JavaScript orders them: whole numbers first, by size, then the rest as they were put in."""
    for key in mapping:
        if not isinstance(key, str):
            raise ReaderError(f"a session's keys are text, not {key!r}")
    indexes = sorted((key for key in mapping if _is_index(key)), key=int)
    for key in (*indexes, *(key for key in mapping if not _is_index(key))):
        yield key, mapping[key]


def _is_index(key: str) -> bool:
    return re.fullmatch("0|[1-9][0-9]{0,9}", key) is not None and int(key) <= _LAST_INDEX


def _number(number: float) -> str:
    """A number in JavaScript's spelling (ECMA-262, section 6.1.6.1.20): 1.0 is 1, and 1e-07 is 1e-7."""
    if isinstance(number, int) and abs(number) > _GREATEST_INTEGER:
        raise ReaderError(f"{number} is beyond 2**53 - 1, the greatest whole number that JavaScript keeps exactly")
    if not math.isfinite(number):
        raise ReaderError(f"JSON has no {number}")
    if 1e-6 <= abs(number) < 1e21 or not number:
        plain = f"{Decimal(repr(number)):f}".removeprefix("-" if not number else "")
        return plain.removesuffix(".0")
    mantissa, _, exponent = f"{Decimal(repr(number)):e}".partition("e")
    return f"{mantissa}e{exponent}"
