"""A cookie-date is read token by token: day, month, year and time in any order, everything else passed over."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsupport.cookies import cookie_date
from tests import cookies_by_the_letter as letter
from tests.cookie_lines import DATES

MOMENT = datetime(2026, 10, 21, 7, 28, 0, tzinfo=UTC)


@pytest.mark.parametrize("written", [
    b"Wed, 21 Oct 2026 07:28:00 GMT",
    b"Wednesday, 21-Oct-26 07:28:00 GMT",
    b"Wed Oct 21 07:28:00 2026",
    b"2026 october 21 7:28:0",
    b"07:28:00 21 OCT 26",
    b"Wed, 21 Oct 2026 07:28:00 PST",
    b"\t21/Oct/2026/07:28:00pm",
    b"21 Oct 2026 07:28:00 22 Nov 2027 08:29:01",
    b"\xff 21\xff Oct\xff 2026\xff 07:28:00\xff",
])
def test_one_moment_has_many_spellings(written: bytes) -> None:
    assert cookie_date(written).moment == MOMENT


@pytest.mark.parametrize("written, fault", [
    (b"", "it has no time and no day-of-month and no month and no year"),
    (b"1893456000", "it has no time and no day-of-month and no month and no year"),
    (b"21 Oct 2026", "it has no time"),
    (b"21 Oct 2026 07:28", "it has no time"),
    (b"21 Oct 07:28:00", "it has no year"),
    (b"Oct 2026 07:28:00", "it has no day-of-month"),
    (b"21 2026 07:28:00", "it has no month"),
    (b"21 Oct 20266 07:28:00", "it has no year"),
    (b"210 Oct 2026 07:28:00", "it has no day-of-month"),
    (b"21 Oct 2026 07:28:000", "it has no time"),
    (b"21 Oct 1600 07:28:00", "the year 1600 is before 1601"),
    (b"0 Oct 2026 07:28:00", "there is no such moment"),
    (b"32 Oct 2026 07:28:00", "there is no such moment"),
    (b"31 Feb 2026 07:28:00", "there is no such moment"),
    (b"29 Feb 2027 07:28:00", "there is no such moment"),
    (b"21 Oct 2026 24:00:00", "there is no such moment"),
    (b"21 Oct 2026 07:60:00", "there is no such moment"),
    (b"21 Oct 2026 07:28:60", "there is no such moment"),
])
def test_what_is_no_date_says_what_it_lacks(written: bytes, fault: str) -> None:
    read = cookie_date(written)
    assert read.moment is None
    assert read.fault.startswith(fault)


@pytest.mark.parametrize("digits, year", [(b"69", 2069), (b"70", 1970), (b"99", 1999), (b"00", 2000), (b"1601", 1601),
                                          (b"9999", 9999), (b"070", 1970)])
def test_two_digits_of_a_year_are_1970_to_2069(digits: bytes, year: int) -> None:
    moment = cookie_date(b"1 Jan " + digits + b" 00:00:00").moment
    assert moment is not None and moment.year == year


def test_a_token_is_what_it_can_be_first() -> None:
    """The second 21 is no day anymore, but two digits make a year."""
    assert cookie_date(b"21oct 21 oct 2026 07:28:00").moment == datetime(2021, 10, 21, 7, 28, 0, tzinfo=UTC)


def test_tokens_tell_what_each_was_taken_for() -> None:
    written = b"Wed, 21 Oct 2026 07:28:00 GMT"
    found = [(written[each.first:each.end], each.role) for each in cookie_date(written).tokens]
    assert found == [(b"Wed", ""), (b"21", "day-of-month"), (b"Oct", "month"), (b"2026", "year"), (b"07:28:00", "time"),
                     (b"GMT", "")]


@given(st.datetimes(datetime(1970, 1, 1), datetime(2400, 1, 1)))
def test_every_http_date_is_read_as_what_it_is(moment: datetime) -> None:
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    assert cookie_date(format_datetime(moment, usegmt=True).encode()).moment == moment


@given(DATES | st.binary(max_size=60))
def test_it_reads_what_the_standard_reads_step_by_step(written: bytes) -> None:
    assert cookie_date(written).moment == letter.date(written.decode("latin-1"))
