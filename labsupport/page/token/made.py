"""Tokens made and changed by hand: signed with a key, stripped of the signature, one character flipped. Pure Python."""

from __future__ import annotations

import json
import warnings

import jwt
from jwt.algorithms import HMACAlgorithm

from labsupport.errors import ReaderError
from labsupport.page.token.keys import from_base64url, to_base64url

PARTS = ("header", "payload", "signature")

_TRIED = 400
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_HASHES = {"HS256": HMACAlgorithm.SHA256, "HS384": HMACAlgorithm.SHA384, "HS512": HMACAlgorithm.SHA512}


def signed(header: str, payload: str, key: bytes) -> str:
    """The token of two JSON texts, taken to the letter, with the signature that `alg` in the header asks for.

    Raises `ReaderError` for a header that is no JSON object, for an algorithm other than HS256, HS384, HS512 and
    none, and for a key that PyJWT refuses.
    """
    alg = _object("the header", header).get("alg")
    _object("the claims", payload)
    signing_input = ".".join(to_base64url(text.encode()) for text in (header, payload))
    if alg == "none":
        return f"{signing_input}."
    if not isinstance(alg, str) or alg not in _HASHES:
        raise ReaderError(f"this page cannot sign with alg={json.dumps(alg)[:40]}; take {', '.join(_HASHES)} or none")
    return f"{signing_input}.{to_base64url(_mac(alg, key, signing_input.encode()))}"


def unsecured(text: str) -> str:
    """The token with `alg` set to none, and without its signature (RFC 7519 §6)."""
    header, payload, _ = _three(text)
    members = _object("the header", from_base64url("the header", header).decode("utf-8", "replace"))
    changed = json.dumps(members | {"alg": "none"}, ensure_ascii=False, separators=(",", ":"))
    return f"{to_base64url(changed.encode('utf-8', 'replace'))}.{payload}."


def flipped(text: str, part: str) -> str:
    """The token with one character of a part replaced by its neighbor in base64url: one bit differs.

    It is the character nearest to the middle that leaves sound JSON sound, where there is one. Raises `ReaderError` for
    a part that is empty, or that is not base64url.
    """
    parts = list(_three(text))
    number = PARTS.index(part)
    characters = parts[number]
    if not characters:
        raise ReaderError(f"the {part} is empty, so no character of it can be flipped")
    from_base64url(f"the {part}", characters)
    middle = len(characters) // 2
    places = sorted(range(min(len(characters), _TRIED)), key=lambda place: abs(place - middle))
    changes = (_with_bit(characters, place) for place in places)
    parts[number] = next((change for change in changes if _is_json(change)), _with_bit(characters, middle))
    return ".".join(parts)


def _with_bit(characters: str, place: int) -> str:
    other = _ALPHABET[_ALPHABET.index(characters[place]) ^ 1]
    return f"{characters[:place]}{other}{characters[place + 1:]}"


def _is_json(characters: str) -> bool:
    try:
        json.loads(from_base64url("", characters))
    except (ValueError, RecursionError):
        return False
    return True


def _three(text: str) -> tuple[str, str, str]:
    parts = text.split(".")
    if len(parts) != len(PARTS):
        raise ReaderError(f"{len(parts)} parts between dots are no signed token; it has {len(PARTS)}")
    return parts[0], parts[1], parts[2]


def _object(name: str, text: str) -> dict[str, object]:
    try:
        text.encode()
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReaderError(f"{name}: no JSON: {str(error)[:120]}; write an object like {{\"alg\":\"HS256\"}}") from None
    if not isinstance(found, dict):
        raise ReaderError(f'{name}: JSON, but no object; write one like {{"alg":"HS256"}}')
    return found


def _mac(alg: str, key: bytes, octets: bytes) -> bytes:
    algorithm = HMACAlgorithm(_HASHES[alg])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a key is short is told beside the key
            return algorithm.sign(octets, algorithm.prepare_key(key))
    except jwt.PyJWTError as error:
        raise ReaderError(f"PyJWT refuses the key: {error}") from None
