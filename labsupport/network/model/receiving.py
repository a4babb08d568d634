"""The receiving half of one end: what is acceptable, what is in order, what the program has not read."""

from __future__ import annotations

from labsupport.network.model.sequence import distance, plus
from labsupport.records import Segment

WINDOW = 64_240
"""How many octets an end takes before its program has read any."""


class Receiver:
    """The receive sequence variables of RFC 9293 §3.3.1, and the data between the wire and the program.

    `initial` is the peer's initial sequence number (IRS), `next` the next number expected (RCV.NXT).
    """

    def __init__(self) -> None:
        self.initial = self.next = 0
        self.unread = b""
        self._early: list[Segment] = []

    @property
    def window(self) -> int:
        """The window to offer: the octets that still find room (RCV.WND)."""
        return max(0, WINDOW - len(self.unread))

    def begin(self, syn: Segment) -> None:
        """Take over the peer's initial sequence number, and the data that its SYN carries."""
        self.initial = syn.seq
        self.next = plus(syn.seq, 1 + syn.length)
        self.unread = syn.payload

    def accepts(self, segment: Segment) -> bool:
        """The acceptability test: does any of the segment fall into the window (RFC 9293 §3.10.7.4, first)?"""
        start = distance(segment.seq, self.next)
        end = start + segment.span - 1
        if not self.window:
            return segment.span == 0 and start == 0
        return 0 <= start < self.window or (segment.span > 0 and 0 <= end < self.window)

    def take(self, segment: Segment) -> bool:
        """Take the data of an acceptable segment; True when it completes what came before the peer's FIN."""
        self._early.append(segment)
        while ready := [early for early in self._early if distance(early.seq, self.next) <= 0]:
            self._early.remove(ready[0])
            if self._append(ready[0]):
                return True
        return False

    def brings_data(self, segment: Segment) -> bool:
        """True when the segment has data beyond what was received."""
        return segment.length > 0 and distance(plus(segment.seq, segment.length), self.next) > 0

    def read(self) -> bytes:
        """What the program has not read yet."""
        data, self.unread = self.unread, b""
        return data

    def _append(self, segment: Segment) -> bool:
        known = -distance(segment.seq, self.next)
        fresh = segment.payload[known:][: self.window]
        self.unread += fresh
        self.next = plus(self.next, len(fresh))
        reached = "FIN" in segment.flags and plus(segment.seq, segment.length) == self.next
        self.next = plus(self.next, reached)
        return reached
