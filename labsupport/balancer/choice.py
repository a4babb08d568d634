"""Who answers: the three policies of the Python balancer, and the memory of who was down."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from labsupport.balancer import limits


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a balancer goes by: the client's address, and the replica that its cookie names, empty without one."""

    address: str
    route: str = ""


class Policy(Protocol):
    """A rule by which one of several replicas is chosen."""

    def choose(self, among: Collection[str], visitor: Visitor) -> str:
        """One of the names, of which there is at least one."""


class RoundRobin:
    """The replicas in turn; who is not among those to choose from is passed over and loses the turn."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self._next = 0
        self._lock = threading.Lock()

    def choose(self, among: Collection[str], visitor: Visitor) -> str:
        """The next in turn."""
        with self._lock:
            name = _first_from(self._next, self._names, among)
            self._next = self._names.index(name) + 1
        return name


class Sticky(RoundRobin):
    """The replica that the visitor's cookie names; who has none, or a useless one, gets the next in turn."""

    def choose(self, among: Collection[str], visitor: Visitor) -> str:
        """The one where the visitor's session is, if it can be chosen."""
        return visitor.route if visitor.route in among else super().choose(among, visitor)


class ByAddress:
    """The client's address as a number, modulo their number, gives the replica; the next one where that is down."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)

    def choose(self, among: Collection[str], visitor: Visitor) -> str:
        """The same for the same address."""
        place = int(ipaddress.ip_address(visitor.address)) % len(self._names)
        return _first_from(place, self._names, among)


def _first_from(place: int, names: tuple[str, ...], among: Collection[str]) -> str:
    return next(name for name in names[place:] + names[:place] if name in among)


class LeftOut:
    """The replicas that could not be reached: left out for a second, or until `life` of their names is another."""

    def __init__(self, life: Callable[[str], object]) -> None:
        self._life = life
        self._until: dict[str, tuple[object, float]] = {}

    def add(self, name: str) -> None:
        """Leave a replica out from now on."""
        self._until[name] = self._life(name), time.monotonic() + limits.LEFT_OUT

    def usable(self, names: Collection[str]) -> Collection[str]:
        """Those of the names that are not left out; all of them where nobody else is there."""
        return [name for name in names if not self._has(name)] or names

    def _has(self, name: str) -> bool:
        life, until = self._until.get(name, (None, 0.0))
        return life is self._life(name) and time.monotonic() < until
