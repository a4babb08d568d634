"""Cheroot, the HTTP server of a site: on a socket that is handed in, silent, and stopped at once."""

from __future__ import annotations

import contextlib
import io
import logging
import socket
import sys
import threading
import weakref
from typing import TYPE_CHECKING, Any

from cheroot.server import HTTPConnection
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Gateway_10
from cheroot.wsgi import Server as CherootServer

from labsupport.records import Endpoint
from labsupport.server.certificate import Certificate
from labsupport.server.exchange_log import ExchangeLog
from labsupport.server.failures import Failures
from labsupport.server.guard import REQUEST, Guard
from labsupport.server.request import Request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_STOP_SECONDS = 1.0
_WRITE_AT_ONCE = 1 << 17


class Connection(HTTPConnection):
    """A connection that its server can shut down, and that writes when it is told to."""

    RequestHandlerClass = Request

    def __init__(self, server: Any, sock: socket.socket, makefile: Any) -> None:
        super().__init__(server, sock, makefile)
        # Cheroot's own writer would make the header section a segment of its own.
        self.wfile = io.BufferedWriter(socket.SocketIO(sock, "w"), _WRITE_AT_ONCE)
        self.awaited = False
        """True from when its first octets are waited for."""
        server.connections.add(self)

    def shut_down(self) -> None:
        """End both directions at once."""
        with contextlib.suppress(OSError):
            # The method of a TLS socket would take the encryption away from the thread that is sending.
            socket.socket.shutdown(self.socket, socket.SHUT_RDWR)


class Connections:
    """The connections that somebody still refers to; any thread may add one."""

    def __init__(self) -> None:
        self._open: weakref.WeakSet[Connection] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._ended = False

    def add(self, connection: Connection) -> None:
        """Keep a connection in view; one that comes after the end is shut down."""
        with self._lock:
            self._open.add(connection)
            ended = self._ended
        if ended:
            connection.shut_down()

    def shut_down(self) -> None:
        """End all connections, those to come as well."""
        with self._lock:
            self._ended = True
            connections = tuple(self._open)
        for connection in connections:
            connection.shut_down()


class Server(CherootServer):
    """Serves an application on a listening socket, which it takes over, until it is stopped."""

    ConnectionClass = Connection
    keep_alive_conn_limit = sys.maxsize
    max_request_body_size = 1 << 28
    """Octets of a body; a longer one is refused with 413 before its memory is taken."""
    expiration_interval = 0.05
    """Seconds between two looks at whether to stop."""

    def __init__(
        self,
        listener: socket.socket,
        app: WSGIApplication,
        log: ExchangeLog,
        failures: Failures,
        certificate: Certificate | None,
        threads: int,
    ) -> None:
        self.endpoint = Endpoint(*listener.getsockname()[:2])
        # The name goes out in `Server`; without a version, response lengths are the same everywhere.
        super().__init__(self.endpoint, Guard(app, failures), server_name="cheroot", request_queue_size=128,
                         numthreads=threads, timeout=3600, shutdown_timeout=0)
        self.gateway = _gateway
        self.ssl_adapter = _LazyTLS(certificate) if certificate else None
        self.connections = Connections()
        self.exchange_log, self._failures = log, failures
        self._listener, self._certificate = listener, certificate
        self._begun = threading.Event()
        self._threads: list[threading.Thread] = []

    def serve_in_background(self) -> None:
        """Accept connections from now on, in daemon threads: what a daemon thread starts is a daemon too."""
        serving = threading.Thread(target=self.start, name=f"site {self.endpoint}", daemon=True)
        self._threads.append(serving)
        serving.start()
        self._begun.wait()

    def bind(self, family: Any, type: Any, proto: int = 0) -> socket.socket:
        """Take the listener in place of a socket of cheroot's own, which would live in another namespace."""
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = self._listener
        return self._listener

    def prepare(self) -> None:
        """Start the threads that answer."""
        try:
            super().prepare()
        except BaseException:
            self._begun.set()
            raise

    def _serve_unservicable(self) -> None:
        """Cheroot's thread for connections that are too many: the last that it starts."""
        self._threads.append(threading.current_thread())
        self._begun.set()
        super()._serve_unservicable()  # type: ignore[misc]

    def process_conn(self, conn: Connection) -> None:
        """Hand a connection to a thread when something has come: browsers open some in advance and never use them."""
        if conn.awaited:
            super().process_conn(conn)
        else:
            conn.awaited = True
            self.put_conn(conn)

    def put_conn(self, conn: Connection) -> None:
        """Wait for another request on the connection."""
        try:
            super().put_conn(conn)
        except (KeyError, ValueError):
            # The server stopped meanwhile; its closed selector takes no connection.
            conn.close()

    def shut_down(self) -> None:
        """Close the listener and all connections; wait for the threads, for a busy route at most a second."""
        # Cheroot would connect to an open listener, from the machine's own namespace.
        self._listener.close()
        self.connections.shut_down()
        stopping = threading.Thread(target=self._stop_and_wait, name=f"stop site {self.endpoint}", daemon=True)
        stopping.start()
        stopping.join(_STOP_SECONDS)
        # Cheroot's register of statistics would keep the server and its application for good.
        vars(logging)["statistics"].pop(f"Cheroot HTTPServer {id(self)}", None)
        if self._certificate:
            self._certificate.discard()

    def _stop_and_wait(self) -> None:
        self.stop()
        # Those that cheroot does not wait for itself.
        for thread in self._threads:
            thread.join()

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        """Nothing for a connection that broke, which is the client's affair; else a failure of the site."""
        error = sys.exception()
        if traceback and isinstance(error, Exception) and not isinstance(error, OSError):
            self._failures.add(error)


class _LazyTLS(BuiltinSSLAdapter):
    """Leaves the handshake to the thread of the connection, where a slow client delays nobody (cheroot #748)."""

    def __init__(self, certificate: Certificate) -> None:
        self.context = certificate.context

    def wrap(self, sock: socket.socket) -> tuple[socket.socket, dict[str, str]]:
        """The TLS side of a connection; it adds nothing to the application's environment."""
        return self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False), {}


def _gateway(request: Request) -> Gateway_10:
    gateway = Gateway_10(request)
    body = {"wsgi.input": request.read_body(), "wsgi.input_terminated": True}
    gateway.env.update(body, SERVER_NAME=request.server.endpoint.host)
    gateway.env[REQUEST] = request
    return gateway
