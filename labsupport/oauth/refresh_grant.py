"""Refreshing an access token (RFC 6749 §6), with rotation (RFC 9700 §4.14.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import InvalidGrantError
from authlib.oauth2.rfc6749.grants import RefreshTokenGrant

from labsupport.oauth.code_grant import CLIENT_AUTHENTICATION
from labsupport.oauth.issued import Approval
from labsupport.oauth.renewals import Renewal

if TYPE_CHECKING:
    from labsupport.oauth.engine import Engine


class RefreshGrant(RefreshTokenGrant):
    """Each refresh token is used once; one that comes again has been in two hands, and its family ends."""

    TOKEN_ENDPOINT_AUTH_METHODS = CLIENT_AUTHENTICATION
    server: Engine

    def authenticate_refresh_token(self, refresh_token: str) -> Renewal | None:
        """What the token stands for, if it is good and this client's: nobody else can end a family."""
        found = self.server.renewals.find(refresh_token)
        own = found and found.check_client(self.client)
        return found if found and own and self.server.renewals.good(found) else None

    def authenticate_user(self, refresh_token: Renewal) -> Approval:
        """Whose tokens are to be issued."""
        return refresh_token.approval

    def issue_token(self, user: Approval, refresh_token: Renewal) -> dict[str, Any]:
        """An access token, and the refresh token to use next time."""
        following = self.next_token(refresh_token)
        return {**super().issue_token(user, refresh_token), "refresh_token": following}

    def next_token(self, renewal: Renewal) -> str:
        """The refresh token that takes the place of this one."""
        following = self.server.renewals.rotate(renewal)
        if not following:
            raise InvalidGrantError("The refresh token was used before.")
        return following

    def revoke_old_credential(self, refresh_token: Renewal) -> None:
        """Nothing: rotation has done it."""


class UnrotatedRefresh(RefreshGrant):
    """A refresh token is good for as long as its family."""

    def next_token(self, renewal: Renewal) -> str:
        """See `RefreshGrant.next_token`."""
        return renewal.value


WEAKNESSES: Mapping[str, type[RefreshGrant]] = {"no rotation": UnrotatedRefresh}
