"""Revocation and introspection: to take a token back, and to ask whether it is still good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from labsupport.oauth.code_grant import CLIENT_AUTHENTICATION
from labsupport.oauth.issued import AccessToken
from labsupport.oauth.registration import Registration
from labsupport.oauth.renewals import Renewal

if TYPE_CHECKING:
    from labsupport.oauth.engine import Engine


class Revocation(RevocationEndpoint):
    """A refresh token goes with all access tokens of its grant, an access token by itself (RFC 7009 §2.1)."""

    CLIENT_AUTH_METHODS = CLIENT_AUTHENTICATION
    server: Engine

    def query_token(self, token_string: str, token_type_hint: str | None) -> AccessToken | Renewal | None:
        """The token, whatever the hint says of it; None for one that is unknown, which is answered with 200 too."""
        return self.server.issued.token(token_string) or self.server.renewals.find(token_string)

    def revoke_token(self, token: AccessToken | Renewal, request: OAuth2Request) -> None:
        """Take it back."""
        if isinstance(token, Renewal):
            self.server.renewals.end(token)
        else:
            self.server.issued.revoke(token)


class Introspection(IntrospectionEndpoint):
    """Tells resource servers and clients of their own access tokens; of refresh tokens it tells nobody."""

    CLIENT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]  # noqa: RUF012 - as Authlib declares it
    server: Engine

    def query_token(self, token_string: str, token_type_hint: str | None) -> AccessToken | None:
        """The token, as long as it is good."""
        return self.server.issued.token(token_string)

    def check_permission(self, token: AccessToken, client: Registration, request: OAuth2Request) -> bool:
        """Who may not ask is told what is told of a token that does not exist (RFC 7662 §2.2)."""
        return client.resource in token.audience or token.check_client(client)

    def introspect_token(self, token: AccessToken) -> dict[str, Any]:
        """What there is to tell (RFC 7662 §2.2)."""
        return {
            "active": True, "token_type": "Bearer", "iss": self.server.issuer, "aud": list(token.audience),
            "client_id": token.client_id, "sub": token.approval.user, "scope": token.scope,
            "iat": token.issued_at, "exp": token.expires_at,
        }
