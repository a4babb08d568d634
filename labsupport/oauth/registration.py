"""A client as the authorization server knows it, and which redirect URIs are its own."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import ClientMixin

from labsupport.errors import ReaderError

_IDENTIFIER = re.compile(r"[A-Za-z0-9._-]+")
_LOOPBACK = re.compile(r"^http://(127\.0\.0\.1|\[::1\]):[0-9]{1,5}")


@dataclass(frozen=True)
class Registration(ClientMixin):
    """A registered client (RFC 6749 §2); a public one has no secret. Redirect URIs are compared character by character.

    The exception is the port of a public client's loopback URI, which a native app cannot know in advance (RFC 8252
    §7.3, RFC 9700 §2.1). Users are not asked for their consent to a `first_party` client. A resource server is
    registered with the URL of its `resource` and without redirect URIs, and may ask about every token.
    """

    client_id: str
    client_secret: str | None = field(repr=False)
    redirect_uris: tuple[str, ...]
    scope: str = "openid notes"
    first_party: bool = False
    resource: str = ""

    def __post_init__(self) -> None:
        if not _is_identifier(self.client_id):
            raise ReaderError(f"{self.client_id!r} is no client_id here; take letters, digits, '.', '_' and '-'")
        for uri in self.redirect_uris:
            if not _is_whole(uri):
                raise ReaderError(f"{uri!r} is no redirect URI; write it whole, without a fragment (RFC 6749 §3.1.2)")

    @property
    def public(self) -> bool:
        """True without a secret: an app on the user's machine, or a script in a page (RFC 6749 §2.1)."""
        return self.client_secret is None

    @property
    def origins(self) -> set[str]:
        """Where the pages of a public client come from; a confidential one needs no page to ask for tokens."""
        places = [urlsplit(uri) for uri in self.redirect_uris if self.public]
        return {f"{parts.scheme}://{parts.netloc}" for parts in places if parts.scheme in ("http", "https")}

    def matches(self, registered: str, given: str) -> bool:
        """Whether a given redirect URI is the registered one."""
        return given == registered or (self.public and _without_port(given) == _without_port(registered))

    # What Authlib asks a client -------------------------------------------------------------------------------------

    def get_client_id(self) -> str:
        """The identifier."""
        return self.client_id

    def get_default_redirect_uri(self) -> str | None:
        """The only one, where a request names none (RFC 6749 §3.1.2.3)."""
        return self.redirect_uris[0] if len(self.redirect_uris) == 1 else None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """What is asked for; all that is registered where nothing is; None where more is asked (RFC 6749 §3.3)."""
        asked = (scope or self.scope).split()
        return " ".join(asked) if set(asked) <= set(self.scope.split()) else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether the client may be answered there."""
        return any(self.matches(registered, redirect_uri) for registered in self.redirect_uris)

    def check_client_secret(self, client_secret: str) -> bool:
        """Compared in constant time."""
        return not self.public and hmac.compare_digest(str(self.client_secret).encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """A client with a secret has to show it, in any way; one without has none to show."""
        return (method == "none") == self.public

    def check_response_type(self, response_type: str) -> bool:
        """Which there are is for the server to say."""
        return not self.resource

    def check_grant_type(self, grant_type: str) -> bool:
        """Which there are is for the server to say."""
        return not self.resource


class PrefixRedirects(Registration):
    """Whatever begins like the registered URI is taken for it."""

    def matches(self, registered: str, given: str) -> bool:
        """See `Registration.matches`."""
        return given.startswith(registered)


class PatternRedirects(Registration):
    """The registered URI is taken for a regular expression: a dot stands for anything, and nothing marks the end."""

    def matches(self, registered: str, given: str) -> bool:
        """See `Registration.matches`."""
        return re.match(registered, given) is not None


WEAKNESSES: Mapping[str, type[Registration]] = {
    "prefix redirects": PrefixRedirects,
    "pattern redirects": PatternRedirects,
}


def _is_identifier(value: object) -> bool:
    return isinstance(value, str) and _IDENTIFIER.fullmatch(value) is not None


def _is_whole(uri: object) -> bool:
    try:
        return isinstance(uri, str) and bool(urlsplit(uri).scheme) and "#" not in uri
    except ValueError:  # brackets around something that is no address
        return False


def _without_port(uri: str) -> str:
    return _LOOPBACK.sub(r"http://\1", uri)
