"""Runs to begin with: what can go wrong when a connection opens and closes, one thing at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Preset(NamedTuple):
    """A scenario with a name, and a sentence on what to watch."""

    name: str
    title: str
    watch: str
    scenario: Mapping[str, Any]


def _preset(name: str, title: str, watch: str, *actions: tuple[int, str, str],
            fates: Mapping[str, list[object]] | None = None, **changed: object) -> Preset:
    first = (0, "client", "connect")
    scenario = {
        "handshake": "three-way", "server": "listens", "rtt_ms": 80, "time_wait_s": 60,
        "actions": [list(action) for action in (first, *actions)], "fates": dict(fates or {}),
    }
    return Preset(name, title, watch, scenario | changed)


_CLIENT, _SERVER = "client", "server"
_GIVES_UP = (500, _CLIENT, "abort")
_LATE_SYN: Mapping[str, list[object]] = {"0": ["late", 2]}

PRESETS = (
    _preset("whole", "Open, talk, close", "Three segments open, four close. Whoever closes first waits in TIME-WAIT.",
            (200, _CLIENT, "send"), (400, _CLIENT, "close"), (600, _SERVER, "close")),
    _preset("lost-syn", "The SYN is lost", "Nobody answers. After a second the client's timer sends it again.",
            fates={"0": ["lost"]}),
    _preset("lost-syn-ack", "The SYN·ACK is lost", "Both ends wait for a second, and both repeat.",
            fates={"1": ["lost"]}),
    _preset("lost-ack", "The last ACK is lost", "The client is established, the server is not. Data carries the "
            "same ACK once more.", (300, _CLIENT, "send"), fates={"2": ["lost"]}),
    _preset("old-syn-two", "An old SYN, two-way", "The client has given up when its SYN arrives. Two steps make a "
            "connection of it that no client has.", _GIVES_UP, fates=_LATE_SYN, handshake="two-way"),
    _preset("old-syn-three", "An old SYN, three-way", "The same SYN. The third step does not come, an RST does.",
            _GIVES_UP, fates=_LATE_SYN),
    _preset("ghost", "An old SYN, two-way, and the RST is lost", "Nobody tells the server. The connection stays for "
            "ever.", _GIVES_UP, fates={**_LATE_SYN, "2": ["lost"]}, handshake="two-way"),
    _preset("both-call", "Both call", "Two SYNs cross on the wire. One connection comes of it.",
            (10, _SERVER, "connect"), server="calls"),
    _preset("nobody", "Nobody listens", "A closed port answers for itself.", server="absent"),
    _preset("both-close", "Both close", "Two FINs cross. Both ends go through CLOSING, and both wait.",
            (200, _CLIENT, "close"), (200, _SERVER, "close")),
    _preset("half-close", "Half-closed", "The client says nothing more, and still hears the server.",
            (200, _CLIENT, "shutdown"), (400, _SERVER, "send"), (600, _SERVER, "close")),
    _preset("lost-last-ack", "The last ACK of the close is lost", "The server sends its FIN again. TIME-WAIT is there "
            "to answer it, and begins anew.", (200, _CLIENT, "close"), (400, _SERVER, "close"), fates={"6": ["lost"]}),
    _preset("assassination", "TIME-WAIT is cut short", "A copy of old data arrives in TIME-WAIT. The ACK that it draws "
            "meets a closed end, whose RST ends the wait (RFC 1337).", (200, _SERVER, "send"), (400, _CLIENT, "close"),
            (600, _SERVER, "close"), fates={"3": ["twice", 5]}),
)
"""Each by its place in the list of the page; the first stands in the page when it is loaded."""
