"""Hostile Set-Cookie lines, or tokens, for as long as one likes: `python -m tests.fuzz 10` tries for ten minutes.

Each line goes through the parser beside a step-by-step reading of the standard, through the dissection, and into a jar.
Each token, with `python -m tests.fuzz 10 tokens`, goes through the dissection beside a second reading of the standards.
Both are those of the tests' own generators, and random changes to them. One that breaks something ends the run, with
what it is and its traceback.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from labsupport.cookies import CookieJar
from tests import jose_tokens
from tests.cookie_lines import (
    ATTRIBUTES,
    LINES,
    NAMES,
    NOW,
    PLACES,
    SEPARATORS,
    VALUES,
    agrees_with_the_letter,
    is_dissected_whole,
    is_kept_or_refused_with_a_reason,
)

T = TypeVar("T")

_AT_ONCE = 1000
_PIECES = [*NAMES, *VALUES, *ATTRIBUTES, *SEPARATORS, b"=", b";", b",", b"\x00", b"\t", b"\xe4\xb8\xad", b"9" * 40]


def main() -> None:
    """Try lines or tokens for the minutes asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("minutes", type=float, help="how long to go on")
    parser.add_argument("what", nargs="?", choices=_ROUNDS, default="lines", help="default: lines")
    options = parser.parse_args()
    end, tried, rounds = time.monotonic() + 60 * options.minutes, 0, 0
    while time.monotonic() < end:
        tried += _ROUNDS[options.what](rounds)
        rounds += 1
    print(f"{tried} {options.what} in {options.minutes:g} minutes, and nothing broke")


def _lines(number: int) -> int:
    """Some lines of either kind, each kind into a jar of its own; returns how many."""
    lines = [*_generated(LINES, number), *_changed(random.Random(number))]
    jar = CookieJar(now=lambda: NOW)
    for line in lines:
        try:
            agrees_with_the_letter(line)
            is_dissected_whole(line)
            is_kept_or_refused_with_a_reason(jar, line, PLACES[len(line) % len(PLACES)])
        except Exception as error:
            error.add_note(f"round {number}, line {line!r}")
            raise
    return len(lines)


def _tokens(number: int) -> int:
    """Some tokens of either kind; returns how many."""
    tokens = [*_generated(jose_tokens.TOKENS, number), *islice(jose_tokens.hostile(random.Random(number)), _AT_ONCE)]
    for token in tokens:
        begun = time.process_time()
        try:
            jose_tokens.is_dissected_whole(token)
            assert time.process_time() - begun < _SECONDS, "it took too long"
        except Exception as error:
            error.add_note(f"round {number}, token {token!a}")
            raise
    return len(tokens)


_SECONDS = 2.0
_ROUNDS: Mapping[str, Callable[[int], int]] = {"lines": _lines, "tokens": _tokens}


def _generated(strategy: SearchStrategy[T], number: int) -> list[T]:
    found: list[T] = []
    options = settings(max_examples=_AT_ONCE, deadline=None, database=None, phases=[Phase.generate],
                       suppress_health_check=list(HealthCheck))

    @seed(number)
    @options
    @given(strategy)
    def keep(each: T) -> None:
        found.append(each)

    keep()
    return found


def _changed(choice: random.Random) -> Iterator[bytes]:
    """A line of some pieces, with some of its octets replaced, removed or repeated."""
    for _ in range(_AT_ONCE):
        line = bytearray(b"".join(choice.choices(_PIECES, k=choice.randrange(1, 12))))
        for _ in range(choice.randrange(6)):
            at = choice.randrange(len(line) + 1)
            line[at:at + choice.randrange(3)] = choice.choice([b"", choice.randbytes(2), choice.choice(_PIECES)])
        yield bytes(line)


if __name__ == "__main__":
    main()
