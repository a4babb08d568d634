"""The playground of TCP: the model's run as the reader decides it, shown up to a moment."""

from __future__ import annotations

from typing import Any

from labsupport.page import asked
from labsupport.page.tcp.presets import PRESETS, Preset
from labsupport.page.tcp.run import Run
from labsupport.page.tcp.scenario import LATEST_MS
from labsupport.page.tcp.scenario import scenario as read
from labsupport.page.tcp.shown import clock, parts
from labsupport.page.tcp.telling import moments

__all__ = ["MOST_MOMENTS", "PRESETS", "Preset", "driven"]

MOST_MOMENTS = 150
"""More than a page can show in order; a run with more is shown to there."""

_LAST_MS = 10 * LATEST_MS


def driven(scenario: object, at_ms: object = None) -> dict[str, Any]:
    """A run of the model from its beginning, shown at the last moment not after `at_ms`; None shows its end.

    The answer has the `moments` in milliseconds, the `index` of the one that is
    shown, what was `said` of it in plain text, and the `parts` of the page as HTML. Raises `ReaderError` for what is
    no scenario.
    """
    wanted = read(scenario)
    told = moments(Run(wanted))[:MOST_MOMENTS]
    latest = _LAST_MS if at_ms is None else asked.number("the moment", at_ms, 0, _LAST_MS, "milliseconds")
    index = max((each for each, moment in enumerate(told) if moment.at_ns <= round(latest * 1e6)), default=0)
    shown = told[: index + 1]
    now_ns = shown[-1].at_ns if shown else 0
    return {
        "moments": [moment.at_ns / 1e6 for moment in told],
        "index": index,
        "time": clock(now_ns),
        "said": " ".join(shown[-1].sentences) if shown else "Nothing happens: no program calls.",
        "parts": parts(Run(wanted, now_ns), shown),
    }
