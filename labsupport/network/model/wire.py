"""The model's wire: what the policy does to each segment, and the record of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from labsupport.network.model.clock import Clock
from labsupport.network.model.journal import ORIGIN_NS
from labsupport.network.model.sequence import NUMBERS
from labsupport.network.packet import encode
from labsupport.network.policy import Policy, delays, wire_failure
from labsupport.records import Endpoint, Segment

_ONE_AT_A_TIME_NS = 1000


class Wire:
    """Carries segments between the hosts. `segments` are all that entered it, in that order.

    A host sends one segment at a time: what it would send at the same moment leaves a microsecond later. `deliver` is
    given each copy that arrives.
    """

    def __init__(self, clock: Clock, delay_s: float, policy: Policy | None,
                 deliver: Callable[[Segment], None]) -> None:
        self.policy = policy
        self.segments: list[Segment] = []
        self._clock, self._delay_s, self._deliver = clock, delay_s, deliver
        self._seen = 0
        self._free_ns: dict[str, int] = {}

    def send(self, source: Endpoint, destination: Endpoint, flags: str, seq: int, ack: int = 0,
             payload: bytes = b"", window: int = 0, options: bytes = b"") -> None:
        """Send a segment; `flags` are written as in the table. Raises `ReaderError` when the policy fails."""
        now_ns = max(self._clock.now_ns, self._free_ns.get(source.host, 0))
        self._free_ns[source.host] = now_ns + _ONE_AT_A_TIME_NS
        segment = _segment(now_ns, source, destination, frozenset(flags.split("·")), seq, ack, payload, window, options)
        arrivals_ns = sorted(now_ns + round(delay_s * 1e9) for delay_s in self._delays(segment))
        self.segments.append(replace(segment, arrived_ns=tuple(ORIGIN_NS + at_ns for at_ns in arrivals_ns)))
        for at_ns in arrivals_ns:
            self._clock.at(at_ns, lambda: self._deliver(segment), "segment")

    def forge(self, source: Endpoint, destination: Endpoint, flags: frozenset[str], seq: int, ack: int,
              payload: bytes) -> None:
        """Hand over a segment that its source did not send, now."""
        segment = _segment(self._clock.now_ns, source, destination, flags, seq, ack, payload, 0, b"")
        self.segments.append(replace(segment, arrived_ns=(segment.sent_ns,), forged=True))
        self._deliver(segment)

    def _delays(self, segment: Segment) -> list[float]:
        index, self._seen = self._seen, self._seen + 1
        if self.policy is None:
            return [self._delay_s]
        try:
            return delays(self.policy, segment, index)
        except Exception as error:  # the policy is the reader's code
            raise wire_failure(error) from error


def _segment(now_ns: int, source: Endpoint, destination: Endpoint, flags: frozenset[str], seq: int, ack: int,
             payload: bytes, window: int, options: bytes) -> Segment:
    packet = encode(source, destination, flags, seq=seq, ack=ack, payload=payload, window=window, options=options)
    return Segment(
        source, destination, seq % NUMBERS, ack % NUMBERS, flags, window, options, payload, packet, ORIGIN_NS + now_ns
    )
