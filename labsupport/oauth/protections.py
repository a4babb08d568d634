"""What a client sends along, remembers and compares, so that the answer it gets is the answer to its own question."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwt import ClaimsOption

from labsupport.oauth.provider import Provider, Refusal

Begun = Mapping[str, str]
"""What a client remembers of the request it began, in the user's session; empty where it began none."""


class Protections:
    """State, PKCE, nonce and issuer; each method raises Refusal for what is not as it should be."""

    def remember(self) -> dict[str, str]:
        """New secrets, for one request."""
        return {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}

    def state(self, begun: Begun) -> dict[str, str]:
        """What ties the answer to this browser (RFC 6749 §10.12)."""
        return {"state": begun["state"]}

    def nonce(self, begun: Begun) -> dict[str, str]:
        """What ties the ID token to this request (OpenID Connect Core §3.1.2.1)."""
        return {"nonce": begun["nonce"]}

    def challenge(self, begun: Begun) -> dict[str, str]:
        """What ties the code to this client (RFC 7636 §4.2)."""
        return {"code_challenge": create_s256_code_challenge(begun["verifier"]), "code_challenge_method": "S256"}

    def check_state(self, begun: Begun, answer: Mapping[str, str]) -> None:
        """The answer has the state of the request that this browser began."""
        if not begun or not hmac.compare_digest(begun["state"].encode(), answer.get("state", "").encode()):
            raise Refusal("state", "this browser asked for nothing of the kind")

    def check_issuer(self, provider: Provider, answer: Mapping[str, str]) -> None:
        """The server that answers is the one that was asked (RFC 9207 §2.4)."""
        promised = provider.metadata.get("authorization_response_iss_parameter_supported")
        if (promised or "iss" in answer) and answer.get("iss") != provider.issuer:
            raise Refusal("iss", f"{provider.host} was asked, and another server answers")

    def verifier(self, begun: Begun) -> dict[str, str]:
        """What proves that the code was asked for here (RFC 7636 §4.5)."""
        if "verifier" not in begun:
            raise Refusal("code_verifier", "this browser asked for no code")
        return {"code_verifier": begun["verifier"]}

    def expected(self, begun: Begun, provider: Provider) -> dict[str, ClaimsOption]:
        """What the ID token has to say (OpenID Connect Core §3.1.3.7)."""
        if "nonce" not in begun:
            raise Refusal("nonce", "this browser asked for no ID token")
        return {
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.registration.client_id},
            "nonce": {"essential": True, "value": begun["nonce"]},
        }


class NoState(Protections):
    """Any answer is taken, from any browser."""

    def state(self, begun: Begun) -> dict[str, str]:
        """See `Protections.state`."""
        return {}

    def check_state(self, begun: Begun, answer: Mapping[str, str]) -> None:
        """See `Protections.check_state`."""


class ConstantState(Protections):
    """The state is the same for everybody, so everybody knows it."""

    def state(self, begun: Begun) -> dict[str, str]:
        """See `Protections.state`."""
        return {"state": "constant"}

    def check_state(self, begun: Begun, answer: Mapping[str, str]) -> None:
        """See `Protections.check_state`."""
        if answer.get("state") != "constant":
            raise Refusal("state")


class NoProofKey(Protections):
    """The code is asked for without a challenge, and redeemed without a verifier."""

    def challenge(self, begun: Begun) -> dict[str, str]:
        """See `Protections.challenge`."""
        return {}

    def verifier(self, begun: Begun) -> dict[str, str]:
        """See `Protections.verifier`."""
        return {}


class PlainProofKey(Protections):
    """The verifier itself is the challenge."""

    def challenge(self, begun: Begun) -> dict[str, str]:
        """See `Protections.challenge`."""
        return {"code_challenge": begun["verifier"], "code_challenge_method": "plain"}


class UnnamedMethod(Protections):
    """The same, with nothing said of the method."""

    def challenge(self, begun: Begun) -> dict[str, str]:
        """See `Protections.challenge`."""
        return {"code_challenge": begun["verifier"]}


class NoNonce(Protections):
    """An ID token is taken whatever request it answers."""

    def nonce(self, begun: Begun) -> dict[str, str]:
        """See `Protections.nonce`."""
        return {}

    def expected(self, begun: Begun, provider: Provider) -> dict[str, ClaimsOption]:
        """See `Protections.expected`."""
        expected = super().expected({"nonce": "", **begun}, provider)
        return {name: option for name, option in expected.items() if name != "nonce"}


class NoIssuer(Protections):
    """Whoever answers is taken for the server that was asked."""

    def check_issuer(self, provider: Provider, answer: Mapping[str, str]) -> None:
        """See `Protections.check_issuer`."""


class AnyIdToken(Protections):
    """An ID token is taken whomever it was issued for."""

    def expected(self, begun: Begun, provider: Provider) -> dict[str, ClaimsOption]:
        """See `Protections.expected`."""
        expected = super().expected(begun, provider)
        return {name: option for name, option in expected.items() if name != "aud"}


WEAKNESSES: Mapping[str, type[Protections]] = {
    "no state": NoState,
    "constant state": ConstantState,
    "no PKCE": NoProofKey,
    "plain": PlainProofKey,
    "plain by omission": UnnamedMethod,
    "no nonce": NoNonce,
    "no iss": NoIssuer,
    "login by any ID token": AnyIdToken,
}
