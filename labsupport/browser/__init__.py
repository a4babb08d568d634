"""A real browser, driven from a cell: what it did is in the server's log, in its own files and in what it tells.

`Browser` is the reader's own Chromium, Chrome or Edge; Firefox is the second witness, where its driver is installed.
"""

from labsupport.browser.browser import Browser
from labsupport.browser.witnesses import testimony

__all__ = ["Browser", "testimony"]
