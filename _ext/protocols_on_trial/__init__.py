"""The book's own Sphinx extension: light pages, figures that follow the theme, the ledger, and a last check.

Each module is one concern and has a `setup` of its own; this one puts them together.
"""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from . import (
    assets,
    chapters,
    claim_to_try,
    completeness,
    drill,
    figures,
    health,
    landing,
    ledger_json,
    ledger_page,
    pages,
    playgrounds,
    python,
    reference,
    run_cells,
    shortcuts,
    standards_page,
    where_it_runs,
)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register every part of the extension with Sphinx."""
    parts = (
        chapters, landing, claim_to_try, reference, where_it_runs,
        pages, figures, ledger_page, ledger_json, standards_page, drill,
        playgrounds, health,
        python, run_cells, assets, shortcuts, completeness
    )
    for part in parts:
        part.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
