"""Every octet of a token has its name, and each member of its JSON tells what it means."""

from __future__ import annotations

import json

import jwt
import pytest
from joserfc import jwe
from joserfc.jwk import import_key

from labsupport.dissection import Dissection, DissectionError, Field, dissect
from labsupport.dissection.jose.algorithms import CONTENT_ENCRYPTIONS, KEY_MANAGEMENTS, SIGNATURES
from tests.dissections import assert_each_bit_has_one_leaf, assert_parts_fill_their_field
from tests.jose_examples import (
    ENCRYPTED,
    ENCRYPTED_KEYS,
    FLATTENED,
    GENERAL,
    SIGNED,
    SIGNED_KEYS,
    UNSECURED,
)
from tests.jose_tokens import base64url, compact, is_dissected_whole

FIRST = SIGNED["RFC 7515 §A.1"]
HS256 = b'{"alg":"HS256"}'
EXAMPLES = {**SIGNED, "RFC 7515 §A.5": UNSECURED, **ENCRYPTED}


def token(header: object = None, payload: object = None, signature: bytes = bytes(32)) -> str:
    """A token of a header and a payload, which are octets, or values to be written as JSON."""
    written = (part if isinstance(part, bytes) else json.dumps(part).encode() for part in (
        {"alg": "HS256"} if header is None else header, {"sub": "ada"} if payload is None else payload))
    return compact(*written, signature)


def header(parameters: object) -> Dissection:
    return dissect(token(parameters))


def claims(payload: object) -> Dissection:
    return dissect(token(payload=payload))


def names(field: Field) -> list[tuple[str, object]]:
    return [(leaf.name, leaf.value) for leaf in field.leaves()]


def refusal(text: str | bytes) -> str:
    with pytest.raises(DissectionError) as error:
        dissect(text)
    return str(error.value)


class TestTheExamplesOfTheStandards:
    @pytest.mark.parametrize("section", SIGNED)
    def test_they_are_typed_right_for_a_library_verifies_them(self, section):
        key = jwt.PyJWK(SIGNED_KEYS[section], algorithm=jwt.get_unverified_header(SIGNED[section])["alg"])
        found = jwt.api_jws.decode_complete(SIGNED[section], key, algorithms=list(SIGNATURES))
        assert found["payload"] == dissect(SIGNED[section])["JWS Payload"].value

    @pytest.mark.parametrize("section, content", [
        ("RFC 7516 §A.1", b"The true sign of intelligence is not knowledge but imagination."),
        ("RFC 7516 §A.2", b"Live long and prosper."),
        ("RFC 7516 §A.3", b"Live long and prosper."),
    ])
    @pytest.mark.filterwarnings("ignore:JWE algorithm")
    def test_those_that_are_encrypted_are_decrypted(self, section, content):
        registry = jwe.JWERegistry(algorithms=[*KEY_MANAGEMENTS, *CONTENT_ENCRYPTIONS])
        found = jwe.decrypt_compact(ENCRYPTED[section], import_key({**ENCRYPTED_KEYS[section]}), registry=registry)
        assert found.plaintext == content

    @pytest.mark.parametrize("section", EXAMPLES)
    def test_every_octet_has_its_name(self, section):
        is_dissected_whole(EXAMPLES[section])

    @pytest.mark.parametrize("section", EXAMPLES)
    def test_bytes_are_dissected_like_text(self, section):
        assert dissect(EXAMPLES[section].encode()) == dissect(EXAMPLES[section])

    @pytest.mark.parametrize("section, title", [
        ("RFC 7515 §A.1", "JWT in a JWS of 179 characters"),
        ("RFC 7515 §A.4", "JWS of 208 characters"),
        ("RFC 7515 §A.5", "Unsecured JWT in a JWS of 115 characters"),
        ("RFC 7516 §A.3", "JWE of 196 characters"),
    ])
    def test_the_title_says_what_it_is(self, section, title):
        assert dissect(EXAMPLES[section]).title == title

    def test_the_octets_are_kept_with_their_white_space(self):
        head, payload, signature = dissect(FIRST).fields
        assert names(head) == [
            ('"{"', b"{"), ("name", b'"typ"'), ('":"', b":"), ("string", b'"JWT"'), ('","', b","),
            ("white space", b"\r\n "), ("name", b'"alg"'), ('":"', b":"), ("string", b'"HS256"'), ('"}"', b"}"),
        ]
        assert payload.value == b'{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}'
        assert signature.bits == 8 * 32

    def test_a_payload_that_is_no_json_object_is_no_jwt(self):
        found = dissect(SIGNED["RFC 7520 §4.4"])
        assert found["text"].shown.startswith("It’s a dangerous business, Frodo")
        assert found.notes == ("The payload is no JSON object: this is a JWS, but no JWT (RFC 7519 §7.2).",)

    @pytest.mark.parametrize("section", SIGNED)
    def test_sound_ones_have_no_other_note(self, section):
        assert all("no JWT" in note for note in dissect(SIGNED[section]).notes)

    @pytest.mark.parametrize("text", [GENERAL, FLATTENED, GENERAL.encode(), " " + FLATTENED])
    def test_the_json_serialization_is_told_apart(self, text):
        assert "JSON serialization (RFC 7515 §7.2)" in refusal(text)


class TestParts:
    def test_they_stand_where_they_say(self):
        found = dissect(FIRST)
        assert [(part.name, part.first_character, part.first, part.end) for part in found.encoded] == [
            ("JOSE Header", 0, 0, 30), ("JWS Payload", 41, 30, 100), ("JWS Signature", 136, 100, 132),
        ]

    def test_a_head_tells_characters_octets_and_the_bits_that_are_left_over(self):
        assert [field.meaning for field in dissect(FIRST).fields] == [
            "30 octets in 40 characters",
            "the claims of a JWT, 70 octets in 94 characters; the last 4 bits carry nothing",
            "32 octets in 43 characters; the last 2 bits carry nothing; over the 135 characters before the dot",
        ]

    def test_those_of_a_jwe_are_named_and_not_read(self):
        found = dissect(ENCRYPTED["RFC 7516 §A.1"])
        assert [(field.name, field.bits // 8) for field in found.fields] == [
            ("JOSE Header", 34), ("JWE Encrypted Key", 256), ("JWE Initialization Vector", 12),
            ("JWE Ciphertext", 63), ("JWE Authentication Tag", 16),
        ]
        assert found["enc"].meaning == "AES-256 in Galois/Counter Mode"

    def test_an_empty_part_is_there_without_an_octet(self):
        signature = dissect(UNSECURED)["JWS Signature"]
        assert (signature.bits, signature.meaning) == (0, "empty")
        assert_each_bit_has_one_leaf(dissect(UNSECURED))
        assert_parts_fill_their_field(dissect(UNSECURED))

    def test_a_detached_payload_is_told(self):
        found = dissect(compact(b'{"alg":"HS256","b64":false,"crit":["b64"]}', b"", bytes(32)))
        assert found.notes == ("The payload is empty: detached, it travels elsewhere (RFC 7515 §F), or there is none.",)


class TestSignature:
    @pytest.mark.parametrize("alg, octets", [
        ("HS256", 32), ("HS384", 48), ("HS512", 64), ("ES256", 64), ("ES384", 96), ("ES512", 132), ("ES256K", 64),
        ("EdDSA", 64), ("EdDSA", 114), ("Ed25519", 64), ("Ed448", 114), ("RS256", 256), ("PS512", 256), ("none", 0),
    ])
    def test_its_length_is_that_of_the_algorithm(self, alg, octets):
        fits = dissect(token({"alg": alg}, signature=bytes(octets)))
        assert not any("signature" in note for note in fits.notes)
        other = dissect(token({"alg": alg}, signature=bytes(octets - 5 if octets else 5)))
        assert any("signature has" in note for note in other.notes)

    def test_too_short_a_signature_names_both_lengths(self):
        assert dissect(token(signature=bytes(20))).notes == (
            "The signature has 20 octets, not 32 as HS256 makes it (RFC 7518 §3.2).",
        )
        assert dissect(token({"alg": "RS256"}, signature=b"x")).notes == (
            "The signature has 1 octet, fewer than the 256 of the smallest key allowed, 2048 bits (RFC 7518 §3.3) "
            "as RS256 makes it (RFC 7518 §3.3).",
        )

    @pytest.mark.parametrize("alg, octets", [("ES256", 64), ("EdDSA", 64), ("ES512", 132)])
    def test_a_pair_is_divided_in_the_middle(self, alg, octets):
        found = dissect(token({"alg": alg}, signature=bytes(range(octets))))
        assert [(part.name, part.bits // 8) for part in found["JWS Signature"].parts] == [
            ("R", octets // 2), ("S", octets // 2)]

    def test_a_pair_that_is_too_short_is_not_divided(self):
        found = dissect(token({"alg": "ES256"}, signature=bytes(62)))
        assert [part.name for part in found["JWS Signature"].parts] == ["signature"]

    @pytest.mark.parametrize("alg, differs", [("ES256", True), ("PS256", True), ("RS256", False), ("EdDSA", False)])
    def test_one_with_chance_in_it_is_measured(self, alg, differs):
        found = dissect(token({"alg": alg}, signature=bytes(256 if alg[1] == "S" and alg[0] in "RP" else 64)))
        assert {leaf.measured for leaf in found["JWS Signature"].leaves()} == {differs}

    def test_none_is_pointed_out(self):
        assert dissect(UNSECURED).notes == (
            "alg is none: nobody signed this, and anybody can change it. Refuse it (RFC 8725 §3.2).",
        )
        forgotten = dissect(token({"alg": "none"}, signature=b"abc"))
        assert forgotten.notes[1] == "alg is none, and the signature has 3 octets, not 0 (RFC 7518 §3.6)."

    def test_one_that_was_taken_away_is_pointed_out(self):
        assert "it was taken away" in dissect(token(signature=b"")).notes[0]

    def test_nothing_says_that_it_is_valid(self):
        shown = " ".join(str(dissect(example)) for example in EXAMPLES.values())
        assert "valid" not in shown.lower().replace("invalid", "")


class TestHeaderParameters:
    @pytest.mark.parametrize("parameters, name, meaning, standard", [
        ({"alg": "HS256"}, "alg", "HMAC with SHA-256", "RFC 7518 §3.2"),
        ({"alg": "Ed25519"}, "alg", "EdDSA on Ed25519", "RFC 9864 §2.2"),
        ({"typ": "JWT"}, "typ", "says that this is a JWT", "RFC 7519 §5.1"),
        ({"typ": "application/AT+JWT"}, "typ", "an OAuth 2.0 access token", "RFC 9068 §2.1"),
        ({"typ": "example+jwt"}, "typ", "a kind of JWT by its own media type", "RFC 8725 §3.11"),
        ({"typ": "text/plain"}, "typ", "the media type of the whole", "RFC 7515 §4.1.9"),
        ({"cty": "JWT"}, "cty", "the content is a JWT itself", "RFC 7519 §5.2"),
        ({"kid": "1"}, "kid", "which of the recipient's keys", "RFC 7515 §4.1.4"),
        ({"jku": "https://a"}, "jku", "where to fetch a set of keys; anybody can write this", "RFC 7515 §4.1.2"),
        ({"jwk": {"kty": "EC"}}, "jwk", "a public key; anybody can write this", "RFC 7515 §4.1.3"),
        ({"jwk": {"kty": "EC"}}, "kty", "the kind of key", "RFC 7517 §4.1"),
        ({"b64": True}, "b64", "whether the payload is encoded", "RFC 7797 §3"),
        ({"epk": {"kty": "EC", "x": "AA"}}, "x", "the public key: the x coordinate", "RFC 7518 §6.2.1.2"),
        ({"x": 1}, "x", "not registered", "RFC 7515 §4.3"),
    ])
    def test_a_parameter_tells_what_it_means(self, parameters, name, meaning, standard):
        found = header({"alg": "HS256"} | parameters)[name]
        assert found.meaning.startswith(meaning)
        assert found.standard == standard

    @pytest.mark.parametrize("parameters, fault", [
        ({}, "alg is missing"),
        ({"alg": 7}, "alg is no string"),
        ({"alg": "SHA256"}, 'alg "SHA256" is no registered name;'),
        ({"alg": "hs256"}, 'the case of letters counts, and "HS256" is one'),
        ({"alg": "None"}, 'the case of letters counts, and "none" is one'),
        ({"alg": "A128KW"}, 'alg "A128KW" is no registered name;'),
        ({"typ": 1}, "typ is no string"),
        ({"kid": 1}, "kid is no string"),
        ({"crit": ["exp"], "exp": 1}, 'crit lists "exp": a recipient that does not understand it refuses the token'),
        ({"crit": ["exp"]}, 'crit lists "exp", which the header does not have'),
        ({"crit": ["alg"]}, 'crit lists "alg", which the standard itself defines'),
        ({"crit": []}, "crit is no list of one or more names"),
        ({"crit": "exp"}, "crit is no list of one or more names"),
        ({"crit": [1]}, "crit is no list of one or more names"),
        ({"crit": ["a", "a"], "a": 1}, "crit lists a name twice"),
        ({"b64": 0}, "b64 is neither true nor false"),
    ])
    def test_what_a_recipient_refuses_is_pointed_out(self, parameters, fault):
        parameters = parameters if parameters == {} else {"alg": "HS256"} | parameters
        assert any(fault in note for note in header(parameters).notes)

    def test_b64_that_crit_does_not_list_is_pointed_out(self):
        found = dissect(compact(b'{"alg":"HS256","b64":false}', b"", bytes(32)))
        assert found.notes[0] == "b64 is false, and crit does not list it, as it must (RFC 7797 §6)."

    def test_a_name_written_with_escapes_is_the_same_name(self):
        assert header(b'{"\\u0061lg":"none"}').title.startswith("Unsecured")


class TestClaims:
    @pytest.mark.parametrize("payload, name, meaning, standard", [
        ({"iss": "joe"}, "iss", "who issued the token", "RFC 7519 §4.1.1"),
        ({"aud": ["a", "b"]}, "aud", "for whom it is", "RFC 7519 §4.1.3"),
        ({"scope": "notes"}, "scope", "what it allows", "RFC 8693 §4.2"),
        ({"cnf": {"jkt": "x"}}, "cnf", "the key that a sender must prove to have", "RFC 7800 §3.1"),
        ({"cnf": {"jwk": {"crv": "P-256"}}}, "crv", "the curve", "RFC 7518 §6.2.1.1"),
        ({"point": {"x": 1}}, "x", "", "RFC 8259 §4"),
        ({"cnf": {"jkt": "x"}}, "jkt", "the digest of the key of DPoP", "RFC 9449 §6.1"),
        ({"nonce": "n"}, "nonce", "the value of the client's request", "OpenID Connect Core §2"),
        ({"http://example.com/is_root": True}, "http://example.com/is_root", "a public claim", "RFC 7519 §4.2"),
        ({"admin": "true"}, "admin", "a private claim", "RFC 7519 §4.3"),
    ])
    def test_a_claim_tells_what_it_says(self, payload, name, meaning, standard):
        found = claims(payload)[name]
        assert found.meaning.startswith(meaning)
        assert found.standard == standard

    @pytest.mark.parametrize("number, time", [
        (b"1300819380", "March 22, 2011, 18:43:00 UTC"),
        (b"1300819380.5", "March 22, 2011, 18:43:00 UTC and 0.5 s"),
        (b"1.30081938e9", "March 22, 2011, 18:43:00 UTC"),
        (b"0", "January 1, 1970, 00:00:00 UTC"),
        (b"-1", "December 31, 1969, 23:59:59 UTC"),
        (b"2000000000", "May 18, 2033, 03:33:20 UTC"),
        (b"1300819380.9999", "March 22, 2011, 18:43:00 UTC and 0.999 s"),
        (b"-1e-20", "December 31, 1969, 23:59:59 UTC and 0.999 s"),
        (b"253402300799", "December 31, 9999, 23:59:59 UTC"),
        (b"253402300799.5", "December 31, 9999, 23:59:59 UTC and 0.5 s"),
        (b"253402300800", "after the year 9999"),
        (b"1e400", "after the year 9999"),
        (b"-1e400", "before the year 1"),
        (b"9" * 5000, "after the year 9999"),
    ])
    def test_a_time_is_told_in_utc(self, number, time):
        assert claims(b'{"exp":' + number + b"}")["exp"].meaning == f"refused from this time on: {time}"

    @pytest.mark.parametrize("payload, fault", [
        (b'{"exp":1300819380000}', "exp looks like milliseconds, of March 22, 2011, 18:43:00 UTC; it counts"),
        (b'{"exp":"1300819380"}', "exp is a string of digits: NumericDate is a JSON number of seconds (RFC 7519 §2)."),
        (b'{"nbf":"soon"}', "nbf is a string and no number"),
        (b'{"iat":null}', "iat is null and no number"),
        (b'{"exp":true}', "exp is true and no number"),
        (b'{"sub":7}', "sub is no string (RFC 7519 §4.1.2)."),
        (b'{"aud":7}', "aud is neither a string nor a list of strings"),
        (b'{"aud":["a",7]}', "aud is neither a string nor a list of strings"),
    ])
    def test_what_is_no_such_claim_is_pointed_out(self, payload, fault):
        assert claims(payload).notes[0].startswith(fault)

    def test_a_string_and_a_boolean_are_shown_as_what_they_are(self):
        found = claims({"admin": "true", "root": True})
        assert (found["admin"].shown, found["root"].shown) == ('"true"', "true")

    def test_characters_that_cannot_be_seen_are_escaped(self):
        assert claims(b'{"a":"Zo\xc3\xab\xe2\x80\xae\xe2\x9f\xa6"}')["a"].shown == '"Zoë\\u{202e}\\u{27e6}"'

    def test_objects_in_objects_have_lines_of_their_own_down_to_a_bound(self):
        found = claims({"a": {"b": [1, {"c": {"d": {"e": {"f": {"g": 1}}}}}]}})
        depths = {line.name: depth for depth, line in found.fields[1].lines()}
        assert (depths["a"], depths["b"], depths["element"], depths["c"], depths["d"]) == (1, 2, 3, 4, 5)
        assert "e" not in depths

    def test_a_token_in_a_token_is_recognized(self):
        found = dissect(token({"alg": "HS256", "cty": "JWT"}, UNSECURED.encode()))
        assert found["nested token"].standard == "RFC 7519 §5.2"
        assert found.notes == ()

    def test_cty_that_promises_a_token_and_has_none_is_pointed_out(self):
        assert "cty says that the payload is a JWT" in dissect(token({"alg": "HS256", "cty": "JWT"}, b"x")).notes[1]


class TestEncryption:
    @pytest.mark.parametrize("alg, enc, key, iv, tag", [
        ("dir", "A128GCM", 0, 12, 16), ("A128KW", "A128CBC-HS256", 40, 16, 16), ("ECDH-ES", "A192CBC-HS384", 0, 16, 24),
        ("A256GCMKW", "A256CBC-HS512", 64, 16, 32), ("PBES2-HS256+A128KW", "A256GCM", 40, 12, 16),
        ("RSA-OAEP", "A192GCM", 256, 12, 16),
    ])
    def test_the_algorithms_decide_the_lengths(self, alg, enc, key, iv, tag):
        def notes(*octets: int) -> tuple[str, ...]:
            head = json.dumps({"alg": alg, "enc": enc}).encode()
            return dissect(compact(head, bytes(octets[0]), bytes(octets[1]), b"text", bytes(octets[2]))).notes

        assert notes(key, iv, tag) == ()
        assert notes(key, iv + 1, tag) == (
            f"The JWE Initialization Vector has {iv + 1} octets, not {iv} ({CONTENT_ENCRYPTIONS[enc].standard}).",)
        assert "The JWE Authentication Tag has 1 octet, " in notes(key, iv, 1)[0]
        assert any("JWE Encrypted Key" in note for note in notes(key + 1, iv, tag)) or alg.startswith("RSA")

    @pytest.mark.parametrize("parameters, fault", [
        ({"enc": "A128GCM"}, "alg is missing"), ({"alg": "dir"}, "enc is missing"),
        ({"alg": "dir", "enc": "AES"}, "enc names no registered algorithm"),
        ({"alg": "HS256", "enc": "A128GCM"}, 'alg "HS256" is no registered name'),
    ])
    def test_a_header_without_what_it_needs_is_pointed_out(self, parameters, fault):
        found = dissect(compact(json.dumps(parameters).encode(), b"", bytes(12), b"text", bytes(16)))
        assert any(fault in note for note in found.notes)

    def test_all_but_the_header_is_measured(self):
        found = dissect(ENCRYPTED["RFC 7516 §A.3"])
        assert [any(leaf.measured for leaf in field.leaves()) for field in found.fields] == [False] + [True] * 4


class TestWhatIsNoToken:
    HEAD = base64url(HS256)

    @pytest.mark.parametrize("text, reason, remedy", [
        ("", "an empty text is no token", "hand over header.payload.signature"),
        ("abc", '"abc" is no JWS or JWE', "an opaque token has no parts"),
        ("GET /a.b HTTP/1.1", '"GET /a.b HTTP/1.1" is no JWS or JWE', "come as bytes"),
        (f"{HEAD}.e30", "2 parts between dots are no token", 'add "."'),
        (f"{HEAD}.e30.a.b", "4 parts between dots are no token", "copy the token whole"),
        (f"{HEAD}.e30.AA.AA.AA.AA", "6 parts between dots are no token", "copy the token whole"),
        (f"Bearer {FIRST}", '"Bearer" is the scheme of an Authorization field', "from character 7 on"),
        (f"Authorization: Bearer {FIRST}", "is the scheme of an Authorization field", "from character 22 on"),
        (f'"{FIRST}"', "quotes are around the token", "between them"),
        (f" {FIRST}", "character 0 of the text is white space", "token.strip()"),
        (f"{FIRST}\n", "character 179 of the text is a line break", "token.strip()"),
        (f"{FIRST[:50]}\n{FIRST[50:]}", "character 50 of the text is a line break", '"".join(token.split())'),
        (f"https://a.test/?token={FIRST}&x=1", "from character 22 to before 201", "these characters alone"),
        (f"token={FIRST}; Path=/", "from character 6 to before 185", "these characters alone"),
        ("{}", "this is JSON and no compact token", "join"),
        ("A" * 16385, "a text of 16385 characters", "16384 are the most"),
    ])
    def test_what_is_around_it_or_wrong_with_it_is_told_with_the_remedy(self, text, reason, remedy):
        said = refusal(text)
        assert reason in said
        assert remedy in said

    @pytest.mark.parametrize("text, said", [
        (f"{HEAD}=.e30.", 'JOSE Header, character 20 of the token: "=" pads base64'),
        (f"{HEAD}.e30=.", 'JWS Payload, character 24 of the token: "=" pads base64'),
        (f"{HEAD}.e30.AA==", 'JWS Signature, character 27 of the token: "=" pads base64'),
        (f"{HEAD}.e3+0.", 'JWS Payload, character 23 of the token: "+" belongs to the alphabet of base64, '
                          'not of base64url (RFC 4648 §5). Remedy: encode with base64url, which has "-" in its place'),
        (f"{HEAD}.e30./A", 'JWS Signature, character 25 of the token: "/" belongs'),
        (f"{HEAD}.e30.é", 'JWS Signature, character 25 of the token: "é" (U+00E9) is no character of base64url'),
        (f"{HEAD}.e30.\x00", r'JWS Signature, character 25 of the token: "\u{0}" (U+0000)'),
        (f"{HEAD}.e30.A", "JWS Signature, character 25 of the token: one character is left over"),
        (f"{HEAD}.e30.AB", 'JWS Signature, character 26 of the token: the last 4 bits of "B" carry nothing and must be '
                           'zero, but are 0001 (RFC 4648 §3.5). Remedy: an encoder writes "A" here'),
        (f"{HEAD}.e31.", 'JWS Payload, character 23 of the token: the last 2 bits of "1" carry nothing and must be '
                         'zero, but are 01 (RFC 4648 §3.5). Remedy: an encoder writes "0" here'),
        (".e30.", "JOSE Header, octet 0, character 0 of the token: the end stands where JSON expects a value"),
        (compact(b'{"b64":false}', b"ab", b""), "JWS Payload, character 19 of the token: b64 is false"),
    ])
    def test_the_message_names_part_and_character(self, text, said):
        assert refusal(text).startswith(said)

    @pytest.mark.parametrize("octets, at, said", [
        (b'{"alg":1,"alg":2}', 9,
         'the member "alg" comes twice; a parser refuses that or takes the last (RFC 7515 §4, 7519 §4)'),
        (b'{"alg":1,"\\u0061lg":2}', 9, 'the member "alg" comes twice'),
        (b'{"a":{"b":1,"b":1}}', 12, 'the member "b" comes twice'),
        (b'{"a":NaN}', 5, "NaN is no JSON number (RFC 8259 §6)"),
        (b'{"a":-Infinity}', 5, "-Infinity is no JSON number"),
        (b'{"a":01}', 6, '"1" stands where JSON expects "," or "}" after a member'),
        (b'{"a":+1}', 5, '"+" stands where JSON expects a value'),
        (b'{"a":1.}', 6, '"." stands where'),
        (b'{"a":1,}', 7, '"}" stands where JSON expects a name in double quotes'),
        (b'{"a":[1,]}', 8, '"]" stands where JSON expects a value'),
        (b"{'a':1}", 1, '"\'" stands where JSON expects a name in double quotes'),
        (b'{"a" 1}', 5, '"1" stands where JSON expects ":" after a name'),
        (b'{"a":1', 6, "the end stands where JSON expects"),
        (b'{"a":"b', 5, "the string that begins here has no end"),
        (b'{"a":"\\x"}', 6, "JSON has no such escape (RFC 8259 §7)"),
        (b'{"a":"\n"}', 6, "the control character 0x0a stands in a string (RFC 8259 §7)"),
        (b'{"a":"\\ud800"}', 5, "a \\u escape is half a surrogate pair"),
        (b'{"a":"\xff"}', 6, "the octet ff is no UTF-8 here (RFC 8259 §8.1)"),
        (b'{"a":"\xed\xa0\x80"}', 6, "the octet ed is no UTF-8 here"),
        (b"\xef\xbb\xbf{}", 0, "a byte order mark begins the JSON text"),
        (b"{} {}", 3, "more octets follow the JSON text"),
        (b"{}\x00", 2, "more octets follow the JSON text"),
        ('{"a":1}'.encode("utf-16-le"), 1, r'"\u{0}" stands where JSON expects a name'),
        (b'{"a":' + b"[" * 32 + b"]" * 32 + b"}", 36, "more than 32 objects and arrays lie in one another"),
    ])
    def test_the_message_names_the_octet_of_the_json_text(self, octets, at, said):
        first = len(self.HEAD) + 1
        assert refusal(compact(HS256, octets, b"")).startswith(
            f"JWS Payload, octet {at}, character {first + 8 * at // 6} of the token: {said}")
        assert refusal(compact(octets, b"{}", b"")).startswith(
            f"JOSE Header, octet {at}, character {8 * at // 6} of the token: {said}")

    @pytest.mark.parametrize("octets, kind", [
        (b"[]", "array"), (b'"x"', "string"), (b"1", "number"), (b"null", "null"),
    ])
    def test_a_header_that_is_no_object_is_refused(self, octets, kind):
        assert refusal(compact(octets, b"{}", b"")).startswith(
            f"JOSE Header, character 0 of the token: a JSON {kind} and no object (RFC 7515 §4).")

    @pytest.mark.parametrize("octets", [FIRST.encode() + b"=", b"Bearer " + FIRST.encode(), FIRST.encode() + b"\n"])
    def test_bytes_that_begin_like_a_token_are_told_like_text(self, octets):
        assert refusal(octets) == refusal(octets.decode())

    def test_thirty_two_levels_are_enough(self):
        assert dissect(compact(HS256, b'{"a":' + b"[" * 31 + b"]" * 31 + b"}", b""))["a"].bits == 8 * 66

    @pytest.mark.parametrize("octets", [
        b"GET /eyJ.e.x HTTP/1.1\r\nHost: a\r\n\r\n", b"eyJ.e.x / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"Cookie: a=" + FIRST.encode(),
    ])
    def test_a_message_with_a_token_in_it_stays_a_message(self, octets):
        assert "token" not in dissect(octets).title
