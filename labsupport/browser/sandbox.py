"""Whether Chromium can build its sandbox here, which takes a user namespace of its own."""

from __future__ import annotations

import functools
import os
import sys

from labsupport.errors import Unavailable


@functools.cache
def can_be_built() -> bool:
    """False for root, and where Linux refuses user namespaces, as Docker does unless told otherwise.

    Without its sandbox Chromium ends at once, so it is then started with none. It meets this book's own pages only.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return False
    return not sys.platform.startswith("linux") or _namespaces_are_permitted()


def _namespaces_are_permitted() -> bool:
    from labsupport.network.hosts import Helper

    try:
        Helper().close()
    except Unavailable:
        return False
    return True
