"""A build that left something out fails: a page of the table of contents, or the card of a claim."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.util import logging

from .ledger import Docket, dockets_of

logger = logging.getLogger(__name__)


def setup(app: Sphinx) -> None:
    """Check the HTML after everything else has finished with it."""
    app.connect("build-finished", check_build, priority=950)


def check_build(app: Sphinx, exception: Exception | None) -> None:
    """Report what the finished HTML lacks and make the build fail for it (handler of `build-finished`)."""
    if exception or app.builder.format != "html":
        return
    html = Path(app.outdir)
    contents = map(str, app.config.external_site_map)
    for fault in [*missing_pages(contents, html), *missing_cards(dockets_of(app), html)]:
        logger.error(fault)
        app.statuscode = 1


def missing_pages(pages: Iterable[str], html: Path) -> list[str]:
    """One sentence for each page of the table of contents that has no HTML."""
    return [
        f"{page}.html was not written: _toc.yml names {page}; is the file there, and readable?"
        for page in pages
        if not (html / f"{page}.html").is_file()
    ]


def missing_cards(dockets: Iterable[Docket], html: Path) -> list[str]:
    """One sentence for each claim of the ledger whose card is not on the page of its chapter."""
    faults = []
    for docket in dockets:
        page = html / f"{docket.page}.html"
        text = page.read_text(encoding="utf-8") if page.is_file() else ""
        faults += [
            f"{page.name} has no card of the claim {claim.id!r}: decide it in a cell of {docket.page}.ipynb"
            for claim in docket.claims
            if f'id="claim-{claim.id}"' not in text
        ]
    return faults
