"""Proof Key for Code Exchange: what is asked of challenge and verifier (RFC 7636, RFC 9700 §2.1.1)."""

from __future__ import annotations

from collections.abc import Mapping

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7636 import CodeChallenge

from labsupport.oauth.asked import Asking


class ProofKey(CodeChallenge):
    """Every request has a challenge by S256, of confidential clients too; a method left out would be plain."""

    SUPPORTED_CODE_CHALLENGE_METHOD: list[str] = ["S256"]  # noqa: RUF012 - as Authlib declares it

    def validate_code_challenge(self, grant: Asking, redirect_uri: str) -> None:
        """Check an authorization request; Authlib by itself asks nothing here, and takes what is left out for plain."""
        asked = grant.request.payload.data
        if not asked.get("code_challenge"):
            self.miss_challenge()
        elif asked.get("code_challenge_method", "plain") not in self.SUPPORTED_CODE_CHALLENGE_METHOD:
            raise InvalidRequestError("Unsupported 'code_challenge_method'")
        super().validate_code_challenge(grant, redirect_uri)

    def miss_challenge(self) -> None:
        """Refuse a request without a challenge."""
        raise InvalidRequestError("Missing 'code_challenge'")


class OptionalProofKey(ProofKey):
    """A client that does not know of PKCE is served as well."""

    def __init__(self, required: bool = False) -> None:
        super().__init__(required=False)

    def miss_challenge(self) -> None:
        """Let it pass."""


class PlainProofKey(ProofKey):
    """The verifier may be its own challenge, which is also what a request without a method means (RFC 7636 §4.3)."""

    SUPPORTED_CODE_CHALLENGE_METHOD: list[str] = ["S256", "plain"]  # noqa: RUF012


class UnaskedProofKey(ProofKey):
    """A verifier is looked at only where there was a challenge: who takes that away has taken PKCE away."""

    def validate_code_verifier(self, grant: Asking, result: object) -> None:
        """Check a token request."""
        if self.get_authorization_code_challenge(grant.request.authorization_code):
            super().validate_code_verifier(grant, result)


WEAKNESSES: Mapping[str, type[ProofKey]] = {
    "pkce optional": OptionalProofKey,
    "plain": PlainProofKey,
    "downgrade": UnaskedProofKey,
}
