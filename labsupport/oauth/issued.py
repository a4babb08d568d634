"""What an authorization server has to remember of what it issued: codes and access tokens, and what they rest on."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, TokenMixin

from labsupport.oauth.registration import Registration


@dataclass(frozen=True, slots=True)
class Approval:
    """One time that a user said yes: all that is issued for it ends together. It is what Authlib calls the user."""

    user: str
    authenticated_at: float
    id: str = field(default_factory=secrets.token_hex)

    def get_user_id(self) -> str:
        """The subject of tokens."""
        return self.user


@dataclass(frozen=True)
class Code(AuthorizationCodeMixin):
    """An authorization code, bound to client, redirect URI and challenge (RFC 6749 §4.1.2, RFC 7636 §4.4)."""

    code: str = field(repr=False)
    approval: Approval
    client_id: str
    redirect_uri: str | None
    scope: str
    nonce: str | None
    code_challenge: str | None
    code_challenge_method: str | None
    expires_at: float

    def get_redirect_uri(self) -> str | None:
        """The redirect URI of the authorization request; None where it named none."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """What was allowed."""
        return self.scope

    def get_nonce(self) -> str | None:
        """For the ID token (OpenID Connect Core §2)."""
        return self.nonce

    def get_auth_time(self) -> int:
        """When the user gave the password, in seconds since the epoch."""
        return int(self.approval.authenticated_at)

    def get_acr(self) -> None:
        """No class of authentication is claimed."""

    def get_amr(self) -> None:
        """No method of authentication is claimed."""


@dataclass(frozen=True)
class AccessToken(TokenMixin):
    """What a client may do with an access token (RFC 6749 §1.4), and which resource servers it is for."""

    value: str = field(repr=False)
    approval: Approval
    client_id: str
    scope: str
    audience: tuple[str, ...]
    issued_at: int
    expires_at: int

    def check_client(self, client: Registration) -> bool:
        """Whether it was issued to this client."""
        return self.client_id == client.client_id

    def get_scope(self) -> str:
        """What it is good for."""
        return self.scope

    def get_expires_in(self) -> int:
        """How many seconds it lasts from when it was issued."""
        return self.expires_at - self.issued_at

    def is_expired(self) -> bool:
        """Never: `Issued` forgets what has expired."""
        return False

    def is_revoked(self) -> bool:
        """Never: `Issued` forgets what was revoked."""
        return False


class Issued:
    """Codes and access tokens by their values. Threads may share it; `now` is a clock that gives seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._codes: dict[str, Code] = {}
        self._spent: dict[str, object] = {}
        self._tokens: dict[str, AccessToken] = {}
        self._revoked: set[str] = set()

    def keep_code(self, code: Code) -> None:
        """Remember a code."""
        self._codes[code.code] = code

    def code(self, value: str) -> Code | None:
        """The code, as long as it has not expired; a spent one for ever, so that its second use is noticed."""
        found = self._codes.get(value)
        return found if found and (value in self._spent or self._now() < found.expires_at) else None

    def spend(self, code: Code) -> bool:
        """Use a code up; False where somebody else was first."""
        mine = object()
        return self._spent.setdefault(code.code, mine) is mine  # one step, which no other thread interrupts

    def keep_token(self, token: AccessToken) -> None:
        """Remember an access token."""
        self._tokens[token.value] = token

    def token(self, value: str) -> AccessToken | None:
        """The access token, as long as it is good."""
        found = self._tokens.get(value)
        if not found or value in self._revoked or not self.stands(found.approval):
            return None
        return found if self._now() < found.expires_at else None

    def stands(self, approval: Approval) -> bool:
        """Whether an approval is still good for anything."""
        return approval.id not in self._revoked

    def revoke(self, token: AccessToken) -> None:
        """Take one access token back."""
        self._revoked.add(token.value)

    def revoke_all(self, approval: Approval) -> None:
        """Take back all that rests on an approval, and what would be issued for it yet."""
        self._revoked.add(approval.id)
