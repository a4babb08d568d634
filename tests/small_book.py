"""The sources of a book with one chapter, its claims and the cards of its cells, for tests of the extension."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from labsupport.claims.card import Card, as_text
from labsupport.claims.ledger import Ledger

BIBLIOGRAPHY_TEXT = """
- [RFC 9293](https://www.rfc-editor.org/rfc/rfc9293), *Transmission Control
  Protocol (TCP)*, W. Eddy, editor, 2022.
- RFC 6265bis, [*Cookies*](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis-22), draft 22.
- WHATWG, [*HTML*](https://html.spec.whatwg.org/) and [*Fetch*](https://fetch.spec.whatwg.org/).
- W3C, [*Fetch Metadata Request Headers*](https://www.w3.org/TR/fetch-metadata/), working draft.
- OWASP, [*JSON Web Token Cheat
  Sheet*](https://cheatsheetseries.owasp.org/jwt.html).
"""
"""A bibliography of one standard of each kind."""

PAGE = "chapters/3-tcp/01-open"
"""The book's one chapter."""

CLAIMS = """
- id: step1-syn
  tier: core
  origin: seed
  section: 3. TCP
  claim: The opener first sends SYN.
  verdict: holds
  because: It is how a connection begins.
  standards:
  - {ref: RFC 9293 §3.5, title: Establishing a Connection}
  - {ref: 'document: a book, chapter 2'}
- id: reliable
  tier: core
  origin: seed
  section: 3. TCP
  claim: The handshake makes TCP reliable.
  verdict: refuted
  because: Retransmission does. It sends again what nobody acknowledged. The handshake is over by then.
  standards:
  - {ref: RFC 9293 §3.10, title: Event Processing}
  - {ref: RFC 9293 §3.8.1, title: Retransmission Timeout}
"""

OBSERVED = {"the first segment carries SYN": True, "it has no data": True}
CONTROL = {"a later segment carries none": True}


def write_small_book(root: Path) -> Path:
    """Write the sources into a folder; gives the folder."""
    part = root / "chapters" / "3-tcp"
    part.mkdir(parents=True)
    (part / "01-open.claims.yml").write_text(CLAIMS, encoding="utf-8")
    cells: list[dict[str, Any]] = [
        {"cell_type": "code", "source": ["# not a title\n", "1"]},
        {"cell_type": "markdown", "source": ["# The handshake\n", "\n", "What is it for?"]},
        {"cell_type": "code", "source": "", "outputs": [{"output_type": "stream", "text": "HOLDS  step1-syn"}]},
    ]
    cells += [_decided(claim) for claim in Ledger.parse(CLAIMS, part)]
    (part / "01-open.ipynb").write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return root


def _decided(claim: Any) -> dict[str, Any]:
    text = as_text(Card(claim, OBSERVED, CONTROL))
    data = {"text/html": "<div></div>", "text/plain": text.splitlines(keepends=True)}
    return {"cell_type": "code", "source": "", "outputs": [{"output_type": "display_data", "data": data}]}
