"""Simulated time: a queue of what is to happen, and when."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Literal

Kind = Literal["segment", "timer"]
"""What can happen by itself: a segment arrives, or a timer runs out."""


class Alarm:
    """Something that is to happen; it can be called off."""

    __slots__ = ("action",)

    def __init__(self, action: Callable[[], None]) -> None:
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Call it off. Without effect once it has happened."""
        self.action = None


class Clock:
    """Nanoseconds since the beginning of the run.

    `first` is what comes first when a segment arrives at the very moment at which a timer runs out. What else falls
    on the same moment happens in the order in which it was set.
    """

    def __init__(self, first: Kind = "segment") -> None:
        self.now_ns = 0
        self._first = first
        self._set = 0
        self._queue: list[tuple[int, bool, int, Alarm]] = []

    def after(self, delay_s: float, action: Callable[[], None], kind: Kind = "timer") -> Alarm:
        """Have something happen after a delay in seconds."""
        return self.at(self.now_ns + round(delay_s * 1e9), action, kind)

    def at(self, at_ns: int, action: Callable[[], None], kind: Kind = "timer") -> Alarm:
        """Have something happen at a moment that is not past."""
        alarm = Alarm(action)
        self._set += 1
        heapq.heappush(self._queue, (at_ns, kind != self._first, self._set, alarm))
        return alarm

    def next_ns(self) -> int | None:
        """When the next thing happens; None when nothing is left to happen."""
        while self._queue and self._queue[0][-1].action is None:
            heapq.heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    def advance(self) -> None:
        """Go on to the next thing, and let it happen. Raises `IndexError` when nothing is left."""
        at_ns, _, _, alarm = heapq.heappop(self._queue)
        action, alarm.action = alarm.action, None
        self.now_ns = at_ns
        if action:
            action()
