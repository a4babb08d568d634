"""What a class took, what went wrong in it, and what one learner saw of another."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.classroom import neighbors
from benchmarks.classroom.lesson import Lesson
from benchmarks.classroom.neighbors import Attempt


@dataclass(frozen=True)
class Class:
    """A class that was held."""

    seconds: float
    gigabytes: float
    """Of memory that the learners' processes had at most, each shared page counted once."""
    lessons: list[Lesson]
    attempts: list[Attempt]
    on_shared_loopback: list[Attempt]
    """The same without private loopbacks: the control."""
    left: dict[str, list[str]]


def report(held: Class) -> list[str]:
    """Each attempt, then what is wrong."""
    verdict = faults(held) or ["every output is as stored, nobody saw what is another's, and nothing is left"]
    apart, shared = held.attempts, held.on_shared_loopback
    return [
        "", *table("private loopback", apart), "", *table("shared loopback", shared), "", *verdict,
    ]  # fmt: skip


def figures(lessons: Sequence[Lesson], seconds: float, gigabytes: float) -> list[str]:
    """Times and memory, how many outputs are not as stored, and which instruments did not run live."""
    spawns, chapters = ([getattr(each, part) for each in lessons] for part in ("spawn_s", "chapter_s"))
    cells = sorted(second for each in lessons for second in each.cells_s) or [0.0]
    wanted, different = sum(each.cells for each in lessons), sum(len(each.different) for each in lessons)
    return [
        f"{len(lessons)} learners, {len({each.chapter for each in lessons})} chapters, {os.cpu_count()} processors",
        f"whole class              {seconds:6.0f} s",
        f"server, median and most  {statistics.median(spawns):6.1f} s, {max(spawns):.1f} s",
        f"chapter, median and most {statistics.median(chapters):6.1f} s, {max(chapters):.1f} s",
        f"cell, median, 95 %, most {statistics.median(cells):6.2f} s, {cells[len(cells) * 95 // 100]:.1f} s, "
        f"{cells[-1]:.1f} s",
        f"memory                   {gigabytes:6.1f} GB, {1000 * gigabytes / len(lessons):.0f} MB a learner",
        f"cells                    {wanted:6}, {different} not as stored",
        *(f"not live: {line}" for line in sorted({line for each in lessons for line in each.replayed})),
    ]


def different(lessons: Sequence[Lesson]) -> list[str]:
    """A sentence for each output that is not as stored."""
    return [f"{each.learner}, {each.chapter}: {told}" for each in lessons for told in each.different]


def faults(held: Class) -> list[str]:
    """A sentence for everything that must not be; none for a class in order."""
    seen = (each for each in held.attempts if not each.kept_apart and each.what not in neighbors.PUBLIC)
    wrong = [*different(held.lessons), *(f"a neighbor can {each.what}, or its owner cannot" for each in seen)]
    return wrong + [f"left behind, {kind}: {', '.join(map(str, found))}" for kind, found in held.left.items() if found]


def table(title: str, attempts: Sequence[Attempt]) -> list[str]:
    """Each attempt with its outcomes."""
    lines = ((each.what, each.owner or "can", each.kernel or "CAN", each.terminal or "CAN") for each in attempts)
    heads = (title, "owner", "neighbor's kernel", "neighbor's terminal")
    return [f"{what:36} {owner:18} {kernel:22} {terminal}" for what, owner, kernel, terminal in (heads, *lines)]
