"""What the build makes of the claims: dockets, the ledger and its JSON, the questions of the drill."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docutils import nodes

from _ext.protocols_on_trial import (
    bibliography,
    cards,
    drill,
    filters,
    ledger,
    ledger_json,
    ledger_page,
    questions,
)
from labsupport.claims.card import Card, as_text
from labsupport.claims.ledger import Claim, Standard
from tests.small_book import BIBLIOGRAPHY_TEXT, CONTROL, OBSERVED, PAGE, write_small_book

BIBLIOGRAPHY = bibliography.parse(BIBLIOGRAPHY_TEXT)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The sources of a book with one chapter and its claims."""
    return write_small_book(tmp_path)


@pytest.fixture
def docket(book: Path) -> ledger.Docket:
    """The claims of its chapter."""
    return ledger.read_docket(book, PAGE)


def a_claim(*refs: str, because: str = "It is so.", claim_id: str = "one") -> Claim:
    standards = tuple(Standard(ref, "A title") for ref in refs)
    return Claim(claim_id, "A claim.", "holds", because, standards, "core", "seed", "3")


# Dockets


def test_a_docket_has_the_title_and_the_claims_of_its_chapter(docket: ledger.Docket) -> None:
    assert docket.title == "The handshake"
    assert [claim.id for claim in docket.claims] == ["step1-syn", "reliable"]


def test_a_docket_has_for_each_claim_what_its_cell_observed(docket: ledger.Docket) -> None:
    seen = cards.Evidence(tuple(OBSERVED), tuple(CONTROL))
    assert docket.evidence == {"step1-syn": seen, "reliable": seen}


def test_the_topic_of_a_chapter_is_its_name_without_number(docket: ledger.Docket) -> None:
    assert docket.topic == "open"


def test_cells_without_heading_have_none() -> None:
    assert ledger.first_heading([{"cell_type": "markdown", "source": "## A section"}]) is None


def test_a_notebook_without_heading_is_titled_by_its_name(book: Path) -> None:
    (book / f"{PAGE}.ipynb").write_text('{"cells": []}', encoding="utf-8")
    assert ledger.read_docket(book, PAGE).title == "01-open"


def test_verdicts_are_counted_in_one_order_and_none_is_zero(docket: ledger.Docket) -> None:
    assert list(ledger.count_verdicts([docket, docket]).items()) == [("holds", 2), ("refuted", 2)]
    assert ledger.count_verdicts([]) == {}


def test_every_verdict_has_a_meaning() -> None:
    from typing import get_args

    from labsupport.claims.ledger import Verdict

    assert tuple(ledger.MEANINGS) == get_args(Verdict)


def app_with(book: Path, contents: list[str], caption: str | None = None) -> Any:
    class SiteMap(list[str]):
        root = SimpleNamespace(subtrees=[SimpleNamespace(caption=caption, items=contents)])

    return SimpleNamespace(srcdir=str(book), config=SimpleNamespace(external_site_map=SiteMap(contents)))


def test_pages_without_claims_have_no_docket(book: Path) -> None:
    dockets = ledger.dockets_of(app_with(book, ["chapters/index", PAGE]))
    assert [docket.page for docket in dockets] == [PAGE]


def test_a_part_has_the_caption_of_the_table_of_contents(book: Path, docket: ledger.Docket) -> None:
    (part,) = ledger.parts_of(app_with(book, [PAGE], "About TCP"), [docket])
    assert (part.topic, part.title, part.claims) == ("tcp", "About TCP", 2)


# Cards


def test_a_card_in_plain_text_is_read_as_it_was_written() -> None:
    card = Card(a_claim("RFC 9293 §3.5"), {"a ✓ in a sentence": True}, {"another: Control": True})
    assert cards.read_card(as_text(card)) == ("one", cards.Evidence(("a ✓ in a sentence",), ("another: Control",)))


@pytest.mark.parametrize("text", ["", "HOLDS  one", "200\nObserved\nControl\nStandards", "A table\n  ✓ row"])
def test_other_outputs_are_no_cards(text: str) -> None:
    assert cards.read_card(text) is None


# The page of the ledger


def test_a_standard_is_linked_where_it_has_an_address(docket: ledger.Docket) -> None:
    line = ledger_page.standards_line(docket.claims[0].standards, BIBLIOGRAPHY)
    links = [link["refuri"] for link in line.findall(nodes.reference)]
    assert links == ["https://www.rfc-editor.org/rfc/rfc9293#section-3.5"]
    assert line.astext() == "RFC 9293 §3.5 (Establishing a Connection) · document: a book, chapter 2"


def test_a_badge_says_the_verdict_and_has_its_class() -> None:
    badge = ledger_page.verdict_badge("refuted")
    assert badge.astext() == "refuted"
    assert badge["classes"] == ["trial-badge", "trial-verdict-refuted"]


def test_a_permalink_is_the_id_and_leads_to_the_entry(docket: ledger.Docket) -> None:
    link = next(iter(ledger_page.permalink(docket.claims[0]).findall(nodes.reference)))
    assert (link.astext(), link["refid"]) == ("step1-syn", "claim-step1-syn")


def test_the_bar_offers_verdicts_parts_and_chapters_with_their_counts(docket: ledger.Docket) -> None:
    part = ledger.Part("tcp", "TCP & more", (docket,))
    html = filters.filter_bar(".ledger > li", "claim", "text", {"holds": 1}, [part]).astext()
    assert 'value="holds"' in html and '<span class="filter-count">1</span>' in html
    assert '<option value="">All topics (2)</option>' in html
    assert '<optgroup label="TCP &amp; more"><option value="tcp">All of TCP &amp; more (2)</option>' in html
    assert '<option value="open">The handshake (2)</option>' in html


def test_a_bar_without_verdicts_and_parts_has_the_text_alone() -> None:
    html = filters.filter_bar("li", "citation", "number").astext()
    assert "checkbox" not in html and "<select" not in html
    assert 'placeholder="number"' in html


# JSON


def test_the_json_names_its_shape_and_counts_every_verdict(docket: ledger.Docket) -> None:
    made = ledger_json.as_json([docket], BIBLIOGRAPHY)
    assert (made["format"], made["version"]) == ("protocols-on-trial/ledger", 1)
    assert {name: verdict["claims"] for name, verdict in made["verdicts"].items()} == {
        "holds": 1, "qualified": 0, "outdated": 0, "refuted": 1, "unspecified": 0,
    }  # fmt: skip


def test_a_claim_in_json_leads_to_its_cell_and_to_its_entry(docket: ledger.Docket) -> None:
    claim = ledger_json.as_json([docket], BIBLIOGRAPHY)["claims"][0]
    assert claim["url"] == "../3-tcp/01-open.html#claim-step1-syn"
    assert claim["permalink"] == "ledger.html#claim-step1-syn"
    assert claim["chapter"] == "3-tcp/01-open"
    assert claim["standards"][1] == {"ref": "document: a book, chapter 2", "title": None, "url": None}


def test_the_json_is_of_the_shape_that_the_schema_describes(docket: ledger.Docket) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(Path(ledger_json.__file__).with_name("ledger.schema.json").read_text(encoding="utf-8"))
    made = ledger_json.as_json([docket], BIBLIOGRAPHY)
    jsonschema.validate(made, schema)
    made["claims"][0]["verdict"] = "true"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(made, schema)


def test_the_json_is_announced_on_the_page_of_the_ledger_alone() -> None:
    for page, announced in (("chapters/appendix/ledger", True), ("chapters/appendix/glossary", False)):
        context: dict[str, Any] = {}
        ledger_json.announce(None, page, "page.html", context, None)  # type: ignore[arg-type]
        assert ('rel="alternate" type="application/json"' in context.get("metatags", "")) is announced


# The drill


def test_an_answer_has_three_sentences_at_most_and_ends_with_what_was_observed(docket: ledger.Docket) -> None:
    short, cut = questions.questions_of([docket])
    assert short.answer == ("It is how a connection begins.", "Observed: the first segment carries SYN.")
    assert cut.answer == (
        "Retransmission does.",
        "It sends again what nobody acknowledged.",
        "Observed: the first segment carries SYN.",
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("One. Two? Three.", 3),
        ("x is chosen. The SYN\noccupies it.", 2),
        ("RFC 9110 §9.2.2 says so, e.g. of PUT.", 1),
        ("It calls cookies.get and res.end() in HTTP/1.1.", 1),
        ("exp and nbf are optional. exp is in seconds.", 1),
    ],
)
def test_sentences_end_with_a_stop_before_a_capital(text: str, number: int) -> None:
    assert len(questions.sentences(text)) == number


def test_a_question_opens_to_the_verdict_the_evidence_and_the_way_to_the_cell(docket: ledger.Docket) -> None:
    html = drill.question_entry(questions.questions_of([docket])[1], "../3-tcp/01-open.html", BIBLIOGRAPHY)
    assert "<summary><q>The handshake makes TCP reliable.</q></summary>" in html
    assert 'data-verdict="refuted"' in html
    assert "<li>a later segment carries none</li>" in html
    assert 'href="../3-tcp/01-open.html#claim-reliable"' in html
    assert 'href="https://www.rfc-editor.org/rfc/rfc9293#section-3.10"' in html


def test_the_console_offers_every_verdict_under_a_key_of_its_own(docket: ledger.Docket) -> None:
    html = drill.console([ledger.Part("tcp", "TCP", (docket,))])
    assert "$" not in html
    for key, verdict in enumerate(ledger.MEANINGS, 1):
        assert f'value="{verdict}" required><kbd>{key}</kbd>' in html
