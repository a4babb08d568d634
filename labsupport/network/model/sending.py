"""The sending half of one end: what was sent and is not yet acknowledged, and its timer (RFC 6298)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from labsupport.network.model.clock import Alarm, Clock
from labsupport.network.model.rules import Rules
from labsupport.network.model.sequence import distance, plus


class Sent(NamedTuple):
    """What occupies sequence numbers: a SYN, data, a FIN. `flags` are written as in the table, `SYN·ACK`."""

    seq: int
    flags: str
    payload: bytes

    @property
    def end(self) -> int:
        """The sequence number after it."""
        return plus(self.seq, len(self.payload) + ("SYN" in self.flags) + ("FIN" in self.flags))


class Sender:
    """The send sequence variables of RFC 9293 §3.3.1, and the one retransmission timer (RFC 6298 §5).

    `initial` is the end's own initial sequence number (ISS), `unacknowledged` the first number that the peer has not
    acknowledged (SND.UNA), `next` the next to use (SND.NXT). `emit` puts something on the wire, also once more;
    `give_up` is called when it was repeated often enough.
    """

    def __init__(
        self, initial: int, rules: Rules, clock: Clock, emit: Callable[[Sent], None], give_up: Callable[[], None]
    ) -> None:
        self.initial = self.unacknowledged = self.next = initial
        self._rules, self._clock, self._emit, self._give_up = rules, clock, emit, give_up
        self._waiting: list[Sent] = []
        self._fin_sent = False
        self._repeated = 0
        self._repaired = initial
        self._alarm: Alarm | None = None

    @property
    def finished(self) -> bool:
        """True when the FIN was sent and acknowledged, and with it all that came before."""
        return self._fin_sent and self.unacknowledged == self.next

    @property
    def outstanding(self) -> int:
        """How many sequence numbers are sent and not yet acknowledged."""
        return distance(self.next, self.unacknowledged)

    @property
    def syn_waits(self) -> bool:
        """True while the peer has not acknowledged this end's SYN."""
        return self.unacknowledged == self.initial

    def transmit(self, flags: str, payload: bytes = b"") -> None:
        """Send what occupies sequence numbers, and see that it arrives.

        A SYN takes the initial number; the SYN·ACK that answers a crossing SYN takes the place of the SYN.
        """
        if "SYN" in flags:
            self.next, payload = self.initial, payload or self._data_of_syn()
            self._waiting.clear()
        self._fin_sent = "FIN" in flags
        sent = Sent(self.next, flags, payload)
        self.next = sent.end
        self._waiting.append(sent)
        self._emit(sent)
        if self._alarm is None or "SYN" in flags:
            self._wait()

    def is_acknowledged_by(self, number: int) -> bool:
        """True when the number acknowledges something that was sent and not yet acknowledged (RFC 9293 §3.4)."""
        return 0 < distance(number, self.unacknowledged) <= self.outstanding

    def acknowledge(self, number: int) -> None:
        """Take an acknowledgment; what was lost together with the first repeated segment is repeated at once."""
        self.unacknowledged = number
        self._waiting = [sent for sent in self._waiting if distance(sent.end, number) > 0]
        self._repeated = 0
        self._wait()
        if self._waiting and distance(self._repaired, number) > 0:
            self._emit(self._waiting[0])

    def repeat_syn(self) -> None:
        """Answer the peer's SYN once more; the timer begins anew."""
        self._emit(Sent(self.initial, "SYN·ACK", b""))
        self._wait()

    def forget(self) -> None:
        """Wait for no acknowledgment any more."""
        self._waiting.clear()
        self._wait()

    def _wait(self) -> None:
        if self._alarm:
            self._alarm.cancel()
        self._alarm = None
        if self._waiting and self._rules.retransmit:
            delay_s = self._rules.timeout_s(self._waiting[0].flags, self._repeated)
            self._alarm = self._clock.after(delay_s, self._time_out)

    def _time_out(self) -> None:
        first = self._waiting[0]
        if self._repeated >= self._rules.tries(first.flags):
            self._give_up()
            return
        self._repeated += 1
        self._repaired = self.next
        self._emit(first)
        self._wait()

    def _data_of_syn(self) -> bytes:
        return self._waiting[0].payload if self._waiting else b""
