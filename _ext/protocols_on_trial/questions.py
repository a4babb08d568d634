"""The questions of the interview drill, made from the ledger and from what the cells observed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from labsupport.claims.ledger import Claim

from .cards import Evidence
from .ledger import Docket

MOST_SENTENCES = 3
"""Of an answer: the reason in at most one less, and what was observed."""

_NOTHING = Evidence((), ())
_SENTENCE_ENDS = re.compile(r"(?<=[.?])\s+(?=[A-Z“\"])")


@dataclass(frozen=True)
class Question:
    """A claim as a question: the page and topic of its chapter, the answer, and the evidence behind it."""

    page: str
    topic: str
    claim: Claim
    evidence: Evidence

    @property
    def answer(self) -> tuple[str, ...]:
        """The answer in at most `MOST_SENTENCES` whole sentences; the last says what the experiment saw."""
        seen = [f"Observed: {self.evidence.observed[0]}."] if self.evidence.observed else []
        return (*sentences(self.claim.because)[: MOST_SENTENCES - len(seen)], *seen)


def questions_of(dockets: Iterable[Docket]) -> list[Question]:
    """One question for each claim, in the order of the book."""
    return [
        Question(docket.page, docket.topic, claim, docket.evidence.get(claim.id, _NOTHING))
        for docket in dockets
        for claim in docket.claims
    ]


def sentences(text: str) -> list[str]:
    """The sentences of a text, each to its full stop or question mark."""
    return _SENTENCE_ENDS.split(" ".join(text.split()))
