"""What one end knows of a connection, its transmission control block (RFC 9293 §3.3.1), and what follows what.

Which state follows an event and what is sent, the table of `transitions` says. `arrival` finds out what happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labsupport.network.model.clock import Alarm
from labsupport.network.model.receiving import Receiver
from labsupport.network.model.sending import Sender, Sent
from labsupport.network.model.transitions import SYNCHRONIZED
from labsupport.records import Endpoint, Segment

if TYPE_CHECKING:
    from labsupport.network.model.host import Door, Host

NOWHERE = ("CLOSED", "LISTEN")
"""The states in which there is no connection; LISTEN is that of the door it came through."""

MAY_SEND = ("ESTABLISHED", "CLOSE-WAIT")
"""The states in which data is sent at once (RFC 9293 §3.10.2)."""

MSS = 1460
"""The most data a segment carries, in octets: what an Ethernet of 1500 leaves (RFC 9293 §3.7.1)."""

_MSS_OPTION = b"\x02\x04\x05\xb4"
_ANSWER_EVERY_NS = 500_000_000
_ABORTED_WITH_RST = ("SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT")


class Tcb:
    """One end of a connection. `door` is where it came in; None for the end that began to connect.

    `abandoned` says that the program reads no more, `close_later` that its CLOSE waits for data in `queued`, which in
    turn waits for the connection. The rest is what `Connection` shows.
    """

    def __init__(self, host: Host, local: Endpoint, remote: Endpoint, door: Door | None = None) -> None:
        self.host, self.local, self.remote, self.door = host, local, remote, door
        self.state = "LISTEN" if door else "CLOSED"
        self.sender = Sender(host.initial_number(), host.rules, host.clock, self.emit, self.give_up)
        self.receiver = Receiver()
        self.received = self.queued = b""
        self.reading = True
        self.ended = self.abandoned = self.close_later = False
        self.failed = ""
        self.accepted_s: float | None = None
        self._answered_ns = -_ANSWER_EVERY_NS
        self._delayed_ack: Alarm | None = None
        self._two_msl: Alarm | None = None

    def happens(self, event: str, data: bytes = b"") -> bool:
        """Look an event up, enter the state that follows and send what is to be sent; False if there is no such row."""
        row = self.host.table.get((self.state, event))
        if row is None:
            return False
        self.enter(row.into)
        if "SYN" in row.sends or "FIN" in row.sends:
            self.sender.transmit(row.sends, data)
        elif row.sends:
            self.acknowledge(may_wait=row.into == "CLOSE-WAIT")
        if row.into == "ESTABLISHED":
            self._begin_to_talk()
        return True

    def enter(self, state: str) -> None:
        """Be in a state from now on."""
        self.state = state
        self.host.note(self, state)
        if state in NOWHERE:
            self.stop()
        elif state == "TIME-WAIT":
            self.sender.forget()
            self.wait_two_msl()

    def stop(self) -> None:
        """There is no connection any more."""
        self.sender.forget()
        _cancel(self._delayed_ack)
        _cancel(self._two_msl)
        self.host.forget(self)

    def close(self) -> None:
        """CLOSE; it waits for data that waits (RFC 9293 §3.10.4)."""
        if self.state == "SYN-RECEIVED" and self.queued:
            self.close_later = True
        else:
            self.happens("CLOSE")

    def abort(self) -> None:
        """ABORT (RFC 9293 §3.10.5)."""
        if self.state in _ABORTED_WITH_RST:
            self.emit(Sent(self.sender.next, "RST·ACK", b""))
        if self.state not in NOWHERE:
            self.enter("CLOSED")

    def fail(self, why: str) -> None:
        """The connection is lost. Whoever has closed and heard the peer close is not told (RFC 9293 §3.10.7.4)."""
        self.failed = "" if self.state in ("CLOSING", "LAST-ACK", "TIME-WAIT") else why
        self.enter("CLOSED")

    def give_up(self) -> None:
        """Nobody has acknowledged what was sent often enough."""
        if self.state == "SYN-RECEIVED" and self.door:
            self.enter("LISTEN")
        else:
            self.fail("timed out")

    def send_queued(self) -> None:
        """Send the data that waits, if it need not wait any more."""
        if self.state not in MAY_SEND:
            return
        data, self.queued = self.queued, b""
        for start in range(0, len(data), MSS):
            last = start + MSS >= len(data)
            self.sender.transmit("PSH·ACK" if last else "ACK", data[start : start + MSS])

    def hand_over(self) -> None:
        """Let the program read, if it does and may."""
        if self.reading and self.state in SYNCHRONIZED:
            self.received += self.receiver.read()

    def wait_two_msl(self) -> None:
        """Begin the wait of TIME-WAIT, or begin it anew."""
        _cancel(self._two_msl)
        self._two_msl = self.host.clock.after(self.host.rules.time_wait_s, self._two_msl_over)

    def acknowledge(self, *, may_wait: bool = False) -> None:
        """Acknowledge what has arrived, now or together with what is sent soon."""
        if not may_wait or not self.host.rules.delayed_ack_s:
            self.emit(Sent(self.sender.next, "ACK", b""))
        elif self._delayed_ack is None:
            self._delayed_ack = self.host.clock.after(self.host.rules.delayed_ack_s, self.acknowledge)

    def challenge(self, segment: Segment) -> None:
        """Say what is expected next: to what is out of the window, to a SYN or RST within (RFC 5961 §3.2, §4.2).

        What carries neither data nor FIN is answered every half second at most, so that two ends that contradict each
        other fall silent (RFC 5961 §7).
        """
        now_ns = self.host.clock.now_ns
        limited = segment.span == 0 or "SYN" in segment.flags
        if limited and now_ns - self._answered_ns < _ANSWER_EVERY_NS:
            return
        self._answered_ns = now_ns if limited else self._answered_ns
        self.acknowledge()

    def emit(self, sent: Sent) -> None:
        """Put something on the wire; an acknowledgment that waited goes along."""
        acknowledges = "ACK" in sent.flags
        if acknowledges:
            _cancel(self._delayed_ack)
            self._delayed_ack = None
        self.host.wire.send(
            self.local, self.remote, sent.flags, sent.seq, self.receiver.next if acknowledges else 0,
            payload=sent.payload, window=self.receiver.window, options=_MSS_OPTION if "SYN" in sent.flags else b"",
        )

    def _begin_to_talk(self) -> None:
        if self.sender.syn_waits:  # two-way: nobody will say that the SYN·ACK arrived
            self.sender.forget()
        if self.door:
            self.accepted_s = self.host.clock.now_ns / 1e9
            self.host.accept(self, self.door)
        self.hand_over()
        self.send_queued()
        if self.close_later:
            self.close_later = False
            self.happens("CLOSE")

    def _two_msl_over(self) -> None:
        self.happens("2 MSL over")


def _cancel(alarm: Alarm | None) -> None:
    if alarm:
        alarm.cancel()
