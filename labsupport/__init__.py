"""Instruments, records, figures and verdicts for the notebooks of Protocols on Trial.

The names that notebooks use; each is loaded on first use, so that importing the package costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labsupport.claims import claim as claim
    from labsupport.claims import verdicts as verdicts
    from labsupport.dissection import dissect as dissect
    from labsupport.experiment import chapter as chapter
    from labsupport.experiment import observe as observe
    from labsupport.figures import measured_picture as measured_picture
    from labsupport.figures import picture as picture
    from labsupport.figures import sequence_diagram as sequence_diagram
    from labsupport.figures import subplots as subplots
    from labsupport.network import Network as Network
    from labsupport.network.tshark import tshark as tshark
    from labsupport.server import Site as Site
    from labsupport.tables import Measured as Measured
    from labsupport.tables import segment_table as segment_table
    from labsupport.tables import table as table
    from labsupport.terminal import Terminal as Terminal

_HOMES = {
    "Measured": "tables",
    "Network": "network",
    "Site": "server",
    "Terminal": "terminal",
    "chapter": "experiment",
    "claim": "claims",
    "dissect": "dissection",
    "measured_picture": "figures",
    "observe": "experiment",
    "picture": "figures",
    "segment_table": "tables",
    "sequence_diagram": "figures",
    "subplots": "figures",
    "table": "tables",
    "tshark": "network.tshark",
    "verdicts": "claims",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"labsupport has no {name!r}; it has {', '.join(_HOMES)}")
    return getattr(import_module(f"labsupport.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_HOMES)
