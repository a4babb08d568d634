"""The bibliography as the build reads it, and the index of standards that it makes from the claims."""

from __future__ import annotations

from pathlib import Path

import pytest

from _ext.protocols_on_trial import bibliography, ledger, standards_index
from labsupport.claims.ledger import Claim, Standard
from tests.small_book import BIBLIOGRAPHY_TEXT, PAGE, write_small_book

BIBLIOGRAPHY = bibliography.parse(BIBLIOGRAPHY_TEXT)


@pytest.fixture
def docket(tmp_path: Path) -> ledger.Docket:
    """The claims of a book with one chapter."""
    return ledger.read_docket(write_small_book(tmp_path), PAGE)


def a_claim(*refs: str, because: str = "It is so.", claim_id: str = "one") -> Claim:
    standards = tuple(Standard(ref, "A title") for ref in refs)
    return Claim(claim_id, "A claim.", "holds", because, standards, "core", "seed", "3")


def a_docket(*claims: Claim) -> ledger.Docket:
    return ledger.Docket("chapters/3-tcp/02-more", "More", claims)


# The bibliography


@pytest.mark.parametrize(
    ("reference", "address"),
    [
        ("RFC 9293 §3.5", "https://www.rfc-editor.org/rfc/rfc9293#section-3.5"),
        ("WHATWG HTML #sites", "https://html.spec.whatwg.org/#sites"),
        ("W3C Fetch Metadata #header", "https://www.w3.org/TR/fetch-metadata/#header"),
        ("document: OWASP JWT Cheat Sheet (denylist)", "https://cheatsheetseries.owasp.org/jwt.html"),
        ("document: OWASP JSON Web Token Cheat Sheet, a section", "https://cheatsheetseries.owasp.org/jwt.html"),
        ("W3C Unknown #here", None),
        ("implementation: Chromium 156", None),
    ],
)
def test_a_reference_leads_to_the_section_where_its_address_can(reference: str, address: str | None) -> None:
    assert BIBLIOGRAPHY.address(reference) == address


def test_a_title_over_two_lines_is_one_title() -> None:
    found = BIBLIOGRAPHY.find("RFC 9293")
    assert found is not None and found.title == "Transmission Control Protocol (TCP)"


def test_a_name_is_not_taken_for_the_beginning_of_another() -> None:
    assert BIBLIOGRAPHY.find("RFC 929") is None
    assert BIBLIOGRAPHY.find("W3C HTM") is None


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("RFC 7636 §B", ("RFC 7636", "B")),
        ("W3C REC HTML 4.01 §17.13.1", ("W3C REC HTML 4.01", "§17.13.1")),
        ("document: POSIX.1-2024, listen() and accept()", ("POSIX.1-2024", "listen() and accept()")),
        ("document: OWASP A Cheat Sheet (Local Storage)", ("OWASP A Cheat Sheet", "Local Storage")),
        ("document: A whole book", ("A whole book", "")),
    ],
)
def test_a_reference_is_a_document_and_a_place_in_it(reference: str, parts: tuple[str, str]) -> None:
    assert bibliography.parted(reference) == parts


# The index of standards


def test_sections_stand_in_the_order_of_their_numbers(docket: ledger.Docket) -> None:
    shelf = standards_index.shelves([docket], BIBLIOGRAPHY)[0]
    assert [section.place for section in shelf.documents[0].sections] == ["3.5", "3.8.1", "3.10"]


def test_appendices_stand_after_numbered_sections() -> None:
    assert sorted(["B", "10.2", "A.1", "2"], key=standards_index.section_order) == ["2", "10.2", "A.1", "B"]


def test_documents_stand_by_kind_and_rfcs_by_number() -> None:
    cited = a_claim("RFC 10008 §2", "RFC 793 §1", "WHATWG HTML #sites", "implementation: nginx 1.22", "document: X")
    shelves = standards_index.shelves([a_docket(cited)], BIBLIOGRAPHY)
    names = {shelf.name: [document.name for document in shelf.documents] for shelf in shelves}
    assert names == {
        "RFCs": ["RFC 793", "RFC 10008"],
        "WHATWG, W3C and OpenID": ["WHATWG HTML"],
        "Other documents": ["X"],
        "Implementations": ["nginx"],
    }


def test_a_section_lists_each_claim_once_and_a_document_counts_each_once() -> None:
    one = a_claim("RFC 9293 §3.5", "RFC 9293 §3.5", "RFC 9293 §3.4")
    other = a_claim("RFC 9293 §3.5", claim_id="other")
    document = standards_index.shelves([a_docket(one, other)], BIBLIOGRAPHY)[0].documents[0]
    assert [len(section.citations) for section in document.sections] == [1, 2]
    assert document.claims == 2
    assert document.title == "Transmission Control Protocol (TCP)"


def test_a_draft_that_replaces_an_rfc_is_called_by_its_number() -> None:
    docket = a_docket(a_claim("draft-ietf-httpbis-rfc6265bis-22 §5.2"))
    document = standards_index.shelves([docket], BIBLIOGRAPHY)[0].documents[0]
    assert (document.name, document.title) == ("RFC 6265bis", "Cookies")


def test_citations_of_one_program_stand_together_in_any_version_and_spelling() -> None:
    refs = ("implementation: Flask 3.1, X", "implementation: flask.json.tag Y", "implementation: Flask Z")
    (shelf,) = standards_index.shelves([a_docket(a_claim(*refs))], BIBLIOGRAPHY)
    assert [(document.name, len(document.sections)) for document in shelf.documents] == [("Flask", 3)]
