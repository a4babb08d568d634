"""Hostile Set-Cookie lines for as long as one likes: `python -m tests.fuzz 10` tries for ten minutes.

Each line goes through the parser beside a step-by-step reading of the standard, through the dissection, and into a jar.
Lines are those of the tests' own generator, and random changes to them. One that breaks something ends the run, with
the line and its traceback.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator

from hypothesis import HealthCheck, Phase, given, seed, settings

from labsupport.cookies import CookieJar
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

_AT_ONCE = 1000
_PIECES = [*NAMES, *VALUES, *ATTRIBUTES, *SEPARATORS, b"=", b";", b",", b"\x00", b"\t", b"\xe4\xb8\xad", b"9" * 40]


def main() -> None:
    """Try lines for the minutes asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("minutes", type=float, help="how long to go on")
    minutes = parser.parse_args().minutes
    end, tried, rounds = time.monotonic() + 60 * minutes, 0, 0
    while time.monotonic() < end:
        tried += _round(rounds)
        rounds += 1
    print(f"{tried} lines in {minutes:g} minutes, and nothing broke")


def _round(number: int) -> int:
    """Some lines of either kind, each kind into a jar of its own; returns how many."""
    lines = [*_generated(number), *_changed(random.Random(number))]
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


def _generated(number: int) -> list[bytes]:
    found: list[bytes] = []
    options = settings(max_examples=_AT_ONCE, deadline=None, database=None, phases=[Phase.generate],
                       suppress_health_check=list(HealthCheck))

    @seed(number)
    @options
    @given(LINES)
    def keep(line: bytes) -> None:
        found.append(line)

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
