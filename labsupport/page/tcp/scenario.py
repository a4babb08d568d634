"""What a reader decides: the handshake, the wire, what the programs do and when, and the fate of each segment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, cast

from labsupport.errors import ReaderError
from labsupport.network.model.transitions import Handshake
from labsupport.page import asked
from labsupport.records import Role

Server = Literal["listens", "calls", "absent"]
"""What the server's program does: it listens, it calls the client at the same time, or it is not there."""

VERBS = ("connect", "send", "shutdown", "close", "abort")
"""What a program can ask of its end; `pause` is nobody's, and only lets time pass."""

FATES = ("in time", "lost", "late", "twice")
"""What the wire can do to a segment, in the words of chapter 3.2."""

LATEST_MS = 600_000.0
MOST_ACTIONS, MOST_FATES = 40, 60


class Action(NamedTuple):
    """A program asks something of its end, so many milliseconds after the beginning."""

    at_ms: float
    end: Role
    verb: str


class Fate(NamedTuple):
    """What the wire does to a segment; `seconds` is how long the late copy is on its way."""

    kind: str
    seconds: float

    def delays(self, one_way_s: float) -> list[float]:
        """When copies arrive, in seconds after the segment was sent."""
        return {"lost": [], "late": [self.seconds], "twice": [one_way_s, self.seconds]}.get(self.kind, [one_way_s])


@dataclass(frozen=True, slots=True)
class Scenario:
    """All that decides a run; `fates` are those of the segments that do not arrive in time, by their index."""

    handshake: Handshake
    server: Server
    rtt_ms: float
    time_wait_s: float
    actions: tuple[Action, ...]
    fates: Mapping[int, Fate]


def scenario(given: object) -> Scenario:
    """Read a scenario from what a page sent. Raises `ReaderError` for what is none, and says why."""
    said = asked.mapping("the scenario", given, 20)
    return Scenario(
        cast(Handshake, asked.choice("handshake", said.get("handshake"), ("three-way", "two-way"))),
        cast(Server, asked.choice("server", said.get("server"), ("listens", "calls", "absent"))),
        asked.number("the round-trip time", said.get("rtt_ms"), 2, 2000, "milliseconds"),
        asked.number("TIME-WAIT", said.get("time_wait_s"), 1, 240, "seconds"),
        tuple(sorted(map(_action, asked.sequence("the list of actions", said.get("actions"), MOST_ACTIONS)))),
        dict(_fate(*pair) for pair in asked.mapping("the list of fates", said.get("fates"), MOST_FATES).items()),
    )


def _action(given: object) -> Action:
    parts = asked.sequence("an action", given, 3)
    if len(parts) != 3:
        raise ReaderError("an action is a time in milliseconds, an end and a verb; give all three")
    at_ms = asked.number("the time of an action", parts[0], 0, LATEST_MS, "milliseconds")
    end = asked.choice("the end of an action", parts[1], ("client", "server"))
    return Action(at_ms, cast(Role, end), asked.choice("an action", parts[2], (*VERBS, "pause")))


def _fate(index: str, given: object) -> tuple[int, Fate]:
    if not (index.isascii() and index.isdigit() and len(index) < 4):
        raise ReaderError("a segment is named by its index, counted from 0; give digits")
    parts = asked.sequence("a fate", given, 2)
    kind = asked.choice("a fate", parts[0] if parts else None, FATES)
    seconds = parts[1] if len(parts) > 1 else 0
    return int(index), Fate(kind, asked.number("the delay of a segment", seconds, 0, 300, "seconds"))
