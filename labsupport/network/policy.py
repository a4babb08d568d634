"""What a wire does to a segment: the one rule of the real link and of the model's. Pure Python.

A policy is given each segment that enters the wire and its number, counted from 0 over both directions. It returns the
delays, in seconds, after which copies of the segment arrive. No entry: lost. Two entries: duplicated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from labsupport.errors import ReaderError
from labsupport.records import Segment

Policy = Callable[[Segment, int], Iterable[float]]

LONGEST_DELAY_S = 600
"""How long a copy may take, in seconds."""


def delays(policy: Policy, segment: Segment, index: int) -> list[float]:
    """The delays, in seconds, that the policy gives a segment.

    Raises `ValueError` for a delay that is none, and whatever the policy raises: it is the reader's code.
    """
    found = [float(delay) for delay in policy(segment, index)]
    if not all(0 <= delay <= LONGEST_DELAY_S for delay in found):
        raise ValueError(f"delays are seconds from 0 to {LONGEST_DELAY_S}, not {found}")
    return found


def wire_failure(error: Exception) -> ReaderError:
    """What the reader is told when the policy, or the wire itself, failed."""
    return ReaderError(f"the wire failed: {error!r}; a policy gets (segment, index) and returns delays in seconds")
