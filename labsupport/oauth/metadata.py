"""What an authorization server tells programs about itself (RFC 8414 §2, OpenID Connect Discovery §3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from labsupport.oauth.code_grant import CLIENT_AUTHENTICATION
from labsupport.oauth.id_tokens import ALGORITHM
from labsupport.oauth.token_endpoints import Introspection

_ENDPOINTS = {
    "authorization_endpoint": "/authorize",
    "token_endpoint": "/token",
    "revocation_endpoint": "/revoke",
    "introspection_endpoint": "/introspect",
    "userinfo_endpoint": "/userinfo",
    "jwks_uri": "/jwks",
}
_SUPPORTED: Mapping[str, list[str]] = {
    "response_types_supported": ["code"],
    "response_modes_supported": ["query"],
    "grant_types_supported": ["authorization_code", "refresh_token"],
    "token_endpoint_auth_methods_supported": CLIENT_AUTHENTICATION,
    "revocation_endpoint_auth_methods_supported": CLIENT_AUTHENTICATION,
    "introspection_endpoint_auth_methods_supported": Introspection.CLIENT_AUTH_METHODS,
    "code_challenge_methods_supported": ["S256"],
    "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": [ALGORITHM],
}
_BY_WEAKNESS: Mapping[str, Mapping[str, str]] = {
    "plain": {"code_challenge_methods_supported": "plain"},
    "implicit": {"response_types_supported": "token", "response_modes_supported": "fragment",
                 "grant_types_supported": "implicit"},
    "password grant": {"grant_types_supported": "password"},
}


def metadata(issuer: str, scopes: Iterable[str], weaknesses: Collection[str]) -> dict[str, Any]:
    """The metadata of a server whose identifier is its URL; a weakened one tells of what it supports beyond others."""
    more = [support for name, support in _BY_WEAKNESS.items() if name in weaknesses]
    return {
        "issuer": issuer,
        **{name: issuer + path for name, path in _ENDPOINTS.items()},
        "scopes_supported": sorted({"openid", *scopes}),
        **{name: [*values, *(each[name] for each in more if name in each)] for name, values in _SUPPORTED.items()},
        "authorization_response_iss_parameter_supported": True,
    }
