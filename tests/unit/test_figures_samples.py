"""The conversations that the tests of the figures draw, written down as one reads a trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from labsupport.records import Conversation, Endpoint, Role, Segment, StateChange

CLIENT = Endpoint("192.0.2.1", 39518)
SERVER = Endpoint("192.0.2.2", 80)
START_NS = 1_763_800_000_000_000_000


@dataclass
class Trace:
    """A conversation under construction. Times are milliseconds, numbers relative to each end's first."""

    client_isn: int = 3_000_000_000
    server_isn: int = 77_000
    start_ns: int = START_NS
    segments: list[Segment] = field(default_factory=list)
    changes: list[StateChange] = field(default_factory=list)

    def sends(self, end: Role, flags: str, seq: int, ack: int | None, at: float, *arrivals: float,
              data: int = 0) -> Trace:
        """Add a segment; without an arrival it was lost, with two it was duplicated."""
        source, target = (CLIENT, SERVER) if end == "client" else (SERVER, CLIENT)
        mine, theirs = self.client_isn, self.server_isn
        if end == "server":
            mine, theirs = theirs, mine
        self.segments.append(Segment(
            source, target, (mine + seq) % 2**32, 0 if ack is None else (theirs + ack) % 2**32,
            frozenset(flags.split()), 64240, b"", b"x" * data, b"",
            self.ns(at), tuple(map(self.ns, arrivals)),
        ))
        return self

    def forges_last_but(self, others: int = 0) -> Trace:
        """Make a forgery of the last segment but so many: it was never sent, only seen to arrive."""
        place = len(self.segments) - 1 - others
        segment = self.segments[place]
        self.segments[place] = replace(segment, forged=True, sent_ns=segment.arrived_ns[0])
        return self

    def enters(self, end: Role, **states: float) -> Trace:
        """Add changes of state, named with underscores: `SYN_SENT=0`."""
        for name, at in states.items():
            self.changes.append(StateChange(self.ns(at), end, name.replace("_", "-")))
        return self

    def ns(self, milliseconds: float) -> int:
        """A time of the trace in nanoseconds since the epoch."""
        return self.start_ns + round(milliseconds * 1e6)

    def conversation(self) -> Conversation:
        """What has been added so far."""
        return Conversation(CLIENT, SERVER, tuple(self.segments), tuple(self.changes))


def post(late: float = 0.0) -> Conversation:
    """One POST with 80 ms of round trip and a four-way close; `late` delays all after the opening."""
    trace = Trace()
    trace.sends("client", "SYN", 0, None, 0, 40.2).sends("server", "SYN ACK", 0, 1, 40.3, 80.9)
    trace.sends("client", "ACK", 1, 1, 81, 121)
    trace.sends("client", "PSH ACK", 1, 1, 133 + late, 174 + late, data=138)
    trace.sends("server", "ACK", 1, 139, 174.1 + late, 215.2 + late)
    trace.sends("server", "PSH ACK", 1, 139, 185 + late, 226 + late, data=67)
    trace.sends("client", "ACK", 139, 68, 226.1 + late, 255 + late)
    trace.sends("client", "FIN ACK", 139, 68, 275 + late, 316 + late)
    trace.sends("server", "ACK", 68, 140, 360 + late, 400.5 + late)
    trace.sends("server", "FIN ACK", 68, 140, 401 + late, 442 + late)
    trace.sends("client", "ACK", 140, 69, 442.1 + late, 482.4 + late)
    trace.enters("client", SYN_SENT=-0.1, ESTABLISHED=81.3, FIN_WAIT_1=275.2 + late, FIN_WAIT_2=401 + late,
                 TIME_WAIT=442.5 + late)
    trace.enters("server", LISTEN=0.4, SYN_RECEIVED=40.8, ESTABLISHED=121.2, CLOSE_WAIT=316.3 + late,
                 LAST_ACK=401.2 + late, CLOSED=482.8 + late)
    return trace.conversation()


def lost_syns() -> Conversation:
    """Two lost SYNs, seconds of silence, then a connection that is closed at once."""
    trace = Trace().sends("client", "SYN", 0, None, 0).sends("client", "SYN", 0, None, 1004)
    trace.sends("client", "SYN", 0, None, 3020, 3060).sends("server", "SYN ACK", 0, 1, 3060.1, 3100)
    trace.sends("client", "ACK", 1, 1, 3100.2, 3140).sends("client", "FIN ACK", 1, 1, 3241, 3281)
    trace.sends("server", "ACK", 1, 2, 3284, 3324).sends("server", "FIN ACK", 1, 2, 3341, 3381)
    trace.sends("client", "ACK", 2, 2, 3381.1, 3422)
    trace.enters("client", SYN_SENT=0, ESTABLISHED=3100.2, FIN_WAIT_1=3241, FIN_WAIT_2=3324.3,
                 TIME_WAIT=3381.2)
    trace.enters("server", LISTEN=0, SYN_RECEIVED=3060.3, ESTABLISHED=3140.2, CLOSE_WAIT=3281, LAST_ACK=3341,
                 CLOSED=3422.4)
    return trace.conversation()


def late_duplicate() -> Conversation:
    """The network delivers a second copy of a SYN two seconds later; the server answers under a new ISN."""
    trace = Trace().sends("client", "SYN", 0, None, 0, 40, 2001, data=12)
    trace.sends("server", "SYN ACK", 0, 13, 40.4, 80).sends("client", "ACK", 13, 1, 80.2, 121)
    trace.sends("client", "RST ACK", 13, 1, 191, 231)
    trace.sends("server", "SYN ACK", 500_000, 13, 2001.3, 2041).sends("client", "RST", 13, None, 2041.1, 2081)
    trace.enters("client", SYN_SENT=0, ESTABLISHED=80.3, CLOSED=191.2)
    trace.enters("server", LISTEN=0, SYN_RECEIVED=40.6, ESTABLISHED=121.2, CLOSED=231.2)
    trace.enters("server", SYN_RECEIVED=2001.6, CLOSED=2081.2)
    return trace.conversation()


def simultaneous_open() -> Conversation:
    """Both ends send a SYN at the same moment (RFC 9293 §3.5, figure 7)."""
    trace = Trace().sends("client", "SYN", 0, None, 0, 40).sends("server", "SYN", 0, None, 0, 40.1)
    trace.sends("client", "SYN ACK", 0, 1, 40.2, 80.2).sends("server", "SYN ACK", 0, 1, 40.3, 80.4)
    trace.enters("client", SYN_SENT=0, SYN_RECEIVED=40.2, ESTABLISHED=80.5)
    trace.enters("server", SYN_SENT=0, SYN_RECEIVED=40.2, ESTABLISHED=80.4)
    return trace.conversation()


def loopback() -> Conversation:
    """An exchange without delay, whose states nobody watched."""
    trace = Trace().sends("client", "SYN", 0, None, 0, 0.015).sends("server", "SYN ACK", 0, 1, 0.022, 0.035)
    trace.sends("client", "ACK", 1, 1, 0.04, 0.051).sends("client", "PSH ACK", 1, 1, 0.9, 0.92, data=138)
    trace.sends("server", "ACK", 1, 139, 0.925, 0.935).sends("server", "PSH ACK", 1, 139, 2.9, 2.92, data=67)
    trace.sends("client", "ACK", 139, 68, 2.925, 2.94).sends("client", "FIN ACK", 139, 68, 4.1, 4.12)
    trace.sends("server", "FIN ACK", 68, 140, 4.3, 4.32).sends("client", "ACK", 140, 69, 4.33, 4.35)
    return trace.conversation()


def refused() -> Conversation:
    """A SYN to a closed port, answered by a reset (RFC 9293 §3.10.7.1)."""
    trace = Trace().sends("client", "SYN", 0, None, 0, 40)
    trace.sends("server", "RST ACK", -trace.server_isn, 1, 40.1, 80)
    return trace.enters("client", SYN_SENT=0, CLOSED=80.2).conversation()


def lost_parts() -> Conversation:
    """Three parts of a text on the heels of the opening, the first two lost, then repeated in one segment."""
    trace = Trace().sends("client", "SYN", 0, None, 0, 40).sends("server", "SYN ACK", 0, 1, 40.1, 81)
    trace.sends("client", "ACK", 1, 1, 81.1, 122).sends("client", "PSH ACK", 1, 1, 81.4, data=3)
    trace.sends("client", "PSH ACK", 4, 1, 81.6, data=3).sends("client", "PSH ACK", 7, 1, 81.8, 122.2, data=5)
    trace.sends("server", "ACK", 1, 1, 122.3, 163).sends("client", "PSH ACK", 1, 1, 191, 231, data=6)
    trace.sends("server", "ACK", 1, 12, 231.1, 272)
    trace.enters("client", SYN_SENT=0, ESTABLISHED=81.1).enters("server", LISTEN=0, SYN_RECEIVED=40, ESTABLISHED=122)
    return trace.conversation()


def forged_ack() -> Conversation:
    """The third step is lost, a forged one acknowledges too much, and the reset that answers it is lost."""
    trace = Trace().sends("client", "SYN", 0, None, 0, 40).sends("server", "SYN ACK", 0, 1, 40.1, 81)
    trace.sends("client", "ACK", 1, 1, 81.1).sends("client", "ACK", 1, 2, 82, 82).forges_last_but(0)
    trace.sends("server", "RST", 2, None, 82.1)
    trace.enters("client", SYN_SENT=0, ESTABLISHED=81.1).enters("server", LISTEN=0, SYN_RECEIVED=40)
    return trace.conversation()


def forged_syn() -> Conversation:
    """A SYN that the client never sent; it resets the connection that the server offers."""
    trace = Trace().sends("client", "SYN", 0, None, 0, 0).forges_last_but(0)
    trace.sends("server", "SYN ACK", 0, 1, 0.1, 40.3).sends("client", "RST", 1, None, 40.4, 81)
    return trace.enters("client", CLOSED=0).enters("server", SYN_RECEIVED=0, LISTEN=81).conversation()


def one_segment() -> Conversation:
    """A single SYN."""
    return Trace().sends("client", "SYN", 0, None, 0, 40).conversation()


def download() -> Conversation:
    """Sixty segments: a burst of data with one lost segment, each acknowledged."""
    trace = Trace().sends("client", "SYN", 0, None, 0, 40).sends("server", "SYN ACK", 0, 1, 40.3, 80.9)
    trace.sends("client", "ACK", 1, 1, 81, 121).sends("client", "PSH ACK", 1, 1, 81.2, 121.3, data=138)
    for number in range(28):
        sent = 125 + number * 0.3
        arrivals = () if number == 9 else (sent + 40.2,)
        trace.sends("server", "ACK", 1 + 1448 * number, 139, sent, *arrivals, data=1448)
    for number in range(26):
        sent = 165.3 + number * 0.31
        trace.sends("client", "ACK", 139, 1 + 1448 * min(number + 1, 9), sent, sent + 40)
    trace.sends("server", "ACK", 1 + 1448 * 9, 139, 215, 255.3, data=1448)
    trace.sends("client", "ACK", 139, 1 + 1448 * 28, 255.5, 295.6)
    trace.enters("client", SYN_SENT=0, ESTABLISHED=81.3)
    trace.enters("server", SYN_RECEIVED=40.5, ESTABLISHED=121.2)
    return trace.conversation()


SAMPLES: dict[str, Callable[[], Conversation]] = {
    "post": post, "lost SYNs": lost_syns, "late duplicate": late_duplicate, "simultaneous": simultaneous_open,
    "loopback": loopback, "refused": refused, "one segment": one_segment, "download": download,
    "lost parts": lost_parts, "forged ACK": forged_ack, "forged SYN": forged_syn,
}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_a_conversation_between_its_two_ends(name: str) -> None:
    conversation = SAMPLES[name]()
    assert conversation.segments
    assert {segment.source for segment in conversation} <= {CLIENT, SERVER}
    assert all(arrived >= segment.sent_ns for segment in conversation for arrived in segment.arrived_ns)


def test_the_download_has_sixty_segments() -> None:
    assert len(download()) == 60
