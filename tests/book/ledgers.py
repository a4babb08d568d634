"""The claims files as the tests of pages read them: by their own words, without the code that builds the pages."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from tests.book.pages import BOOK, pages


@dataclass(frozen=True)
class Entry:
    """A claim as its file has it, and the page of its chapter."""

    page: str
    fields: dict[str, Any]


@functools.cache
def entries() -> tuple[Entry, ...]:
    """Every claim of the book, in the order of its table of contents."""
    return tuple(_entries())


def _entries() -> Iterator[Entry]:
    for page in pages():
        file = BOOK / f"{page}.claims.yml"
        if file.is_file():
            for fields in yaml.safe_load(file.read_text(encoding="utf-8")):
                yield Entry(page, fields)
