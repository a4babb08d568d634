"""The claims of a JWT: what each says, and what a recipient makes of its value. Pure Python."""

from __future__ import annotations

from collections.abc import Mapping

from labsupport.dissection.jose.json_octets import Json
from labsupport.dissection.jose.known import Known
from labsupport.dissection.jose.times import as_milliseconds, in_words

_JWT, _ID_TOKEN, _PROFILE = "RFC 7519 §4.1", "OpenID Connect Core §2", "OpenID Connect Core §5.1"
_NUMERIC_DATE = "NumericDate is a JSON number of seconds (RFC 7519 §2)"

CLAIMS: Mapping[str, Known] = {
    "iss": Known("who issued the token", f"{_JWT}.1"),
    "sub": Known("whom it speaks of", f"{_JWT}.2"),
    "aud": Known("for whom it is; a recipient that finds itself not named refuses it", f"{_JWT}.3"),
    "exp": Known("refused from this time on", f"{_JWT}.4"),
    "nbf": Known("refused before this time", f"{_JWT}.5"),
    "iat": Known("when it was issued", f"{_JWT}.6"),
    "jti": Known("its identifier, so that a recipient can know it again", f"{_JWT}.7"),
    "scope": Known("what it allows, as words between spaces", "RFC 8693 §4.2"),
    "client_id": Known("the OAuth client that asked for it", "RFC 8693 §4.3"),
    "act": Known("who acts for the subject", "RFC 8693 §4.1"),
    "may_act": Known("who may act for the subject", "RFC 8693 §4.4"),
    "roles": Known("the roles of the subject", "RFC 9068 §2.2.3.1"),
    "groups": Known("the groups of the subject", "RFC 9068 §2.2.3.1"),
    "entitlements": Known("what the subject is entitled to", "RFC 9068 §2.2.3.1"),
    "cnf": Known("the key that a sender must prove to have", "RFC 7800 §3.1"),
    "events": Known("the security events, by their URIs", "RFC 8417 §2.2"),
    "htm": Known("the method of the request that it goes with", "RFC 9449 §4.2"),
    "htu": Known("the URL of the request that it goes with", "RFC 9449 §4.2"),
    "ath": Known("the digest of the access token that it goes with", "RFC 9449 §4.2"),
    "nonce": Known("the value of the client's request, so that no other answer fits", _ID_TOKEN),
    "auth_time": Known("when the user logged in", _ID_TOKEN),
    "acr": Known("how sure the login was, as a class", _ID_TOKEN),
    "amr": Known("by what means the user logged in", _ID_TOKEN),
    "azp": Known("the client that it was issued to", _ID_TOKEN),
    "at_hash": Known("half the digest of the access token issued with it", "OpenID Connect Core §3.1.3.6"),
    "c_hash": Known("half the digest of the authorization code issued with it", "OpenID Connect Core §3.3.2.11"),
    "sid": Known("the session at the issuer", "OpenID Connect Front-Channel Logout §3"),
    "name": Known("the full name of the user", _PROFILE),
    "given_name": Known("the given name of the user", _PROFILE),
    "family_name": Known("the family name of the user", _PROFILE),
    "preferred_username": Known("a name for display, which may change", _PROFILE),
    "email": Known("the mail address of the user; no identifier", _PROFILE),
    "email_verified": Known("whether the issuer checked the mail address", _PROFILE),
    "picture": Known("the URL of a picture of the user", _PROFILE),
    "locale": Known("the language of the user", _PROFILE),
    "updated_at": Known("when these data last changed", _PROFILE),
}
"""The registered claims that a reader meets, by their names (IANA, JSON Web Token Claims)."""

_TIMES = frozenset({"exp", "nbf", "iat", "auth_time", "updated_at"})
_STRINGS = frozenset({"iss", "sub", "jti"})
_DIGITS = frozenset("0123456789")


def claim(name: str, value: Json, octets: bytes) -> Known:
    """What a claim says. A name that nobody registered is public where it resists collisions, private otherwise."""
    known = CLAIMS.get(name)
    if known is None:
        return _unregistered(name)
    if name in _TIMES:
        return _time(name, value, known, octets)
    if name in _STRINGS and value.kind != "string":
        return known._replace(fault=f"{name} is no string ({known.standard}).")
    if name == "aud" and not _is_audience(value):
        return known._replace(fault=f"aud is neither a string nor a list of strings ({known.standard}).")
    return known


def _unregistered(name: str) -> Known:
    if ":" in name or "/" in name:
        return Known("a public claim: its name resists collisions", "RFC 7519 §4.2")
    return Known("a private claim: issuer and recipient agree on it", "RFC 7519 §4.3")


def _is_audience(value: Json) -> bool:
    return value.kind == "string" or (
        value.kind == "array" and all(element.kind == "string" for element in value.elements)
    )


def _time(name: str, value: Json, known: Known, octets: bytes) -> Known:
    if value.kind != "number":
        return known._replace(fault=f"{name} is {_instead(value)}: {_NUMERIC_DATE}.")
    number = octets[value.first : value.end].decode()
    meaning = f"{known.meaning}: {in_words(number)}"
    fault = ""
    if milliseconds := as_milliseconds(number):
        fault = f"{name} looks like milliseconds, of {milliseconds}; it counts in seconds, which is {in_words(number)}."
    return Known(meaning, known.standard, fault)


def _instead(value: Json) -> str:
    if value.string and set(value.string) <= _DIGITS:
        return "a string of digits"
    articles = {"string": "a string", "array": "an array", "object": "an object"}
    return f"{articles.get(value.kind, value.kind)} and no number"
