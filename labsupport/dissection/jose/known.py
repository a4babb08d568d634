"""What a member of a JSON object means. Pure Python."""

from __future__ import annotations

from typing import NamedTuple


class Known(NamedTuple):
    """What a member means, in few words, and the section that defines it; what is wrong with it, where something is.

    `fault` is a sentence for the notes of the dissection.
    """

    meaning: str
    standard: str
    fault: str = ""
