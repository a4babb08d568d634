"""How the two ends stand to each other at a moment: what their states mean together. Pure Python."""

from __future__ import annotations

from labsupport.network.model.transitions import SYNCHRONIZED
from labsupport.records import Role

_DONE = ("CLOSED", "LISTEN")


def standing(states: dict[Role, str], in_flight: int, holds: dict[Role, bool]) -> str:
    """One sentence on the connection as a whole.

    `states` are those of the two ends, `in_flight` how many copies are on their way, `holds` whether the program at an
    end has a connection in its hands.
    """
    client, server = states["client"], states["server"]
    if client == server == "ESTABLISHED":
        return "Both ends are established: the connection stands."
    if server == "ESTABLISHED" and client in _DONE and holds["server"] and not in_flight:
        return ("Half-open: the server's program holds a connection that no client has. "
                "Nothing will tell it, until it sends.")
    if client in _DONE and server in _DONE:
        return "Neither end has a connection" + (", and segments are still on their way." if in_flight else ".")
    if in_flight:
        return f"{in_flight} cop{'y is' if in_flight == 1 else 'ies are'} on the way."
    if "TIME-WAIT" in (client, server) and {client, server} <= {"TIME-WAIT", *_DONE}:
        return "Closed on both sides. TIME-WAIT keeps the ports until old copies have died out."
    if client in SYNCHRONIZED and server in SYNCHRONIZED:
        return "The wire is silent: the next step is a program's, or a timer's."
    if client not in SYNCHRONIZED and server not in SYNCHRONIZED:
        return "There is no connection yet: only a timer or a program goes on."
    return "One end has a connection and the other does not: only a timer or a program goes on."
