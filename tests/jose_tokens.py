"""Tokens of every kind, sound and broken, and what holds for each of them."""

from __future__ import annotations

import json
import random
import re
import xml.etree.ElementTree as ElementTree
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator

from hypothesis import strategies as st

from labsupport.dissection import Dissection, DissectionError, dissect
from tests.dissections import assert_each_bit_has_one_leaf, assert_parts_fill_their_field
from tests.jose_examples import ENCRYPTED, SIGNED, UNSECURED

LONGEST, DEEPEST = 16_384, 32
LONGEST_ERROR = 600

HEADERS = [
    b'{"alg":"HS256","typ":"JWT"}',
    b'{"typ":"JWT",\r\n "alg":"HS256"}',
    b'{"alg":"none"}',
    b'{"alg":"NONE"}',
    b'{"alg":"ES256","kid":"1","jwk":{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}}',
    b'{"alg":"HS256","crit":["exp"],"exp":1}',
    b'{"alg":"HS256","crit":[]}',
    b'{"alg":"HS256","b64":false,"crit":["b64"]}',
    b'{"alg":"dir","enc":"A128GCM"}',
    b'{"alg":"HS256","cty":"JWT"}',
    b'{"alg":7,"enc":[],"typ":{},"crit":"b64","b64":1,"cty":null}',
    b'{"\\u0061lg":"HS256"}',
    b"{}",
]
PAYLOADS = [
    b'{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}',
    b'{"exp":1300819380000,"nbf":"1300819380","iat":null,"aud":[1],"sub":7,"jti":[]}',
    b'{"exp":1e400,"nbf":-1e99,"iat":1.5,"auth_time":-0.0}',
    b'{"sub":"ada","cnf":{"jwk":{"kty":"oct"},"jkt":"x"},"a":[[],{},[{"b":[1]}]]}',
    b'{"":"","name":"Zo\xc3\xab","\xe2\x9f\xa6":"\\ud83d\\ude00"}',
    b"",
    b"Payload",
    b"\xff\xfe{\x00}\x00",
    b"eyJhbGciOiJub25lIn0.e30.",
    b"[]",
    b"null",
]
FRAGMENTS = [
    b"{", b"}", b"[", b"]", b":", b",", b'"', b"\\", b" ", b"\r\n", b"\t", b"null", b"true", b"NaN", b"-Infinity",
    b"0", b"01", b"-", b"1e", b"1.", b".5", b"1E+2", b"9" * 400, b"\xef\xbb\xbf", b"\xff", b"\xed\xa0\x80", b"\xc3\xa9",
    b"\x00", b"\x1f", b"\x7f", b"\\u0000", b"\\ud800", b"\\udc00\\ud800", b"\\x", b"\\u12g4", b'"alg":"none"',
    b'"exp":1,', b'"a":1,', b'"crit":["b64"],', b"//", b"'a'", b"[" * 40, b'{"a":' * 40,
]
GLUE = ["", ".", "..", "=", "==", "+", "/", " ", "\n", "Bearer ", '"', "A", "_", "é", "\x00", "\ud800", "https://a/?t="]

_BEGINS_A_JSON_OBJECT = re.compile(rb"[\xef\xbb\xbf\xfe\xff\x00 \t\r\n]*\{")


def base64url(octets: bytes) -> str:
    """The octets without padding, as the standard library encodes them."""
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def compact(*parts: bytes) -> str:
    """A token of these parts."""
    return ".".join(map(base64url, parts))


def changed(octets: bytes, choice: random.Random) -> bytes:
    """The octets with some of them replaced, removed or repeated."""
    found = bytearray(octets)
    for _ in range(choice.randrange(1, 4)):
        at = choice.randrange(len(found) + 1)
        found[at:at + choice.randrange(3)] = choice.choice([b"", choice.randbytes(1), choice.choice(FRAGMENTS)])
    return bytes(found)


def mutated(token: str, choice: random.Random) -> str:
    """The token with some of its characters replaced, removed or repeated, or its parts in another order."""
    if choice.random() < 0.2:
        parts = token.split(".")
        choice.shuffle(parts)
        token = ".".join(parts[:choice.randrange(1, 7)])
    characters = list(token)
    for _ in range(choice.randrange(4)):
        at = choice.randrange(len(characters) + 1)
        characters[at:at + choice.randrange(3)] = choice.choice([*GLUE, choice.choice("ABwxyz0189-_")])
    return "".join(characters)


def hostile(choice: random.Random) -> Iterator[str]:
    """Tokens without end: JSON texts that are changed and encoded soundly, and tokens changed afterwards."""
    sound = [*SIGNED.values(), *ENCRYPTED.values(), UNSECURED]
    while True:
        header, payload = choice.choice(HEADERS), choice.choice(PAYLOADS)
        signature = choice.randbytes(choice.choice([0, 1, 2, 32, 64, 256]))
        yield compact(changed(header, choice), payload, signature)
        yield compact(header, changed(payload, choice), signature)
        yield mutated(compact(header, payload, signature), choice)
        yield mutated(choice.choice(sound), choice)
        yield "".join(choice.choices([*GLUE, base64url(header), base64url(payload)], k=choice.randrange(9)))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
JSON_OBJECTS = st.dictionaries(st.text(max_size=8), JSON_VALUES, max_size=6)
NAMES = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "scope", "cnf", "alg", "crit", "b64", "typ", "cty"]
CLAIMS = st.dictionaries(st.sampled_from(NAMES), JSON_VALUES, max_size=6)
WRITTEN = st.builds(
    lambda value, separators, indent, ascii_only: json.dumps(
        value, separators=separators, indent=indent, ensure_ascii=ascii_only
    ).encode("utf-8", "surrogatepass"),
    JSON_OBJECTS | CLAIMS, st.sampled_from([(",", ":"), (", ", ": "), (" ,\r\n", "\t:")]), st.sampled_from([None, 1]),
    st.booleans(),
)
BROKEN = st.lists(st.sampled_from(FRAGMENTS), max_size=12).map(b"".join)
PARTS = st.sampled_from(HEADERS) | st.sampled_from(PAYLOADS) | WRITTEN | BROKEN | st.binary(max_size=24)
TOKENS = st.one_of(
    st.text(max_size=60),
    st.text("ABy-_.=", max_size=40),
    st.lists(PARTS, min_size=3, max_size=3).map(lambda parts: compact(*parts)),
    st.lists(PARTS, min_size=1, max_size=6).map(lambda parts: compact(*parts)),
    st.builds(mutated, st.sampled_from([*SIGNED.values(), *ENCRYPTED.values(), UNSECURED]), st.randoms()),
    st.randoms(use_true_random=False).map(lambda choice: next(hostile(choice))),
)


def is_dissected_whole(token: str) -> None:
    """The token is refused in few words, or each of its octets has its name, and the result can be shown."""
    try:
        found = dissect(token)
    except DissectionError as error:
        assert len(str(error)) < LONGEST_ERROR, error
        assert not is_sound(token), token
        return
    assert is_sound(token), token
    assert_carries_what_base64_carries(found, token)
    assert_each_bit_has_one_leaf(found)
    assert_parts_fill_their_field(found)
    assert b"".join(leaf.value for leaf in found.leaves() if isinstance(leaf.value, bytes)) == found.octets
    shown = found._repr_mimebundle_()
    ElementTree.fromstring(shown["text/html"])
    assert shown["text/plain"].count("⟦") == shown["text/plain"].count("⟧")


def assert_carries_what_base64_carries(found: Dissection, token: str) -> None:
    """The parts carry what the standard library decodes, and stand where they say they do."""
    strings = token.split(".")
    assert [part.characters for part in found.encoded] == strings
    assert [field.name for field in found.fields] == [part.name for part in found.encoded]
    for part, string in zip(found.encoded, strings, strict=True):
        assert found.octets[part.first : part.end] == urlsafe_b64decode(string + "==")
        assert token[part.first_character :].startswith(string)


def is_sound(token: str) -> bool:
    """A second reading of RFC 4648 §3.5 and §5, RFC 7515 §4 and §7.1, RFC 7797 §5.2 and RFC 8259, by other means."""
    strings = token.split(".")
    if len(token) > LONGEST or len(strings) not in (3, 5) or not all(map(_is_base64url, strings)):
        return False
    parts = [urlsafe_b64decode(string + "==") for string in strings]
    header = read_json(parts[0])
    if not isinstance(header, dict) or (len(parts) == 3 and header.get("b64") is False and parts[1]):
        return False
    is_claims = len(parts) == 3 and _BEGINS_A_JSON_OBJECT.match(parts[1])
    return not is_claims or read_json(parts[1]) is not None


def read_json(octets: bytes) -> object:
    """What `json` reads, or None: strict UTF-8, no name twice, no half of a surrogate pair, not too deep."""
    try:
        value: object = json.loads(
            octets.decode(), object_pairs_hook=_without_twins, parse_constant=_refused, parse_int=str
        )
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return value if _depth(value) <= DEEPEST else None


def _is_base64url(string: str) -> bool:
    """The one spelling of its octets: encoding them again gives it back."""
    try:
        return string == base64url(urlsafe_b64decode(string + "=="))
    except ValueError:
        return False


def _without_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name comes twice")
    return dict(pairs)


def _refused(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")


def _depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)
