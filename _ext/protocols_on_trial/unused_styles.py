"""Rules that no page of the book can ever match are taken out of the theme's stylesheets.

A selector that asks for a class or an id which stands in no page and in no script matches nothing. Everything else
stays, in its order: elements, attributes, states, and what a `:not()` or `:is()` names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import tinycss2  # type: ignore[import-untyped]

_ATTRIBUTE = re.compile(r"""\b(?:class|id)=(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")
_WORD = re.compile(r"-?[A-Za-z_][\w-]*")
_CONDITIONAL = frozenset({"media", "supports", "layer", "container"})


def names_in_page(html: str) -> set[str]:
    """Every class and id that the markup gives to an element."""
    return {name for values in _ATTRIBUTE.findall(html) for name in "".join(values).split()}


def names_in_script(script: str) -> set[str]:
    """Every word of a script that could become a class or an id; one that ends in `-` is the beginning of some."""
    return set(_WORD.findall(script))


def names_used(files: Iterable[Path]) -> set[str]:
    """The names in these pages (`.html`) and scripts."""
    read = {".html": names_in_page}
    return set().union(*(read.get(file.suffix, names_in_script)(file.read_text(encoding="utf-8")) for file in files))


def names_that_matter(css: str, used: set[str]) -> set[str]:
    """The used names that decide which rules of the stylesheet are kept: those in it, and beginnings of names.

    Names that a stylesheet can write only with an escape are among them, wherever they stand.
    """
    words = set(_WORD.findall(css))
    return {name for name in used if name in words or name.endswith("-") or not _WORD.fullmatch(name)}


def without_unused(css: str, used: set[str]) -> str:
    """The stylesheet without the selectors that need a name which is not used."""
    begun = tuple(name for name in used if name.endswith("-") and len(name) > 2)
    return "".join(_kept(tinycss2.parse_stylesheet(css, skip_whitespace=True), used, begun))


def _kept(rules: Sequence[Any], used: set[str], begun: tuple[str, ...]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword in _CONDITIONAL and rule.content is not None:
            inside = "".join(_kept(tinycss2.parse_rule_list(rule.content, skip_whitespace=True), used, begun))
            if inside:
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inside}}}\n"
        elif rule.type == "qualified-rule":
            selectors = [each for each in _selectors(rule.prelude) if _can_match(each, used, begun)]
            if selectors:
                names = ",".join(tinycss2.serialize(each).strip() for each in selectors)
                yield f"{names}{{{tinycss2.serialize(rule.content).strip()}}}\n"
        else:
            yield rule.serialize() + "\n"


def _selectors(prelude: Sequence[Any]) -> list[list[Any]]:
    selectors: list[list[Any]] = [[]]
    for token in prelude:
        if token == ",":
            selectors.append([])
        else:
            selectors[-1].append(token)
    return selectors


def _can_match(selector: Sequence[Any], used: set[str], begun: tuple[str, ...]) -> bool:
    """True unless the selector itself, not a function in it, names what is not there."""
    return all(name in used or name.startswith(begun) for name in _named(selector))


def _named(selector: Sequence[Any]) -> Iterator[str]:
    for before, token in zip([None, *selector], selector, strict=False):
        if token.type == "hash" or (token.type == "ident" and before == "."):
            yield token.value
