"""One mark for everything in an output that differs from run to run.

Times, random numbers and the drawings made of them are wrapped when they are shown and taken out again before
two outputs are compared. What stands outside the marks is compared to the letter.
"""

from __future__ import annotations

import re

_PATTERNS = (
    (re.compile(r"(?s)<!--measured-->.*?<!--/measured-->"), "<!--measured-->"),
    (re.compile(r"⟦[^⟧]*⟧"), "⟦measured⟧"),
)


def in_markup(fragment: str) -> str:
    """Mark a fragment of HTML or SVG as measured; the marks are comments and cannot be seen."""
    return f"<!--measured-->{fragment}<!--/measured-->"


def in_text(value: object) -> str:
    """Mark a value in plain text as measured."""
    return f"⟦{value}⟧"


def without_measured(output: str) -> str:
    """The output with every measured part replaced by one fixed word, ready to be compared."""
    for pattern, replacement in _PATTERNS:
        output = pattern.sub(replacement, output)
    return output


def nbval_sanitizer() -> str:
    """The same rule as a file for nbval's `--nbval-sanitize-with`."""
    sections = (
        f"[measured-{number}]\nregex: {pattern.pattern}\nreplace: {replacement}\n"
        for number, (pattern, replacement) in enumerate(_PATTERNS)
    )
    return "\n".join(sections)
