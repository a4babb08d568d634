"""What a dissection takes for a token, PyJWT takes for one, too, and the reverse: 10,000 mutated tokens, both ways.

Each difference is of a kind that is explained here; one that is of no kind fails, as does a kind that never occurs.
The exceptions of PyJWT are compared by their classes, since their messages change from release to release.
"""

from __future__ import annotations

import hmac
import json
import random
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import jwt
import pytest

from labsupport.dissection import Dissection, DissectionError, dissect
from tests.jose_tokens import FRAGMENTS, HEADERS, PAYLOADS, base64url, changed, compact, mutated

COUNT = 10_000
KEY = bytes(range(32))
HEADER = b'{"alg":"HS256","typ":"JWT"}'
DIGITS = 5000
"""More digits than Python turns into an integer."""


def signed(header: bytes, payload: bytes) -> str:
    """A token with a signature that fits, whatever the octets are."""
    content = compact(header, payload)
    return f"{content}.{base64url(hmac.digest(KEY, content.encode(), 'sha256'))}"


def honest(choice: random.Random) -> bytes:
    """Claims as an issuer writes them."""
    claims = {
        "iss": "https://login.test", "sub": choice.choice(["ada", "Zoë", "😀"]),
        "exp": 4_000_000_000 + choice.randrange(9), "nested": {"list": [choice.random(), None, True, {}]},
    }
    separators = choice.choice([(",", ":"), (", ", ": "), (",\r\n ", ":")])
    return json.dumps(claims, separators=separators, ensure_ascii=choice.random() < 0.5).encode()


# Mutations ------------------------------------------------------------------------------------------------------------


def characters(choice: random.Random) -> str:
    return mutated(signed(HEADER, honest(choice)), choice)


def last_characters(choice: random.Random) -> str:
    parts = signed(HEADER, honest(choice) + b" " * choice.randrange(3)).split(".")
    which = choice.randrange(3)
    parts[which] = parts[which][:-1] + choice.choice("ABCDEQgw0189-_")
    return ".".join(parts)


def padding(choice: random.Random) -> str:
    parts = signed(HEADER, honest(choice) + b" " * choice.randrange(3)).split(".")
    which = choice.randrange(3)
    fitting = "=" * (-len(parts[which]) % 4)
    parts[which] += choice.choice([fitting, "=", "==", "==="])
    return ".".join(parts)


def parts(choice: random.Random) -> str:
    found = signed(HEADER, honest(choice)).split(".")
    found += choice.choice([[], ["AA"], ["AA", "AA"], found])
    return ".".join(choice.choices(found, k=choice.randrange(1, 8))) if choice.random() < 0.5 else ".".join(found)


def octets_of_the_header(choice: random.Random) -> str:
    return signed(changed(choice.choice([HEADER, *HEADERS]), choice), honest(choice))


def octets_of_the_payload(choice: random.Random) -> str:
    return signed(HEADER, changed(choice.choice([honest(choice), *PAYLOADS]), choice))


def other_payloads(choice: random.Random) -> str:
    return signed(HEADER, choice.choice([*PAYLOADS, b"[1]", b'"text"', b"1", b"\x00\xff", b"  ", b"NaN", b"\xc3\xa9"]))


def encodings(choice: random.Random) -> str:
    names = ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "utf-8-sig"]
    encoded = json.dumps({"sub": "ada"}).encode(choice.choice(names))
    return signed(HEADER, encoded) if choice.random() < 0.5 else signed(changed_encoding(choice), honest(choice))


def changed_encoding(choice: random.Random) -> bytes:
    return HEADER.decode().encode(choice.choice(["utf-16", "utf-16-le", "utf-8-sig", "utf-32-be"]))


def duplicates(choice: random.Random) -> str:
    headers = [b'{"alg":"none","alg":"HS256"}', b'{"alg":"HS256","kid":"1","kid":"2"}']
    payloads = [b'{"sub":"ada","sub":"eve"}', b'{"sub":"ada","s\\u0075b":"ada"}', b'{"a":[{"":1,"":2}]}']
    if choice.random() < 0.5:
        return signed(HEADER, choice.choice(payloads))
    return signed(choice.choice(headers), honest(choice))


def critical(choice: random.Random) -> str:
    listed: object = choice.choice([["exp"], ["b64"], ["alg"], [], "exp", [1], ["x", "x"], {}, None])
    header = {"alg": "HS256", "crit": listed, choice.choice(["exp", "b64", "x"]): choice.choice([1, True, False])}
    return signed(json.dumps(header).encode(), choice.choice([b"", honest(choice)]))


def nesting(choice: random.Random) -> str:
    depth = choice.choice([1, 20, 31, 32, 33, 60, 500])
    opening, closing = choice.choice([(b"[", b"]"), (b'{"a":', b"}")])
    return signed(HEADER, b'{"a":' + opening * depth + b"1" + closing * depth + b"}")


def numbers(choice: random.Random) -> str:
    name = choice.choice([b"exp", b"nbf", b"iat", b"sub", b"jti", b"aud", b"x"])
    number = choice.choice([
        b"NaN", b"-Infinity", b"1e400", b"01", b"1.", b"-0", b"+1", b"0x1", b'"4000000000"', b"true", b"null", b"1",
        b"4000000000.5", b"9" * DIGITS, b"[]", b"4000000000000",
    ])
    return signed(HEADER, b'{"%b":%b}' % (name, number))


def strings(choice: random.Random) -> str:
    others = [b"\\ud83d\\ude00", b"\\udc00", b"\\ud800\\ud800", b"\xed\xbf\xbf", b"\xf4\x90\x80\x80"]
    text = choice.choice([*FRAGMENTS, *others])
    if choice.random() < 0.5:
        return signed(b'{"alg":"HS256","x":"' + text + b'"}', honest(choice))
    return signed(HEADER, b'{"sub":"' + text + b'"}')


def sizes(choice: random.Random) -> str:
    return signed(HEADER, json.dumps({"sub": "a" * choice.choice([100, 12_000, 12_300, 20_000])}).encode())


def wrapping(choice: random.Random) -> str:
    around = ["Bearer {}", " {}", "{}\n", '"{}"', "{}\x00", "{}\ud800", "https://a.test/?t={}", "{};", "é{}"]
    return choice.choice(around).format(signed(HEADER, honest(choice)))


def parameters(choice: random.Random) -> str:
    others: list[dict[str, object]] = [
        {"alg": "none"}, {"alg": "RS256"}, {"alg": "hs256"}, {"alg": 7}, {"alg": None}, {"kid": 7}, {"typ": 1},
        {"cty": "JWT"}, {"b64": False}, {"b64": False, "crit": ["b64"]}, {"jwk": {"kty": "oct"}}, {"enc": "A128GCM"},
    ]
    header = {"alg": "HS256"} | choice.choice(others)
    return signed(json.dumps(header).encode(), choice.choice([b"", honest(choice)]))


MUTATIONS = (
    characters, last_characters, padding, parts, octets_of_the_header, octets_of_the_payload, other_payloads, encodings,
    duplicates, critical, nesting, numbers, strings, sizes, wrapping, parameters,
)


# Outcomes and their differences ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A token, and what both make of it: a dissection or the reason against it, and PyJWT's exception if any."""

    token: str
    found: Dissection | None
    reason: str
    theirs: Exception | None
    verified: bool

    @property
    def differs(self) -> bool:
        return (self.found is None) != (self.theirs is not None)

    @property
    def raised_from_within(self) -> bool:
        return self.theirs is not None and not isinstance(self.theirs, jwt.PyJWTError)

    def notes(self, *beginnings: str) -> bool:
        return self.found is not None and any(note.startswith(beginnings) for note in self.found.notes)

    def has(self, name: str, shown: str) -> bool:
        return self.found is not None and any(
            part.name == name and part.shown == shown for part in self.found.fields[0].parts)


def cases(count: int) -> Iterator[Case]:
    """So many tokens, each decoded by PyJWT without the signature and with it."""
    choice = random.Random(7515)
    for number in range(count):
        token = MUTATIONS[number % len(MUTATIONS)](choice)
        found, reason = dissected(token)
        for verified in (False, True):
            yield Case(token, found, reason, decoded(token, verified), verified)


def dissected(token: str) -> tuple[Dissection | None, str]:
    try:
        return dissect(token), ""
    except DissectionError as error:
        return None, str(error)


def decoded(token: str, verified: bool) -> Exception | None:
    """What PyJWT raises; None where it accepts."""
    try:
        if verified:
            jwt.decode_complete(token, KEY, algorithms=["HS256"])
        else:
            jwt.decode_complete(token, options={"verify_signature": False})
    except Exception as error:
        return error
    return None


Test = Callable[[Case], bool]

CLAIMS_REFUSED = (
    jwt.ExpiredSignatureError, jwt.ImmatureSignatureError, jwt.InvalidIssuedAtError, jwt.InvalidAudienceError,
    jwt.exceptions.InvalidSubjectError, jwt.exceptions.InvalidJTIError,
)

WE_REFUSE: dict[str, Test] = {
    # A member that comes twice: RFC 8259 §4 leaves it open and RFC 7519 §4 lets a parser choose. PyJWT takes the last.
    "the same name twice": lambda case: "comes twice" in case.reason,
    # RFC 8259 §8.1 demands UTF-8 without a byte order mark. The json module guesses UTF-16 and UTF-32 from the octets.
    "another encoding than UTF-8": lambda case: reads_as_json_in_another_encoding(case.token),
    # An escape that is half a pair stands for no character (RFC 8259 §8.2); the json module keeps it as a surrogate.
    "half a surrogate pair": lambda case: "half a surrogate pair" in case.reason,
    # The json module decodes surrogates in UTF-8, which RFC 3629 §3 forbids.
    "a surrogate in UTF-8": lambda case: "is no UTF-8 here" in case.reason and has_encoded_surrogate(case.token),
    # RFC 8259 §6 knows no such numbers; the json module does.
    "NaN and Infinity": lambda case: "is no JSON number" in case.reason,
    # Both have a limit, as RFC 8259 §9 allows; that of the json module is the stack of the interpreter.
    "deep nesting": lambda case: "lie in one another" in case.reason,
    # PyJWT leaves the size of a token to the server in front of it.
    "more than 16 KiB": lambda case: "are the most" in case.reason,
    # RFC 7515 §2 has no padding; PyJWT 2.15.1 allows it where it fits the length.
    "padding that fits": lambda case: '"=" pads base64' in case.reason,
}
"""Why PyJWT accepts what is refused here."""

OF_SOME_RELEASES = {"padding that fits"}
"""What PyJWT 2.15.0 refuses as well."""

THEY_REFUSE: dict[str, Test] = {
    # A JWE is recognized here; PyJWT knows the JWS alone.
    "five parts": lambda case: len(case.token.split(".")) == 5,
    # A dissection tells, in a note, what a recipient refuses for `crit` (RFC 7515 §4.1.11).
    "crit": lambda case: case.notes("crit"),
    # The name of a key is a string (RFC 7515 §4.1.4); here that is a note.
    "kid": lambda case: case.notes("kid is no string"),
    # Without the content, which travels elsewhere, there is nothing to verify (RFC 7797 §5.2).
    "a detached payload": lambda case: case.has("b64", "false"),
    # PyJWT reads a payload as claims; a JWS may carry any octets (RFC 7515 §3), which the title tells.
    "a JWS that is no JWT": lambda case: case.found is not None and "JWT" not in case.found.title,
    # Python makes no integer of more than 4300 digits; JSON knows no such limit (RFC 8259 §6).
    "an integer of thousands of digits": lambda case: longest_number(case.token) > 4300,
    # Only who verifies needs the algorithm, and allows some of them (RFC 8725 §3.1).
    "an algorithm that is not allowed": lambda case: case.verified and not case.has("alg", '"HS256"'),
    # A dissection verifies nothing.
    "a signature that does not fit": lambda case: isinstance(case.theirs, jwt.InvalidSignatureError),
    # Times, audience, and the types of claims are looked at once the signature is verified; here the types are notes.
    "claims": lambda case: case.verified and isinstance(case.theirs, CLAIMS_REFUSED),
    # NumericDate need not be an integer (RFC 7519 §2); a number as large as 1e400 has no integer in Python.
    "a time that is no integer": lambda case: case.verified and (
        case.notes("exp", "nbf", "iat") or "after the year 9999" in str(case.found)),
}
"""Why PyJWT refuses what is accepted here."""

FROM_WITHIN = "half a surrogate pair in the text itself"
"""PyJWT encodes the text first, and lets UnicodeEncodeError pass; refused by both."""


def reads_as_json_in_another_encoding(token: str) -> bool:
    octets = [base64url_decoded(part) for part in token.split(".")[:2]]
    return any(json.detect_encoding(part) != "utf-8" for part in octets if part)


def has_encoded_surrogate(token: str) -> bool:
    octets = b"".join(map(base64url_decoded, token.split(".")[:2]))
    return any(0xD800 <= ord(character) <= 0xDFFF for character in octets.decode("utf-8", "surrogatepass"))


def base64url_decoded(part: str) -> bytes:
    return jwt.utils.base64url_decode(part)


def longest_number(token: str) -> int:
    return max(map(len, re.findall(rb"[0-9]+", b" ".join(map(base64url_decoded, token.split(".")[:2])))), default=0)


def kind(case: Case) -> str:
    """The first kind that explains a difference; empty where none does."""
    explained = THEY_REFUSE if case.found else WE_REFUSE
    return next((name for name, applies in explained.items() if applies(case)), "")


# Tests ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def all_cases():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(cases(COUNT))


def test_every_difference_is_of_a_kind_that_is_explained(all_cases):
    unexplained = [(ascii(case.token[:300]), case.reason, repr(case.theirs)) for case in all_cases
                   if case.differs and not kind(case)]
    assert unexplained[:5] == []


def test_every_kind_of_difference_occurs(all_cases):
    found = Counter(kind(case) for case in all_cases if case.differs)
    assert set(found) | OF_SOME_RELEASES == {*WE_REFUSE, *THEY_REFUSE}, found


def test_both_agree_about_many_tokens_of_either_sort(all_cases):
    agreed = Counter(case.found is not None for case in all_cases if not case.differs)
    assert min(agreed[True], agreed[False]) > COUNT // 10, agreed


def test_every_mutation_makes_tokens_that_one_of_the_two_refuses(all_cases):
    refused = {number // 2 % len(MUTATIONS) for number, case in enumerate(all_cases) if case.theirs or not case.found}
    assert refused == set(range(len(MUTATIONS)))


def test_pyjwt_lets_an_exception_pass_from_within_for_no_other_reason(all_cases):
    raised = [case for case in all_cases if case.raised_from_within]
    assert all(isinstance(case.theirs, UnicodeEncodeError) and "\ud800" in case.token for case in raised), FROM_WITHIN
    assert all(case.found is None for case in raised)


def test_where_both_accept_they_read_the_same_members(all_cases):
    for case in all_cases:
        if case.found and not case.theirs and not case.verified:
            read = jwt.decode_complete(case.token, options={"verify_signature": False})
            assert [len(read["header"]), len(read["payload"])] == [
                sum(bool(part.parts) for part in field.parts) for field in case.found.fields[:2]], ascii(case.token)
