"""`Replicas`: one app several times, each with a memory of its own."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING, Self

from labsupport.errors import ReaderError
from labsupport.server import Site

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MOST = 9
THREADS = 32
"""Requests that each answers at once."""


class Replicas:
    """`count` sites, 1 to 9, named r1, r2, …, that serve what `make_app` returns for each name.

        with Replicas(make_app, 3) as replicas:
            requests.get(replicas["r2"].url)

    Each listens on a port of its own on the loopback address, in threads of this process. Nothing is shared between
    them but what `make_app` shares. They end on `close`, and when nobody refers to them anymore. Any thread may call.

    Raises ReaderError for a count out of range and for a `make_app` that makes no WSGI callable.
    """

    def __init__(self, make_app: Callable[[str], WSGIApplication], count: int) -> None:
        if count not in range(1, MOST + 1):
            raise ReaderError(f"there are 1 to {MOST} replicas, not {count!r}; Replicas(make_app, 3) makes three")
        if not callable(make_app):
            raise ReaderError(f'make_app is a function that makes the app of "r1" from that name, not {make_app!r}')
        self.names = tuple(f"r{number}" for number in range(1, int(count) + 1))
        """The names, in order."""
        self._make_app = make_app
        self._sites: dict[str, Site] = {}
        self._kept_ports: dict[str, socket.socket] = {}
        self._lock = threading.RLock()
        self._closed = False
        self._end = weakref.finalize(self, _close_all, self._kept_ports)
        self._end.atexit = False
        try:
            for name in self.names:
                self._serve(name, self._made(name), _bound_to(0))
        except BaseException:
            self.close()
            raise

    def __getitem__(self, name: str) -> Site:
        """The site of a replica; after `stop` the one that was stopped. Raises ReaderError for an unknown name."""
        if name not in self.names:
            raise ReaderError(f"there is no replica {name!r}; there are {', '.join(self.names)}")
        return self._sites[name]

    def stop(self, name: str) -> None:
        """Take a replica down: its listener and its connections close at once, its memory is lost.

        Whoever connects is refused, and the port is kept for it. What the app raised, and nobody has seen, is raised
        here, as by `Site.stop`. A second call does nothing.
        """
        with self._lock:
            site = self[name]
            if not site.running:
                return
            try:
                site.stop()
            finally:
                with contextlib.suppress(ReaderError):
                    self._kept_ports[name] = _bound_to(site.address.port)

    def start(self, name: str) -> Site:
        """Bring a replica back on its old port; its site.

        `make_app` is called anew: it remembers nothing, as after a crash. Raises ReaderError for one that runs.
        """
        with self._lock:
            if self._closed:
                raise ReaderError("these replicas were closed; make others with Replicas(make_app, 3)")
            if self[name].running:
                raise ReaderError(f"{name} runs; replicas.stop({name!r}) takes it down")
            app = self._made(name)
            if name not in self._kept_ports:
                self._kept_ports[name] = _bound_to(self[name].address.port)
            return self._serve(name, app, self._kept_ports.pop(name))

    def close(self) -> None:
        """Stop all for good; raise what their apps raised and nobody has seen. A second call does nothing."""
        with self._lock:
            self._closed = True
            self._end()
            # Each waits for its own threads, and all at once.
            with ThreadPoolExecutor(MOST, thread_name_prefix="stop replica") as pool:
                for _ in pool.map(Site.stop, self._sites.values()):
                    pass

    def _made(self, name: str) -> WSGIApplication:
        app = self._make_app(name)
        if not callable(app):
            raise ReaderError(f"make_app({name!r}) made {app!r}, no app; a function ends with `return app`")
        return app

    def _serve(self, name: str, app: WSGIApplication, listener: socket.socket) -> Site:
        self._sites[name] = Site(app, listener=listener, threads=THREADS).start()
        return self._sites[name]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except Exception:
            # The route's error explains the client's; an interrupt of the reader comes before both.
            if error is None or isinstance(error, Exception):
                raise

    def __repr__(self) -> str:
        states = (name if site.running else f"{name} (stopped)" for name, site in self._sites.items())
        return f"<Replicas {', '.join(states)}>"


def _bound_to(port: int) -> socket.socket:
    """A socket that has a port and does not listen yet: nobody else gets the port, whoever connects is refused."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":
        # Connections that just ended still have the port; on Windows the option would mean to share it.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(("127.0.0.1", port))
    except OSError as error:
        bound.close()
        raise ReaderError(f"port {port} is taken ({error.strerror}); make new replicas") from None
    return bound


def _close_all(sockets: dict[str, socket.socket]) -> None:
    for each in sockets.values():
        each.close()
