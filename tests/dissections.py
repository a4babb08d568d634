"""What holds for every dissection, whatever the octets are."""

from __future__ import annotations

from labsupport.dissection import Dissection


def assert_each_bit_has_one_leaf(found: Dissection) -> None:
    """The undivided fields follow one another from the first bit to the last."""
    end = 0
    for leaf in found.leaves():
        assert leaf.first_bit == end and leaf.bits > 0, leaf
        end = leaf.end_bit
    assert end == 8 * len(found.octets)


def assert_parts_fill_their_field(found: Dissection) -> None:
    """A divided field has no gap between its parts, before them or after them."""
    waiting = list(found.fields)
    while waiting:
        field = waiting.pop()
        end = field.first_bit
        for part in field.parts:
            assert part.first_bit == end, field
            end = part.end_bit
        assert not field.parts or end == field.end_bit, field
        waiting += field.parts
