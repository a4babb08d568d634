"""Wire strips in words: which segments each client sent and what they hold, less octets and times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .reading import Block

_NAMES = {"header": "header", "content": "content", "octets": "octets that are no HTTP"}


def describe(strips: Mapping[str, Sequence[Block]], title: str) -> str:
    """Tell after the title what each client sent; how the server divides its answer is up to timers, and left out."""
    return " ".join([f"{title.rstrip('.')}.", *(_strip(name, blocks) for name, blocks in strips.items())])


def _strip(name: str, blocks: Sequence[Block]) -> str:
    sent = [block for block in blocks if block.sender == "client" and not block.again]
    if not sent:
        return f"{name} sends no data."
    held = "; ".join(" and ".join(_NAMES[part.kind] for part in block.parts) for block in sent)
    return f"{name} sends {len(sent)} {'segment' if len(sent) == 1 else 'segments'}: {held}."
