"""The index of standards in a real browser: every cited section with its claims, in order, and searched."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.book.browser import VIEWS, Reader, View
from tests.book.ledgers import entries
from tests.book.seeing import press, violations, visit

STANDARDS = "chapters/appendix/standards.html"


def test_every_section_that_a_claim_cites_is_in_the_index_with_the_claim(reader: Reader) -> None:
    visit(reader, STANDARDS)
    listed = {tuple(pair) for pair in reader.run(CITATIONS)}
    cited = {(entry.page, entry.fields["id"]) for entry in entries()}
    assert listed == cited
    counted = reader.run("return document.querySelectorAll('.standards-claims > li').length")
    assert counted == len(
        {(entry.fields["id"], one["ref"]) for entry in entries() for one in entry.fields["standards"]}
    )


def test_sections_of_a_standard_stand_in_their_order(reader: Reader) -> None:
    visit(reader, STANDARDS)
    numbers = reader.run(
        "return [...document.querySelectorAll('#standard-rfc-9293 .standards-place')].map(place => place.textContent)"
    )
    numbered = [place.split()[0].lstrip("§") for place in numbers if place.startswith("§")]
    assert len(numbered) > 10
    assert numbered == sorted(numbered, key=lambda number: [int(part) for part in number.split(".")])
    assert all(place.startswith("§") for place in numbers[: len(numbered)]), "appendices come last"


def test_the_index_is_searched_by_standard_section_and_claim(reader: Reader) -> None:
    visit(reader, STANDARDS)
    reader.run("document.querySelector('.filter [name=q]').focus()")
    press(reader, "9293 §3.10.7")
    shown = reader.run(
        "return [...document.querySelectorAll('.standards-section')].filter(one => one.checkVisibility())"
        ".map(one => one.querySelector('.standards-place').textContent)"
    )
    assert shown and all(place.startswith("§3.10.7") for place in shown)
    assert urlsplit(reader.driver.current_url).fragment.startswith("q=9293")


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_axe_finds_no_violation_in_a_filtered_index(reader: Reader, axe: str, view: View) -> None:
    visit(reader, f"{STANDARDS}#q=handshake", view)
    assert violations(reader, axe, "article") == []


CITATIONS = """
return [...document.querySelectorAll('.standards-claims a')].map(link => {
  const address = new URL(link.href);
  return [address.pathname.slice(1).replace('.html', ''), address.hash.replace('#claim-', '')];
});
"""
