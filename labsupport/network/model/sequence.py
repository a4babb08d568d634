"""Arithmetic of sequence numbers, which begin again at 0 after 2³² − 1 (RFC 9293 §3.4)."""

from __future__ import annotations

NUMBERS = 1 << 32
"""How many sequence numbers there are."""


def plus(number: int, octets: int) -> int:
    """The number that lies so many octets further."""
    return (number + octets) % NUMBERS


def distance(number: int, origin: int) -> int:
    """How far a number lies ahead of another; negative when it lies behind."""
    return (number - origin + NUMBERS // 2) % NUMBERS - NUMBERS // 2
