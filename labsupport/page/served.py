"""`socketserver` in a page: a server that would wait for ever answers instead while somebody else waits."""

from __future__ import annotations

import socketserver
from typing import Any

from labsupport.page.turns import turns


class _Serving:
    """One server between `serve_forever` and `shutdown`."""

    def __init__(self, server: Any) -> None:
        self._server = server

    def go_on(self) -> bool:
        """Handle the request of one connection, where one has come."""
        if self._server.socket.fileno() < 0 or not self._server.socket.readable:
            return False
        self._server._handle_request_noblock()
        return True

    def shut_down(self) -> None:
        """Serve no more, and take no more connections."""
        shutdown(self._server)
        self._server.server_close()


_serving: dict[int, _Serving] = {}


def serve_forever(server: socketserver.BaseServer, poll_interval: float = 0.5) -> None:
    """Begin to serve; it goes on after this has returned."""
    _serving[id(server)] = _Serving(server)
    turns.add_service(_serving[id(server)])


def shutdown(server: socketserver.BaseServer) -> None:
    """Serve no more."""
    serving = _serving.pop(id(server), None)
    if serving:
        turns.remove_service(serving)
