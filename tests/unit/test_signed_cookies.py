"""Express's signed cookies in Python: formats, and what is refused. Real Node is asked in tests/interop."""

import base64
import string

import pytest

from labsupport.errors import ReaderError
from labsupport.signed_cookies import (
    connect_sid_sign,
    connect_sid_unsign,
    cookie_session_decode,
    cookie_session_encode,
    keygrip_index,
    keygrip_sign,
    keygrip_verify,
)

VALUE, SIGNATURE = "eyJ0ZXN0IjoiaGV5In0=", "QBoXofGvnXbVoA8dDmfD-GMMM6E"
DATA = f"session={VALUE}"
SID = connect_sid_sign("a-session-id", "keyboard cat")


def test_the_cookie_of_the_notes_is_made_to_the_letter():
    assert cookie_session_encode({"test": "hey"}) == VALUE
    assert keygrip_sign(DATA, "key") == SIGNATURE
    assert keygrip_verify(DATA, SIGNATURE, "key")


def test_its_payload_is_read_without_a_key():
    assert cookie_session_decode(VALUE) == {"test": "hey"}


def test_a_signature_of_cookie_session_is_27_characters_for_20_octets():
    assert len(SIGNATURE) == 27
    assert len(base64.urlsafe_b64decode(SIGNATURE + "=")) == 20


@pytest.mark.parametrize(
    "data", [f"session={cookie_session_encode({'test': 'hey', 'usr': 'admin'})}", f"other={VALUE}", VALUE, ""]
)
def test_the_signature_is_of_name_and_value(data):
    assert not keygrip_verify(data, SIGNATURE, "key")


def test_every_change_of_one_character_of_the_signature_is_refused():
    for place in range(len(SIGNATURE)):
        for other in set(string.ascii_letters + string.digits + "-_") - {SIGNATURE[place]}:
            assert not keygrip_verify(DATA, SIGNATURE[:place] + other + SIGNATURE[place + 1 :], "key")


def test_of_the_last_characters_that_decode_alike_one_is_right():
    """27 characters carry 162 bits, and the signature is 160: for a decoder four last characters are the same."""
    octets = base64.urlsafe_b64decode(SIGNATURE + "=")
    alike = [
        SIGNATURE[:-1] + last
        for last in string.ascii_letters + string.digits
        if base64.urlsafe_b64decode(SIGNATURE[:-1] + last + "=") == octets
    ]
    assert len(alike) == 4
    assert [each for each in alike if keygrip_verify(DATA, each, "key")] == [SIGNATURE]


@pytest.mark.parametrize("signature", ["", SIGNATURE + "=", SIGNATURE + "A", SIGNATURE[:-1], " " + SIGNATURE, "é" * 27])
def test_a_signature_has_one_spelling(signature):
    assert not keygrip_verify(DATA, signature, "key")


def test_an_old_key_verifies_as_long_as_it_is_kept():
    assert keygrip_index(DATA, SIGNATURE, ["new", "key"]) == 1
    assert keygrip_index(DATA, keygrip_sign(DATA, "new"), ["new", "key"]) == 0
    assert keygrip_index(DATA, SIGNATURE, ["new"]) is None
    assert keygrip_verify(DATA, SIGNATURE, ("new", "key"))
    assert not keygrip_verify(DATA, SIGNATURE, ("new",))


def test_one_key_is_not_taken_for_its_letters():
    assert not keygrip_verify(DATA, keygrip_sign(DATA, "k"), "key")
    assert connect_sid_unsign(connect_sid_sign("id", "k"), "key") is None


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"views": 1, "ok": True, "none": None}, '{"views":1,"ok":true,"none":null}'),
        ({"list": [1, (2, 3)], "map": {"a": {}}}, '{"list":[1,[2,3]],"map":{"a":{}}}'),
        ({"text": 'é中😀 "\\/'}, '{"text":"é中😀 \\"\\\\/"}'),
        ({"control": "\x00\x1f\b\f\n\r\t\x7f\u2028"}, '{"control":"\\u0000\\u001f\\b\\f\\n\\r\\t\x7f\u2028"}'),
        ({"b": 1, "10": 2, "9": 3, "01": 4, "-1": 5}, '{"9":3,"10":2,"b":1,"01":4,"-1":5}'),
        ({"b": 1, "4294967295": 2, "4294967294": 3}, '{"4294967294":3,"b":1,"4294967295":2}'),
        ({"n": [1.0, -0.0, 0.5, 1e-7, 1e20, 1e21]}, '{"n":[1,0,0.5,1e-7,100000000000000000000,1e+21]}'),
    ],
)
def test_a_session_is_written_as_javascript_writes_it(value, written):
    assert base64.b64decode(cookie_session_encode(value)).decode() == written


ENDLESS: dict[str, object] = {}
ENDLESS["self"] = ENDLESS


@pytest.mark.parametrize(
    ("session", "complaint"),
    [
        (["a", "list"], r"a session is a dict, not \['a', 'list'\]"),
        ("text", "a session is a dict, not 'text'"),
        ({1: "one"}, "a session's keys are text, not 1"),
        ({"when": {1, 2}}, r"holds what JSON has, not \{1, 2\}"),
        ({"octets": b"x"}, "holds what JSON has, not b'x'"),
        ({"n": float("nan")}, "JSON has no nan"),
        ({"n": float("-inf")}, "JSON has no -inf"),
        ({"n": 2**53}, r"9007199254740992 is beyond 2\*\*53 - 1"),
        ({"text": "half \ud83d"}, "half a character"),
        (ENDLESS, "contains itself"),
    ],
)
def test_a_session_that_the_cookie_cannot_hold_is_refused(session, complaint):
    with pytest.raises(ReaderError, match=complaint):
        cookie_session_encode(session)


def encoded(text):
    return base64.b64encode(text).decode()


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("eyJ0ZXN0IjoiaGV5In0", "is not base64 with padding"),
        ("eyJ0-_0=", "is not base64 with padding"),
        ("not base64!", "is not base64 with padding"),
        (encoded(b"\xff\xfe"), "not of text in UTF-8"),
        (encoded(b"{'a': 1}"), "not of JSON"),
        (encoded(b'{"a": NaN}'), "NaN is no number there"),
        ("", "not of JSON"),
        (encoded(b"[" * 100_000), "not of JSON"),
        (encoded(b"[1]"), r"holds \[1\], and a session is a JSON object"),
        ("é", "is not base64 with padding"),
        (b"eyJ0ZXN0IjoiaGV5In0=", "a cookie's value is text, not b'"),
    ],
)
def test_a_value_that_is_no_session_is_refused_with_the_reason(value, complaint):
    with pytest.raises(ReaderError, match=complaint):
        cookie_session_decode(value)


def test_an_express_session_id_is_signed_and_percent_encoded():
    assert SID.startswith("s%3Aa-session-id.")
    assert not set(SID) - set(string.ascii_letters + string.digits + "%-_.!~*'()")
    assert connect_sid_unsign(SID, "keyboard cat") == "a-session-id"


def test_a_value_that_a_client_has_decoded_is_the_same():
    assert connect_sid_unsign(SID.replace("%3A", ":").replace("%2B", "+").replace("%2F", "/"), "keyboard cat")


def test_one_of_several_secrets_is_enough():
    assert connect_sid_unsign(SID, ["new", "keyboard cat"]) == "a-session-id"
    assert connect_sid_unsign(SID, ["new"]) is None


def test_every_change_of_one_character_of_the_signed_id_is_refused():
    plain = "s:" + SID.removeprefix("s%3A").replace("%2B", "+").replace("%2F", "/")
    assert connect_sid_unsign(plain, "keyboard cat")
    for place in range(len(plain)):
        for other in set(string.ascii_letters + string.digits + "+/:.=") - {plain[place]}:
            assert connect_sid_unsign(plain[:place] + other + plain[place + 1 :], "keyboard cat") is None


@pytest.mark.parametrize("value", ["", "s:", "s%3A", ".", "s:.", "a-session-id", "%", "s%3", "%FF", "s:é.é", "j:{}"])
def test_what_is_no_signed_id_has_none(value):
    assert connect_sid_unsign(value, "keyboard cat") is None


def test_an_id_may_contain_what_separates():
    for session_id in ("a.b", "", ".", "s:x", "50%", "é 中\n"):
        assert connect_sid_unsign(connect_sid_sign(session_id, "secret"), "secret") == session_id


@pytest.mark.parametrize("keys", [[], (), None, 7])
def test_without_a_key_nothing_is_verified(keys):
    with pytest.raises(ReaderError, match="a signature needs a key"):
        keygrip_verify(DATA, SIGNATURE, keys)
    with pytest.raises(ReaderError, match="a signature needs a key"):
        connect_sid_unsign(SID, keys)


@pytest.mark.parametrize(
    ("function", "values", "complaint"),
    [
        (keygrip_sign, (DATA, b"key"), "a key is text, not b'key'"),
        (keygrip_sign, (DATA.encode(), "key"), "signed data is text, not b'session"),
        (keygrip_sign, ("\ud800", "key"), r"signed data has half a character \(a lone surrogate\) at position 0"),
        (keygrip_verify, (DATA, None, "key"), "a signature is text, not None"),
        (keygrip_verify, (DATA, SIGNATURE, [b"key"]), "a key is text, not b'key'"),
        (connect_sid_sign, ("id", None), "a secret is text, not None"),
        (connect_sid_sign, (7, "secret"), "a session's id is text, not 7"),
        (connect_sid_unsign, (None, "secret"), "a cookie's value is text, not None"),
    ],
)
def test_what_is_no_text_is_refused(function, values, complaint):
    with pytest.raises(ReaderError, match=complaint):
        function(*values)
