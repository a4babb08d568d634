"""The ledger: what a claims file must hold, and what the reader is told when it does not."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import get_args

import pytest
import yaml

from labsupport.claims import Claim, Ledger, LedgerError, Standard
from labsupport.claims.ledger import Verdict
from labsupport.errors import ReaderError

CHAPTERS = Path(__file__).parents[2] / "chapters"
ENTRY = {
    "id": "step2-syn-ack",
    "origin": "seed",
    "tier": "core",
    "section": "3 › three-way",
    "claim": "The peer answers.",
    "verdict": "holds",
    "because": "It acknowledges the SYN.",
    "standards": [{"ref": "RFC 9293 §3.5", "title": "Establishing a Connection"}],
}
FILE = Path("chapters/3-tcp/01-x.claims.yml")


def parse(*entries: object) -> Ledger:
    return Ledger.parse(yaml.safe_dump(list(entries), allow_unicode=True), FILE)


def entry(**changes: object) -> dict[str, object]:
    return {**ENTRY, **changes}


def without(key: str) -> dict[str, object]:
    return {name: value for name, value in ENTRY.items() if name != key}


def refusal(*entries: object) -> str:
    with pytest.raises(LedgerError) as error:
        parse(*entries)
    return str(error.value)


class TestReading:
    def test_a_claim_has_its_text_verdict_reason_and_standards(self):
        (claim,) = parse(ENTRY)
        assert claim == Claim(
            "step2-syn-ack",
            "The peer answers.",
            "holds",
            "It acknowledges the SYN.",
            (Standard("RFC 9293 §3.5", "Establishing a Connection"),),
            "core",
            "seed",
            "3 › three-way",
        )

    def test_a_claim_cannot_be_changed(self):
        (claim,) = parse(ENTRY)
        with pytest.raises(dataclasses.FrozenInstanceError):
            claim.verdict = "refuted"  # type: ignore[misc]

    def test_claims_keep_the_order_of_the_file(self):
        ledger = parse(entry(id="b"), entry(id="a"), entry(id="c"))
        assert [claim.id for claim in ledger] == ["b", "a", "c"]
        assert len(ledger) == 3

    @pytest.mark.parametrize("verdict", ["holds", "qualified", "outdated", "refuted", "unspecified"])
    def test_the_verdicts_are_five(self, verdict):
        assert parse(entry(verdict=verdict))["step2-syn-ack"].verdict == verdict
        assert len(get_args(Verdict)) == 5

    @pytest.mark.parametrize("ref", ["document: HPBN, ch. 2", "implementation: Linux listen backlog"])
    def test_a_document_or_an_implementation_needs_neither_section_nor_title(self, ref):
        assert parse(entry(standards=[{"ref": ref}]))["step2-syn-ack"].standards == (Standard(ref),)

    def test_a_file_is_read_as_utf_8(self, tmp_path):
        path = tmp_path / "x.claims.yml"
        path.write_text(yaml.safe_dump([entry(section="三次握手")], allow_unicode=True), encoding="utf-8")
        assert Ledger.read(path)["step2-syn-ack"].section == "三次握手"

    def test_an_empty_list_has_no_claims(self):
        assert len(parse()) == 0


class TestLookingUp:
    def test_an_unknown_id_is_answered_with_those_that_come_near(self):
        with pytest.raises(
            LedgerError, match=r"01-x.claims.yml has no claim 'step2-synack'; did you mean step2-syn-ack"
        ):
            parse(ENTRY)["step2-synack"]

    def test_or_with_all_when_none_comes_near(self):
        with pytest.raises(LedgerError, match="its claims are step2-syn-ack"):
            parse(ENTRY)["zzzz"]

    def test_even_when_it_is_no_text(self):
        with pytest.raises(LedgerError, match="has no claim 7"):
            parse(ENTRY)[7]  # type: ignore[index]


class TestRefusals:
    @pytest.mark.parametrize("key", ENTRY)
    def test_a_missing_key_is_named_with_file_and_entry(self, key):
        message = refusal(ENTRY, without(key))
        assert message.startswith("01-x.claims.yml, entry 2")
        assert f"lacks {key}; add it" in message

    @pytest.mark.parametrize("key", ["id", "origin", "tier", "section", "claim", "verdict", "because"])
    @pytest.mark.parametrize("value", ["", "  ", None, 7, True, ["a"]])
    def test_every_text_must_be_text(self, key, value):
        assert f"{key} must be text and not empty" in refusal(entry(**{key: value}))

    def test_a_misspelled_key_is_not_ignored(self):
        message = refusal(entry(verdikt="holds"))
        assert "(step2-syn-ack) has the unknown key verdikt; the keys are id, claim" in message

    @pytest.mark.parametrize(
        ("key", "value"), [("verdict", "true"), ("verdict", "Holds"), ("tier", "major"), ("origin", "book")]
    )
    def test_an_unknown_choice_is_answered_with_the_known_ones(self, key, value):
        message = refusal(entry(**{key: value}))
        assert f"01-x.claims.yml, entry 1 (step2-syn-ack): {key} {value!r} is not known; choose " in message

    def test_an_id_may_stand_only_once(self):
        assert "two entries have the id 'step2-syn-ack'; rename one" in refusal(
            ENTRY, entry(claim="Another.")
        )

    @pytest.mark.parametrize("value", [[], None, "RFC 9293 §3.5", {"ref": "RFC 9293 §3.5"}])
    def test_standards_are_a_list_that_is_not_empty(self, value):
        assert "cite the section that decides" in refusal(entry(standards=value))

    @pytest.mark.parametrize("ref", ["RFC 9293", "draft-ietf-httpbis-rfc6265bis-22"])
    def test_a_standard_is_cited_to_the_section(self, ref):
        message = refusal(entry(standards=[{"ref": ref, "title": "TCP"}]))
        assert f"{ref} is cited without a section; write '{ref} §…'" in message

    def test_a_section_has_its_title(self):
        assert "RFC 9293 §3.5 has no title" in refusal(entry(standards=[{"ref": "RFC 9293 §3.5"}]))

    @pytest.mark.parametrize(
        "item", ["RFC 9293 §3.5", {"title": "x"}, {"ref": "RFC 6528 §3", "unverified": True}, None]
    )
    def test_a_standard_has_a_ref_and_a_title_and_nothing_else(self, item):
        assert "a standard has a ref and a title, nothing else" in refusal(entry(standards=[item]))

    @pytest.mark.parametrize("item", ["a sentence", 7, None, ["x"]])
    def test_an_entry_is_a_mapping(self, item):
        assert refusal(ENTRY, item).startswith("01-x.claims.yml, entry 2 is no claim; write it as '- id: …'")

    @pytest.mark.parametrize("text", ["", "id: x", "7", "just text"])
    def test_a_file_is_a_list(self, text):
        with pytest.raises(LedgerError, match=r"01-x.claims.yml must be a list of claims"):
            Ledger.parse(text, FILE)

    @pytest.mark.parametrize(
        "text", ["- {", "- id: a\n  b: [", "\t- a", "- !!python/object/apply:os.getcwd []"]
    )
    def test_a_file_is_safe_yaml(self, text):
        with pytest.raises(LedgerError, match=r"01-x.claims.yml is not YAML: "):
            Ledger.parse(text, FILE)

    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(
            LedgerError, match=r"gone.claims.yml cannot be read: .*belongs beside the notebook"
        ):
            Ledger.read(tmp_path / "gone.claims.yml")

    def test_a_file_in_another_encoding(self, tmp_path):
        path = tmp_path / "x.claims.yml"
        path.write_bytes(b"\xff\xfe")
        with pytest.raises(LedgerError, match="cannot be read"):
            Ledger.read(path)

    def test_the_reader_sees_the_message_without_a_traceback(self):
        assert issubclass(LedgerError, ReaderError)


class TestTheBook:
    @pytest.mark.parametrize("path", sorted(CHAPTERS.rglob("*.claims.yml")), ids=lambda path: path.name)
    def test_every_ledger_of_the_book_can_be_read(self, path):
        assert len(Ledger.read(path)) > 0

    def test_the_handshake_has_its_eleven_claims(self):
        ledger = Ledger.read(CHAPTERS / "3-tcp" / "01-three-way-handshake.claims.yml")
        assert [claim.id for claim in ledger] == [
            "three-way-solves-connection",
            "step1-syn",
            "step2-syn-ack",
            "step3-ack",
            "syn-belongs-to-opening",
            "ack-belongs-to-opening",
            "ack-names-next-packet",
            "options-negotiated-only-in-syn",
            "isn-is-unpredictable",
            "keep-alive-pays-the-handshake-once",
            "accept-is-not-the-handshake",
        ]
        qualified = {claim.id for claim in ledger if claim.verdict == "qualified"}
        assert qualified == {
            "ack-belongs-to-opening",
            "ack-names-next-packet",
            "isn-is-unpredictable",
            "options-negotiated-only-in-syn",
        }
