"""Waiting for what another thread or process brings about."""

import time
from collections.abc import Callable


def wait_until(happened: Callable[[], bool], timeout: float = 5) -> bool:
    """Whether it happened within `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
