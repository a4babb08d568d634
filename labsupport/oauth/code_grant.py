"""The authorization code grant (RFC 6749 §4.1): what Authlib leaves to the application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from authlib.oauth2.rfc6749 import InvalidGrantError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant

from labsupport.oauth.asked import Asked
from labsupport.oauth.issued import Approval, Code
from labsupport.oauth.registration import Registration

if TYPE_CHECKING:
    from labsupport.oauth.engine import Engine

CLIENT_AUTHENTICATION = ["client_secret_basic", "client_secret_post", "none"]
"""How a client may say at the token endpoint who it is (RFC 6749 §2.3, RFC 7591 §2)."""


class CodeGrant(AuthorizationCodeGrant):
    """A code is good for a short time and once, for its client and its redirect URI.

    Used a second time it is refused, and the tokens issued for it are revoked (RFC 6749 §4.1.2).
    """

    TOKEN_ENDPOINT_AUTH_METHODS = CLIENT_AUTHENTICATION
    server: Engine

    def save_authorization_code(self, code: str, request: Asked) -> None:
        """Keep a new code with all that it is bound to."""
        asked = request.payload.data
        self.server.issued.keep_code(Code(
            code, request.user, request.client.client_id, request.payload.redirect_uri, request.scope,
            asked.get("nonce"), asked.get("code_challenge"), asked.get("code_challenge_method"),
            self.server.now() + self.server.code_seconds,
        ))

    def query_authorization_code(self, code: str, client: Registration) -> Code | None:
        """The code, if it is this client's."""
        found = self.server.issued.code(code)
        return found if found and found.client_id == client.client_id else None

    def authenticate_user(self, authorization_code: Code) -> Approval:
        """Whose tokens are to be issued; the last step before they are, so here the code is used up."""
        if not self.spend(authorization_code):
            self.server.issued.revoke_all(authorization_code.approval)
            raise InvalidGrantError("The code was used before.")
        return authorization_code.approval

    def spend(self, code: Code) -> bool:
        """Use the code up; False for one that was used before, by however short a time."""
        return self.server.issued.spend(code)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Nothing: a spent code is kept, to know it again."""


class ReusableCodes(CodeGrant):
    """A code may be used until it expires."""

    def spend(self, code: Code) -> bool:
        """See `CodeGrant.spend`."""
        return True


class UnboundCodes(CodeGrant):
    """A code is good for whoever brings it, from wherever it was sent."""

    def query_authorization_code(self, code: str, client: Registration) -> Code | None:
        """See `CodeGrant.query_authorization_code`; with no redirect URI there is none to compare."""
        found = self.server.issued.code(code)
        return found and replace(found, redirect_uri=None)


WEAKNESSES: Mapping[str, type[CodeGrant]] = {"codes reusable": ReusableCodes, "unbound codes": UnboundCodes}
