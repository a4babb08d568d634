"""Which step of the standard keeps a cookie back (RFC 6265bis §5.8.3, step 1). Pure Python."""

from __future__ import annotations

_STEPS = (
    ("it belongs to", "domain"),
    ("the path", "path"),
    ("Secure", "secure-only-flag"),
    ("HttpOnly", "http-only-flag"),
    ("SameSite", "same-site-flag"),
)
"""The condition of step 1 that fails, by how the jar's reason begins, in the order in which the standard lists them."""

CONDITIONS = tuple(name for _, name in _STEPS)


def condition(reason: str) -> str:
    """The condition of step 1 that a reason of the jar names. Raises `LookupError` for a reason that names none."""
    return next(name for begins, name in _STEPS if reason.startswith(begins))
