"""Weakened builds: a sound class, with single methods replaced, each under the name of the weakness."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from labsupport.errors import ReaderError

Sound = TypeVar("Sound")


def weakened(sound: type[Sound], known: Mapping[str, type[Sound]], weaknesses: Collection[str]) -> type[Sound]:
    """The sound class itself; or one that has the methods of the chosen pieces of `known` in front of its own."""
    pieces = [piece for name, piece in known.items() if name in weaknesses]
    return type(sound.__name__, (*pieces, sound), {}) if pieces else sound


def checked(of: str, weaknesses: Collection[str], *known: Mapping[str, Any]) -> frozenset[str]:
    """The weaknesses, if all of them are known. Raises ReaderError that names another, and lists the known ones."""
    names = [name for each in known for name in each]
    given = [weaknesses] if isinstance(weaknesses, str) else sorted(weaknesses, key=str)
    for name in given:
        if name not in names:
            raise ReaderError(f"{of} has no weakness {name!r}; there is {', '.join(map(repr, names))}")
    return frozenset(given)
