"""The compact serialization: three parts of a JWS, five of a JWE, and what is no token (RFC 7515 §7.1, 7516 §7.1)."""

from __future__ import annotations

import re

from labsupport.dissection.fields import DissectionError
from labsupport.dissection.text import visible

LONGEST = 16_384
"""More characters than a token has that fits into a header of HTTP; servers allow eight to sixteen thousand."""

NAMES = {
    3: ("JOSE Header", "JWS Payload", "JWS Signature"),
    5: ("JOSE Header", "JWE Encrypted Key", "JWE Initialization Vector", "JWE Ciphertext", "JWE Authentication Tag"),
}
"""The names of the parts, by how many there are."""

_BEGINNING = re.compile(
    rb"""[\s"']*(?:(?:[Bb]earer\s+)?e[wyz0-9_-][A-Za-z0-9_+/=-]*+\."""
    rb"""|\{\s*"(?:payload|protected|signatures|recipients|ciphertext)"\s*:)"""
)
_LOOKED_AT = 4096
_WHOLE = re.compile(r"e[wyz0-9_-][A-Za-z0-9_=+/-]*+(?:\.[A-Za-z0-9_=+/-]*+){2,4}")
_INSIDE = re.compile(
    r"""(?<![^\s=?&#;:,"'<(\[{|/])e[wy][A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]*+){2,4}(?![^\s&#;,"'>)\]}|])"""
)
_SCHEME = re.compile(r"(?:authorization:\s*)?(?:bearer|dpop)\s+", re.IGNORECASE)
_SHORT = 20


def begins_like_a_token(octets: bytes) -> bool:
    """True for octets whose beginning can be that of a token: an encoded JSON object and a dot.

    A token in the JSON serialization counts, so that `split` can tell that it is one.
    """
    return _BEGINNING.match(octets[:_LOOKED_AT]) is not None


def split(characters: str) -> tuple[str, ...]:
    """The three parts of a JWS or the five of a JWE.

    Raises `DissectionError` where there are others, where the text is too long, and where the token is still wrapped
    in something, with the remedy.
    """
    if not characters:
        raise DissectionError("an empty text is no token; hand over header.payload.signature")
    if len(characters) > LONGEST:
        raise DissectionError(
            f"a text of {len(characters)} characters is no token to dissect: {LONGEST} are the most. "
            "Remedy: hand over a shorter one; a server would refuse such a header, too"
        )
    _refuse_wrapping(characters)
    parts = tuple(characters.split("."))
    if len(parts) == 1 or any(character.isspace() for character in characters):
        raise DissectionError(_no_token(characters))
    if len(parts) not in NAMES:
        raise DissectionError(_wrong_number(len(parts)))
    return parts


def _refuse_wrapping(characters: str) -> None:
    if characters.lstrip().startswith("{"):
        raise DissectionError(
            "this is JSON and no compact token: perhaps a JWS in the JSON serialization (RFC 7515 §7.2). "
            'Remedy: join "protected", "payload" and "signature" by dots'
        )
    if found := _SCHEME.match(characters):
        raise DissectionError(
            f'"{visible(found[0].strip())}" is the scheme of an Authorization field (RFC 9110 §11.6.2), not of the '
            f"token. Remedy: hand over what follows it, from character {found.end()} on"
        )
    if characters[0] in "\"'" or characters[-1] in "\"'":
        raise DissectionError("quotes are around the token. Remedy: hand over what stands between them")
    joined = "".join(characters.split())
    if joined != characters and _WHOLE.fullmatch(joined):
        raise DissectionError(_with_blank(characters))
    if (inner := _INSIDE.search(characters)) and inner[0] != characters:
        raise DissectionError(
            f"a token stands inside another text, from character {inner.start()} to before {inner.end()}. "
            "Remedy: hand over these characters alone"
        )


def _with_blank(characters: str) -> str:
    at = next(at for at, character in enumerate(characters) if character.isspace())
    called = "a line break" if characters[at] in "\r\n" else "white space"
    remedy = "hand over token.strip()"
    if characters.strip() != "".join(characters.split()):
        remedy = 'join the pieces: "".join(token.split())'
    return f"character {at} of the text is {called}, which no token has. Remedy: {remedy}"


def _no_token(characters: str) -> str:
    beginning = visible(characters[:_SHORT]) + ("…" if len(characters) > _SHORT else "")
    return (
        f'"{beginning}" is no JWS or JWE, which is header.payload.signature in base64url. Remedy: hand over the whole '
        "token as str; an opaque token has no parts, and the octets of packets and messages come as bytes"
    )


def _wrong_number(parts: int) -> str:
    remedy = "copy the token whole"
    if parts == 2:
        remedy = 'an unsecured token keeps its second dot: add "." at the end, or copy the token whole'
    return (
        f"{parts} parts between dots are no token: a JWS has three (RFC 7515 §7.1), a JWE five (RFC 7516 §7.1). "
        f"Remedy: {remedy}"
    )
