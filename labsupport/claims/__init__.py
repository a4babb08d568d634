"""Claims on trial: the ledger of a chapter, the card of a verdict, the table of all of them."""

from __future__ import annotations

from labsupport.claims.card import Card
from labsupport.claims.ledger import Claim, Ledger, LedgerError, Standard
from labsupport.claims.overview import Verdicts
from labsupport.claims.trial import ClaimContradicted, DecisionError, Trial, decided

__all__ = [
    "Card",
    "Claim",
    "ClaimContradicted",
    "DecisionError",
    "Ledger",
    "LedgerError",
    "Standard",
    "Trial",
    "Verdicts",
    "claim",
    "verdicts",
]


def claim(claim_id: str) -> Trial:
    """The claim of the current chapter with that id, ready for `.decide(…)`.

    Raises `LedgerError` for an id that the chapter's ledger does not have, `ReaderError` outside a chapter.
    """
    ledger = _current_ledger()
    return Trial(ledger[claim_id], ledger.path)


def verdicts() -> Verdicts:
    """All claims of the current chapter, with the verdict where a cell of this kernel has decided them."""
    ledger = _current_ledger()
    return Verdicts(ledger, decided(ledger.path))


def _current_ledger() -> Ledger:
    from labsupport.experiment import current

    return Ledger.read(current().claims_file)
