"""The playground of tokens: what its three verifiers say, and what becomes of a token that is changed by hand."""

from __future__ import annotations

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labsupport.errors import ReaderError
from labsupport.page.times import apart
from labsupport.page.token import EXAMPLES, altered, dissected, made
from labsupport.page.token.examples import DEMO_KEY, RFC_KEY
from tests.jose_examples import ENCRYPTED, SIGNED, SIGNED_KEYS, UNSECURED

BEFORE_ITS_END, ITS_END = 1_300_815_780, 1_300_819_380
RFC = SIGNED["RFC 7515 §A.1"]
ANYTHING = st.one_of(st.text(max_size=60), st.integers(), st.none(), st.booleans(), st.floats(), st.lists(st.text()))


def verdicts(text: str, key: str = RFC_KEY, form: str = "base64url", audience: str = "",
             at_s: float = BEFORE_ITS_END) -> str:
    """What the page says of the three verifiers: `careful gullible blind`, each yes, no or open."""
    said = str(dissected(text, key, form, audience, at_s)["said"])
    words = {"accepted": "yes", "refused": "no", "cannot say": "open"}
    return " ".join(words[part.split(": ")[1].rstrip(".")] for part in said.split(". ") if ": " in part)


def test_the_examples_are_those_of_the_standards() -> None:
    texts = {example.name: example.text for example in EXAMPLES}
    assert texts["rfc"] == texts["expired"] == RFC
    assert texts["none"] == UNSECURED
    assert texts["ecdsa"] == SIGNED["RFC 7515 §A.3"]
    assert texts["jwe"] == ENCRYPTED["RFC 7516 §A.3"]
    assert SIGNED_KEYS["RFC 7515 §A.1"]["k"] == RFC_KEY


def test_all_three_accept_a_sound_token() -> None:
    assert verdicts(RFC) == "yes yes yes"


def test_the_blind_one_alone_takes_a_wrong_key() -> None:
    assert verdicts(RFC, key="x" * 43) == "no no yes"


def test_an_unsigned_token_is_refused_by_the_one_that_pins_the_algorithm() -> None:
    assert verdicts(UNSECURED) == "no yes yes"


def test_who_looks_at_the_time_takes_no_token_from_its_exp_on() -> None:
    assert verdicts(RFC, at_s=ITS_END - 1) == "yes yes yes"
    assert verdicts(RFC, at_s=ITS_END) == "no no yes"
    assert verdicts(UNSECURED, at_s=ITS_END) == "no no yes"


def test_the_blind_one_is_as_blind_as_pyjwt_is_with_that_option() -> None:
    jwt.decode(RFC, options={"verify_signature": False})  # it expired in 2011, and is returned
    assert "at no time" in dissected(RFC, RFC_KEY, "base64url", "", ITS_END)["parts"]["verifiers"]


def test_a_token_is_not_good_before_its_nbf() -> None:
    token = jwt.encode({"nbf": 1000}, DEMO_KEY, "HS256")
    assert verdicts(token, DEMO_KEY, "text", at_s=999) == "no no yes"
    assert verdicts(token, DEMO_KEY, "text", at_s=1000) == "yes yes yes"


@pytest.mark.parametrize("value", ["true", "null", '"5"', "NaN"])
def test_an_exp_that_is_no_number_is_refused(value: str) -> None:
    token = made('{"alg":"HS256"}', f'{{"exp":{value}}}', DEMO_KEY)["text"]
    assert verdicts(token, DEMO_KEY, "text") == "no no yes"


@pytest.mark.parametrize("claims, words", [('{"nbf":%s}', "no no yes"), ('{"exp":-%s}', "no no yes"),
                                           ('{"exp":%s}', "yes yes yes")])
def test_a_time_beyond_all_calendars_is_a_time(claims: str, words: str) -> None:
    token = made('{"alg":"HS256"}', claims % ("9" * 400), DEMO_KEY)["text"]
    assert verdicts(token, DEMO_KEY, "text") == words


def test_a_token_for_another_audience_is_refused_where_the_signature_is_looked_at() -> None:
    token = jwt.encode({"aud": "https://api.test"}, DEMO_KEY, "HS256")
    assert verdicts(token, DEMO_KEY, "text", "https://api.test") == "yes yes yes"
    assert verdicts(token, DEMO_KEY, "text", "https://photos.test") == "no no yes"
    assert verdicts(altered(token, "none")["text"], DEMO_KEY, "text", "https://photos.test") == "no no yes"
    assert verdicts(token, DEMO_KEY, "text") == "no no yes"


def test_what_needs_a_public_key_is_said_to_be_beyond_the_page() -> None:
    assert verdicts(SIGNED["RFC 7515 §A.3"]) == "no open yes"
    assert verdicts(ENCRYPTED["RFC 7516 §A.3"]) == "open open open"


def test_the_verdict_names_why_and_where_it_stands() -> None:
    table = dissected(RFC, "x" * 43, "base64url", "", BEFORE_ITS_END)["parts"]["verifiers"]
    assert "InvalidSignatureError: Signature verification failed" in table
    assert "https://www.rfc-editor.org/rfc/rfc7515#section-5.2" in table


def test_a_short_key_is_remarked_on() -> None:
    assert "The key has 5 octets" in dissected(RFC, "short")["parts"]["verifiers"]
    assert "The key has" not in dissected(RFC, RFC_KEY, "base64url")["parts"]["verifiers"]


@pytest.mark.parametrize("key, form", [("zz", "hex"), ("a+b=", "base64url"), ("abcde", "base64url")])
def test_a_key_that_is_none_is_told_beside_the_dissection(key: str, form: str) -> None:
    parts = dissected(RFC, key, form)["parts"]
    assert "playground-error" in parts["verifiers"]
    assert "trial-dissection" in parts["dissection"]


def test_the_same_key_can_be_written_in_three_ways() -> None:
    token = jwt.encode({}, b"k" * 32, "HS256")
    ways = (("k" * 32, "text"), ("6b" * 32, "hex"), ("a2tr" * 10 + "a2s=", "base64url"))
    assert {verdicts(token, key, form) for key, form in ways} == {"yes yes yes"}


def test_times_stand_in_words_and_by_the_clock() -> None:
    members = dissected(RFC, at_s=BEFORE_ITS_END)["parts"]["members"]
    assert "March 22, 2011, 18:43:00 UTC" in members
    assert "in 60 minutes" in members
    assert "15 years ago" in dissected(RFC, at_s=1_795_000_000)["parts"]["members"]


@pytest.mark.parametrize("apart_s, words", [
    (0, "0 seconds ago"), (-1, "1 second ago"), (-59, "59 seconds ago"), (90, "in 90 seconds"), (-7200, "2 hours ago"),
    (3 * 86_400, "in 3 days"), (-40 * 86_400, "40 days ago"), (400 * 86_400, "in 400 days"),
    (1e300, "in 1 000 000 000 years"),
])
def test_how_far_apart_two_times_are(apart_s: float, words: str) -> None:
    assert apart(1000 + apart_s, 1000) == words


@pytest.mark.parametrize("part, number", [("header", 0), ("payload", 1), ("signature", 2)])
def test_one_bit_is_flipped_in_one_part(part: str, number: int) -> None:
    before, after = RFC.split("."), altered(RFC, part)["text"].split(".")
    changed = [(one, other) for one, other in zip(before[number], after[number], strict=True) if one != other]
    assert len(changed) == 1
    assert [old == new for old, new in zip(before, after, strict=True)].count(False) == 1
    assert verdicts(".".join(after)).startswith("no")


def test_a_flipped_payload_is_still_json() -> None:
    assert dissected(altered(RFC, "payload")["text"])["payload"] not in ("", dissected(RFC)["payload"])


def test_without_its_signature_a_token_says_none() -> None:
    text = altered(RFC, "none")["text"]
    assert dissected(text)["header"] == '{"typ":"JWT","alg":"none"}'
    assert text.endswith(".")
    assert verdicts(text) == "no yes yes"


def test_what_has_no_signature_has_none_to_flip() -> None:
    with pytest.raises(ReaderError, match="the signature is empty"):
        altered(UNSECURED, "signature")


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_a_token_made_by_hand_is_the_one_that_pyjwt_makes(alg: str) -> None:
    header, key = f'{{"alg":"{alg}","typ":"JWT"}}', "k" * 64
    assert made(header, '{"sub":"ada"}', key)["text"] == jwt.encode({"sub": "ada"}, key, alg)


def test_both_texts_are_signed_to_the_letter() -> None:
    text = made('{ "alg" : "HS256" }', '{"a":1,\n "b":"é"}', DEMO_KEY)["text"]
    assert dissected(text)["payload"] == '{"a":1,\n "b":"é"}'
    assert verdicts(text, DEMO_KEY, "text") == "yes yes yes"


@pytest.mark.parametrize("header, payload, key, message", [
    ('{"alg":"RS256"}', "{}", DEMO_KEY, "cannot sign with"), ("[]", "{}", DEMO_KEY, "the header: JSON, but no object"),
    ("{}", "{}", DEMO_KEY, "cannot sign with alg=null"), ('{"alg":"HS256"}', "{", DEMO_KEY, "the claims: no JSON"),
    ('{"alg":"HS256"}', "{}", "", "PyJWT refuses the key"),
])
def test_what_cannot_be_signed_is_told(header: str, payload: str, key: str, message: str) -> None:
    with pytest.raises(ReaderError, match=message):
        made(header, payload, key)


def test_what_is_no_token_is_told_in_its_place() -> None:
    parts = dissected("Bearer abc")["parts"]
    assert "is the scheme of an Authorization field" in parts["dissection"]
    assert verdicts("Bearer abc") == "no no no"


def test_markup_in_a_token_comes_back_as_text() -> None:
    text = made('{"alg":"HS256"}', '{"sub":"<img src=x onerror=alert(1)>"}', DEMO_KEY)["text"]
    for typed in (text, "<script>alert(1)</script>"):
        assert not any("<img" in part or "<script" in part for part in dissected(typed, DEMO_KEY)["parts"].values())


def test_too_much_is_refused() -> None:
    with pytest.raises(ReaderError, match="the token has 40000 characters"):
        dissected("a" * 40_000)


@settings(deadline=None)
@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING, ANYTHING)
def test_whatever_is_handed_over_gives_an_answer_or_a_readers_error(
    text: object, key: object, form: object, audience: object, at_s: object
) -> None:
    try:
        assert set(dissected(text, key, form, audience, at_s)) == {"parts", "said", "header", "payload"}
    except ReaderError as error:
        assert str(error)


PARTS = st.text("eyJhbGciOiJub25lIn0AQ=-_.", max_size=40)


@settings(deadline=None)
@given(st.one_of(st.text(max_size=80), PARTS), st.text(max_size=40), st.sampled_from(["text", "base64url", "hex"]))
def test_any_text_is_dissected_or_told_to_be_none(text: str, key: str, form: str) -> None:
    assert dissected(text, key, form, "", 0)["said"]


@settings(deadline=None)
@given(st.one_of(st.text(max_size=80), PARTS), st.sampled_from(["none", "header", "payload", "signature"]))
def test_any_text_is_altered_or_told_why_not(text: str, how: str) -> None:
    try:
        assert altered(text, how)["text"] != text or how == "none"
    except ReaderError as error:
        assert str(error)


@settings(deadline=None)
@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_any_texts_are_signed_or_told_why_not(header: str, payload: str, key: str) -> None:
    for head in (header, '{"alg":"HS256"}'):
        try:
            assert made(head, payload, key)["text"].count(".") == 2
        except ReaderError as error:
            assert str(error)
