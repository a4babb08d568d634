"""A JWS or a JWE in the compact serialization as named bytes (RFC 7515 §7.1, RFC 7516 §7.1)."""

from labsupport.dissection.jose.serialization import begins_like_a_token
from labsupport.dissection.jose.token import token

__all__ = ["begins_like_a_token", "token"]
