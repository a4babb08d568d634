"""A site on the reader's own machine: a Flask app in a thread of the notebook, and the log of what it saw."""

from labsupport.server.site import Site

__all__ = ["Site"]
