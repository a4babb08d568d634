"""The playground of tokens: taken apart, shown to three verifiers, changed and signed anew."""

from __future__ import annotations

from typing import Any

from labsupport.dissection import DissectionError, dissect
from labsupport.dissection.fields import Dissection
from labsupport.dissection.show import as_html
from labsupport.errors import ReaderError
from labsupport.markup import Html, element, join
from labsupport.page import asked
from labsupport.page.tables import Row, mark, nothing, problem, stacking_table
from labsupport.page.token.examples import EXAMPLES, Example
from labsupport.page.token.glance import glance
from labsupport.page.token.keys import key_octets
from labsupport.page.token.made import PARTS, flipped, signed, unsecured
from labsupport.page.token.verifiers import Verdict, Verifier
from labsupport.standards import link

__all__ = ["EXAMPLES", "Example", "altered", "dissected", "made"]

LONGEST = 16_384
"""Characters of a token that a dissection takes."""

_LATEST_S = 253_402_300_799.0
_WORDS = {True: "accepted", False: "refused", None: "cannot say"}
_HEADINGS = ("Verifier", "Verdict", "Why", "Standard")
_LEAST_OCTETS = 32


def dissected(text: object, key: object = "", form: object = "text", audience: object = "", at_s: object = 0
              ) -> dict[str, Any]:
    """A token taken apart and judged at a time in seconds since 1970.

    The answer has the `parts` of the page as HTML, what was `said` in plain text, and the JSON texts of `header` and
    `payload`, empty where there are none. A text that is no token has a part that says so; a key that is none, too.
    Raises `ReaderError` for what is too long.
    """
    token = asked.text("the token", text, 2 * LONGEST).strip()
    clock = asked.number("the verifier's clock", at_s, 0, _LATEST_S, "seconds since 1970")
    name = asked.text("the verifier's name", audience, 200)
    try:
        found: Dissection | DissectionError = dissect(token)
    except DissectionError as error:
        found = error
    verdicts = _verdicts(token, key, form, name, clock)
    return {
        "parts": {"dissection": _dissection(found), "members": _members(found, clock), "verifiers": verdicts[0]},
        "said": f"{_title(found)} {verdicts[1]}",
        "header": _json(found, "JOSE Header"),
        "payload": _json(found, "JWS Payload"),
    }


def altered(text: object, how: object) -> dict[str, str]:
    """The token changed: `none` for unsigned, else the part in which one character is flipped.

    Raises `ReaderError` for what has not three parts.
    """
    token = asked.text("the token", text, 2 * LONGEST).strip()
    way = asked.choice("the change", how, ("none", *PARTS))
    return {"text": unsecured(token) if way == "none" else flipped(token, way)}


def made(header: object, payload: object, key: object, form: object = "text") -> dict[str, str]:
    """A token of two JSON texts, taken to the letter and signed. Raises `ReaderError` that names what is wrong."""
    texts = asked.text("the header", header, LONGEST), asked.text("the claims", payload, LONGEST)
    return {"text": signed(*texts, key_octets(key, form))}


def _title(found: Dissection | DissectionError) -> str:
    return f"{found.title}." if isinstance(found, Dissection) else "No token."


def _dissection(found: Dissection | DissectionError) -> Html:
    if isinstance(found, Dissection):
        return as_html(found)
    return problem(str(found))


def _members(found: Dissection | DissectionError, clock: float) -> Html:
    if isinstance(found, Dissection):
        return glance(found, clock)
    return nothing("Nothing to list: the text is no sound token.")


def _verdicts(token: str, key: object, form: object, audience: str, clock: float) -> tuple[Html, str]:
    try:
        octets = key_octets(key, form)
    except ReaderError as error:
        return problem(str(error)), str(error)
    verdicts = Verifier(token, octets, audience, clock).verdicts()
    return _table(verdicts, octets), " ".join(f"{each.who}: {_WORDS[each.accepted]}." for each in verdicts)


def _table(verdicts: tuple[Verdict, ...], key: bytes) -> Html:
    table = stacking_table("What three verifiers say", _HEADINGS, map(_row, verdicts), kind="playground-verdicts")
    return element("div", table, *_about_key(key))


def _about_key(key: bytes) -> list[Html]:
    if len(key) >= _LEAST_OCTETS:
        return []
    told = f"The key has {len(key)} octets. HS256 asks for {_LEAST_OCTETS} at least ("
    return [element("p", told, link("RFC 7518 §3.2"), "): a shorter one is guessed.", class_="playground-remark")]


def _row(verdict: Verdict) -> Row:
    who = join(verdict.who, element("code", verdict.how, class_="playground-how"))
    standard = link(verdict.standard) if verdict.standard else "–"
    return Row((who, mark(verdict.accepted, _WORDS[verdict.accepted]), verdict.why, standard))


def _json(found: Dissection | DissectionError, name: str) -> str:
    """The JSON text of a part as it stands in the token; empty where the part is none."""
    if not isinstance(found, Dissection):
        return ""
    octets = next((top.value for top in found.fields if top.name == name), b"")
    return octets.decode("utf-8", "replace") if isinstance(octets, bytes) else ""
