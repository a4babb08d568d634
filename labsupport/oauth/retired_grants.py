"""Two grants that should not be used anymore, only in weakened builds (RFC 9700 §2.1.2, §2.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from authlib.oauth2.rfc6749.grants import BaseGrant, ImplicitGrant, ResourceOwnerPasswordCredentialsGrant

from labsupport.oauth.code_grant import CLIENT_AUTHENTICATION
from labsupport.oauth.issued import Approval

if TYPE_CHECKING:
    from labsupport.oauth.engine import Engine


class Implicit(ImplicitGrant):
    """The access token itself goes through the browser, in the fragment of the redirect (RFC 6749 §4.2)."""

    TOKEN_ENDPOINT_AUTH_METHODS = CLIENT_AUTHENTICATION


class PasswordGrant(ResourceOwnerPasswordCredentialsGrant):
    """The client asks for the user's password, and has it (RFC 6749 §4.3)."""

    TOKEN_ENDPOINT_AUTH_METHODS = CLIENT_AUTHENTICATION
    server: Engine

    def authenticate_user(self, username: str, password: str) -> Approval | None:
        """Check the password that the client brings."""
        return self.server.accounts.approval(username, password)


WEAKNESSES: Mapping[str, type[BaseGrant]] = {"implicit": Implicit, "password grant": PasswordGrant}
