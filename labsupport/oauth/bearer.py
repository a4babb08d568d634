"""Bearer tokens at whoever protects something with them (RFC 6750): the user information, and the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Request, TokenValidator
from authlib.oauth2.rfc6750 import BearerTokenValidator, InsufficientScopeError, InvalidTokenError
from joserfc.errors import JoseError
from joserfc.jwt import ClaimsOption

from labsupport.oauth.issued import AccessToken, Issued
from labsupport.oauth.provider import Provider

_TYPES = ("at+jwt", "application/at+jwt")
Claims = Mapping[str, Any]


class ByRecord(BearerTokenValidator):
    """The server that issued a token looks it up in its own records."""

    def __init__(self, issued: Issued) -> None:
        super().__init__()
        self._issued = issued

    def authenticate_token(self, token_string: str) -> AccessToken | None:
        """The token, as long as it is good."""
        return self._issued.token(token_string)


class ByAudience(TokenValidator):
    """Checks what a token claims: that it is for this resource server, and of enough scope (RFC 9700 §2.3)."""

    TOKEN_TYPE = "bearer"

    def __init__(self, provider: Provider, resource: str) -> None:
        super().__init__()
        self.provider, self.resource = provider, resource

    def validate_token(self, token: Claims | None, scopes: list[str] | None, request: OAuth2Request) -> None:
        """Raises `invalid_token` or `insufficient_scope` (RFC 6750 §3.1)."""
        if not token or not self.is_meant(token):
            raise InvalidTokenError()
        if self.scope_insufficient(token.get("scope", ""), scopes):
            raise InsufficientScopeError()

    def is_meant(self, claims: Claims) -> bool:
        """Whether the token is for this resource server."""
        audience = claims.get("aud", ())
        return self.resource in ([audience] if isinstance(audience, str) else audience)


class ByIntrospection(ByAudience):
    """Asks the authorization server about every token (RFC 7662 §2)."""

    def authenticate_token(self, token_string: str) -> Claims | None:
        """What the server tells of the token, if it is good."""
        told = self.provider.ask("introspection_endpoint", token=token_string).json()
        return told if told.get("active") else None


class ByJwt(ByAudience):
    """Believes the token itself, if its signature, type, issuer and time are right (RFC 9068 §4); asks nobody."""

    def authenticate_token(self, token_string: str) -> Claims | None:
        """The claims of the token, if it is good."""
        required: dict[str, ClaimsOption] = {
            "iss": {"essential": True, "value": self.provider.issuer},
            "exp": {"essential": True}, "aud": {"essential": True}, "sub": {"essential": True},
        }
        try:
            token = self.provider.signed(token_string, required)
        except (JoseError, ValueError, TypeError):
            return None
        return token.claims if str(token.header.get("typ")).lower() in _TYPES else None


class AnyAudience(ByAudience):
    """A good token is good enough, whomever it is for."""

    def is_meant(self, claims: Claims) -> bool:
        """See `ByAudience.is_meant`."""
        return True


CHECKS: Mapping[str, type[ByAudience]] = {"introspection": ByIntrospection, "local": ByJwt}
WEAKNESSES: Mapping[str, type[ByAudience]] = {"any audience": AnyAudience}
