"""A lesson: every learner opens a chapter at the same moment and runs all of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.classroom.hub import Hub
from tools.jupyter_session import JupyterServer, differences
from tools.notebooks import CHAPTERS, code_cells, find

_STEP = 8
"""Through the chapters; prime to their number, so that neighbors run different parts of the book."""


@dataclass
class Lesson:
    """What a learner met: the seconds until the server was there, those of the chapter, and what was not as stored."""

    learner: str
    chapter: str
    spawn_s: float = 0.0
    chapter_s: float = 0.0
    cells_s: list[float] = field(default_factory=list)
    cells: int = 0
    different: list[str] = field(default_factory=list)
    replayed: list[str] = field(default_factory=list)
    """The instruments that did not run live, as the notice at the head of the chapter told."""


def chapters_for(count: int) -> list[str]:
    """A chapter for each learner, by its path below the learner's folder; all are taken before one comes twice."""
    paths = [path.relative_to(CHAPTERS).as_posix() for path in find()]
    return [paths[number * _STEP % len(paths)] for number in range(count)]


async def held(hub: Hub, learners: Sequence[str]) -> list[Lesson]:
    """The lesson of every learner; whatever goes wrong in one is told among its differences."""
    lessons = [Lesson(*pair) for pair in zip(learners, chapters_for(len(learners)), strict=True)]
    servers = await asyncio.gather(*(_arrive(hub, lesson) for lesson in lessons))
    present = [(lesson, server) for lesson, server in zip(lessons, servers, strict=True) if server]
    await asyncio.gather(*(_work(server, lesson) for lesson, server in present))
    return lessons


async def _arrive(hub: Hub, lesson: Lesson) -> JupyterServer | None:
    began = time.monotonic()
    try:
        return await hub.start(lesson.learner)
    except Exception as error:  # one learner without a server must not end the others' lesson
        lesson.different.append(f"no server: {type(error).__name__}: {error}")
        return None
    finally:
        lesson.spawn_s = time.monotonic() - began


async def _work(server: JupyterServer, lesson: Lesson) -> None:
    began = time.monotonic()
    try:
        notebook = await server.notebook(lesson.chapter)
        lesson.cells = len(list(code_cells(notebook)))
        async with server.kernel(lesson.chapter) as kernel:
            ran = await kernel.run_all(notebook)
        lesson.different += differences(notebook, ran)
        lesson.cells_s = [cell.seconds for cell in ran]
        notice = str(ran[0].outputs[-1].get("data", {}).get("text/plain", ""))
        lesson.replayed = [line.strip() for line in notice.splitlines() if ": replayed" in line]
    except Exception as error:
        lesson.different.append(f"the run broke off: {type(error).__name__}: {error}")
    finally:
        lesson.chapter_s = time.monotonic() - began
