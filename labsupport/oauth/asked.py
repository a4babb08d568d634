"""Authlib's request as it is once it has been validated: Authlib itself gives these attributes no types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from labsupport.oauth.issued import Approval
    from labsupport.oauth.registration import Registration


class Asked(Protocol):
    """A request to the authorization server."""

    client: Registration
    user: Approval
    scope: str
    payload: Any
    authorization_code: Any


class Asking(Protocol):
    """The grant that such a request is for."""

    request: Asked
    redirect_uri: str
