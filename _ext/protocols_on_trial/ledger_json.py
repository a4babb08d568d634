"""The ledger as JSON beside its page, for others to cite; `ledger.schema.json` describes its shape."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from labsupport.claims.ledger import Claim, Standard

from .bibliography import PAGE as BIBLIOGRAPHY
from .bibliography import Bibliography, read_bibliography
from .ledger import MEANINGS, Docket, count_verdicts, dockets_of

PAGE = "chapters/appendix/ledger"
"""The page of the ledger; the JSON stands beside it."""

FORMAT = "protocols-on-trial/ledger"
VERSION = 1
"""Of the shape. Within a version members may be added, and none changes or goes."""

_SCHEMA = Path(__file__).with_name("ledger.schema.json")
_ALTERNATE = '<link rel="alternate" type="application/json" href="ledger.json" title="The ledger as JSON" />'


def setup(app: Sphinx) -> None:
    """Announce the JSON in the head of the ledger page, and write it when the pages are written."""
    app.connect("html-page-context", announce)
    app.connect("build-finished", write)


def announce(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Name the JSON as another form of the ledger page (handler of `html-page-context`)."""
    if pagename == PAGE:
        context["metatags"] = context.get("metatags", "") + _ALTERNATE


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the ledger and the schema of its shape into the built book (handler of `build-finished`)."""
    page = Path(app.outdir) / f"{PAGE}.html"
    if exception or app.builder.format != "html" or not page.is_file():
        return
    ledger = as_json(dockets_of(app), read_bibliography(Path(app.srcdir) / BIBLIOGRAPHY))
    text = json.dumps(ledger, ensure_ascii=False, indent=1)
    page.with_name("ledger.json").write_text(text + "\n", encoding="utf-8")
    shutil.copyfile(_SCHEMA, page.with_name("ledger.schema.json"))


def as_json(dockets: Sequence[Docket], bibliography: Bibliography) -> dict[str, Any]:
    """The ledger as a JSON object; addresses in it without a scheme are relative to the file."""
    counts = count_verdicts(dockets)
    return {
        "format": FORMAT,
        "version": VERSION,
        "title": "Protocols on Trial: the ledger of claims",
        "license": "CC-BY-4.0",
        "verdicts": {
            verdict: {"meaning": meaning, "claims": counts.get(verdict, 0)} for verdict, meaning in MEANINGS.items()
        },
        "chapters": [{"id": chapter_id(docket), "title": docket.title, "url": _url(docket)} for docket in dockets],
        "claims": [_claim(docket, claim, bibliography) for docket in dockets for claim in docket.claims],
    }


def chapter_id(docket: Docket) -> str:
    """The chapter's place in the book, as `3-tcp/01-three-way-handshake`."""
    return docket.page.removeprefix("chapters/")


def _claim(docket: Docket, claim: Claim, bibliography: Bibliography) -> dict[str, Any]:
    return {
        "id": claim.id,
        "claim": claim.claim,
        "verdict": claim.verdict,
        "because": claim.because,
        "standards": [_standard(standard, bibliography) for standard in claim.standards],
        "chapter": chapter_id(docket),
        "url": f"{_url(docket)}#claim-{claim.id}",
        "permalink": f"ledger.html#claim-{claim.id}",
        "origin": claim.origin,
        "tier": claim.tier,
    }


def _standard(standard: Standard, bibliography: Bibliography) -> dict[str, str | None]:
    url = bibliography.address(standard.ref)
    return {"ref": standard.ref, "title": standard.title or None, "url": url}


def _url(docket: Docket) -> str:
    return f"../{chapter_id(docket)}.html"
