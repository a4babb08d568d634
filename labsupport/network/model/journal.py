"""The states that both ends of each connection go through, kept as the real network's watch keeps them."""

from __future__ import annotations

from labsupport.network.model.clock import Clock
from labsupport.records import Ends, Role, StateChange

ORIGIN_NS = 1_000_000_000
"""When a run begins: one second after the epoch."""


class Journal:
    """The changes of state of each connection, by its ends."""

    def __init__(self, clock: Clock) -> None:
        self.changes: dict[Ends, tuple[StateChange, ...]] = {}
        self._clock = clock

    def begin(self, ends: Ends, server_state: str) -> None:
        """A client has sent a SYN to a server that is in a state; of the first one, that state is kept as well."""
        if not any(change.end == "server" for change in self.changes.get(ends, ())):
            self.note(ends, "server", server_state)

    def note(self, ends: Ends, end: Role, state: str) -> None:
        """Keep that an end is in a state, if that is new."""
        known = [change.state for change in self.changes.get(ends, ()) if change.end == end]
        if [state] != known[-1:]:
            change = StateChange(ORIGIN_NS + self._clock.now_ns, end, state)
            self.changes[ends] = (*self.changes.get(ends, ()), change)
