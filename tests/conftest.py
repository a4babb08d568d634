"""What holds for every test: it stays on this machine, and it says what it needs.

A test marked `needs("network", "tshark")` is skipped where one of them is missing. With `LAB_REQUIRE=all` it
fails instead, and so does every other skip whose reason does not begin with "only on" (another platform).
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

from labsupport.experiment import availability
from tools.offline import keep_offline

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
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("LAB_REQUIRE") == "all":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not reason.removeprefix("Skipped: ").startswith("only on"):
            report.outcome = "failed"
            report.longrepr = f"{reason}\nLAB_REQUIRE=all: nothing may be skipped."
    return report
