"""How far apart two times are, in words. Pure Python."""

from __future__ import annotations

_UNITS = ((365.25 * 86_400, "year"), (86_400, "day"), (3_600, "hour"), (60, "minute"))


def apart(time_s: float, at_s: float) -> str:
    """How far a time lies from the clock, in the largest unit of which there are two: `3 days ago`, `in 90 minutes`."""
    seconds = abs(time_s - at_s)
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= 2 * size), (1, "second"))
    count = int(min(seconds / size, 10**9))
    told = f"{count:,} {unit}{'' if count == 1 else 's'}".replace(",", " ")
    return f"{told} ago" if time_s <= at_s else f"in {told}"
