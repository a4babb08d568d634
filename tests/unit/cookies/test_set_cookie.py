"""A Set-Cookie line is parsed by RFC 6265bis §5.6: laxly, the last of equal attributes counts, and nothing raises."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from labsupport.cookies import parse
from tests.cookie_lines import LINES, agrees_with_the_letter


@pytest.mark.parametrize("line, name, value", [
    (b"a=1", b"a", b"1"),
    (b" a\t= 1 \t; Path=/", b"a", b"1"),
    (b"a=b=c", b"a", b"b=c"),
    (b"a=", b"a", b""),
    (b"=v", b"", b"v"),
    (b"v", b"", b"v"),
    (b"a b=c d", b"a b", b"c d"),
    (b'a="x y"', b"a", b'"x y"'),
    (b'a={"x": 1, "y": 2}', b"a", b'{"x": 1, "y": 2}'),
    (b"a=\xe4\xb8\xad", b"a", b"\xe4\xb8\xad"),
    (b"a=x\ty", b"a", b"x\ty"),
    (b"a=%3B", b"a", b"%3B"),
])
def test_the_pair_ends_at_the_first_semicolon_and_the_name_at_the_first_equals_sign(
    line: bytes, name: bytes, value: bytes
) -> None:
    read = parse(line)
    assert (read.name_octets, read.value_octets, read.fault) == (name, value, "")


@pytest.mark.parametrize("line, fault", [
    (b"", "neither name nor value"),
    (b" = ; Path=/", "neither name nor value"),
    (b"; Path=/", "neither name nor value"),
    (b"a=\x00", "control character 0x00"),
    (b"a=1; Path=/\x1f", "control character 0x1f"),
    (b"a=1\x7f", "control character 0x7f"),
    (b"a=1\r\n", "control character 0x0d"),
    (b"a=" + b"x" * 4096, "4097 octets"),
    (b"x" * 4097, "4097 octets"),
])
def test_some_lines_are_ignored_as_a_whole(line: bytes, fault: str) -> None:
    assert fault in parse(line).fault


def test_a_pair_may_have_4096_octets_and_whitespace_around_it_does_not_count() -> None:
    assert parse(b"  a =  " + b"x" * 4095 + b"  ").fault == ""


@pytest.mark.parametrize("attribute, kind, meaning", [
    (b"Max-Age=100", "Max-Age", 100), (b"max-age = 007 ", "Max-Age", 7), (b"MAX-AGE=-1", "Max-Age", -1),
    (b"Domain=.Bank.TEST", "Domain", "bank.test"), (b"Domain=..x", "Domain", ".x"), (b"Domain=", "Domain", ""),
    (b"Path=/a b", "Path", "/a b"), (b"Path=a", "Path", ""), (b"Path", "Path", ""),
    (b"Secure=no", "Secure", True), (b" httponly", "HttpOnly", True),
    (b"SameSite=lax", "SameSite", "Lax"), (b"SameSite=NONE", "SameSite", "None"), (b"SameSite=", "SameSite", "Default"),
])
def test_an_attribute_that_counts(attribute: bytes, kind: str, meaning: object) -> None:
    assert parse(b"a=1;" + attribute).meaning(kind) == meaning


@pytest.mark.parametrize("attribute", [
    b"Max-Age=", b"Max-Age=abc", b"Max-Age=1.5", b"Max-Age=+5", b"Max-Age=-", b"Max-Age=1e3", b"Max-Age= 1 2",
    b"Max-Age=\xd9\xa1", b"Expires=0", b"Expires=", b"Path=/" + b"x" * 1024, b"Domain=" + b"x" * 1025, b"foo=bar", b"",
    b"Partitioned", b"Max_Age=1", b"Secure Path=/", b"x" * 5000,
])
def test_an_attribute_that_is_ignored(attribute: bytes) -> None:
    assert parse(b"a=1;" + attribute).attributes == {}


def test_a_value_of_1024_octets_counts() -> None:
    assert parse(b"a=1;Path=/" + b"x" * 1023).meaning("Path") == "/" + "x" * 1023


def test_the_last_of_equal_attributes_counts_and_those_ignored_are_none() -> None:
    read = parse(b"a=1; Max-Age=1; Max-Age=2; Max-Age=x; SameSite=Strict; SameSite=bogus")
    assert (read.meaning("Max-Age"), read.meaning("SameSite")) == (2, "Default")


@given(LINES)
@settings(deadline=None, max_examples=500)
def test_it_reads_what_the_standard_reads_step_by_step(line: bytes) -> None:
    agrees_with_the_letter(line)
