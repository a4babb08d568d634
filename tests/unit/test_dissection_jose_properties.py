"""Hostile tokens are named to the last octet, or refused, in little time and memory."""

from __future__ import annotations

import json
import random
import time
import tracemalloc
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labsupport.dissection import DissectionError, dissect
from labsupport.dissection.jose.base64url import decode
from labsupport.dissection.jose.faults import Fault
from labsupport.dissection.jose.json_octets import DEEPEST, Json, read
from tests.jose_tokens import (
    BROKEN,
    CLAIMS,
    JSON_OBJECTS,
    LONGEST,
    TOKENS,
    WRITTEN,
    base64url,
    compact,
    hostile,
    is_dissected_whole,
    read_json,
)

HEADER = b'{"alg":"HS256"}'
SECONDS, OCTETS = 0.5, 4_000_000
"""Far above what the largest token takes, and far below what a token that is read twice over would."""


def value_of(found: Json, octets: bytes) -> object:
    """The value as `json` would give it, numbers as they are written."""
    match found.kind:
        case "object":
            return {member.name.string: value_of(member.value, octets) for member in found.members}
        case "array":
            return [value_of(element, octets) for element in found.elements]
        case "string":
            return found.string
        case "number":
            return octets[found.first : found.end].decode()
    return {"true": True, "false": False, "null": None}[found.kind]


class TestAnyToken:
    @given(TOKENS)
    @settings(deadline=None, max_examples=300)
    def test_is_dissected_whole_or_refused_as_a_second_reading_says(self, token):
        is_dissected_whole(token)

    @given(st.integers(0, 2**32))
    @settings(deadline=None, max_examples=20)
    def test_so_are_those_that_are_made_to_break_it(self, number):
        for token in islice(hostile(random.Random(number)), 20):
            is_dissected_whole(token)

    @given(st.binary(max_size=200))
    @settings(deadline=None)
    def test_any_bytes_are_named_or_refused(self, octets):
        for found in (octets, b"eyJ" + octets, b"eyJhbGciOiJub25lIn0." + octets + b"."):
            try:
                dissect(found)
            except DissectionError as error:
                assert len(str(error)) < 1000


class TestBase64url:
    @given(st.binary(max_size=60))
    def test_what_is_encoded_is_decoded(self, octets):
        assert decode(base64url(octets), 0) == octets

    @given(st.text(max_size=12) | st.text("ABC019-_=+/ ", max_size=12))
    def test_only_one_spelling_is_decoded(self, text):
        try:
            found = decode(text, 7)
        except Fault as fault:
            assert 7 <= fault.place < 7 + len(text)
        else:
            assert base64url(found) == text


class TestJson:
    @given(WRITTEN | BROKEN | st.binary(max_size=30))
    @settings(deadline=None)
    def test_what_is_read_is_what_json_reads(self, octets):
        try:
            found = read(octets, 0, len(octets))
        except Fault as fault:
            assert 0 <= fault.place <= len(octets)
            assert read_json(octets) is None
        else:
            numbers_as_text = json.loads(octets.decode(), parse_int=str, parse_float=str)
            assert value_of(found, octets) == numbers_as_text

    @given(JSON_OBJECTS, st.binary(max_size=8), st.binary(max_size=8))
    @settings(deadline=None)
    def test_it_is_read_in_the_middle_of_other_octets(self, value, before, after):
        octets = json.dumps(value).encode()
        inside = read(before + octets + after, len(before), len(before) + len(octets))
        alone = read(octets, 0, len(octets))
        assert value_of(inside, before + octets + after) == value_of(alone, octets)
        assert (inside.first - len(before), inside.end - len(before)) == (alone.first, alone.end)

    @pytest.mark.parametrize("opening, closing", [(b"[", b"]"), (b'{"a":', b"}")])
    def test_the_depth_has_a_limit(self, opening, closing):
        sound = opening * DEEPEST + b"1" + closing * DEEPEST
        assert read(sound, 0, len(sound)).end == len(sound)
        with pytest.raises(Fault, match="lie in one another"):
            read(opening + sound + closing, 0, len(sound) + 9)


class TestWhatIsSoundStaysSound:
    @given(JSON_OBJECTS | CLAIMS, st.sampled_from([(",", ":"), (", ", ": ")]))
    @settings(deadline=None)
    def test_any_claims_are_shown_as_they_are_written(self, value, separators):
        octets = json.dumps(value, separators=separators).encode()
        found = dissect(compact(HEADER, octets, bytes(32)))
        members = [part for part in found.fields[1].parts if part.parts]
        assert [bytes(part.parts[0].value) for part in members if isinstance(part.parts[0].value, bytes)] == [
            json.dumps(name).encode() for name in value]
        assert found.octets[found.encoded[1].first : found.encoded[1].end] == octets


def members(count: int) -> bytes:
    return b"{" + b",".join(b'"%x":1' % number for number in range(count)) + b"}"


LARGE = {
    "members": compact(HEADER, members(1400), b""),
    "members of a header": compact(members(1400), b"{}", b""),
    "elements": compact(HEADER, b'{"a":[' + b"0," * 5900 + b"0]}", b""),
    "objects": compact(HEADER, b'{"a":[' + b"{}," * 3900 + b"{}]}", b""),
    "objects in objects": compact(HEADER, b'{"a":' * 31 + b"[" + b"1," * 5000 + b"1]" + b"}" * 31, b""),
    "arrays in arrays": compact(HEADER, b'{"a":' + b"[" * 11_000, b""),
    "escapes": compact(HEADER, b'{"a":"' + b"\\n" * 5900 + b'"}', b""),
    "a string without an end": compact(HEADER, b'{"a":"' + b"\\" * 11_900, b""),
    "white space": compact(HEADER, b"{" + b" \n" * 5900 + b'"a":1}', b""),
    "digits": compact(HEADER, b'{"exp":' + b"9" * 11_900 + b"}", b""),
    "decimals": compact(HEADER, b'{"exp":1.' + b"9" * 11_900 + b"}", b""),
    "a name": compact(HEADER, b'{"' + b"a" * 11_900 + b'":1}', b""),
    "text": compact(HEADER, b"a" * 12_000, b""),
    "octets": compact(HEADER, b"\xff" * 12_000, b""),
    "a signature": compact(HEADER, b"{}", b"\xff" * 12_000),
    "a ciphertext": compact(b'{"alg":"dir","enc":"A128GCM"}', b"", bytes(12), b"\xff" * 11_000, bytes(16)),
    "extensions": compact(b'{"alg":"HS256","crit":[' + b",".join(b'"%x"' % n for n in range(1700)) + b"]}", b"{}", b""),
    "dots": "." * LONGEST,
    "beginnings": "ey" * (LONGEST // 2),
    "tokens": "eyJh.a.b " * 1800,
    "blanks": "e" + " e" * 8000 + ".a.b",
    "quotes": '"' * LONGEST,
    "ten million characters": "A" * 10_000_000,
}


class TestLargeTokens:
    @pytest.mark.parametrize("token", LARGE.values(), ids=LARGE)
    def test_they_take_little_time_and_memory(self, token):
        begun = time.process_time()
        self.dissected(token)
        assert time.process_time() - begun < SECONDS
        tracemalloc.start()
        try:
            self.dissected(token)
            assert tracemalloc.get_traced_memory()[1] < OCTETS
        finally:
            tracemalloc.stop()

    @pytest.mark.parametrize("token", LARGE.values(), ids=LARGE)
    def test_they_are_shown_in_part(self, token):
        if len(token) > LONGEST:
            return
        is_dissected_whole(token)
        if found := self.dissected(token):
            shown = found._repr_mimebundle_()
            assert len(shown["text/html"]) < 120_000
            assert len(shown["text/plain"]) < 30_000
            assert "more" in shown["text/plain"]

    def test_five_hundred_members_have_fields_of_their_own(self):
        parts = dissect(LARGE["members"]).fields[1].parts
        assert (len(parts), parts[-1].name) == (501, "Undecoded")

    @staticmethod
    def dissected(token):
        try:
            return dissect(token)
        except DissectionError as error:
            assert len(str(error)) < 600
            return None
