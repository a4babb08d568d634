"""Access tokens that need no look-up, and refresh tokens that are used once: a token service over a session store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labsupport.faces import loaded_on_use

if TYPE_CHECKING:
    from labsupport.tokens.access import AccessTokens as AccessTokens
    from labsupport.tokens.refresh import RefreshTokens as RefreshTokens
    from labsupport.tokens.refresh import Rotation as Rotation
    from labsupport.tokens.refusals import Refused as Refused
    from labsupport.tokens.service import Pair as Pair
    from labsupport.tokens.service import TokenService as TokenService

_HOMES = {
    "AccessTokens": "access",
    "Pair": "service",
    "RefreshTokens": "refresh",
    "Refused": "refusals",
    "Rotation": "refresh",
    "TokenService": "service",
}

__all__ = sorted(_HOMES)
__getattr__, __dir__ = loaded_on_use(__name__, _HOMES)
