"""The Python balancer: a WSGI application that has each request answered by one of several replicas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPHeaderDict, Timeout
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProtocolError, ReadTimeoutError
from urllib3.util import SKIP_HEADER
from werkzeug.exceptions import BadGateway, BadRequest, GatewayTimeout

from labsupport.balancer import fields, limits
from labsupport.balancer.choice import ByAddress, LeftOut, Policy, RoundRobin, Sticky, Visitor
from labsupport.balancer.targets import Targets
from labsupport.records import FieldLine
from labsupport.server.guard import REQUEST

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

THREADS = 64
"""Requests that are forwarded at once, and connections that are kept to each replica."""
IDEMPOTENT = frozenset(("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"))
"""Methods whose request may be sent again where it is not known what became of it (RFC 9110 §9.2.2)."""

_TARGET = ":target"
_PART = 1 << 16
_POLICIES: dict[str, type[RoundRobin] | type[ByAddress]] = {
    "round robin": RoundRobin,
    "sticky": Sticky,
    "by address": ByAddress,
}


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it goes to a replica."""

    method: str
    target: str
    fields: tuple[FieldLine, ...]
    body: bytes | None

    @classmethod
    def of(cls, environ: WSGIEnvironment, lines: Iterable[FieldLine]) -> Request:
        """The request of a WSGI environment, with these field lines. A body has a length now, however it came."""
        body: bytes = environ["wsgi.input"].read()
        framed = "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ
        kept = fields.without(fields.end_to_end(lines), "content-length", "expect")
        kept = fields.forwarded_for(kept, environ["REMOTE_ADDR"])
        return cls(environ["REQUEST_METHOD"], environ["REQUEST_URI"], tuple(kept), body if framed else None)


class Forwarder:
    """Chooses a replica by a policy, and the next one where the first cannot be reached; passes the answer on.

    A replica that refuses a connection, or gives none within a second, is left out for a second or until it is started
    again. A request that was sent is sent once more only if its method is idempotent. 502 where no replica answered,
    504 where one did not answer within five seconds. An answer that breaks off breaks off here too.
    """

    def __init__(self, targets: Targets, policy: str) -> None:
        self._names = targets.names
        self._policy: Policy = _POLICIES[policy](targets.names)
        self._sticky = policy == "sticky"
        self._left_out = LeftOut(targets.life)
        self._pools = {name: _Pool(*address) for name, address in targets.addresses.items()}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        """Forward one request."""
        lines: Iterable[FieldLine] = environ[REQUEST].fields
        visitor = Visitor(environ["REMOTE_ADDR"], fields.route_of(lines) if self._sticky else "")
        request = Request.of(environ, fields.without_route(lines) if self._sticky else lines)
        name, response = self._answer(request, visitor)
        answered = fields.end_to_end(FieldLine(*line) for line in response.headers.items())
        answered = [*fields.without(answered, fields.REPLICA.lower()), FieldLine(fields.REPLICA, name)]
        if self._sticky and visitor.route != name:
            answered.append(fields.set_route(name))
        start_response(f"{response.status} {response.reason}", [(line.name, line.value) for line in answered])
        return _parts(response)

    def close(self) -> None:
        """End the connections to the replicas."""
        for pool in self._pools.values():
            pool.close()

    def _answer(self, request: Request, visitor: Visitor) -> tuple[str, BaseHTTPResponse]:
        """Who answered, and what. Raises the response to send instead where nobody did."""
        untried = list(self._names)
        while untried:
            name = self._policy.choose(self._left_out.usable(untried), visitor)
            untried.remove(name)
            try:
                return name, self._pools[name].ask(request)
            except (NewConnectionError, ConnectTimeoutError):
                self._left_out.add(name)
            except ValueError as error:
                # The library refuses characters that have no place in a target or a field.
                raise BadRequest from error
            except HTTPError as error:
                if _is_slow(error):
                    raise GatewayTimeout from error
                if request.method not in IDEMPOTENT:
                    raise BadGateway from error
        raise BadGateway


class _Connection(HTTPConnection):
    """Sends the target to the letter (RFC 9110 §7.7), where a pool would rewrite it."""

    def request(self, method: str, url: str, body: Any = None, headers: Any = None, **options: Any) -> None:
        """Send a request; its target comes among the fields, under a name that no field can have."""
        if self.is_closed:
            self.connect()
        self.timeout = limits.SILENCE
        super().request(method, headers.pop(_TARGET), body, headers, **options)


class _Pool(HTTPConnectionPool):
    """The connections to one replica."""

    ConnectionCls = _Connection

    def __init__(self, host: str, port: int) -> None:
        super().__init__(host, port, maxsize=THREADS, timeout=Timeout(connect=limits.CONNECT, read=limits.SILENCE))

    def ask(self, request: Request) -> BaseHTTPResponse:
        """Send a request once; the response, its content unread."""
        # Without the mark the library would add its own values where the client sent none.
        lines = HTTPHeaderDict(request.fields)
        for name in ("Accept-Encoding", "User-Agent"):
            lines.setdefault(name, SKIP_HEADER)
        lines[_TARGET] = request.target
        response = self.urlopen(request.method, "/", request.body, lines, retries=False, redirect=False,
                                preload_content=False, decode_content=False)
        if response.status < HTTPStatus.OK:
            # The library takes an early hint for the answer; the answer would be the next request's.
            response.close()
            raise ProtocolError(f"a provisional response: {response.status}")
        return response


def _is_slow(error: HTTPError) -> bool:
    """Whether the replica took too long to read the request or to answer."""
    return isinstance(error, ReadTimeoutError) or any(isinstance(each, TimeoutError) for each in error.args)


def _parts(response: BaseHTTPResponse) -> Iterator[bytes]:
    """The content, each part as soon as it is there."""
    try:
        while part := response.read1(_PART, decode_content=False):
            yield part
    except HTTPError as error:
        raise BadGateway from error
    finally:
        # After the last part the connection is in the pool again; before, it is of no more use.
        response.close()
