"""Packages whose names are loaded on first use, so that importing one costs next to nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

Face = tuple[Callable[[str], Any], Callable[[], list[str]]]
"""The `__getattr__` and the `__dir__` of a package."""


def loaded_on_use(package: str, homes: Mapping[str, str]) -> Face:
    """The face of a package: `homes` names, for each of its names, the module below it that has it."""

    def load(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"{package} has no {name!r}; it has {', '.join(homes)}")
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    return load, lambda: sorted(homes)
