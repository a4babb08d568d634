"""What a balancer does to the fields that it passes on (RFC 9110 §7.6), and its own cookie `route`."""

from __future__ import annotations

from collections.abc import Iterable

from labsupport.records import FieldLine

REPLICA = "X-Replica"
"""The response field that tells who answered."""
ROUTE = "route"
"""The cookie of the policy "sticky"."""

_OF_ONE_CONNECTION = frozenset(
    ("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade")
)
"""Fields that end at the next recipient (RFC 9110 §7.6.1), and `Trailer`: no trailer section is passed on."""


def end_to_end(lines: Iterable[FieldLine]) -> list[FieldLine]:
    """The lines without those of one connection: the known ones, and whatever `Connection` names besides."""
    lines = list(lines)
    named = ",".join(value for value in values(lines, "connection"))
    dropped = _OF_ONE_CONNECTION | {option.strip().lower() for option in named.split(",")}
    return [line for line in lines if line.name.lower() not in dropped]


def without(lines: Iterable[FieldLine], *names: str) -> list[FieldLine]:
    """The lines whose name is none of these lower-case ones."""
    return [line for line in lines if line.name.lower() not in names]


def values(lines: Iterable[FieldLine], name: str) -> list[str]:
    """The values of the lines with this lower-case name."""
    return [line.value for line in lines if line.name.lower() == name]


def forwarded_for(lines: list[FieldLine], address: str) -> list[FieldLine]:
    """The lines with a client's address appended to the list in `X-Forwarded-For`."""
    hops = [*values(lines, "x-forwarded-for"), address]
    return [*without(lines, "x-forwarded-for"), FieldLine("X-Forwarded-For", ", ".join(hops))]


def route_of(lines: Iterable[FieldLine]) -> str:
    """The value of the cookie `route`, empty without one; the first of several."""
    cookies = (pair.strip() for value in values(lines, "cookie") for pair in value.split(";"))
    return next((pair.removeprefix(f"{ROUTE}=") for pair in cookies if pair.startswith(f"{ROUTE}=")), "")


def without_route(lines: Iterable[FieldLine]) -> list[FieldLine]:
    """The lines without the cookie `route`, which is the balancer's affair and not the app's."""
    kept = (FieldLine(name, _other_cookies(value)) if name.lower() == "cookie" else FieldLine(name, value)
            for name, value in lines)
    return [line for line in kept if line.value or line.name.lower() != "cookie"]


def _other_cookies(value: str) -> str:
    pairs = (pair.strip() for pair in value.split(";"))
    return "; ".join(pair for pair in pairs if not pair.startswith(f"{ROUTE}="))


def set_route(name: str) -> FieldLine:
    """The line that binds a visitor to a replica for as long as the browser runs."""
    return FieldLine("Set-Cookie", f"{ROUTE}={name}; Path=/; HttpOnly")
