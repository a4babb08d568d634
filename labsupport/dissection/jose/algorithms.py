"""The registered algorithms, and how many octets each of them makes. Data, and pure Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

_JWA, _OKP, _SPECIFIED = "RFC 7518", "RFC 8037 §3.1", "RFC 9864 §2.2"
_SMALLEST_MODULUS = 256


@dataclass(frozen=True, slots=True)
class Signature:
    """An algorithm of a JWS: what it is, the section, and how long its signature is.

    `lengths` are those that it can have, in octets; none where the modulus of the RSA key decides. `parts` are the
    two halves of a signature that is a pair. `random` is true where the same input has another one each time.
    """

    meaning: str
    standard: str
    lengths: tuple[int, ...]
    parts: tuple[str, ...] = ()
    random: bool = False

    def lacks(self, octets: int) -> str:
        """What so many octets are instead of such a signature; empty where their number fits."""
        if not self.lengths:
            few = f"fewer than the {_SMALLEST_MODULUS} of the smallest key allowed, 2048 bits (RFC 7518 §3.3)"
            return few if octets < _SMALLEST_MODULUS else ""
        return "" if octets in self.lengths else f"not {' or '.join(map(str, self.lengths))}"


def _hmac(bits: int) -> Signature:
    return Signature(f"HMAC with SHA-{bits}: one key makes and checks it", f"{_JWA} §3.2", (bits // 8,))


def _rsa(bits: int) -> Signature:
    return Signature(f"RSASSA-PKCS1-v1_5 with SHA-{bits}: a private key makes it, the public one checks it",
                     f"{_JWA} §3.3", ())


def _pss(bits: int) -> Signature:
    return Signature(f"RSASSA-PSS with SHA-{bits}: a private key makes it, the public one checks it",
                     f"{_JWA} §3.5", (), random=True)


def _ecdsa(curve: str, bits: int, octets: int, standard: str = f"{_JWA} §3.4") -> Signature:
    meaning = f"ECDSA on {curve} with SHA-{bits}: a private key makes it, the public one checks it"
    return Signature(meaning, standard, (octets,), ("R", "S"), random=True)


def _eddsa(curve: str, lengths: tuple[int, ...], standard: str) -> Signature:
    meaning = f"EdDSA{curve}: a private key makes it, the public one checks it"
    return Signature(meaning, standard, lengths, ("R", "S"))


SIGNATURES: Mapping[str, Signature] = {
    **{f"HS{bits}": _hmac(bits) for bits in (256, 384, 512)},
    **{f"RS{bits}": _rsa(bits) for bits in (256, 384, 512)},
    "ES256": _ecdsa("P-256", 256, 64),
    "ES384": _ecdsa("P-384", 384, 96),
    "ES512": _ecdsa("P-521", 512, 132),
    "ES256K": _ecdsa("secp256k1", 256, 64, "RFC 8812 §3.2"),
    **{f"PS{bits}": _pss(bits) for bits in (256, 384, 512)},
    "EdDSA": _eddsa(", on the curve of the key, as a rule Ed25519", (64, 114), _OKP),
    "Ed25519": _eddsa(" on Ed25519", (64,), _SPECIFIED),
    "Ed448": _eddsa(" on Ed448", (114,), _SPECIFIED),
    "none": Signature("no signature: whoever has the token can change it", f"{_JWA} §3.6", (0,)),
}
"""The algorithms of a JWS, by their names, which are case-sensitive."""


@dataclass(frozen=True, slots=True)
class ContentEncryption:
    """How a JWE encrypts its content: what it is, the section, and the octets of its key, its IV and its tag."""

    meaning: str
    standard: str
    key: int
    iv: int
    tag: int


def _cbc(aes: int, sha: int, section: int) -> ContentEncryption:
    meaning = f"AES-{aes} in CBC mode, with HMAC SHA-{sha} as its authentication"
    return ContentEncryption(meaning, f"{_JWA} §5.2.{section}", aes // 4, 16, aes // 8)


def _gcm(aes: int) -> ContentEncryption:
    return ContentEncryption(f"AES-{aes} in Galois/Counter Mode", f"{_JWA} §5.3", aes // 8, 12, 16)


CONTENT_ENCRYPTIONS: Mapping[str, ContentEncryption] = {
    "A128CBC-HS256": _cbc(128, 256, 3),
    "A192CBC-HS384": _cbc(192, 384, 4),
    "A256CBC-HS512": _cbc(256, 512, 5),
    **{f"A{aes}GCM": _gcm(aes) for aes in (128, 192, 256)},
}
"""The values of `enc` (RFC 7518 §5.1)."""


@dataclass(frozen=True, slots=True)
class KeyManagement:
    """How the recipient of a JWE comes to its content encryption key: what it is, and the section.

    `encrypted` tells the octets of the encrypted key, given those of the key; None where the RSA key decides it.
    """

    meaning: str
    standard: str
    encrypted: Callable[[int], int] | None


def _none(_: int) -> int:
    return 0


def _same(key: int) -> int:
    return key


def _wrapped(key: int) -> int:
    """AES Key Wrap adds one block of 64 bits (RFC 3394 §2.2.1)."""
    return key + 8


KEY_MANAGEMENTS: Mapping[str, KeyManagement] = {
    "RSA1_5": KeyManagement("the key is encrypted by RSAES-PKCS1-v1_5, which RFC 8725 §3.2 warns of",
                            f"{_JWA} §4.2", None),
    "RSA-OAEP": KeyManagement("the key is encrypted by RSAES-OAEP with SHA-1", f"{_JWA} §4.3", None),
    "RSA-OAEP-256": KeyManagement("the key is encrypted by RSAES-OAEP with SHA-256", f"{_JWA} §4.3", None),
    "dir": KeyManagement("the shared key is the content encryption key itself", f"{_JWA} §4.5", _none),
    "ECDH-ES": KeyManagement("both sides agree on the key by Diffie-Hellman", f"{_JWA} §4.6", _none),
    **{f"A{aes}KW": KeyManagement(f"the key is wrapped by AES-{aes} Key Wrap", f"{_JWA} §4.4", _wrapped)
       for aes in (128, 192, 256)},
    **{f"ECDH-ES+A{aes}KW": KeyManagement(f"Diffie-Hellman agrees on a key that wraps the key by AES-{aes} Key Wrap",
                                          f"{_JWA} §4.6", _wrapped) for aes in (128, 192, 256)},
    **{f"A{aes}GCMKW": KeyManagement(f"the key is encrypted by AES-{aes} in Galois/Counter Mode",
                                     f"{_JWA} §4.7", _same) for aes in (128, 192, 256)},
    **{f"PBES2-HS{sha}+A{aes}KW": KeyManagement(f"a key derived from a password wraps the key by AES-{aes} Key Wrap",
                                                f"{_JWA} §4.8", _wrapped)
       for sha, aes in ((256, 128), (384, 192), (512, 256))},
}
"""The values of `alg` in a JWE (RFC 7518 §4.1)."""
