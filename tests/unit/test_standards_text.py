"""A citation is right when the text of the RFC has that section, under that title."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tools import standards_text
from tools.standards_text import Cited, check, fault_of, headings

TEXT = """
Fielding, et al.             Standards Track                    [Page 1]
RFC 9110                     HTTP Semantics                    June 2022

Table of Contents

   1.  Introduction ....................................................5
   9.2.1.  Safe Methods

1.  Introduction

   The text of section 1 says that 3.
   2. is no heading, and neither is

9.2.1.  Safe Methods

   Request methods are considered "safe" if

5.6.7.1.  "Strict" and
          "Lax" Enforcement

   The text.

Appendix A.  Collected ABNF

   The text.

B.2.  Changes from RFC 7231
"""


def test_headings_are_those_of_the_text_and_not_of_its_contents() -> None:
    assert headings(TEXT) == {
        "1": "Introduction",
        "9.2.1": "Safe Methods",
        "5.6.7.1": '"Strict" and "Lax" Enforcement',
        "A": "Collected ABNF",
        "B.2": "Changes from RFC 7231",
    }


@pytest.mark.parametrize(
    ("section", "title", "fault"),
    [
        ("9.2.1", "Safe Methods", None),
        ("9.2.1", "", None),
        ("5.6.7.1", "“Strict” and “Lax” enforcement", None),
        ("9.2.1", "Idempotent Methods", "its title is 'Safe Methods'"),
        ("9.2", "Common Method Properties", "there is no such section"),
    ],
)
def test_a_citation_is_compared_by_number_and_words(section: str, title: str, fault: str | None) -> None:
    told = fault_of(Cited("here", "9110", section, title), headings(TEXT))
    assert told is None if fault is None else fault in str(told)


def test_an_rfc_without_a_text_is_counted_and_not_called_right(tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "rfc9110.txt.gz").write_bytes(gzip.compress(TEXT.encode()))
    cited = [Cited("a", "9110", "1"), Cited("b", "9110", "8"), Cited("c", "9700", "2.1"), Cited("d", "9700", "4")]
    checked = check(cited, tmp_path)
    assert (checked.found, checked.without_text) == (1, {"9700": 2})
    assert checked.faults == ("b: RFC 9110 §8: there is no such section",)


def test_the_book_cites_hundreds_of_sections_in_claims_and_in_prose() -> None:
    assert len(list(standards_text.in_claims())) > 100
    assert {"9110", "9293"} <= {cited.number for cited in standards_text.in_prose()}
