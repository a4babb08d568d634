"""What a page asks for, as JSON: checked and bounded before anything is made of it. Pure Python."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from labsupport.errors import ReaderError

_SHOWN = 40


def text(name: str, given: object, most: int) -> str:
    """A text of at most so many characters. Raises `ReaderError` for anything else."""
    if not isinstance(given, str):
        raise ReaderError(f"{name} is {_named(given)} and no text; type some characters")
    if len(given) > most:
        raise ReaderError(f"{name} has {len(given)} characters, and {most} are the most; shorten it")
    return given


def number(name: str, given: object, least: float, most: float, unit: str) -> float:
    """A number in bounds, the unit of which the error names. Raises `ReaderError` for anything else."""
    sound = isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given)
    if not sound or not least <= given <= most:  # type: ignore[operator]
        raise ReaderError(f"{name} is {_named(given)}; give {unit} from {least:.12g} to {most:.12g}")
    return float(given)  # type: ignore[arg-type]


def choice(name: str, given: object, choices: Collection[str]) -> str:
    """One of some words. Raises `ReaderError` for anything else."""
    if not isinstance(given, str) or given not in choices:
        raise ReaderError(f"{name} is {_named(given)}; choose one of {', '.join(choices)}")
    return given


def sequence(name: str, given: object, most: int) -> Sequence[object]:
    """A list of at most so many entries. Raises `ReaderError` for anything else."""
    if not isinstance(given, list | tuple):
        raise ReaderError(f"{name} is {_named(given)} and no list; give a list")
    if len(given) > most:
        raise ReaderError(f"{name} has {len(given)} entries, and {most} are the most; remove some")
    return given


def mapping(name: str, given: object, most: int) -> Mapping[str, object]:
    """An object with at most so many members. Raises `ReaderError` for anything else."""
    if not isinstance(given, Mapping):
        raise ReaderError(f"{name} is {_named(given)} and no object; give names with values")
    if len(given) > most:
        raise ReaderError(f"{name} has {len(given)} entries, and {most} are the most; remove some")
    return {str(key): value for key, value in given.items()}


def _named(given: object) -> str:
    if given is None:
        return "missing"
    try:
        shown = repr(given)
    except (ValueError, RecursionError):
        shown = type(given).__name__
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
