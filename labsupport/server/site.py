"""`Site`: a Flask app, or any WSGI callable, served by a thread of the notebook's own process."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
import weakref
from types import TracebackType
from typing import TYPE_CHECKING, Self

from labsupport import measured
from labsupport.errors import ReaderError
from labsupport.records import Endpoint, Exchange
from labsupport.server.certificate import Certificate
from labsupport.server.exchange_log import ExchangeLog
from labsupport.server.failures import Failures
from labsupport.server.proxies import ProxyBypass

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from labsupport.server.serving import Server

_LOOPBACK = "127.0.0.1"
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Site:
    """A WSGI application served over HTTP/1.1 from `start()` to `stop()` or for the length of a `with`.

        with Site(app) as site:
            requests.get(site.url + "/hello")
        site.exchanges[0].status

    It listens on a free port of the loopback address; another loopback `host` and a `port` may be asked for.
    A `listener`, a TCP socket that somebody else bound, is served instead and belongs to the site from the
    start; beyond loopback it has to live in another network namespace than this process. `name` is the host
    name in the URL, where it is not the address. It answers as many requests at once as it has `threads`. A
    body beyond 256 MiB is refused with 413. While the site runs, `NO_PROXY` has its address and `name`. A site is
    started once, and stops when nobody refers to it anymore.

    Raises ReaderError for an application or an address that cannot be served.
    """

    failures: Failures
    """The exceptions that the application raised and nobody has seen yet."""

    def __init__(
        self,
        app: WSGIApplication,
        *,
        host: str = _LOOPBACK,
        port: int = 0,
        listener: socket.socket | None = None,
        name: str | None = None,
        threads: int = 10,
    ) -> None:
        if not callable(app):
            raise ReaderError(f"a site serves a Flask app or another WSGI callable, not {app!r}")
        if threads < 1:
            raise ReaderError(f"threads={threads!r} would answer nobody; give a number above 0")
        if listener:
            _check_listener(listener, host, port)
        else:
            _check_address(host, port)
        self.failures = Failures()
        self._app, self._host, self._port, self._listener, self._name = app, host, port, listener, name
        self._threads = threads
        self._certificate: Certificate | None = None
        self._log = ExchangeLog()
        self._server: Server | None = None
        self._endings = contextlib.ExitStack()
        self._when_abandoned: weakref.finalize[[contextlib.ExitStack], Site] | None = None

    @classmethod
    def secure(
        cls,
        app: WSGIApplication,
        *,
        host: str = _LOOPBACK,
        port: int = 0,
        listener: socket.socket | None = None,
        name: str | None = None,
    ) -> Self:
        """A site that speaks TLS, with the certificate of a throw-away authority: see `ca_file`.

        The certificate is good for `localhost`, 127.0.0.1, the address and `name`.
        """
        site = cls(app, host=host, port=port, listener=listener, name=name)
        address = listener.getsockname()[0] if listener else host
        site._certificate = Certificate.issue({"localhost", _LOOPBACK, address, name or address})
        return site

    def start(self) -> Self:
        """Serve until `stop()`. Raises ReaderError for a second start, and where the port is taken."""
        if self._server:
            state = f"is serving {self.url} already" if self.running else "was stopped"
            raise ReaderError(f"this site {state} and is started once; make another with Site(app).start()")
        listener = self._listener or _listen(self._host, self._port)
        server = _server_for(listener)
        self._server = server(listener, self._app, self._log, self.failures, self._certificate, self._threads)
        host = self._server.endpoint.host
        self._endings.callback(self._server.shut_down)
        self._endings.callback(ProxyBypass({host, self._name or host}).end)
        self._when_abandoned = weakref.finalize(self, _stop_from_elsewhere, self._endings)
        self._when_abandoned.atexit = False
        self._server.serve_in_background()
        return self

    def stop(self) -> None:
        """Close the listener and all connections, wait for the threads; raise what `failures` still holds.

        The first failure is raised as it left the route. A second call does nothing.
        """
        if self._when_abandoned and self._when_abandoned.detach():
            self._endings.close()
        if self._certificate:
            self._certificate.discard()
        self.failures.raise_first()

    @property
    def running(self) -> bool:
        """True from `start()` to `stop()`."""
        return self._when_abandoned is not None and self._when_abandoned.alive

    @property
    def address(self) -> Endpoint:
        """Address and port the site listens on. Raises ReaderError before the start."""
        if not self._server:
            raise ReaderError("a site has no address before it serves; use `with site:` or site.start()")
        return self._server.endpoint

    @property
    def url(self) -> str:
        """The site's origin, `http://127.0.0.1:8000`; the default port is left out. No slash at the end."""
        scheme = "https" if self._certificate else "http"
        host, port = self.address
        return f"{scheme}://{self._name or host}" + ("" if port == _DEFAULT_PORTS[scheme] else f":{port}")

    def origin(self, name: str) -> str:
        """The same under another host name: `site.origin("app.bank.localhost")`.

        Browsers resolve every name below `localhost` to the loopback address by themselves.
        """
        scheme, _, place = self.url.partition("://")
        return f"{scheme}://{name}" + "".join(place.partition(":")[1:])

    @property
    def ca_file(self) -> str:
        """The authority's certificate, PEM, for clients: `requests.get(site.url, verify=site.ca_file)`.

        The file is removed by `stop()`. Raises ReaderError for a site without TLS.
        """
        if not self._certificate:
            raise ReaderError("this site speaks plain HTTP; Site.secure(app) makes one with a certificate")
        return self._certificate.ca_file

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Every exchange so far, in the order of completion; what the server refuses as no HTTP is none.

        An exchange is complete, and here, before the last octet of its response leaves: a client that has its
        whole response finds it. Field lines are those of the wire. Of a response that broke off there is what
        was sent.
        """
        return self._log.exchanges

    def requests_for(self, path: str) -> tuple[Exchange, ...]:
        """The exchanges so far whose target has this path, with any query."""
        return tuple(each for each in self.exchanges if each.target.partition("?")[0] == path)

    def wait(self, count: int, timeout: float = 5.0) -> tuple[Exchange, ...]:
        """The exchanges, as soon as there are `count`. Raises TimeoutError after `timeout` seconds."""
        return self._log.wait(count, timeout)

    def clear(self) -> None:
        """Forget the exchanges so far."""
        self._log.clear()

    def __enter__(self) -> Self:
        return self if self.running else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        except Exception:
            # The route's error explains the client's; an interrupt of the reader comes before both.
            if error is None or isinstance(error, Exception):
                raise

    def __repr__(self) -> str:
        state = measured.in_text(self.url) if self.running else "stopped" if self._server else "not started"
        return f"<Site {state}>"


def _server_for(listener: socket.socket) -> type[Server]:
    """Threads answer on the system's sockets; on those of a page, which has none, who waits does."""
    if type(listener).__module__.startswith("labsupport.page."):
        from labsupport.page import serving as of_a_page

        return of_a_page.Server
    from labsupport.server import serving

    return serving.Server


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=128)
    except OSError as error:
        reason = f"cannot listen on {host}:{port}: {error.strerror}; port=0 takes a free port"
        raise ReaderError(reason) from None


def _check_address(host: str, port: int) -> None:
    if not _is_loopback(host):
        raise ReaderError(
            f"host {host!r} is no IPv4 loopback address, and a site stays on this machine; use 127.0.0.1, "
            "name= for another name in the URL, or hand in the listener of a private network"
        )
    if port not in range(65536):
        raise ReaderError(f"port {port!r} is not a number between 0 and 65535; 0 takes a free port")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        return False


def _check_listener(listener: socket.socket, host: str, port: int) -> None:
    if (host, port) != (_LOOPBACK, 0):
        raise ReaderError("a listener has its own address; leave out host and port, or leave out listener")
    if listener.family != socket.AF_INET or listener.type != socket.SOCK_STREAM:
        raise ReaderError(f"a listener is a TCP socket over IPv4, not {listener!r}")
    if listener.fileno() < 0 or not listener.getsockname()[1]:
        raise ReaderError(f"a listener is open and bound to a port when it is handed in, unlike {listener!r}")
    _check_reach(listener)
    try:
        listener.listen(128)
    except OSError as error:
        raise ReaderError(f"this socket cannot listen ({error.strerror}): {listener!r}") from None


def _check_reach(listener: socket.socket) -> None:
    address, port = listener.getsockname()
    if not _is_loopback(address) and not _is_in_another_namespace(listener):
        raise ReaderError(
            f"a listener on {address}:{port} serves more than this machine; bind it to 127.0.0.1, or take one that "
            "lives in another network namespace (Linux 5.14 or later), as Network(rtt_ms=80).listen() does"
        )


def _is_in_another_namespace(listener: socket.socket) -> bool:
    from labsupport.network.boundary import namespace_of, own_namespace

    namespace = namespace_of(listener)
    if namespace is None:
        return False
    return namespace != own_namespace()


def _stop_from_elsewhere(endings: contextlib.ExitStack) -> None:
    # A site may become garbage on one of its own threads, which cannot wait for themselves.
    threading.Thread(target=endings.close, name="stop abandoned site", daemon=True).start()
