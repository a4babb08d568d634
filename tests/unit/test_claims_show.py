"""The verdict card and the table of verdicts, in HTML and in plain text."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from labsupport.claims import Card, Claim, Ledger, Standard, Verdicts

CLAIM = Claim(
    "step2",
    "The peer's <b>answer</b> & ack.",
    "qualified",
    "Because of <i>x</i>.",
    (Standard("RFC 9293 §3.5", "Establishing a <Connection>"), Standard("document: HPBN, ch. 2")),
    "core",
    "seed",
    "3",
)
OTHER = Claim(
    "step1", "The first.", "holds", "Seen.", (Standard("RFC 6528 §3", "Proposal"),), "core", "seed", "3"
)
CARD = Card(CLAIM, {"x < y": True, "it is blue": True}, {"the control shows red": True})
CONTRADICTED = Card(CLAIM, {"x < y": True, "it is blue": False}, {"the control shows red": False})


def html_of(shown: Card | Verdicts) -> str:
    return shown._repr_mimebundle_()["text/html"]


def text_of(shown: Card | Verdicts) -> str:
    return shown._repr_mimebundle_()["text/plain"]


def tree_of(shown: Card | Verdicts) -> ElementTree.Element:
    return ElementTree.fromstring(html_of(shown))


def texts(tree: ElementTree.Element, name: str) -> list[str]:
    return ["".join(node.itertext()) for node in tree.iter() if name in (node.get("class") or "").split()]


class TestCard:
    def test_it_quotes_the_claim_and_says_verdict_and_reason(self):
        tree = tree_of(CARD)
        assert texts(tree, "trial-claim") == ["The peer's <b>answer</b> & ack."]
        assert texts(tree, "trial-badge") == ["qualified"]
        assert texts(tree, "trial-because") == ["Because of <i>x</i>."]

    def test_other_pages_can_link_to_it(self):
        assert tree_of(CARD).get("id") == "claim-step2"

    def test_it_lists_observations_and_controls_with_their_truth(self):
        observed, control = tree_of(CONTRADICTED).iter("ul")
        assert ["".join(item.itertext()) for item in observed] == ["✓x < y", "✗it is blue"]
        assert ["".join(item.itertext()) for item in control] == ["✗the control shows red"]

    def test_a_sign_has_a_name_for_those_who_hear_the_page(self):
        marks = [node for node in tree_of(CONTRADICTED).iter("span") if node.get("role") == "img"]
        assert [mark.get("aria-label") for mark in marks] == ["true", "false", "false"]

    def test_a_section_is_a_link_and_another_document_is_text(self):
        (link,) = tree_of(CARD).iter("a")
        assert (link.text, link.get("href")) == (
            "RFC 9293 §3.5",
            "https://www.rfc-editor.org/rfc/rfc9293#section-3.5",
        )
        (standards,) = texts(tree_of(CARD), "trial-standards")
        assert standards == "Standards: RFC 9293 §3.5 (Establishing a <Connection>); document: HPBN, ch. 2"

    def test_a_contradiction_stands_beside_the_verdict(self):
        assert texts(tree_of(CONTRADICTED), "trial-badge") == ["qualified", "contradicted here"]
        assert text_of(CONTRADICTED).startswith("QUALIFIED, CONTRADICTED HERE  step2\n")
        assert CONTRADICTED.failed == ("it is blue", "the control shows red")

    def test_a_card_without_one_does_not_speak_of_it(self):
        assert "contradicted" not in html_of(CARD)
        assert CARD.failed == ()

    def test_the_plain_text_is_as_complete(self):
        assert text_of(CONTRADICTED) == (
            "QUALIFIED, CONTRADICTED HERE  step2\n"
            "“The peer's <b>answer</b> & ack.”\n"
            "Because of <i>x</i>.\n"
            "Observed\n"
            "  ✓ x < y\n"
            "  ✗ it is blue\n"
            "Control\n"
            "  ✗ the control shows red\n"
            "Standards\n"
            "  RFC 9293 §3.5 (Establishing a <Connection>)\n"
            "  document: HPBN, ch. 2"
        )
        assert repr(CARD) == text_of(CARD)

    def test_nothing_in_it_is_taken_for_markup(self):
        assert "<b>" not in html_of(CARD) and "<i>" not in html_of(CARD)

    def test_it_is_the_same_each_time(self):
        assert html_of(CARD) == html_of(Card(CLAIM, dict(CARD.observations), dict(CARD.control)))
        assert "measured" not in html_of(CARD)

    @pytest.mark.parametrize("verdict", ["holds", "qualified", "outdated", "refuted", "unspecified"])
    def test_each_verdict_has_a_style(self, verdict):
        css = (Path(__file__).parents[2] / "labsupport" / "style.css").read_text(encoding="utf-8")
        assert f".trial-verdict-{verdict} {{" in css


class TestVerdicts:
    verdicts = Verdicts(Ledger(Path("x.claims.yml"), (OTHER, CLAIM)), {"step2": CARD})

    def test_a_decided_claim_has_its_verdict_and_a_link_to_its_card(self):
        _, decided = list(tree_of(self.verdicts).iter("tr"))[1:]
        assert texts(decided, "trial-badge") == ["qualified"]
        assert [link.get("href") for link in decided.iter("a")] == ["#claim-step2"]

    def test_an_open_claim_says_so_and_links_to_nothing(self):
        undecided, _ = list(tree_of(self.verdicts).iter("tr"))[1:]
        assert texts(undecided, "trial-badge") == ["not decided yet"]
        assert list(undecided.iter("a")) == []

    def test_it_says_how_many_are_open(self):
        assert self.verdicts.open == ("step1",)
        assert tree_of(self.verdicts).findtext("caption") == "1 of 2 claims decided, 1 open"

    def test_when_all_are_decided_none_is_called_open(self):
        table = Verdicts(Ledger(Path("x.claims.yml"), (CLAIM,)), {"step2": CARD})
        assert text_of(table).endswith("\n1 of 1 claims decided")

    def test_the_plain_text_has_one_claim_a_line(self):
        assert text_of(self.verdicts) == (
            "not decided yet  step1: The first.\n"
            "qualified        step2: The peer's <b>answer</b> & ack.\n"
            "1 of 2 claims decided, 1 open"
        )

    def test_rows_and_columns_have_headings(self):
        scopes = [cell.get("scope") for cell in tree_of(self.verdicts).iter("th")]
        assert scopes == ["col", "col", "row", "row"]
