"""HAProxy as a balancer: its configuration for each policy."""

from __future__ import annotations

from collections.abc import Mapping

from labsupport.balancer import limits
from labsupport.balancer.started import Place, Program
from labsupport.balancer.targets import Targets

_COMMAND = ("haproxy", "-db", "-f", "haproxy.cfg")

_CONFIGURATION = """\
global
    maxconn 200
    nbthread 1
    # Else two of them could have the same port, each with a part of the connections.
    noreuseport
    tune.bufsize 131072

listen balancer
    mode http
    bind {place.address}
    timeout connect {connect}
    timeout client 1h
    timeout server {silence}
    retries {retries}
    option redispatch 1
    # Only what is still in the buffer, whole, can be sent again.
    option http-buffer-request
    retry-on conn-failure empty-response
    errorfile 502 502.http
    errorfile 503 502.http
    errorfile 504 504.http
    http-request return status 204 if {{ path {place.ready} }}
    http-request disable-l7-retry unless {{ method GET HEAD OPTIONS TRACE PUT DELETE }}
    acl forwarded req.fhdr_cnt(x-forwarded-for) 1
    http-request set-header X-Forwarded-For "%[req.fhdr(x-forwarded-for)], %[src]" if forwarded
    http-request add-header X-Forwarded-For %[src] unless forwarded
{hop_by_hop}
    http-response set-header X-Replica %s
{policy}
    default-server check inter 1s fastinter 100ms downinter 100ms fall 1 rise 1
    default-server observe layer4 error-limit 1 on-error mark-down
{servers}
"""

_POLICIES = {
    "round robin": ("balance roundrobin",),
    "sticky": (
        "balance roundrobin",
        "cookie route insert indirect httponly",
        r"http-after-response replace-header Set-Cookie ^(route=[^;]*);\ path=/(.*) \1;\ Path=/\2",
    ),
    "by address": ("balance source", "hash-type consistent"),
}
_HOP_BY_HOP = ("Proxy-Connection", "Keep-Alive", "TE", "Trailer", "Upgrade")
_ANSWER = "HTTP/1.1 {0}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {1}\r\n\r\n{0}\n"


def program(targets: Targets, policy: str) -> Program:
    """HAProxy before these replicas."""

    def files(place: Place) -> Mapping[str, str]:
        refusals = {"502.http": _refusal("502 Bad Gateway"), "504.http": _refusal("504 Gateway Timeout")}
        return {"haproxy.cfg": configuration(targets, policy, place), **refusals}

    return Program(_COMMAND, files)


def configuration(targets: Targets, policy: str, place: Place) -> str:
    """The text of `haproxy.cfg`."""
    cookie = " cookie {0}" if policy == "sticky" else ""
    servers = (f"    server {name} {address}{cookie.format(name)}" for name, address in targets.addresses.items())
    dropped = (f"    http-{way} del-header {name}" for way in ("request", "response") for name in _HOP_BY_HOP)
    return _CONFIGURATION.format(
        retries=2 * len(targets.names),
        hop_by_hop="\n".join(dropped),
        policy="\n".join(f"    {line}" for line in _POLICIES[policy]),
        servers="\n".join(servers),
        place=place,
        connect=f"{limits.CONNECT * 1000:.0f}ms",
        silence=f"{limits.SILENCE * 1000:.0f}ms",
    )


def _refusal(status: str) -> str:
    return _ANSWER.format(status, len(status) + 1)
