"""What the cells of a notebook observed, read from the verdict cards among its stored outputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_HEAD = re.compile(r"[A-Z]+(?:, CONTRADICTED HERE)?  (?P<claim>\S+)$")
_SEEN = re.compile(r"  [✓✗] (?P<text>.+)$")


@dataclass(frozen=True)
class Evidence:
    """What decided a claim: the observations, and the control in which the opposite came out."""

    observed: tuple[str, ...]
    control: tuple[str, ...]


def evidence_of(cells: Iterable[Mapping[str, Any]]) -> dict[str, Evidence]:
    """The evidence on each card in the outputs of a notebook's cells, by the id of the claim."""
    return dict(card for text in _plain_texts(cells) if (card := read_card(text)) is not None)


def read_card(text: str) -> tuple[str, Evidence] | None:
    """The claim's id and the evidence on a card in plain text; None for any other text."""
    lines = text.splitlines()
    head = _HEAD.match(lines[0]) if lines else None
    if head is None or not {"Observed", "Control", "Standards"} <= set(lines):
        return None
    observed, control, standards = (lines.index(title) for title in ("Observed", "Control", "Standards"))
    return head["claim"], Evidence(_seen(lines[observed:control]), _seen(lines[control:standards]))


def _seen(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(found["text"] for line in lines if (found := _SEEN.match(line)))


def _plain_texts(cells: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for cell in cells:
        for output in cell.get("outputs", ()):
            yield "".join(output.get("data", {}).get("text/plain", ()))
