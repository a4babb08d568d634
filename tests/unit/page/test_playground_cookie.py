"""The playground of cookies: what is stored, where it goes, and which condition of the standard keeps it back."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labsupport.cookies import CookieJar
from labsupport.errors import ReaderError
from labsupport.page.cookie import EXAMPLES, answered
from labsupport.page.cookie.deciding import CONDITIONS, condition

URL = "https://app.bank.example/account/login"
ANYTHING = st.one_of(st.text(max_size=60), st.integers(), st.none(), st.booleans(), st.floats(), st.lists(st.text()))


def table(html: str) -> dict[str, str]:
    """The rows of a table as text, by the first words of each."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", html, re.DOTALL)
    cells = ([unescape(re.sub(r"<[^>]+>", " ", cell)).split() for cell in re.split(r"</t[hd]>", row)] for row in rows)
    return {" ".join(first): " | ".join(" ".join(cell) for cell in rest).strip(" |") for first, *rest in cells}


def sent(lines: str, **asked: object) -> dict[str, str]:
    return {row.split(" GET")[0].split(" POST")[0]: told
            for row, told in table(answered(lines, URL, **asked)["parts"]["sent"]).items()}


def stored(lines: str, **asked: object) -> dict[str, str]:
    return table(answered(lines, URL, **asked)["parts"]["stored"])


def test_a_stored_cookie_says_where_it_goes() -> None:
    row = stored("sid=1; Secure; HttpOnly; Path=/; SameSite=Lax")["sid=1; Secure; HttpOnly; Path=/; SameSite=Lax"]
    assert row == "✓ stored | app.bank.example alone | / | Secure, HttpOnly, SameSite=Lax | as long as the session"


def test_a_line_that_is_ignored_says_why() -> None:
    row = stored("__Host-a=1; Path=/")["__Host-a=1; Path=/"]
    assert row.startswith("✗ not stored | a name that begins with __Host- needs Secure")
    assert "RFC 6265bis §5.7" in row


def test_a_link_from_another_site_carries_lax_and_none_alone() -> None:
    asked = sent(EXAMPLES[0].lines)
    assert asked["A link on another site is followed"].startswith("✓ yes lax=1; none=1; default=1")
    assert "strict=1 : SameSite=Strict, and the request is cross-site same-site-flag" in asked[
        "A link on another site is followed"]
    assert asked["A form on another site posts"].startswith("✓ yes none=1 |")
    assert asked["An image or frame on another site"].startswith("✓ yes none=1 |")


def test_with_the_exception_of_chromium_a_new_cookie_goes_with_a_form_for_two_minutes() -> None:
    row = "A form on another site posts"
    assert sent("a=1; Path=/; Secure", chromium=True, forward_s=120)[row].startswith("✓ yes a=1")
    assert sent("a=1; Path=/; Secure", chromium=True, forward_s=121)[row].startswith("✗ no")
    assert sent("a=1; Path=/; Secure")[row].startswith("✗ no")


def test_time_ends_a_cookie_and_so_does_the_browser() -> None:
    lines = "session=1; Path=/\nhour=1; Path=/; Max-Age=3600"
    typed = "The address is typed, or a bookmark opened"
    assert sent(lines)[typed].startswith("✓ yes session=1; hour=1")
    assert sent(lines, forward_s=3600)[typed].startswith("✓ yes session=1 |")
    assert sent(lines, ended=True)[typed].startswith("✓ yes hour=1 |")
    assert "gone again" in stored(lines, ended=True)["session=1; Path=/"]


def test_a_deletion_is_told_from_one_that_misses() -> None:
    rows = stored("a=1; Path=/\na=; Max-Age=0; Path=/\nb=1; Path=/\nb=; Max-Age=0; Path=/shop")
    assert rows["a=; Max-Age=0; Path=/"].startswith("✓ deletes |")
    assert rows["b=; Max-Age=0; Path=/shop"].startswith("– deletes nothing |")
    assert rows["a=1; Path=/"].startswith("– gone again |")


def test_a_line_that_is_a_url_says_where_the_next_ones_come_from() -> None:
    example = next(example for example in EXAMPLES if example.name == "toss")
    row = sent(example.lines)["The address is typed, or a bookmark opened"]
    assert row.startswith("✓ yes sid=evil; sid=real")


def test_the_name_of_the_field_may_stand_before_its_value() -> None:
    assert answered("Set-Cookie: a=1; Path=/", URL)["parts"] == answered("a=1; Path=/", URL)["parts"]


def test_where_the_lines_come_from_decides_what_is_stored() -> None:
    lines = "lax=1; Path=/\nhidden=1; Path=/; HttpOnly\nnone=1; Path=/; Secure; SameSite=None"
    marks = {source: [row.split(" |")[0] for row in list(stored(lines, source=source).values())[1:]]
             for source in ("page", "embedded", "script")}
    assert marks["page"] == ["✓ stored"] * 3
    assert marks["embedded"] == ["✗ not stored", "✗ not stored", "✓ stored"]
    assert marks["script"] == ["✓ stored", "✗ not stored", "✓ stored"]


def test_a_public_suffix_that_is_named_is_one() -> None:
    lines, url = "a=1; Domain=co.uk", "https://shop.co.uk/"
    assert "is a public suffix" in answered(lines, url, suffixes="co.uk")["parts"]["stored"]
    assert "✓ stored" in answered(lines, url)["parts"]["stored"]


def test_a_request_of_ones_own_stands_first() -> None:
    question = {"url": "https://app.bank.example/x", "initiator": "https://evil.bank.example/", "method": "PUT",
                "asker": "subresource"}
    rows = table(answered("a=1; Path=/; SameSite=Strict", URL, question=question)["parts"]["sent"])
    own = list(rows)[1]
    assert own.startswith("Your own PUT https://app.bank.example/x (within a page, from https://evil.bank.example/)")
    assert rows[own].startswith("✓ yes a=1")


def test_every_line_is_dissected() -> None:
    dissection = answered("a=1; Path=/\nb=2; Secure", URL)["parts"]["dissection"]
    assert dissection.count("cookie-pair") == 2


def test_every_reason_of_the_jar_names_a_condition_of_the_standard() -> None:
    jar = CookieJar()
    for line in ("host=1; Path=/", "path=1; Path=/shop", "secure=1; Path=/; Secure", "http=1; Path=/; HttpOnly",
                 "strict=1; Path=/; SameSite=Strict"):
        jar.receive(line, URL)
    judged = [*jar.judged("http://bank.example/"), *jar.judged("http://app.bank.example/"),
              *jar.judged_for_script(URL), *jar.judged(URL, initiator="https://other.example/", top_level=True)]
    assert {condition(reason) for _, reason in judged if reason} == set(CONDITIONS)


def test_what_the_page_says_is_what_the_jar_sends() -> None:
    jar = CookieJar()
    for line in EXAMPLES[0].lines.split("\n"):
        jar.receive(line, URL)
    field = jar.field(URL, initiator="https://other.example/", top_level=True)
    assert sent(EXAMPLES[0].lines)["A link on another site is followed"].startswith(f"✓ yes {field} |")


@pytest.mark.parametrize("url", ["", "nonsense", "ftp://a.example/", "https://", "https://[", "//a.example"])
def test_a_url_that_is_none_is_told(url: str) -> None:
    with pytest.raises(ReaderError, match="is no address that cookies belong to"):
        answered("a=1", url)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://localhost:8000/a", "https://münchen.example/", "ws://a.example/"])
def test_any_address_that_has_cookies_is_taken(url: str) -> None:
    assert answered("a=1", url)["said"].startswith("1 line, 1 in the jar.")


def test_no_line_is_no_error() -> None:
    assert "No line of Set-Cookie yet." in answered("\n\n", URL)["parts"]["stored"]


def test_markup_in_a_line_comes_back_as_text() -> None:
    parts = answered("<img src=x>=<script>; Path=/<b>; Domain=<i>\n<img>=1; Path=/<b>", URL)["parts"]
    assert not any(f"<{tag}" in part for part in parts.values() for tag in ("img", "script", "i>"))


@pytest.mark.parametrize("asked, message", [
    ({"lines": "a=1\n" * 41}, "41 lines"), ({"lines": "a" * 12_001}, "12001 characters"),
    ({"source": "elsewhere"}, "choose one of page"), ({"forward_s": -1}, "how much later is -1"),
    ({"forward_s": None}, "how much later is missing"), ({"suffixes": "a_b"}, "no public suffix"),
    ({"question": {"url": "nonsense"}}, "is no address"), ({"question": {"url": URL, "method": "BREW"}}, "the method"),
])
def test_what_cannot_be_asked_is_told(asked: dict[str, object], message: str) -> None:
    with pytest.raises(ReaderError, match=message):
        answered(**{"lines": "a=1", "url": URL, **asked})


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=40), st.text(max_size=20), ANYTHING)
def test_any_lines_give_an_answer_or_a_readers_error(lines: str, url: str, suffixes: str, question: object) -> None:
    for where in (URL, url, f"https://{url}/"):
        try:
            assert answered(lines, where, suffixes=suffixes, question=question)["said"]
        except ReaderError as error:
            assert str(error)


@settings(deadline=None)
@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING, ANYTHING)
def test_whatever_is_handed_over_gives_an_answer_or_a_readers_error(
    lines: object, url: object, source: object, now_s: object, forward_s: object
) -> None:
    try:
        assert answered(lines, url, source, now_s, forward_s)["said"]
    except ReaderError as error:
        assert str(error)
