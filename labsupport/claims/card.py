"""The verdict card: a claim, what was observed, what the control shows, and where the standard says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from labsupport.claims.ledger import Claim, Standard
from labsupport.markup import Html, element, join
from labsupport.standards import link


@dataclass(frozen=True)
class Card:
    """A claim with its verdict and the evidence that decided it, shown as HTML or as plain text."""

    claim: Claim
    observations: Mapping[str, bool]
    control: Mapping[str, bool]

    @property
    def failed(self) -> tuple[str, ...]:
        """The observations and controls that came out false, in the order in which they were written."""
        return tuple(
            text for seen in (self.observations, self.control) for text, true in seen.items() if not true
        )

    def __repr__(self) -> str:
        return as_text(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": as_html(self), "text/plain": as_text(self)}


def as_text(card: Card) -> str:
    """The card in plain text, as complete as the HTML."""
    claim = card.claim
    verdict = claim.verdict.upper() + (", CONTRADICTED HERE" if card.failed else "")
    lines = [f"{verdict}  {claim.id}", f"“{claim.claim}”", claim.because]
    lines += ["Observed", *_text_list(card.observations), "Control", *_text_list(card.control), "Standards"]
    return "\n".join([*lines, *(f"  {_standard_text(standard)}" for standard in claim.standards)])


def as_html(card: Card) -> Html:
    """The card as HTML; other pages link to it as `#claim-` and the claim's id."""
    claim = card.claim
    return element(
        "div",
        element("p", badge(claim), *_contradiction(card), element("code", claim.id), class_="trial-head"),
        element("blockquote", claim.claim, class_="trial-claim"),
        element("p", claim.because, class_="trial-because"),
        element(
            "div", *_list("Observed", card.observations), *_list("Control", card.control), class_="trial-seen"
        ),
        element("p", join("Standards: "), *_standards(claim), class_="trial-standards"),
        id=f"claim-{claim.id}",
        class_=f"trial-card trial-verdict-{claim.verdict}" + (" trial-contradicted" if card.failed else ""),
        role="group",
        aria_label=f"Verdict on the claim {claim.id}",
    )


def badge(claim: Claim) -> Html:
    """The verdict as a colored word."""
    return element("span", claim.verdict, class_=f"trial-badge trial-verdict-{claim.verdict}")


def _contradiction(card: Card) -> list[Html]:
    return [element("span", "contradicted here", class_="trial-badge trial-failed")] if card.failed else []


def _list(title: str, seen: Mapping[str, bool]) -> tuple[Html, Html]:
    items = (element("li", _mark(true), element("span", text)) for text, true in seen.items())
    return element("p", title, class_="trial-label"), element("ul", *items)


def _mark(true: bool) -> Html:
    sign, meaning, kind = ("✓", "true", "trial-true") if true else ("✗", "false", "trial-false")
    return element("span", sign, role="img", aria_label=meaning, class_=f"trial-mark {kind}")


def _standards(claim: Claim) -> list[Html]:
    cited = [element("span", link(standard.ref), _title(standard)) for standard in claim.standards]
    return [join(one, "; " if one is not cited[-1] else "") for one in cited]


def _title(standard: Standard) -> str:
    return f" ({standard.title})" if standard.title else ""


def _standard_text(standard: Standard) -> str:
    return f"{standard.ref}{_title(standard)}"


def _text_list(seen: Mapping[str, bool]) -> list[str]:
    return [f"  {'✓' if true else '✗'} {text}" for text, true in seen.items()]
