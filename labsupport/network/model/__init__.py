"""A deterministic TCP for opening and closing: RFC 9293's state machine in simulated time, no input or output."""

from labsupport.network.model.comparison import Step, agree, trace
from labsupport.network.model.connection import Connection
from labsupport.network.model.host import Door
from labsupport.network.model.simulation import Model
from labsupport.network.model.transitions import STATES, SYNCHRONIZED, Handshake, Transition, transitions

__all__ = [
    "STATES", "SYNCHRONIZED", "Connection", "Door", "Handshake", "Model", "Step", "Transition", "agree", "trace",
    "transitions",
]
