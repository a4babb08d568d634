"""Repetitions in which all sides take turns, so that a load on the machine hits all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median

Side = Callable[[], float]
"""Does the thing once and returns what it took, in seconds."""


def alternate(sides: Mapping[str, Side], rounds: int) -> dict[str, float]:
    """The median of each side over so many rounds; each round runs every side once, every other one backwards."""
    seen: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds):
        for name in list(sides)[:: -1 if number % 2 else 1]:
            seen[name].append(sides[name]())
    return {name: median(figures) for name, figures in seen.items()}


def timed(action: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> Side:
    """A side that takes as long as the action does, by a clock in seconds."""

    def side() -> float:
        began = clock()
        action()
        return clock() - began

    return side


def milliseconds(sides: Mapping[str, Side], rounds: int) -> dict[str, float]:
    """The medians of `alternate` in milliseconds."""
    return {name: seconds * 1000 for name, seconds in alternate(sides, rounds).items()}
