"""Instruments, records, figures and verdicts for the notebooks of Protocols on Trial.

The names that notebooks use; each is loaded on first use, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labsupport.faces import loaded_on_use

if TYPE_CHECKING:
    from labsupport.browser import Browser as Browser
    from labsupport.browser import testimony as testimony
    from labsupport.claims import claim as claim
    from labsupport.claims import verdicts as verdicts
    from labsupport.dissection import dissect as dissect
    from labsupport.experiment import chapter as chapter
    from labsupport.experiment import observe as observe
    from labsupport.figures import matrix as matrix
    from labsupport.figures import measured_picture as measured_picture
    from labsupport.figures import message_diagram as message_diagram
    from labsupport.figures import picture as picture
    from labsupport.figures import sequence_diagram as sequence_diagram
    from labsupport.figures import state_diagram as state_diagram
    from labsupport.figures import subplots as subplots
    from labsupport.figures import wire_strips as wire_strips
    from labsupport.network import Network as Network
    from labsupport.network.model import Model as Model
    from labsupport.network.model import agree as agree
    from labsupport.network.model import trace as trace
    from labsupport.network.tshark import tshark as tshark
    from labsupport.records import Message as Message
    from labsupport.server import Site as Site
    from labsupport.tables import Measured as Measured
    from labsupport.tables import segment_table as segment_table
    from labsupport.tables import table as table
    from labsupport.terminal import Terminal as Terminal

_HOMES = {
    "Browser": "browser",
    "Measured": "tables",
    "Message": "records",
    "Model": "network.model",
    "Network": "network",
    "Site": "server",
    "Terminal": "terminal",
    "agree": "network.model",
    "chapter": "experiment",
    "claim": "claims",
    "dissect": "dissection",
    "matrix": "figures",
    "measured_picture": "figures",
    "message_diagram": "figures",
    "observe": "experiment",
    "picture": "figures",
    "segment_table": "tables",
    "sequence_diagram": "figures",
    "state_diagram": "figures",
    "subplots": "figures",
    "table": "tables",
    "testimony": "browser",
    "trace": "network.model",
    "tshark": "network.tshark",
    "verdicts": "claims",
    "wire_strips": "figures",
}

__all__ = sorted(_HOMES)
__getattr__, __dir__ = loaded_on_use(__name__, _HOMES)
