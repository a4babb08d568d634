"""All verdicts of a chapter in one table, for its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labsupport.claims.card import Card, badge
from labsupport.claims.ledger import Claim, Ledger
from labsupport.markup import Html, element


@dataclass(frozen=True)
class Verdicts:
    """The claims of a ledger in its order, each decided by a cell that has run, or still open."""

    ledger: Ledger
    decided: Mapping[str, Card]

    @property
    def open(self) -> tuple[str, ...]:
        """The ids of the claims that no cell has decided yet."""
        return tuple(claim.id for claim in self.ledger if claim.id not in self.decided)

    def __repr__(self) -> str:
        return as_text(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": as_html(self), "text/plain": as_text(self)}


def as_text(verdicts: Verdicts) -> str:
    """The table in plain text, one claim a line."""
    rows = [(_word(verdicts, claim), claim) for claim in verdicts.ledger]
    width = max((len(word) for word, _ in rows), default=0)
    return "\n".join(
        [*(f"{word:<{width}}  {claim.id}: {claim.claim}" for word, claim in rows), _summary(verdicts)]
    )


def as_html(verdicts: Verdicts) -> Html:
    """The table as HTML; a decided claim links to its card."""
    head = element("tr", *(element("th", text, scope="col") for text in ("Verdict", "Claim")))
    rows = (_row(verdicts, claim) for claim in verdicts.ledger)
    caption = element("caption", _summary(verdicts))
    return element("table", caption, element("thead", head), element("tbody", *rows), class_="trial-verdicts")


def _row(verdicts: Verdicts, claim: Claim) -> Html:
    if claim.id in verdicts.decided:
        verdict, name = badge(claim), element("a", claim.id, href=f"#claim-{claim.id}")
    else:
        verdict = element("span", "not decided yet", class_="trial-badge trial-open")
        name = element("span", claim.id)
    text = element("th", element("span", claim.claim), element("code", name), scope="row")
    return element("tr", element("td", verdict), text)


def _word(verdicts: Verdicts, claim: Claim) -> str:
    return claim.verdict if claim.id in verdicts.decided else "not decided yet"


def _summary(verdicts: Verdicts) -> str:
    total, left = len(verdicts.ledger), len(verdicts.open)
    return f"{total - left} of {total} claims decided" + (f", {left} open" if left else "")
