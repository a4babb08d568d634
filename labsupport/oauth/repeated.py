"""A parameter that comes more than once: two programs may read two values of it (RFC 6749 §3.1, §3.2)."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict


def repeated(parameters: MultiDict[str, str]) -> str:
    """The name of the first parameter that comes more than once; empty where none does."""
    return next((name for name, values in parameters.lists() if len(values) > 1), "")
