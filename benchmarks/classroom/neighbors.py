"""Whether one learner sees anything of another: each attempt made by the owner, by a neighbor, in kernel and terminal.

The owner is the control: what the owner is refused too, the attempt cannot tell.
"""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tornado.httpclient import HTTPError

from benchmarks.classroom.hub import Hub
from tools.jupyter_session import JupyterServer, Kernel
from tools.notebooks import CHAPTERS, find

HERE = Path(__file__).parent
NOTEBOOK = find()[0].relative_to(CHAPTERS).as_posix()
PUBLIC = ("read its kernel's command line",)
"""What Linux shows to every user, unless /proc is mounted with hidepid."""

_TRIES = 3
"""A browser may not start in time on a machine that is busy with other things."""


@dataclass(frozen=True)
class Attempt:
    """What was tried, and with what outcome by whom: empty where it succeeded, otherwise the refusal."""

    what: str
    owner: str
    kernel: str
    """Of a neighbor's notebook."""
    terminal: str
    """Of a neighbor's, which has the machine's own network."""

    @property
    def kept_apart(self) -> bool:
        """True when the owner can and no neighbor."""
        return not self.owner and bool(self.kernel) and bool(self.terminal)


async def attempts(hub: Hub, owner: str, neighbor: str) -> list[Attempt]:
    """Every attempt. Raises RuntimeError where a kernel does not do what it is told, tried in so many kernels."""
    for left in reversed(range(_TRIES)):
        try:
            return await _attempts(hub, owner, neighbor)
        except RuntimeError:
            if not left:
                raise
    raise AssertionError("unreachable")


async def _attempts(hub: Hub, owner: str, neighbor: str) -> list[Attempt]:
    servers = await asyncio.gather(hub.start(owner), hub.start(neighbor))
    async with servers[0].kernel(NOTEBOOK) as its, servers[1].kernel(NOTEBOOK) as other:
        belongings = await printed(its, (HERE / "belongings.py").read_text(encoding="utf-8"))
        intrude = (HERE / "intruder.py").read_text(encoding="utf-8").partition("\nif __name__")[0]
        intrude += f"\nprint(json.dumps(main({json.loads(belongings)!r})))"
        by_owner, by_kernel = [json.loads(await printed(kernel, intrude)) for kernel in (its, other)]
        by_terminal = in_a_terminal(neighbor, belongings)
        found = [Attempt(what, by_owner[what], by_kernel[what], by_terminal[what]) for what in by_owner]
        return [*found, await through_the_server(hub, owner, neighbor), hubs_state(hub, owner, neighbor)]


async def printed(kernel: Kernel, code: str) -> str:
    """The last line that a program prints in a kernel."""
    outputs = await kernel.run(code)
    words = "".join(each["text"] for each in outputs if each.get("name") == "stdout")
    if any(each["output_type"] == "error" for each in outputs) or not words:
        raise RuntimeError(f"the kernel told: {outputs}")
    return words.splitlines()[-1]


def in_a_terminal(user: str, belongings: str) -> dict[str, str]:
    """The attempts of a program that a user starts outside any kernel."""
    intrude = [sys.executable, str(HERE / "intruder.py"), belongings]
    done = subprocess.run(intrude, **as_user(user), capture_output=True, text=True, check=True)  # type: ignore[call-overload]
    seen: dict[str, str] = json.loads(done.stdout)
    return seen


def as_user(user: str) -> dict[str, object]:
    """Options of `subprocess` for a program that runs as another user of the machine."""
    account = pwd.getpwnam(user)
    home: Mapping[str, str] = {"HOME": account.pw_dir, "PATH": os.defpath}
    return {"user": user, "group": account.pw_gid, "extra_groups": [], "cwd": account.pw_dir, "env": home}


async def through_the_server(hub: Hub, owner: str, neighbor: str) -> Attempt:
    """The owner's JupyterLab with the token of each."""
    tokens = await asyncio.gather(hub.token_of(owner), hub.token_of(neighbor))
    own, other = [await _lists(JupyterServer(f"{hub.url}user/{owner}/", token)) for token in tokens]
    return Attempt("list its files through the hub", own, other, other)


def hubs_state(hub: Hub, owner: str, neighbor: str) -> Attempt:
    """The hub's folder, with its database and its cookie secret, is root's alone, the owner's neither."""
    outcomes = [
        subprocess.run(["ls", str(hub.folder)], **as_user(user), capture_output=True, check=False).returncode  # type: ignore[call-overload]
        for user in (owner, neighbor)
    ]
    readable = "" if os.access(hub.folder, os.R_OK) else "PermissionError"
    told = ["PermissionError" if outcome else "" for outcome in outcomes]
    return Attempt("list the hub's state (owner: root)", readable, min(told), min(told))


async def _lists(server: JupyterServer) -> str:
    try:
        await server.ask("GET", "contents/")
    except HTTPError as error:
        return f"HTTP {error.code}"
    return ""
