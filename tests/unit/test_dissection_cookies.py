"""Every octet of Set-Cookie and Cookie has its name, and each attribute tells what a user agent makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from labsupport.dissection import Dissection, DissectionError, dissect
from labsupport.dissection.fields import Field
from tests.cookie_lines import LINES, is_dissected_whole


def line(value: bytes) -> Dissection:
    return dissect(b"Set-Cookie: " + value)


def attribute(value: bytes) -> Field:
    """The first attribute after the pair."""
    return line(b"a=1;" + value)["field-value"].parts[1]


def names(field: Field) -> list[tuple[str, object]]:
    return [(leaf.name, leaf.value) for leaf in field.leaves()]


def test_a_line_by_itself_is_dissected() -> None:
    found = line(b"sid=1; Path=/")
    assert found.title == "Set-Cookie line of 25 octets"
    assert [field.name for field in found.fields] == ["Set-Cookie"]
    assert [part.name for part in found["field-value"].parts] == ["cookie-pair", "Path"]
    assert found.notes == ()


def test_lines_are_dissected_one_after_the_other() -> None:
    found = dissect(b"set-cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n")
    assert [field.name for field in found.fields] == ["set-cookie", "Set-Cookie", "empty line"]


def test_what_follows_a_thousand_lines_stays_undecoded() -> None:
    found = dissect(b"Cookie: a=1\r\n" * 1001)
    assert found.fields[-1].name == "Undecoded"


def test_cookies_are_dissected_inside_a_message() -> None:
    response = dissect(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: sid=1; HttpOnly\r\n\r\n")
    assert response["HttpOnly"].meaning == "hidden from scripts, which cannot set it either"
    request = dissect(b"GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1; b=2\r\n\r\n")
    assert [part.shown for part in request["Cookie"].parts[3].parts if part.name == "cookie-pair"] == ["a=1", "b=2"]


def test_each_octet_of_a_line_is_named() -> None:
    field = line(b" sid = a b ; Path = / ;x")["Set-Cookie"]
    assert names(field)[3:] == [
        ("cookie-name", b"sid"), ("WSP", b" "), ('"="', b"="), ("WSP", b" "), ("cookie-value", b"a b"), ("WSP", b" "),
        ('";"', b";"), ("WSP", b" "), ("attribute-name", b"Path"), ("WSP", b" "), ('"="', b"="), ("WSP", b" "),
        ("attribute-value", b"/"), ("WSP", b" "), ('";"', b";"), ("attribute-name", b"x"),
    ]


@pytest.mark.parametrize("value, name, meaning, section", [
    (b"Max-Age=60", "Max-Age", "lives 60 s", "5.6.2"),
    (b"max-age=99999999", "Max-Age", "lives 34560000 s: 400 days are the most", "5.6.2"),
    (b"Max-Age=-1", "Max-Age", "expires at once", "5.6.2"),
    (b"Max-Age=abc", "Max-Age", "ignored: it is no number of seconds", "5.6.2"),
    (b"Max-Age=", "Max-Age", "ignored: it is empty", "5.6.2"),
    (b"Expires=Wed, 21 Oct 2026 07:28:00 GMT", "Expires", "expires on 2026-10-21 at 07:28:00 UTC", "5.6.1"),
    (b"Expires=0", "Expires", "ignored: no date: it has no time", "5.6.1"),
    (b"Expires=Wed, 21 Oct 2026 07:28:00 GMT; Max-Age=1", "Expires", "no effect: Max-Age wins", "5.6.1"),
    (b"Domain=.Bank.test", "Domain", "goes to bank.test and every host below it", "5.6.3"),
    (b"Domain=", "Domain", "empty: host-only", "5.6.3"),
    (b"Path=/a", "Path", "goes to /a and what lies below it", "5.6.4"),
    (b"Path=a", "Path", 'no "/" begins it: the default path', "5.6.4"),
    (b"Path=/" + b"x" * 1024, "Path", "ignored: its value has more than 1024 octets", "5.6.4"),
    (b"Secure", "Secure", "only over a secure connection", "5.6.5"),
    (b"HttpOnly=false", "HttpOnly", "hidden from scripts", "5.6.6"),
    (b"SameSite=strict", "SameSite", "stays at home", "5.6.7"),
    (b"SameSite=lax", "SameSite", "goes with a cross-site request only where", "5.6.7"),
    (b"SameSite=None; Secure", "SameSite", "goes with cross-site requests, too", "5.6.7"),
    (b"SameSite=bogus", "SameSite", "an unknown value", "5.6.7"),
    (b"SameSite=Lax; SameSite=Strict", "SameSite", "no effect: a later SameSite wins", "5.6.7"),
    (b"Partitioned", "Partitioned", "no attribute of RFC 6265bis", "5.6"),
    (b"foo=bar", "foo", "ignored: a user agent ignores attributes it does not know", "5.6"),
    (b" ", "cookie-av", "ignored", "5.6"),
    (b"x" * 41, "cookie-av", "ignored", "5.6"),
])
def test_an_attribute_tells_what_is_made_of_it(value: bytes, name: str, meaning: str, section: str) -> None:
    found = attribute(value)
    assert (found.name, found.standard) == (name, f"RFC 6265bis §{section}")
    assert found.meaning.startswith(meaning)


def test_the_date_of_expires_is_divided_into_its_tokens() -> None:
    found = attribute(b"Expires= Wed, 21-Oct-2026 07:28:00 GMT")
    date = next(part for part in found.parts if part.name == "attribute-value")
    assert [(part.name, part.value) for part in date.parts if part.name != "delimiter"] == [
        ("date-token", b"Wed"), ("day-of-month", b"21"), ("month", b"Oct"), ("year", b"2026"), ("time", b"07:28:00"),
        ("date-token", b"GMT"),
    ]


@pytest.mark.parametrize("value, reason", [
    (b"a=\x01", "control character 0x01"),
    (b"=", "neither name nor value"),
    (b"a=" + b"x" * 4096, "4097 octets"),
    (b"a=1; SameSite=None", "SameSite=None needs Secure"),
    (b"__Secure-a=1; Path=/", "__Secure- needs Secure"),
    (b"__HOST-a=1; Secure; Domain=a.test; Path=/", "__Host- needs Secure, Path=/, and no Domain"),
    (b"__Host-a=1; Secure", "__Host- needs Secure, Path=/, and no Domain"),
    (b"__Host-a", "without a name"),
])
def test_a_line_that_is_ignored_says_why_at_its_pair_and_in_a_note(value: bytes, reason: str) -> None:
    found = line(value)
    assert found["cookie-pair"].meaning.startswith("ignored with the whole line: ")
    assert reason in found["cookie-pair"].meaning
    assert reason in found.notes[0]


def test_what_cannot_be_seen_is_escaped_where_an_effect_names_it() -> None:
    assert attribute(b"Path=/\x18\xff\xe2\x9f\xa6").meaning.startswith("goes to /\\u{18}\\u{dcff}\\u{27e6} and")


def test_the_same_name_again_is_pointed_out_in_cookie() -> None:
    found = dissect(b"Cookie: sid=evil; a=1; sid=real")
    pairs = [part for part in found["field-value"].parts if part.name == "cookie-pair"]
    assert [pair.meaning for pair in pairs] == [
        "a stored cookie, without its attributes", "a stored cookie, without its attributes",
        "the same name again; nothing tells the two apart",
    ]


def test_a_fold_stays_what_it_is() -> None:
    found = dissect(b"Set-Cookie: a=1;\r\n Path=/\r\n")
    assert "obs-fold" in [part.name for part in found["field-value"].parts]


def test_other_field_lines_are_no_message_by_themselves() -> None:
    with pytest.raises(DissectionError, match="no HTTP message"):
        dissect(b"Cookies: a=1")


def test_thousands_of_attributes_are_divided_up_to_a_bound() -> None:
    found = line(b"a=1" + b"; Path=/" * 5000)
    assert found["field-value"].parts[-1].name == "Undecoded"
    assert len(found["field-value"].parts) == 501


@given(LINES)
@settings(deadline=None)
def test_any_line_is_named_to_the_last_octet(octets: bytes) -> None:
    is_dissected_whole(octets)
