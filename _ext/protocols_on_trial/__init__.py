"""The book's own Sphinx extension: light pages, figures that follow the theme, the ledger, and a last check.

Each module is one concern and has a `setup` of its own; this one puts them together.
"""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from . import assets, completeness, figures, ledger, pages


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register every part of the extension with Sphinx."""
    for part in (pages, figures, ledger, assets, completeness):
        part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
