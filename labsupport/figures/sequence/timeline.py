"""From time to paper: to scale, except that silences are cut and crowded events are kept apart.

Pure Python. Times are nanoseconds, distances are points.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import median

FLIGHT = 28.0
"""The height of the usual journey from end to end: steep enough to see, flat enough to write on."""
LONGEST_GAP = 64.0
"""A gap that would be higher than this is cut."""
CUT_HEIGHT = 30.0
"""The height a cut leaves of a gap."""

_CUTS_WORTH_IT = 6  # at most one gap in so many is cut; a figure of nothing but cuts shows no time at all
_SILENCE_NS = 400_000_000  # but a gap is always cut that is longer than this
_SILENT_JOURNEYS = 4  # and than so many journeys: drawn to scale it would leave these no height
_NO_SILENCE = 1 / 50  # of the longest gap: on a loopback, where nothing travels, what is shorter is not worth a cut


@dataclass(frozen=True, slots=True)
class Spacing:
    """A demand: the later of two instants stands at least `distance` below the earlier one."""

    earlier: int
    later: int
    distance: float


@dataclass(frozen=True)
class Timeline:
    """A rising, piecewise linear map from instants to heights; `cuts` are the gaps it shortens."""

    instants: tuple[int, ...]
    heights: tuple[float, ...]
    cuts: tuple[tuple[int, int], ...]

    def __call__(self, instant: int) -> float:
        """The height of an instant; before the first and after the last, the height of that one."""
        index = bisect_left(self.instants, instant)
        if index == 0:
            return self.heights[0]
        if index == len(self.instants):
            return self.heights[-1]
        before, after = self.instants[index - 1], self.instants[index]
        low, high = self.heights[index - 1], self.heights[index]
        return low + (high - low) * (instant - before) / (after - before)


def timeline(instants: Iterable[int], spacings: Iterable[Spacing], scale: float) -> Timeline:
    """Build the map. `scale` is points a nanosecond; every instant of a spacing must be one of `instants`."""
    ordered = sorted(set(instants))
    gaps = [0.0] + [(after - before) * scale for before, after in pairwise(ordered)]
    cuts = [index for index, gap in enumerate(gaps) if gap > LONGEST_GAP]
    for index in cuts:
        gaps[index] = CUT_HEIGHT
    place = {instant: index for index, instant in enumerate(ordered)}
    for spacing in spacings:
        first, last = place[spacing.earlier], place[spacing.later]
        if first < last:
            gaps[last] += max(0.0, spacing.distance - sum(gaps[first + 1 : last + 1]))
    shortened = tuple((ordered[index - 1], ordered[index]) for index in cuts)
    return Timeline(tuple(ordered), tuple(accumulate(gaps)), shortened)


def row(instants: Iterable[int], distance: float) -> list[Spacing]:
    """Keep each two neighbors of a row of instants apart by `distance`."""
    ordered = sorted(set(instants))
    return [Spacing(one, other, distance) for one, other in pairwise(ordered)]


def scale_for(delays: Sequence[int], instants: Iterable[int]) -> float:
    """Points a nanosecond at which the usual journey is `FLIGHT` high and few gaps need a cut."""
    ordered = sorted(set(instants))
    gaps = sorted((after - before for before, after in pairwise(ordered)), reverse=True)
    if not gaps:
        return 1.0
    journeys = [delay for delay in delays if delay > 0]
    journey = median(journeys) if journeys else gaps[len(gaps) // 2]
    kept = [gap for gap in gaps if gap <= max(_SILENCE_NS, _SILENT_JOURNEYS * journey)] or gaps[-1:]
    cuts = max(2, len(gaps) // _CUTS_WORTH_IT) - (len(gaps) - len(kept))
    if not journeys:
        cuts = min(cuts, sum(gap >= gaps[0] * _NO_SILENCE for gap in kept))
    return min(FLIGHT / journey, LONGEST_GAP / kept[min(max(0, cuts), len(kept) - 1)])
