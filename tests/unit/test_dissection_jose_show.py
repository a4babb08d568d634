"""A token as a reader sees it: its characters above the octets they carry, and a table of its members."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from labsupport.dissection import dissect
from labsupport.measured import without_measured
from tests.jose_examples import ENCRYPTED, SIGNED, UNSECURED
from tests.jose_tokens import compact

CSS = (Path(__file__).parents[2] / "labsupport" / "style.css").read_text(encoding="utf-8")
FIRST = SIGNED["RFC 7515 §A.1"]
EXAMPLES = {**SIGNED, "RFC 7515 §A.5": UNSECURED, **ENCRYPTED}
_NAMES = {"HT": b"\t", "LF": b"\n", "CR": b"\r"}


def html_of(token: str) -> str:
    return dissect(token)._repr_mimebundle_()["text/html"]


def text_of(token: str) -> str:
    return dissect(token)._repr_mimebundle_()["text/plain"]


def tree_of(token: str) -> ElementTree.Element:
    return ElementTree.fromstring(html_of(token))


def with_class(tree: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [node for node in tree.iter() if name in (node.get("class") or "").split()]


def text_in(node: ElementTree.Element) -> str:
    return "".join(node.itertext())


def octets_in(run: ElementTree.Element, is_text: bool) -> bytes:
    """The octets that a run under the characters stands for."""
    if not is_text:
        return bytes.fromhex(text_in(run))
    found = (run.text or "").encode()
    for child in run:
        found += _NAMES.get(text_in(child)) or bytes.fromhex(text_in(child))
        found += (child.tail or "").encode()
    return found


def rows_of(token: str) -> dict[str, list[str]]:
    """The cells of the table by the name of the field."""
    rows = (row for row in tree_of(token).iter("tr") if len(row) == 5 and row.get("class"))
    return {text_in(row[1]): [text_in(cell) for cell in row] for row in rows}


class TestCharactersAndOctets:
    @pytest.mark.parametrize("token", EXAMPLES.values(), ids=EXAMPLES)
    def test_every_character_is_there_in_order(self, token):
        (dump,) = with_class(tree_of(token), "trial-token")
        shown = "".join(text_in(node[0]) if "trial-quantum" in node.get("class", "") else "."
                        for node in dump.iter() if node.get("class") in ("trial-quantum", "trial-dot"))
        assert shown.rstrip(".") == token.rstrip(".")

    @pytest.mark.parametrize("token", EXAMPLES.values(), ids=EXAMPLES)
    def test_every_octet_is_there_in_order(self, token):
        found = b""
        for part in with_class(tree_of(token), "trial-token")[0]:
            is_text = "trial-in-hexadecimal" not in part.get("class", "")
            for quantum in with_class(part, "trial-quantum"):
                found += b"".join(octets_in(run, is_text) for run in quantum[1])
        assert found == dissect(token).octets

    def test_four_characters_stand_above_their_three_octets(self):
        quanta = with_class(tree_of(FIRST), "trial-quantum")
        assert [(text_in(quantum[0]), text_in(quantum[1])) for quantum in quanta[:5]] == [
            ("eyJ0", '{"t'), ("eXAi", 'yp"'), ("OiJK", ':"J'), ("V1Qi", 'WT"'), ("LA0K", ",CRLF"),
        ]
        assert [(text_in(quantum[0]), text_in(quantum[1])) for quantum in quanta[-2:]] == [
            ("WFOE", "58 53 84"), ("jXk", "8d 79"),
        ]

    def test_the_parts_have_names_places_and_colors_of_their_own(self):
        parts = with_class(tree_of(FIRST), "trial-token")[0]
        assert [(text_in(part[0]), part.get("class")) for part in parts] == [
            ("JOSE Header characters 0–39", "trial-layer-0"),
            ("JWS Payload characters 41–134", "trial-layer-1"),
            ("JWS Signature characters 136–178", "trial-layer-2 trial-in-hexadecimal"),
        ]

    def test_the_five_parts_of_a_jwe_have_five_colors(self):
        parts = with_class(tree_of(ENCRYPTED["RFC 7516 §A.1"]), "trial-token")[0]
        assert len({(part.get("class") or "").split()[0] for part in parts}) == 5

    def test_an_empty_part_is_named(self):
        assert "JWS Signature no character" in text_in(tree_of(UNSECURED))

    def test_a_long_part_is_shown_up_to_a_bound_and_without_its_dot(self):
        tree = tree_of(compact(b'{"alg":"none"}', b"x" * 1000, b""))
        assert "… and 400 more octets" in text_in(tree)
        assert len(with_class(tree, "trial-dot")) == 1

    def test_octets_that_are_no_ascii_are_in_hexadecimal(self):
        runs = with_class(tree_of(compact(b'{"alg":"none"}', b'{"a":"\xc3\xab"}', b"")), "trial-octet")
        assert [text_in(run) for run in runs] == ["c3", "ab"]

    def test_octets_point_to_their_line_of_the_table(self):
        tree = tree_of(FIRST)
        units = {(row.get("class") or "").split()[-1]: text_in(row[1]) for row in tree.iter("tr")
                 if len(row) == 5 and row.get("class")}
        runs = [run for quantum in with_class(tree, "trial-quantum") for run in quantum[1]]
        assert [units.get((run.get("class") or "").split()[-1]) for run in runs[:4]] == [None, "typ", "typ", "typ"]

    def test_neighbors_alternate(self):
        runs = [run for quantum in with_class(tree_of(FIRST), "trial-quantum")[:10] for run in quantum[1]]
        members = {(run.get("class") or "").split()[1]: (run.get("class") or "").split()[0] for run in runs}
        assert list(members.values()) == ["trial-even", "trial-odd", "trial-even", "trial-odd"]

    def test_it_has_an_accessible_name(self):
        (dump,) = with_class(tree_of(FIRST), "trial-token")
        assert (dump.get("role"), dump.get("aria-label")) == (
            "group", "The 179 characters of the token, and the octets that they carry")

    @pytest.mark.parametrize("name", [
        "trial-token", "trial-part", "trial-quantum", "trial-dot", "trial-in-hexadecimal", "trial-octet", "trial-rest",
    ])
    def test_each_class_has_a_style(self, name):
        assert f".{name}" in CSS


class TestTable:
    def test_octets_are_counted_from_the_beginning_of_their_part(self):
        assert rows_of(FIRST)["exp"] == [
            "16–31", "exp", "1300819380", "refused from this time on: March 22, 2011, 18:43:00 UTC", "RFC 7519 §4.1.4"]
        assert rows_of(FIRST)["signature"][0] == "0–31"

    def test_braces_and_single_spaces_take_no_line_and_other_white_space_does(self):
        assert list(rows_of(compact(b'{ "alg" : "HS256" }', b"{}", bytes(32)))) == ["alg", "signature"]
        assert rows_of(FIRST)["white space"][2:4] == ["\\r\\n ", "means nothing in JSON, and changes the token"]

    def test_its_caption_speaks_of_a_token(self):
        assert tree_of(FIRST).findtext("table/caption") == (
            "The fields of the token: JWT in a JWS of 179 characters")

    def test_nothing_in_it_is_taken_for_markup(self):
        html = html_of(compact(b'{"alg":"none"}', b'{"<script>":"<!--/measured-->&"}', b""))
        assert "<script>" not in html
        assert "<!--/measured-->" not in html


class TestPlainText:
    def test_octets_stand_under_their_characters(self):
        assert text_of(FIRST).split("\n")[2:10] == [
            "JOSE Header, characters 0–39",
            "  eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9",
            r'  {"typ":"JWT",\r\n "alg":"HS256"}',
            "JWS Payload, characters 41–134",
            "  eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt",
            r'  {"iss":"joe",\r\n "exp":1300819380,\r\n "http://exam',
            "  cGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
            '  ple.com/is_root":true}',
        ]

    def test_a_line_of_the_table(self):
        assert "  1–11      iss: \"joe\" - who issued the token (RFC 7519 §4.1.1)" in text_of(FIRST).split("\n")

    def test_the_notes_follow_the_title(self):
        assert text_of(UNSECURED).split("\n")[1].startswith("alg is none")

    def test_a_long_part_is_shown_up_to_a_bound(self):
        assert "… and 400 more octets" in text_of(compact(b'{"alg":"none"}', b"x" * 1000, b""))


class TestMarks:
    @pytest.mark.parametrize("show", [html_of, text_of])
    def test_a_signature_with_chance_in_it_is_marked(self, show):
        once, again = (show(compact(b'{"alg":"ES256"}', b"{}", bytes([octet]) * 64)) for octet in (1, 2))
        assert once != again
        assert without_measured(once) == without_measured(again)

    @pytest.mark.parametrize("show", [html_of, text_of])
    def test_one_that_is_always_the_same_is_compared(self, show):
        once, again = (show(compact(b'{"alg":"HS256"}', b"{}", bytes([octet]) * 32)) for octet in (1, 2))
        assert without_measured(once) != without_measured(again)

    @pytest.mark.parametrize("show", [html_of, text_of])
    def test_of_a_jwe_all_but_the_header_is_marked(self, show):
        header = b'{"alg":"A128KW","enc":"A128GCM"}'
        parts = ([bytes([octet]) * size for size in (24, 12, 9, 16)] for octet in (1, 2))
        once, again = (show(compact(header, *each)) for each in parts)
        assert once != again
        assert without_measured(once) == without_measured(again)

    def test_characters_of_the_token_cannot_pass_for_marks(self):
        token = compact(b'{"alg":"none"}', '{"⟦":"⟧"}'.encode(), b"")
        assert without_measured(text_of(token)) == text_of(token)
        assert re.search("[⟦⟧]", text_of(token)) is None
