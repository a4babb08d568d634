"""Decide a claim on what a cell observed, and remember the decision for the end of the chapter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from labsupport.claims.card import Card
from labsupport.claims.ledger import Claim
from labsupport.errors import ReaderError
from labsupport.shell import running

_NONE: Mapping[str, bool] = MappingProxyType({})
_decided: dict[tuple[Path, str], Card] = {}


class ClaimContradicted(ReaderError, AssertionError):
    """An observation or a control came out false: the claim, its verdict or the experiment is wrong."""


class DecisionError(ReaderError, ValueError):
    """A claim was decided on something that is no observation; names the entry and the remedy."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A claim of a chapter's ledger, ready to be decided."""

    claim: Claim
    ledger: Path

    def decide(self, observations: Mapping[str, bool], control: Mapping[str, bool] = _NONE) -> None:
        """Show the verdict card, backed by what was observed.

        `observations` are sentences with the truth of each, as the cell saw it. `control` is what the same
        experiment shows where the opposite must come out; without one nothing is decided. Deciding a claim
        again replaces the first decision, so a cell can be run again. Raises `DecisionError` for entries that
        are not sentences with True or False; shows the card and raises `ClaimContradicted` when one is False.
        """
        card = Card(self.claim, _checked(observations, "observations"), _checked(control, "control"))
        _decided.pop((self.ledger, self.claim.id), None)
        _show(card)
        if card.failed:
            raise ClaimContradicted(_finding(card))
        _decided[self.ledger, self.claim.id] = card


def decided(ledger: Path) -> dict[str, Card]:
    """The claims of a ledger that this kernel has decided, by their id."""
    return {claim_id: card for (path, claim_id), card in _decided.items() if path == ledger}


def _finding(card: Card) -> str:
    false = "; ".join(repr(text) for text in card.failed)
    return (
        f"{card.claim.id}: came out false: {false}. The verdict {card.claim.verdict!r} does not stand: "
        "the claim's text, its verdict or the experiment is wrong; find out which and correct it"
    )


def _checked(seen: Mapping[str, bool], role: str) -> dict[str, bool]:
    if not isinstance(seen, Mapping):
        raise DecisionError(f"{role} must be a dictionary of sentences and their truth, not {_kind(seen)}")
    if not seen:
        remedy = (
            "add control={…}: what shows where the opposite must come out" if role == "control" else "add one"
        )
        raise DecisionError(f"{role} is empty, so nothing is decided; {remedy}")
    return {_sentence(text, role): _truth(text, value, role) for text, value in seen.items()}


def _sentence(text: object, role: str) -> str:
    if not isinstance(text, str) or not text.strip():
        raise DecisionError(f"{role}: {text!r} must be a sentence that says what was seen")
    return text


def _truth(text: str, value: object, role: str) -> bool:
    if isinstance(value, bool) or (
        type(value).__module__ == "numpy" and type(value).__name__ in ("bool", "bool_")
    ):
        return bool(value)
    raise DecisionError(
        f"{role}: {text!r} is {value!r}, {_kind(value)}; compare it, so that it is True or False"
    )


def _kind(value: object) -> str:
    return f"of type {type(value).__name__}"


def _show(card: Card) -> None:
    """Display the card where cells run; print it where there are none."""
    shell = running()
    if shell:
        shell.display(card)
    else:
        print(card)
