"""What the tests of the balancers share: the engines, an app for replicas, and a replica that does as it is told."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask, Response, request

ENGINES = [
    "python",
    pytest.param("nginx", marks=pytest.mark.needs("nginx")),
    pytest.param("haproxy", marks=pytest.mark.needs("haproxy")),
]


def counting(name: str) -> Flask:
    """An app that counts its requests, each replica for itself: `r1:1`, `r1:2`, …"""
    app = Flask(name)
    views = iter(range(1, 10**6))

    @app.route("/", methods=["GET", "POST"])
    def count() -> str:
        return f"{name}:{next(views)}"

    return app


def echoing(name: str) -> Flask:
    """An app that answers with the body it was sent."""
    app = Flask(name)

    @app.route("/<path:path>", methods=["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    def echo(path: str) -> Response:
        return Response(request.get_data(), mimetype="application/octet-stream")

    return app


@contextlib.contextmanager
def client(balancer, address="127.0.0.1") -> Iterator[http.client.HTTPConnection]:
    """A connection to a balancer from an address of this machine; it adds nothing to what it is told to send."""
    url = urlsplit(balancer.url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=20, source_address=(address, 0))
    with contextlib.closing(connection):
        yield connection


def ask(connection, method="GET", target="/", body=None, **fields):
    """One exchange: the response, read to its end; `response.content` is its content."""
    lines = {name.replace("_", "-"): value for name, value in fields.items()}
    connection.request(method, target, body, lines)
    response = connection.getresponse()
    response.content = response.read()
    return response


def answered_by(connection, count, **fields) -> str:
    """Who answers the next requests on a connection: `r1 r2 r3`."""
    return " ".join(ask(connection, **fields).headers.get("X-Replica", "-") for _ in range(count))


class Peer:
    """A server that answers every request with the same octets, to the letter, and closes; `url` is where."""

    def __init__(self, answer: bytes) -> None:
        self.asked: list[bytes] = []
        """The beginning of each request."""
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = "http://{}:{}".format(*self._listener.getsockname())
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Peer:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        # A thread that accepts does not hear of a listener that is closed.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, contextlib.suppress(ConnectionError):
                    self._answer_on(connection)

    def _answer_on(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            part = connection.recv(65536)
            if not part:  # a look at whether somebody is there
                return
            head += part
        self.asked.append(head)
        connection.sendall(self._answer)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
