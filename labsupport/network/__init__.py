"""The network laboratory: two hosts, the wire between them, and what passed on it. Names are loaded on first use."""

from typing import TYPE_CHECKING

from labsupport.faces import loaded_on_use

if TYPE_CHECKING:
    from labsupport.network.capture import Capture as Capture
    from labsupport.network.engines import availability as availability
    from labsupport.network.lab import Network as Network

_HOMES = {"Capture": "capture", "Network": "lab", "availability": "engines"}

__all__ = sorted(_HOMES)
__getattr__, __dir__ = loaded_on_use(__name__, _HOMES)
