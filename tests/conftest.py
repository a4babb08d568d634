"""What holds for every test: it stays on this machine, and it says what it needs.

A test marked `needs("network", "tshark")` is skipped where one of them is missing. With `LAB_REQUIRE=all` it
fails instead, and so does every other skip, unless its reason begins with the platform that the test is for, or with
the second witness that it hears.
"""

from __future__ import annotations

import re
from collections.abc import Generator

import pytest

from labsupport.experiment import availability
from labsupport.settings import SECOND_WITNESSES, must_be_live
from tools.offline import keep_offline

FOR_ANOTHER_PLATFORM = re.compile(
    r"only (on (Linux|macOS|Windows)|where raw sockets are permitted)\b"
    rf"|({'|'.join(SECOND_WITNESSES)}) is not live here"
)

keep_offline()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, or fail, a test that needs what is not here; the message has the remedy."""
    for marker in item.iter_markers("needs"):
        for name in marker.args:
            state = availability(name)
            if not state.live:
                pytest.skip(f"{name} is not live here: {state.reason}. Remedy: {state.remedy}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under LAB_REQUIRE=all a skipped test is a failed one."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and must_be_live("all"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not FOR_ANOTHER_PLATFORM.match(reason.removeprefix("Skipped: ")):
            report.outcome = "failed"
            report.longrepr = f"{reason}\nLAB_REQUIRE=all: nothing may be skipped."
    return report
