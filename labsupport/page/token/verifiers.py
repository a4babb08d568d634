"""What three verifiers say to a token, and why: one that was told everything, and two with a known mistake.

Signatures and claims are PyJWT's to judge. The clock is the reader's, so `exp` and `nbf` are compared here.
Who looks at no signature looks at no time either: PyJWT turns all its checks off with that one.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import jwt

from labsupport.page.times import apart

_OWN_CLOCK = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
_HERE = ("HS256", "HS384", "HS512")
_JWE_PARTS = 5
# The first that fits: some of these classes are kinds of others.
_STANDARDS: tuple[tuple[type[Exception], str], ...] = (
    (jwt.InvalidSignatureError, "RFC 7515 §5.2"), (jwt.InvalidAlgorithmError, "RFC 8725 §3.1"),
    (jwt.InvalidAudienceError, "RFC 7519 §4.1.3"), (jwt.InvalidKeyError, "RFC 7518 §3.2"),
    (jwt.MissingRequiredClaimError, "RFC 7519 §4.1"), (jwt.PyJWTError, "RFC 7519 §7.2"),
)
_FURTHEST_S = 1e20
_UNSEEN = "It looked at no signature, and at no time: anybody could have written this."


class Verdict(NamedTuple):
    """What one verifier says: True for accepted, False for refused, None where this page cannot tell."""

    who: str
    how: str
    accepted: bool | None
    why: str
    standard: str = ""


@dataclass(frozen=True, slots=True)
class Verifier:
    """What all three are given: the token, the key, the name that `aud` shall have, and the time in seconds."""

    token: str
    key: bytes
    audience: str
    at_s: float

    def verdicts(self) -> tuple[Verdict, ...]:
        """The three of them: the one that pins the algorithm, the one that believes the header, the blind one."""
        return (
            self._verdict("Careful", "jwt.decode(token, key, algorithms=[\"HS256\"])", self._careful),
            self._verdict("Gullible", "takes the algorithm from the token's own header", self._gullible),
            self._verdict("Blind", "options={\"verify_signature\": False}", self._blind, timely=False),
        )

    def _verdict(self, who: str, how: str, decode: Callable[[], dict[str, Any]], timely: bool = True) -> Verdict:
        if self.token.count(".") == _JWE_PARTS - 1:
            return Verdict(who, how, None, "a JWE is decrypted, not verified, and this page does not decrypt",
                           "RFC 7516 §5.2")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that a key is short is told beside the key
                claims = decode()
        except _Elsewhere as limit:
            return Verdict(who, how, None, str(limit))
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as refusal:
            return Verdict(who, how, False, _reason(refusal), _standard(refusal))
        if not timely:
            return Verdict(who, how, True, f"{_about(claims)} {_UNSEEN}".strip())
        return _in_time(who, how, claims, self.at_s)

    def _careful(self) -> dict[str, Any]:
        return self._decoded(["HS256"])

    def _gullible(self) -> dict[str, Any]:
        alg = jwt.get_unverified_header(self.token).get("alg")
        if isinstance(alg, str) and alg.lower() == "none":
            return jwt.decode(self.token, audience=self.audience or None,
                              options={"verify_signature": False, "verify_aud": True})
        if isinstance(alg, str) and alg not in _HERE:
            raise _Elsewhere(f"{alg[:20]}: this page has the code for {', '.join(_HERE)} alone")
        return self._decoded([alg] if alg else [])

    def _blind(self) -> dict[str, Any]:
        return jwt.decode(self.token, options={"verify_signature": False})

    def _decoded(self, algorithms: list[str]) -> dict[str, Any]:
        return jwt.decode(self.token, self.key, algorithms, audience=self.audience or None,
                          options=_OWN_CLOCK)  # type: ignore[arg-type]


class _Elsewhere(Exception):
    """This page cannot verify what the token names."""


def _in_time(who: str, how: str, claims: dict[str, Any], at_s: float) -> Verdict:
    """What the clock says to a token whose signature was taken, or needed none."""
    for name, says, section in (("exp", "it expired", "4"), ("nbf", "it is not yet good: that begins", "5")):
        if name not in claims:
            continue
        value = claims[name]
        standard = f"RFC 7519 §4.1.{section}"
        if not _is_number(value):
            return Verdict(who, how, False, f"{name} is no number: {_quoted(value)}", standard)
        if (at_s >= value) if name == "exp" else (at_s < value):
            told_s = max(-_FURTHEST_S, min(value, _FURTHEST_S))
            return Verdict(who, how, False, f"{says} {apart(told_s, at_s)}", standard)
    return Verdict(who, how, True, _about(claims))


def _is_number(value: object) -> bool:
    """Whether it is a number of JSON: true is none, nor is NaN, which Python's json reads as one."""
    if isinstance(value, float):
        return not math.isnan(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _about(claims: dict[str, Any]) -> str:
    who = claims.get("sub", claims.get("iss"))
    return "" if who is None else f"It takes the bearer for {_quoted(who)}."


def _reason(refusal: Exception) -> str:
    name, said = type(refusal).__name__, str(refusal)[:200]
    return f"{name}: {said}" if said else name


def _standard(refusal: Exception) -> str:
    return next((standard for kind, standard in _STANDARDS if isinstance(refusal, kind)), "")


def _quoted(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}…"
