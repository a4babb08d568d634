"""Where the replicas are that a balancer asks: sites of this process, or servers that the reader started."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from labsupport.balancer.replicas import MOST, Replicas
from labsupport.errors import ReaderError
from labsupport.records import Endpoint

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,15}")


@dataclass(frozen=True, slots=True)
class Targets:
    """The replicas by name: `addresses`, in the order in which they take turns."""

    addresses: Mapping[str, Endpoint]
    replicas: Replicas | None = None

    @classmethod
    def of(cls, replicas: object) -> Self:
        """What `Balancer` was given. Raises ReaderError for what is neither replicas nor URLs by name."""
        if isinstance(replicas, Replicas):
            return cls({name: replicas[name].address for name in replicas.names}, replicas)
        if not isinstance(replicas, Mapping) or not 1 <= len(replicas) <= MOST:
            raise ReaderError(
                f"a balancer stands before Replicas(make_app, 3), or before 1 to {MOST} URLs by name as in "
                f'{{"r1": "http://127.0.0.1:8001"}}; not before {replicas!r}'
            )
        return cls({_checked(name): _address(url) for name, url in replicas.items()})

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(self.addresses)

    def life(self, name: str) -> object:
        """What changes when a replica is started again; always None for one of another process."""
        return self.replicas[name] if self.replicas else None


def _checked(name: object) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ReaderError(f"{name!r} cannot name a replica; use up to 16 letters and digits, as in 'r1'")
    return name


def _address(url: object) -> Endpoint:
    """The loopback address and the port in a replica's URL."""
    try:
        parts = urlsplit(str(url))
        host = ipaddress.IPv4Address("127.0.0.1" if parts.hostname == "localhost" else parts.hostname or "")
        port = parts.port or 80
    except ValueError:
        parts = None
    if not parts or not host.is_loopback or parts.scheme != "http" or parts.path.strip("/") or parts.query:
        raise ReaderError(f"a replica is on this machine, as in 'http://127.0.0.1:8001', not at {url!r}")
    return Endpoint(str(host), port)
