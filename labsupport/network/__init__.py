"""The network laboratory: two hosts, the wire between them, and what passed on it."""

from labsupport.network.availability import availability
from labsupport.network.capture import Capture
from labsupport.network.lab import Network

__all__ = ["Capture", "Network", "availability"]
