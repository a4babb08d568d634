"""Which pages the book has, by its own table of contents."""

from __future__ import annotations

from pathlib import Path

from sphinx_external_toc.parsing import parse_toc_yaml

BOOK = Path(__file__).resolve().parents[2]
"""The root of the repository."""


def pages() -> list[str]:
    """The pages of the book without suffix, in the order of the table of contents."""
    return [str(page) for page in parse_toc_yaml(BOOK / "_toc.yml")]
