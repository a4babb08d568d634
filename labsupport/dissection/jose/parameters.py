"""The header parameters: what each means, and what a recipient makes of its value. Pure Python."""

from __future__ import annotations

from collections.abc import Mapping

from labsupport.dissection.jose.algorithms import (
    CONTENT_ENCRYPTIONS,
    KEY_MANAGEMENTS,
    SIGNATURES,
    KeyManagement,
    Signature,
)
from labsupport.dissection.jose.json_octets import Json
from labsupport.dissection.jose.known import Known
from labsupport.dissection.text import visible

_JWS, _JWE, _JWA = "RFC 7515 §4.1", "RFC 7516 §4.1", "RFC 7518 §4"
_SHORT, _FEW = 40, 5
_UNPROTECTED = "anybody can write this: trust nothing that the token itself brings"

PARAMETERS: Mapping[str, Known] = {
    "alg": Known("the algorithm", f"{_JWS}.1"),
    "jku": Known(f"where to fetch a set of keys; {_UNPROTECTED}", f"{_JWS}.2"),
    "jwk": Known(f"a public key; {_UNPROTECTED}", f"{_JWS}.3"),
    "kid": Known("which of the recipient's keys to take; a hint from whoever wrote the token", f"{_JWS}.4"),
    "x5u": Known(f"where to fetch a certificate; {_UNPROTECTED}", f"{_JWS}.5"),
    "x5c": Known("a chain of certificates; worth as much as the root that the recipient trusts", f"{_JWS}.6"),
    "x5t": Known("the SHA-1 digest of a certificate", f"{_JWS}.7"),
    "x5t#S256": Known("the SHA-256 digest of a certificate", f"{_JWS}.8"),
    "typ": Known("the media type of the whole; tells kinds of tokens apart", f"{_JWS}.9"),
    "cty": Known("the media type of the content", f"{_JWS}.10"),
    "crit": Known("extensions that a recipient must understand or refuse the token", f"{_JWS}.11"),
    "enc": Known("how the content is encrypted", f"{_JWE}.2"),
    "zip": Known("the content was compressed before it was encrypted", f"{_JWE}.3"),
    "epk": Known("the sender's ephemeral public key", f"{_JWA}.6.1.1"),
    "apu": Known("who agrees on the key: the producer", f"{_JWA}.6.1.2"),
    "apv": Known("who agrees on the key: the recipient", f"{_JWA}.6.1.3"),
    "iv": Known("the initialization vector of the encrypted key", f"{_JWA}.7.1.1"),
    "tag": Known("the authentication tag of the encrypted key", f"{_JWA}.7.1.2"),
    "p2s": Known("the salt for the password", f"{_JWA}.8.1.1"),
    "p2c": Known("how many rounds derive the key; a recipient sets a limit", f"{_JWA}.8.1.2"),
    "b64": Known("whether the payload is encoded by base64url", "RFC 7797 §3"),
    "iss": Known("the claim, repeated where it can be read without the key", "RFC 7519 §5.3"),
    "sub": Known("the claim, repeated where it can be read without the key", "RFC 7519 §5.3"),
    "aud": Known("the claim, repeated where it can be read without the key", "RFC 7519 §5.3"),
    "nonce": Known("a value that the server gave, so that the request cannot be replayed", "RFC 8555 §6.5.2"),
    "url": Known("the URL that the request goes to", "RFC 8555 §6.4.1"),
}
"""The registered header parameters that a reader meets, by their names."""

_TYPES: Mapping[str, Known] = {
    "jwt": Known("says that this is a JWT; optional", "RFC 7519 §5.1"),
    "at+jwt": Known("an OAuth 2.0 access token, and not an ID token", "RFC 9068 §2.1"),
    "dpop+jwt": Known("a proof that the sender has the key", "RFC 9449 §4.2"),
    "logout+jwt": Known("tells a client that a session ended", "OpenID Connect Back-Channel Logout §2.4"),
    "secevent+jwt": Known("a security event", "RFC 8417 §2.3"),
    "jose": Known("a JWS or JWE in the compact serialization", f"{_JWS}.9"),
    "jose+json": Known("a JWS or JWE in the JSON serialization, which this is not", f"{_JWS}.9"),
}
"""Values of `typ`, in lowercase and without `application/`."""

_PRIVATE = Known("not registered: agreed on by those who use it", "RFC 7515 §4.3")
_STRINGS = frozenset({"jku", "kid", "x5u", "x5t", "x5t#S256", "zip", "iss", "sub", "nonce", "url"})
_OF_THE_STANDARDS = frozenset(PARAMETERS) - {"b64", "iss", "sub", "aud", "nonce", "url"}
"""Names that `crit` may not list: RFC 7515, 7516 and 7518 define them, so that everybody understands them."""

_UNDERSTOOD = frozenset({"b64"})


def parameter(name: str, value: Json, header: Json, is_encrypted: bool) -> Known:
    """What a parameter of the header of a JWS means, or of a JWE where `is_encrypted` says so."""
    match name:
        case "alg":
            return _algorithm(value, is_encrypted)
        case "enc":
            return _content_encryption(value)
        case "typ" | "cty":
            return _type(name, value)
        case "crit":
            return PARAMETERS["crit"]._replace(fault=_critical(value, header))
        case "b64":
            return _encoded(value, header)
    known = PARAMETERS.get(name, _PRIVATE)
    if name in _STRINGS and value.kind != "string":
        return known._replace(fault=f"{name} is no string ({known.standard}).")
    return known


def media_type(value: Json | None) -> str:
    """The value of `typ` or `cty` as one compares it: in lowercase, without `application/` (RFC 7515 §4.1.9)."""
    return value.string.lower().removeprefix("application/") if value else ""


def _algorithm(value: Json, is_encrypted: bool) -> Known:
    registered: Mapping[str, Signature | KeyManagement] = KEY_MANAGEMENTS if is_encrypted else SIGNATURES
    standard = "RFC 7516 §4.1.1" if is_encrypted else f"{_JWS}.1"
    if value.kind != "string":
        return Known("no algorithm", standard, f"alg is no string; a recipient refuses the token ({standard}).")
    if found := registered.get(value.string):
        return Known(found.meaning, found.standard)
    near = next((name for name in registered if name.lower() == value.string.lower()), "")
    meant = f': the case of letters counts, and "{near}" is one' if near else ""
    fault = f"alg {_quoted(value.string)} is no registered name{meant}; a recipient refuses the token ({standard})."
    return Known("no registered algorithm", standard, fault)


def _content_encryption(value: Json) -> Known:
    found = CONTENT_ENCRYPTIONS.get(value.string)
    if found:
        return Known(found.meaning, found.standard)
    return Known("no registered algorithm", f"{_JWE}.2", "enc names no registered algorithm (RFC 7518 §5.1).")


def _type(name: str, value: Json) -> Known:
    kind = media_type(value)
    if value.kind != "string":
        return PARAMETERS[name]._replace(fault=f"{name} is no string ({PARAMETERS[name].standard}).")
    if name == "cty":
        nested = Known("the content is a JWT itself: nested", "RFC 7519 §5.2")
        return nested if kind == "jwt" else PARAMETERS["cty"]
    if kind.endswith("+jwt") and kind not in _TYPES:
        return Known("a kind of JWT by its own media type", "RFC 8725 §3.11")
    return _TYPES.get(kind, PARAMETERS["typ"])


def _critical(value: Json, header: Json) -> str:
    """Why a recipient refuses a token with this `crit`; empty where it lists what a recipient may understand."""
    names = [element.string for element in value.elements if element.kind == "string"]
    if value.kind != "array" or not names or len(names) < len(value.elements):
        return "crit is no list of one or more names; a recipient refuses the token (RFC 7515 §4.1.11)."
    if len(set(names)) < len(names):
        return "crit lists a name twice; a recipient refuses the token (RFC 7515 §4.1.11)."
    present = {member.name.string for member in header.members}
    wrong = next((name for name in names if name in _OF_THE_STANDARDS or name not in present), None)
    if wrong is not None:
        reason = "which the standard itself defines" if wrong in _OF_THE_STANDARDS else "which the header does not have"
        return f"crit lists {_quoted(wrong)}, {reason}; a recipient refuses the token (RFC 7515 §4.1.11)."
    unknown = [_quoted(name) for name in names if name not in _UNDERSTOOD]
    return (
        f"crit lists {', '.join(unknown[:_FEW])}: a recipient that does not understand it refuses the token "
        "(RFC 7515 §4.1.11)."
        if unknown
        else ""
    )


def _quoted(name: str) -> str:
    return f'"{visible(name[:_SHORT])}"'


def _encoded(value: Json, header: Json) -> Known:
    known = PARAMETERS["b64"]
    listed = header.member("crit")
    if value.kind == "false" and not (listed and any(each.string == "b64" for each in listed.elements)):
        return known._replace(fault="b64 is false, and crit does not list it, as it must (RFC 7797 §6).")
    if value.kind in ("true", "false"):
        return known
    return known._replace(fault="b64 is neither true nor false (RFC 7797 §3).")
