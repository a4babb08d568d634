"""A site's server in a page: cheroot on the loopback of the page, which answers while a client waits.

A request that has not come whole is read again from its beginning when more of it has come: there is no thread that
could wait inside it. What was sent meanwhile (100 Continue) is not sent twice.
"""

from __future__ import annotations

import io
from typing import Any

from labsupport.page.sockets import Socket
from labsupport.page.turns import GivenUp, turns
from labsupport.server import serving


class Incomplete(GivenUp):
    """More of the request has to come."""


class Server(serving.Server):
    """Serves an application on a listening socket of the page, until it is stopped."""

    socket: Socket
    can_add_keepalive_connection = True

    def serve_in_background(self) -> None:
        """Accept connections from now on."""
        self._conversations: list[Conversation] = []
        self.socket = self._listener  # type: ignore[assignment]
        self.socket.listen()
        turns.add_service(self)

    def go_on(self) -> bool:
        """Accept a connection, or answer one request that has come."""
        if self.socket.readable:
            accepted, (host, port) = self.socket.accept()
            accepted.settimeout(self.timeout)
            self._conversations.append(Conversation(self, accepted, host, port))
            return True
        self._conversations = [each for each in self._conversations if each.open]
        return any(each.go_on() for each in self._conversations)

    def shut_down(self) -> None:
        """Close the listener and all connections."""
        turns.remove_service(self)
        for conversation in self._conversations:
            conversation.close()
        self._listener.close()
        self.interrupted = True


class Conversation:
    """One connection of a client: request after request, each read when it is whole."""

    def __init__(self, server: Server, socket: Socket, host: str, port: int) -> None:
        self._server, self._socket, self._from = server, socket, (host, port)
        self._seen, self._told, self._busy = -1, 0, False
        self.open = True

    def go_on(self) -> bool:
        """Read and answer a request; False where none has come whole since the last look."""
        stream = self._socket.incoming
        here = len(stream.octets) + stream.ended
        if self._busy or not stream.readable or here == self._seen:
            return False
        self._seen, self._busy = here, True
        try:
            return self._answer()
        finally:
            self._busy = False

    def _answer(self) -> bool:
        reader, writer = _Reader(self._socket), _Writer(self._socket, self._told)
        connection = self._connection(reader, writer)
        try:
            stays = connection.communicate()  # type: ignore[no-untyped-call]
        except Incomplete:
            said_more, self._told = writer.told > self._told, writer.told
            return said_more
        del self._socket.incoming.octets[: reader.position]
        self._seen, self._told = -1, 0
        if not stays:
            self.close()
        return True

    def _connection(self, reader: _Reader, writer: _Writer) -> serving.Connection:
        connection = serving.Connection(self._server, self._socket, lambda *_: reader)
        connection.wfile = io.BufferedWriter(writer, 1 << 17)
        connection.remote_addr, connection.remote_port = self._from
        return connection

    def close(self) -> None:
        """End the connection; what was sent can still be read."""
        self.open = False
        self._socket.shutdown(2)
        self._socket.close()


class _Reader:
    """Reads what has come without taking it away."""

    closed = False

    def __init__(self, socket: Socket) -> None:
        self._stream, self.position = socket.incoming, 0

    def read(self, size: int = -1) -> bytes:
        """As many octets as asked for; fewer only before the end of what the client sends."""
        end = len(self._stream.octets) if size < 0 else self.position + size
        return self._taken(end)

    def readline(self, size: int = -1) -> bytes:
        """A line with its end, or its first octets."""
        found = self._stream.octets.find(b"\n", self.position)
        end = found + 1 if found >= 0 else len(self._stream.octets) + 1
        return self._taken(end if size < 0 else min(end, self.position + size))

    def _taken(self, end: int) -> bytes:
        if end > len(self._stream.octets) and not self._stream.ended:
            raise Incomplete
        taken = bytes(self._stream.octets[self.position : end])
        self.position += len(taken)
        return taken

    def close(self) -> None:
        """Nothing to give back."""


class _Writer(io.RawIOBase):
    """Sends all but the first octets, which were sent before."""

    def __init__(self, socket: Socket, told: int) -> None:
        self._socket, self._skip, self.told = socket, told, 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Send what was not sent before."""
        octets = bytes(data)
        self.told += len(octets)
        rest = octets[self._skip :]
        self._skip -= len(octets) - len(rest)
        if rest:
            self._socket.sendall(rest)
        return len(octets)
