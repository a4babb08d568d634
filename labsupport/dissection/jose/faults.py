"""What is wrong with a token, where, and what to do about it. Pure Python."""

from __future__ import annotations

from labsupport.dissection.fields import DissectionError


class Fault(Exception):
    """Something wrong at a place: a character of the token, or an octet that a part of it carries."""

    def __init__(self, place: int, what: str, remedy: str) -> None:
        super().__init__(what)
        self.place, self.what, self.remedy = place, what, remedy

    def at_character(self, part: str) -> DissectionError:
        """The fault told of a character of the token, in the part of that name."""
        return DissectionError(f"{part}, character {self.place} of the token: {self.what}. Remedy: {self.remedy}")

    def at_octet(self, part: str, first_octet: int, first_character: int) -> DissectionError:
        """The fault told of an octet in the part, which begins at that octet of all and that character of the token."""
        octet = self.place - first_octet
        character = first_character + 8 * octet // 6
        return DissectionError(
            f"{part}, octet {octet}, character {character} of the token: {self.what}. Remedy: {self.remedy}"
        )
