"""The options of a TCP or IPv4 header, one by one: kind, length, data. Pure Python.

Both lists have one grammar: two kinds of a single octet, every other kind followed by a length that counts
the kind and the length as well (RFC 9293 §3.1, RFC 791 §3.1).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, replace

from labsupport.dissection.fields import Field, Layout, always, group, raw, read

_END, _NO_OPERATION = 0, 1


def _as_hex(length: int) -> tuple[Layout, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of one kind of option.

    `layout` gives the fields of the data for a number of data octets; where it gives none, the data is shown
    in hex and taken to differ from run to run.
    """

    name: str
    meaning: str
    standard: str
    lengths: Container[int] = range(2, 256)
    layout: Callable[[int], tuple[Layout, ...]] = _as_hex


def _numbers(*lines: Layout) -> Callable[[int], tuple[Layout, ...]]:
    return lambda _: lines


_BLOCK = (
    Layout("Left edge", 32, "first sequence number of a block that has arrived", measured=always),
    Layout("Right edge", 32, "sequence number after the block", measured=always),
)

TCP_KINDS: Mapping[int, Kind] = {
    2: Kind(
        "Maximum segment size",
        "the largest segment, in octets of data, that the sender of this option takes",
        "RFC 9293 §3.7.1",
        (4,),
        _numbers(Layout("Octets", 16, "octets of data")),
    ),
    3: Kind(
        "Window scale",
        "bits by which the windows that this end sends later are shifted to the left; 14 at most",
        "RFC 7323 §2.2",
        (3,),
        _numbers(Layout("Shift", 8, "bits", measured=always)),
    ),
    4: Kind("SACK permitted", "this end understands selective acknowledgments", "RFC 2018 §2", (2,)),
    5: Kind(
        "Selective acknowledgment",
        "blocks that have arrived although octets before them are missing",
        "RFC 2018 §3",
        range(10, 41, 8),
        lambda length: _BLOCK * (length // 8),
    ),
    8: Kind(
        "Timestamps",
        "the sender's clock, and the last clock value it received",
        "RFC 7323 §3.2",
        (10,),
        _numbers(
            Layout("Timestamp value", 32, "clock of the sender (TSval)", measured=always),
            Layout(
                "Timestamp echo reply", 32, "last TSval received (TSecr); zero without ACK", measured=bool
            ),
        ),
    ),
    34: Kind(
        "Fast Open cookie",
        "a request for a cookie when empty; otherwise the cookie that admits data in the SYN",
        "RFC 7413 §4.1.1",
        (2, *range(6, 19, 2)),
    ),
}
"""The options of TCP that are told in full, by kind."""

IPV4_KINDS: Mapping[int, Kind] = {
    7: Kind("Record route", "gateways enter their addresses here", "RFC 791 §3.1", range(3, 41)),
    68: Kind("Internet timestamp", "gateways enter the time here", "RFC 791 §3.1", range(4, 41)),
    130: Kind("Security", "security labels", "RFC 791 §3.1", (11,)),
    131: Kind(
        "Loose source route", "gateways to visit, others between them allowed", "RFC 791 §3.1", range(3, 41)
    ),
    136: Kind("Stream identifier", "identifier of a SATNET stream", "RFC 791 §3.1", (4,)),
    137: Kind(
        "Strict source route", "gateways to visit, no other between them", "RFC 791 §3.1", range(3, 41)
    ),
    148: Kind("Router alert", "routers on the way should look closer", "RFC 2113 §2.1", (4,)),
}
"""The options of IPv4 that are known by name, by type."""


def options(octets: bytes, first: int, end: int, kinds: Mapping[int, Kind], standard: str) -> Iterator[Field]:
    """The options from octet `first` to before `end`, whatever the octets are.

    A length that cannot be is called malformed, and what follows it stays undecoded. A known kind of the
    wrong length is called malformed too; the options after it are read on.
    """
    while first < end and octets[first] != _END:
        if problem := _problem(octets, first, end):
            yield from _malformed(octets, first, end, problem, standard)
            return
        found = _option(octets, first, kinds, standard)
        yield found
        first = found.end_bit // 8
    if first < end:
        yield from _end_of_list(octets, first, end, standard)


def _problem(octets: bytes, first: int, end: int) -> str:
    """Why the length of the option is impossible; empty when it is not."""
    if octets[first] == _NO_OPERATION:
        return ""
    if first + 1 == end:
        return "no octet is left for its length"
    length, left = octets[first + 1], end - first
    if length < 2:
        return f"length {length} is impossible, kind and length take two octets"
    return f"length {length} is impossible, {left} octets are left" if length > left else ""


def _option(octets: bytes, first: int, kinds: Mapping[int, Kind], standard: str) -> Field:
    if octets[first] == _NO_OPERATION:
        meaning = "kind 1: fills one octet, so that the next option is aligned"
        return Field("No-operation", 8 * first, 8, _NO_OPERATION, "", meaning, standard)
    length, known = octets[first + 1], kinds.get(octets[first])
    if known is None:
        known = Kind("Unknown option", "a receiver ignores a kind that it does not know", standard)
    elif length not in known.lengths:
        problem = f"no {known.name} option is {length} octets long"
        known = Kind(f"Malformed {known.name}", problem, known.standard)
    return _whole(octets, first, known)


def _whole(octets: bytes, first: int, kind: Kind) -> Field:
    number, length = octets[first], octets[first + 1]
    data = read(kind.layout(length - 2), octets, 8 * (first + 2), kind.standard)
    if not data and length > 2:
        data = (
            raw("Option data", octets, first + 2, first + length, kind.meaning, kind.standard, measured=True),
        )
    alone = len(data) == 1
    parts = (*_kind_and_length(octets, first, kind.standard), *(replace(part, told=alone) for part in data))
    whole = group(kind.name, parts, octets, f"kind {number}, length {length}: {kind.meaning}", kind.standard)
    return replace(whole, shown=data[0].shown, measured=data[0].measured) if alone else whole


def _malformed(octets: bytes, first: int, end: int, problem: str, standard: str) -> Iterator[Field]:
    parts = _kind_and_length(octets[:end], first, standard)
    yield group("Malformed option", parts, octets, f"kind {octets[first]}: {problem}", standard)
    if first + len(parts) < end:
        meaning = "cannot be divided after an impossible length"
        yield raw("Undecoded", octets, first + len(parts), end, meaning, standard, measured=True)


def _end_of_list(octets: bytes, first: int, end: int, standard: str) -> Iterator[Field]:
    yield Field("End of option list", 8 * first, 8, _END, "", "kind 0: the list ends here", standard)
    if first + 1 < end:
        zeros = not any(octets[first + 1 : end])
        meaning = "zeros up to the end of the header" if zeros else "must be zeros, and is not"
        yield raw("Padding", octets, first + 1, end, meaning, standard, measured=not zeros)


def _kind_and_length(octets: bytes, first: int, standard: str) -> tuple[Field, ...]:
    layout = (
        Layout("Kind", 8, "which option this is"),
        Layout("Length", 8, "octets of the option, these two included"),
    )
    return tuple(replace(field, told=True) for field in read(layout, octets, 8 * first, standard))
