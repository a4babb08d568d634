"""The state machine of a connection as data: what happens in a state, what is sent, which state follows.

RFC 9293 §3.3.2, figure 5, with the sections that the figure summarizes. The model runs on this table and the book's
state diagram is drawn from it. Pure Python, no input or output.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from labsupport.errors import ReaderError

Handshake = Literal["three-way", "two-way"]


class Transition(NamedTuple):
    """One arrow of the state diagram.

    `event` is a call of the user (in capitals), a segment that arrives (`rcv …`) or a timer. `sends` are the flags of
    what is sent in answer; empty for nothing. `section` is where RFC 9293 says so.
    """

    state: str
    event: str
    sends: str
    into: str
    section: str


STATES = (
    "CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT",
    "CLOSING", "LAST-ACK", "TIME-WAIT",
)
"""The states of a connection (RFC 9293 §3.3.2); CLOSED is that of no connection."""

SYNCHRONIZED = STATES[STATES.index("ESTABLISHED"):]
"""The states in which both ends know each other's initial sequence number (RFC 9293 §3.3.2)."""

_OPENING = (
    Transition("CLOSED", "passive OPEN", "", "LISTEN", "3.10.1"),
    Transition("CLOSED", "active OPEN", "SYN", "SYN-SENT", "3.10.1"),
    Transition("LISTEN", "CLOSE", "", "CLOSED", "3.10.4"),
    Transition("SYN-SENT", "CLOSE", "", "CLOSED", "3.10.4"),
    Transition("SYN-SENT", "rcv SYN", "SYN·ACK", "SYN-RECEIVED", "3.10.7.3"),
    Transition("SYN-RECEIVED", "rcv ACK of SYN", "", "ESTABLISHED", "3.10.7.4"),
    Transition("SYN-RECEIVED", "rcv RST", "", "LISTEN", "3.10.7.4"),
    Transition("SYN-RECEIVED", "CLOSE", "FIN·ACK", "FIN-WAIT-1", "3.10.4"),
)
_HANDSHAKE: dict[Handshake, tuple[Transition, ...]] = {
    "three-way": (
        Transition("LISTEN", "rcv SYN", "SYN·ACK", "SYN-RECEIVED", "3.10.7.2"),
        Transition("SYN-SENT", "rcv SYN·ACK", "ACK", "ESTABLISHED", "3.10.7.3"),
    ),
    "two-way": (
        Transition("LISTEN", "rcv SYN", "SYN·ACK", "ESTABLISHED", ""),
        Transition("SYN-SENT", "rcv SYN·ACK", "", "ESTABLISHED", ""),
    ),
}
_CLOSING = (
    Transition("ESTABLISHED", "CLOSE", "FIN·ACK", "FIN-WAIT-1", "3.10.4"),
    Transition("ESTABLISHED", "rcv FIN", "ACK", "CLOSE-WAIT", "3.10.7.4"),
    Transition("FIN-WAIT-1", "rcv ACK of FIN", "", "FIN-WAIT-2", "3.10.7.4"),
    Transition("FIN-WAIT-1", "rcv FIN", "ACK", "CLOSING", "3.10.7.4"),
    Transition("FIN-WAIT-1", "rcv FIN, ACK of FIN", "ACK", "TIME-WAIT", "3.10.7.4"),
    Transition("FIN-WAIT-2", "rcv FIN", "ACK", "TIME-WAIT", "3.10.7.4"),
    Transition("CLOSING", "rcv ACK of FIN", "", "TIME-WAIT", "3.10.7.4"),
    Transition("CLOSE-WAIT", "CLOSE", "FIN·ACK", "LAST-ACK", "3.10.4"),
    Transition("LAST-ACK", "rcv ACK of FIN", "", "CLOSED", "3.10.7.4"),
    Transition("TIME-WAIT", "2 MSL over", "", "CLOSED", "3.10.8"),
)


def transitions(handshake: Handshake = "three-way") -> tuple[Transition, ...]:
    """The table for the handshake of the standard, or for the two-way one that it rejects.

    Left out are the arrows that every state but CLOSED and LISTEN has: ABORT sends RST, an acceptable RST arrives,
    nobody acknowledges any more, and all end in CLOSED (§3.10.5, §3.10.7.4, §3.8.3); only a SYN-RECEIVED that came from
    LISTEN goes back there. SEND in LISTEN, which figure 5 shows, has no counterpart in the sockets API. Raises
    `ReaderError` for any other name.
    """
    if handshake not in _HANDSHAKE:
        raise ReaderError(f"no handshake is called {handshake!r}; there are {' and '.join(_HANDSHAKE)}")
    return _OPENING + _HANDSHAKE[handshake] + _CLOSING
