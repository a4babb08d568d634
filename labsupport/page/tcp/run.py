"""A scenario carried out by the book's model of TCP, to its end or to a moment of it. Pure Python."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from labsupport.errors import ReaderError
from labsupport.network.model import Connection, Model
from labsupport.network.model.journal import ORIGIN_NS
from labsupport.page.tcp.scenario import Action, Fate, Scenario
from labsupport.records import Conversation, Endpoint, Role, Segment

PORT = 7000
WORDS = {"client": b"hello", "server": b"welcome"}
"""What the programs send."""

_DONE = {
    "": "the program has a connection", "close": "the program has closed", "abort": "the program has given up",
    "shutdown": "the program sends no more, and reads on",
}
_IN_TIME = Fate("in time", 0)
_AT_ONCE_NS = 5_000
_CALLER_PORT = 7000


class Trouble(NamedTuple):
    """Something that a program asked for, and why it could not have it."""

    at_ns: int
    action: Action
    why: str


class Run:
    """What happened until `until_ns`, counted from the beginning; None runs until nothing more can happen."""

    def __init__(self, scenario: Scenario, until_ns: int | None = None) -> None:
        self.scenario = scenario
        self.troubles: list[Trouble] = []
        self._order: dict[tuple[Endpoint, int], int] = {}
        self._model = Model(rtt_ms=scenario.rtt_ms, policy=self._policy, handshake=scenario.handshake,
                            time_wait_s=scenario.time_wait_s)
        self._door = self._model.listen(PORT) if scenario.server == "listens" else None
        self._own: dict[Role, Connection] = {}
        self._done: dict[Role, str] = {}
        self._carry_out(until_ns)

    @property
    def conversation(self) -> Conversation | None:
        """All that went over the wire, and the states of both ends; None before the first segment."""
        found = self._model.conversations
        if not found:
            return None
        states = tuple(change for each in found for change in each.states)
        return replace(found[0], segments=self._model.segments, states=states)

    def index(self, segment: Segment) -> int:
        """The number by which the wire knows a segment, counted from 0 in the order of sending."""
        return self._order[segment.source, segment.sent_ns]

    def fate(self, segment: Segment) -> Fate:
        """What the reader decided for a segment."""
        return self.scenario.fates.get(self.index(segment), _IN_TIME)

    def connection(self, end: Role) -> Connection | None:
        """What the program at an end holds; None where it has no connection."""
        if end == "server" and self._door:
            return self._door.accepted[-1] if self._door.accepted else None
        return self._own.get(end)

    def done(self, end: Role) -> str:
        """What the program at an end has done with its connection, in words."""
        return _DONE[self._done.get(end, "")]

    def moments(self) -> tuple[int, ...]:
        """When something happened, in nanoseconds; what happened at once is one moment, named by its end."""
        times = {round(action.at_ms * 1e6) for action in self.scenario.actions}
        for segment in self._model.segments:
            times |= {at_ns - ORIGIN_NS for at_ns in (segment.sent_ns, *segment.arrived_ns)}
        if talk := self.conversation:
            times |= {change.at_ns - ORIGIN_NS for change in talk.states}
        ordered = sorted(times)
        ends = (one for one, other in pairwise(ordered) if other - one > _AT_ONCE_NS)
        return (*ends, *ordered[-1:])

    def _carry_out(self, until_ns: int | None) -> None:
        for action in self.scenario.actions:
            at_ns = round(action.at_ms * 1e6)
            if until_ns is not None and at_ns > until_ns:
                break
            self._run_to(at_ns)
            try:
                self._act(action)
            except ReaderError as error:
                self.troubles.append(Trouble(at_ns, action, str(error)))
        if until_ns is None:
            self._model.run()
        else:
            self._run_to(until_ns)

    def _run_to(self, at_ns: int) -> None:
        self._model.run(seconds=max(0.0, at_ns / 1e9 - self._model.now_s))

    def _act(self, action: Action) -> None:
        if action.verb == "connect":
            self._connect(action.end)
        elif action.verb != "pause":
            connection = self.connection(action.end)
            if connection is None:
                raise ReaderError(_without_connection(action.end, bool(self._door)))
            if action.verb == "send":
                connection.send(WORDS[action.end])
            else:
                getattr(connection, action.verb)()
                self._done[action.end] = action.verb

    def _connect(self, end: Role) -> None:
        if end in self._own:
            raise ReaderError("one connection is enough for a run; begin a new one")
        if end == "client":
            self._own[end] = self._model.connect(PORT, port=_CALLER_PORT)
        elif self._door:
            raise ReaderError("it listens, and waits to be called; choose a server that calls as well")
        elif "client" not in self._own:
            raise ReaderError("the client calls first here; let it connect, and the server a little later")
        else:
            self._own[end] = self._model.connect_from_server(self._own["client"])

    def _policy(self, segment: Segment, index: int) -> list[float]:
        self._order[segment.source, segment.sent_ns] = index
        return self.scenario.fates.get(index, _IN_TIME).delays(self.scenario.rtt_ms / 2000)


def _without_connection(end: Role, listens: bool) -> str:
    if end == "server" and listens:
        return "accept() has not returned a connection; wait until the handshake is over"
    return "it has no connection; let it connect first"
