"""`Balancer`: what stands before several replicas of an app and has one of them answer each request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Protocol, Self

from labsupport import measured
from labsupport.balancer import haproxy, nginx
from labsupport.balancer.replicas import Replicas
from labsupport.balancer.started import Program
from labsupport.balancer.targets import Targets
from labsupport.errors import ReaderError
from labsupport.records import Exchange

POLICIES = ("round robin", "sticky", "by address")


class Balancer:
    """A balancer before `replicas`, by a `policy`, that answers at `url` until it is stopped.

        with Replicas(make_app, 3) as replicas, Balancer(replicas, "sticky") as balancer:
            requests.get(balancer.url).headers["X-Replica"]

    `replicas` may also be the URLs of servers on this machine that the reader started, each by its name.

    The policy is one of `"round robin"`, each in turn; `"sticky"`, which binds a visitor to the replica of its first
    answer by a cookie of the balancer's own, `route=r1; Path=/; HttpOnly`, that the app never sees; and `"by address"`,
    which sends the same client address to the same replica.

    The engine is one of `"python"`, which needs nothing, `"nginx"` and `"haproxy"`. All of them answer alike: with the
    replica's own answer and `X-Replica`, its name; from the next replica where one refuses the connection, which
    is then left out for a while; 502 where all refuse; 504 where one takes a request and is silent for five seconds. A
    request that may have been read is sent again only where its method is idempotent (RFC 9110 §9.2.2). The client's
    address is appended to `X-Forwarded-For`; fields of one connection go no further (§7.6.1), of which nginx and
    HAProxy do not know those that only `Connection` names. None of them adds `Via`, as §7.6.3 would have it.

    What differs: nginx hashes the first three octets of an address, HAProxy all four; Python takes the address as a
    number, modulo the number of replicas. Python leaves a replica out for a second, and no longer than until
    `Replicas.start` brings it back; nginx for one to two seconds, also one that was silent, and says 502 as long where
    all of them are left out; HAProxy until one of its own tries, ten a second, succeeds. While one is down, only Python
    keeps the others strictly in turn. HAProxy hands on content of a request beyond 128 KiB as it comes, and such a
    request once only; it writes field names in small letters. Python forwards 64 requests at once, more wait.

    Raises ReaderError for an unknown policy or engine, and `Unavailable` where the engine's program is not installed.
    """

    def __init__(
        self, replicas: Replicas | Mapping[str, str], policy: str = "round robin", engine: str = "python"
    ) -> None:
        self.policy = _one_of("policy", policy, POLICIES)
        self.engine = _one_of("engine", engine, tuple(_ENGINES))
        self._served = _ENGINES[engine](Targets.of(replicas), policy)
        self.url = self._served.url
        """Its origin, `http://127.0.0.1:8000`. No slash at the end."""

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """What the Python balancer answered so far, as `Site.exchanges`.

        Raises ReaderError for the other engines, which do not tell; the replicas' sites know their part.
        """
        if isinstance(self._served, _Python):
            return self._served.site.exchanges
        raise ReaderError(f'{self.engine} does not tell its exchanges; read replicas["r1"].exchanges, or use "python"')

    def stop(self) -> None:
        """End it and its connections. A second call does nothing."""
        self._served.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<Balancer {measured.in_text(self.url)}: {self.policy}, {self.engine}>"


class _Engine(Protocol):
    url: str

    def stop(self) -> None:
        """End it."""


class _Python:
    """The balancer in this process."""

    def __init__(self, targets: Targets, policy: str) -> None:
        from labsupport.balancer.forwarding import THREADS, Forwarder
        from labsupport.server import Site

        self._forwarder = Forwarder(targets, policy)
        self.site = Site(self._forwarder, threads=THREADS).start()
        self.url = self.site.url

    def stop(self) -> None:
        """End it, its connections to the replicas too."""
        try:
            self.site.stop()
        finally:
            self._forwarder.close()


class _Started:
    """A balancer that is a program."""

    def __init__(self, program: Program) -> None:
        self._running, address = program.start()
        self.url = f"http://{address}"

    def stop(self) -> None:
        """End it."""
        self._running.stop()


_ENGINES: dict[str, Callable[[Targets, str], _Engine]] = {
    "python": _Python,
    "nginx": lambda targets, policy: _Started(nginx.program(targets, policy)),
    "haproxy": lambda targets, policy: _Started(haproxy.program(targets, policy)),
}


def _one_of(what: str, value: object, known: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in known:
        raise ReaderError(f"there is no {what} {value!r}; choose one of {', '.join(map(repr, known))}")
    return value
