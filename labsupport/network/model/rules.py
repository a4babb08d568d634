"""The rules of one run: which handshake, which timers."""

from __future__ import annotations

from dataclasses import dataclass

from labsupport.network.model.transitions import Handshake, Transition, transitions

_SHORTEST_MARGIN_S, _LONGEST_S, _SYN_S = 0.2, 120.0, 1.0
_TRIES = {"SYN": 6, "SYN·ACK": 5}
_TRIES_OF_DATA = 15


@dataclass(frozen=True, slots=True)
class Rules:
    """What both ends of a run keep to; times are seconds.

    The defaults of a `Model` are described there.
    """

    handshake: Handshake
    rtt_s: float
    retransmit: bool
    time_wait_s: float
    delayed_ack_s: float
    linear_timeouts: int

    def table(self) -> dict[tuple[str, str], Transition]:
        """What follows a state and an event. Without TIME-WAIT, CLOSED takes its place."""
        rows = transitions(self.handshake)
        if not self.time_wait_s:
            rows = tuple(row._replace(into="CLOSED") if row.into == "TIME-WAIT" else row for row in rows)
        return {(row.state, row.event): row for row in rows}

    def timeout_s(self, what: str, tries: int) -> float:
        """How long to wait for an acknowledgment when something was repeated so many times already.

        `what` are the flags of what was sent. A SYN waits for a second (RFC 6298 §2, rule 2.1). With one measured round
        trip R, anything else waits for R + max(2 R, 200 ms), as in Linux (rules 2.2 and 2.4, which has a whole second
        for the least). Each time-out doubles the next (§5, rule 5.5), up to two minutes; the first ones of a SYN do
        not if `linear_timeouts` says so.
        """
        first = _SYN_S if what in _TRIES else self.rtt_s + max(2 * self.rtt_s, _SHORTEST_MARGIN_S)
        doublings = max(0, tries - self.linear_timeouts) if what == "SYN" else tries
        return min(first * (1 << doublings), _LONGEST_S)

    def tries(self, what: str) -> int:
        """How often it is repeated before the connection is given up.

        SYN and SYN·ACK have Linux's numbers. For data and FIN it is always 15; Linux gives up earlier on a connection
        that no program holds any more.
        """
        return _TRIES.get(what, _TRIES_OF_DATA) + (self.linear_timeouts if what == "SYN" else 0)
