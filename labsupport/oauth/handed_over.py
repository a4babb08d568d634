"""Logging in with a token that another program hands over, and what it has to be for that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labsupport.oauth.protections import Begun, Protections
from labsupport.oauth.provider import Provider, Refusal


class HandedOver:
    """Only an ID token says who logs in, and to whom (OpenID Connect Core §2)."""

    def __init__(self, protections: Protections) -> None:
        self._protections = protections

    def user(self, provider: Provider, form: Mapping[str, str], begun: Begun) -> tuple[str, dict[str, Any]]:
        """The user, and the tokens to go on with. Raises Refusal."""
        if "id_token" not in form:
            raise Refusal("id_token", "only an ID token tells who logs in")
        return provider.identity(form["id_token"], self._protections.expected(begun, provider)), {}


class AnyAccessToken(HandedOver):
    """Whoever brings an access token is taken for the user it speaks of, whichever client it was issued to."""

    def user(self, provider: Provider, form: Mapping[str, str], begun: Begun) -> tuple[str, dict[str, Any]]:
        """See `HandedOver.user`."""
        if "access_token" not in form:
            return super().user(provider, form, begun)
        return provider.user(form["access_token"]), {"access_token": form["access_token"]}


class OwnAccessToken(AnyAccessToken):
    """The same, for access tokens that were issued to this client: the server tells it of no others."""

    def user(self, provider: Provider, form: Mapping[str, str], begun: Begun) -> tuple[str, dict[str, Any]]:
        """See `HandedOver.user`."""
        told = provider.ask("introspection_endpoint", token=form.get("access_token", "")).json()
        if told.get("client_id") != provider.registration.client_id:
            raise Refusal("client_id", "the token was issued to another client")
        return super().user(provider, form, begun)


WEAKNESSES: Mapping[str, type[HandedOver]] = {
    "login by own access token": OwnAccessToken,
    "login by access token": AnyAccessToken,
    "implicit": AnyAccessToken,
}
