"""What the environment asks of the instruments: `LAB_REQUIRE`, `LAB_RECORD`, `LAB_ENGINE`.

A value that means nothing is refused, since a typo in one of them would silently weaken a test run.
"""

from __future__ import annotations

import os
import re
import sys

from labsupport.errors import ReaderError

ENGINES = ("namespace", "direct", "recorded")
SECOND_WITNESSES = ("firefox",)
"""Instruments that `all` does not ask for, since their drivers are in no distribution; their own names do."""

_NAME = re.compile(r"[a-z][a-z-]+|net\.[a-z0-9._]+")


def must_be_live(need: str) -> bool:
    """True when `LAB_REQUIRE` (`all`, or names separated by commas) forbids to replay this instrument."""
    required = [name.strip() for name in os.environ.get("LAB_REQUIRE", "").split(",") if name.strip()]
    for name in required:
        if not _NAME.fullmatch(name):
            raise ReaderError(f"LAB_REQUIRE={name} means nothing; write all, or instruments such as network,tshark")
    return need in required or ("all" in required and need not in SECOND_WITNESSES)


def in_a_page() -> bool:
    """True in a reader's tab, where Python has no network, no programs and one thread."""
    return sys.platform == "emscripten"


def recording() -> str:
    """Which live observations are kept: `missing` (none there, or another story), `all`, or none (the empty string)."""
    return _one_of("LAB_RECORD", ("missing", "all"))


def wanted_engine() -> str:
    """The network engine that `LAB_ENGINE` names; empty for the best there is."""
    return _one_of("LAB_ENGINE", ENGINES)


def _one_of(variable: str, values: tuple[str, ...]) -> str:
    value = os.environ.get(variable, "").strip()
    if value and value not in values:
        raise ReaderError(f"{variable}={value} means nothing; write {' or '.join(values)}, or leave it out")
    return value
