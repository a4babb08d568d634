"""OAuth 2.0 as it is meant to be, on Authlib and Flask, and weakened one protection at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labsupport.faces import loaded_on_use

if TYPE_CHECKING:
    from labsupport.oauth.accounts import USERS as USERS
    from labsupport.oauth.client import Client as Client
    from labsupport.oauth.deployment import Deployment as Deployment
    from labsupport.oauth.messages import CHANNELS as CHANNELS
    from labsupport.oauth.messages import overheard as overheard
    from labsupport.oauth.mix_up import MixUpServer as MixUpServer
    from labsupport.oauth.page_client import PageClient as PageClient
    from labsupport.oauth.registration import Registration as Registration
    from labsupport.oauth.resource_server import ResourceServer as ResourceServer
    from labsupport.oauth.server import AuthorizationServer as AuthorizationServer
    from labsupport.oauth.user_agent import UserAgent as UserAgent
    from labsupport.oauth.user_agent import parameters as parameters

_HOMES = {
    "CHANNELS": "messages",
    "USERS": "accounts",
    "AuthorizationServer": "server",
    "Client": "client",
    "Deployment": "deployment",
    "MixUpServer": "mix_up",
    "PageClient": "page_client",
    "Registration": "registration",
    "ResourceServer": "resource_server",
    "UserAgent": "user_agent",
    "overheard": "messages",
    "parameters": "user_agent",
}

__all__ = sorted(_HOMES)
__getattr__, __dir__ = loaded_on_use(__name__, _HOMES)
