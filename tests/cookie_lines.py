"""Set-Cookie lines of every kind, and what holds for each of them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime

from hypothesis import strategies as st

from labsupport.cookies import Cookie, CookieJar, parse
from labsupport.cookies.set_cookie import octets_of
from labsupport.dissection import dissect
from tests import cookies_by_the_letter as letter
from tests.dissections import assert_each_bit_has_one_leaf, assert_parts_fill_their_field

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
PLACES = (
    "http://app.bank.localhost:8000/a/login",
    "https://bank.test/",
    "http://app.bank.test/a",
    "http://127.0.0.1/a",
)

NAMES = [
    b"sid",
    b"",
    b"a b",
    b"__Host-sid",
    b"__SECURE-x",
    b"\xc3\xa9",
    b"\xff",
    b"a,b",
    b'"q"',
    b" \tx ",
    b"$a",
    b"a" * 4095,
]
VALUES = [
    b"1",
    b"",
    b"=",
    b"a=b",
    b'"x y"',
    b'{"a":1,"b":2}',
    b"\xe4\xb8\xad",
    b"\xff\xfe",
    b"\t",
    b"%41",
    b"v" * 4096,
    b"\x00",
    b"\x7f",
    b"__Host-",
    b"a\tb",
]
ATTRIBUTES = [
    b"Secure",
    b"secure=no",
    b"HttpOnly",
    b"HTTPONLY=",
    b"Path=/",
    b"Path=/a",
    b"Path=a",
    b"Path=",
    b"path = /a/ ",
    b"Path=/" + b"p" * 1023,
    b"Path=/" + b"p" * 1024,
    b"Domain=bank.localhost",
    b"Domain=.BANK.localhost",
    b"Domain=",
    b"Domain=localhost",
    b"Domain=other.test",
    b"Domain=127.0.0.1",
    b"Domain=\xc3\xa9.test",
    b"Domain=..bank.test",
    b"Max-Age=100",
    b"Max-Age=0",
    b"Max-Age=-5",
    b"Max-Age=+5",
    b"Max-Age=1.5",
    b"Max-Age=abc",
    b"Max-Age=",
    b"Max-Age=-",
    b"Max-Age=" + b"9" * 1000,
    b"Max-Age=007",
    b"Expires=Wed, 21 Oct 2026 07:28:00 GMT",
    b"Expires=0",
    b"Expires=",
    b"Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    b"Expires=21-Oct-26 7:2:0",
    b"Expires=1 jan 99 24:00:00",
    b"Expires=31 feb 2027 00:00:00",
    b"Expires=00:00:00 1 Jan 1600",
    b"SameSite=Lax",
    b"SameSite=STRICT",
    b"SameSite=None",
    b"SameSite=bogus",
    b"SameSite",
    b"Partitioned",
    b"Priority=High",
    b"foo=bar",
    b"",
    b" ",
    b"=",
    b"=x",
    b"\x00",
    b"\xff=\xff",
]
SEPARATORS = [b";", b"; ", b" ;\t", b";;"]

MONTHS = ["Jan", "feb", "MAR", "april", "may", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec", "xyz", "ja"]
DATE_TOKENS = st.one_of(
    st.integers(0, 99999).map(str),
    st.sampled_from(MONTHS),
    st.sampled_from(["GMT", "Wed", "+0100", "1st", "2026x", "12a"]),
    st.tuples(*[st.integers(0, 99)] * 3).map(lambda hms: f"{hms[0]}:{hms[1]:02}:{hms[2]}"),
    st.sampled_from(["1:2", "1:2:3:4", "100:00:00", "1:2:003", ":::", "23:59:59GMT"]),
).map(str.encode)
DATES = st.lists(
    st.tuples(DATE_TOKENS, st.sampled_from([b" ", b"-", b", ", b"/", b"\t", b":", b"\xff"])), max_size=7
).map(lambda tokens: b"".join(token + delimiter for token, delimiter in tokens))

LINES = st.one_of(
    st.binary(max_size=120),
    st.builds(
        lambda name, value, attributes, separator: (
            name + b"=" + value + b"".join(separator + each for each in attributes)
        ),
        st.sampled_from(NAMES) | st.binary(max_size=12),
        st.sampled_from(VALUES) | st.binary(max_size=12),
        st.lists(
            st.sampled_from(ATTRIBUTES) | DATES.map(lambda date: b"Expires=" + date) | st.binary(max_size=16),
            max_size=6,
        ),
        st.sampled_from(SEPARATORS),
    ),
)


def agrees_with_the_letter(line: bytes) -> None:
    """The parser says what a step-by-step reading of the standard says."""
    read, expected = parse(line), letter.parse(line)
    assert (expected is None) == bool(read.fault), (line, read.fault)
    if expected is None:
        return
    name, value, listed = expected
    assert (read.name_octets, read.value_octets) == (name, value), line
    last = {kind: meaning for kind, meaning in listed}
    found = {kind: as_latin_1(attribute.meaning) for kind, attribute in read.attributes.items()}
    assert found == last, line


def as_latin_1(meaning: object) -> object:
    return meaning.encode("utf-8", "surrogateescape").decode("latin-1") if isinstance(meaning, str) else meaning


def is_dissected_whole(line: bytes) -> None:
    """Each octet has its name, alone and inside a message, and the result can be shown."""
    field = line.replace(b"\r", b"").replace(b"\n", b"")
    for octets in (
        b"Set-Cookie: " + field,
        b"Cookie:" + field,
        b"HTTP/1.1 200 OK\r\nSet-Cookie:" + field + b"\r\n\r\n",
    ):
        found = dissect(octets)
        assert_each_bit_has_one_leaf(found)
        assert_parts_fill_their_field(found)
        assert b"".join(leaf.value for leaf in found.leaves() if isinstance(leaf.value, bytes)) == octets
        ElementTree.fromstring(found._repr_mimebundle_()["text/html"])


def is_kept_or_refused_with_a_reason(jar: CookieJar, line: bytes, url: str) -> None:
    """What is stored is sent back to where it came from, octet by octet; what is not has a reason and a section."""
    receipt = jar.receive(line, url)
    assert (receipt.cookie is None) == bool(receipt.reason), (line, receipt)
    assert receipt.standard.startswith("RFC 6265bis §5.")
    if receipt.cookie:
        assert receipt.cookie in jar.cookies
        assert octets_of(receipt.cookie.name) in line and octets_of(receipt.cookie.value) in line
        assert_comes_back(jar, receipt.cookie, url)
    assert all(each.expires is None or each.expires > NOW for each in jar.cookies)


def assert_comes_back(jar: CookieJar, cookie: Cookie, url: str) -> None:
    """A request to the host and path of a cookie carries it, where its path can be written into a URL as it is."""
    if re.fullmatch(r"[/\w.-]*", cookie.path, re.ASCII):
        host = "/".join(url.split("/", 3)[:3])
        assert f"; {cookie.pair};" in f"; {jar.field(host + cookie.path)};", cookie
