"""The model and the kernel do the same: segment for segment, state for state.

A script is played once on the model and, on a private network, with ten connections at a time. The programs of a
script pause between their steps for longer than the kernel delays an acknowledgment (40 ms), so that what is sent is
up to TCP alone and not to which of two clocks is a little ahead.
"""

from __future__ import annotations

import itertools
import socket
import time
from collections import Counter
from pathlib import Path

import pytest

from labsupport.network import Network
from labsupport.network.model import Model, trace
from labsupport.records import Endpoint

pytestmark = pytest.mark.needs("network")

RUNS = 10
RTT_MS = 20
PORT, OWN_PORT = 7000, 40_000
PAUSE_S = 0.15
TRIES, TOLERANCE_S = 5, 0.03
LINEAR = "net.ipv4.tcp_syn_linear_timeouts"
HAS_LINEAR = Path("/proc/sys", *LINEAR.split(".")).exists()


class OnTheModel:
    """The steps of a script, in simulated time."""

    def __init__(self, policy, rtt_ms, first):
        linear_timeouts = 4 if HAS_LINEAR else 0
        self.model = Model(rtt_ms=rtt_ms, policy=policy, linear_timeouts=linear_timeouts, first=first)

    def listen(self):
        self.door = self.model.listen(PORT)

    def connect(self):
        return self.model.connect(PORT, port=OWN_PORT)

    def connect_from_server(self, caller):
        return self.model.connect_from_server(caller)

    def accept(self):
        return self.door.accepted[-1]

    def read(self, end):
        end.reading = True

    def leave_unread(self, end):
        end.reading = False

    def pause(self, seconds=PAUSE_S):
        self.model.run(seconds=seconds)

    def forge(self, flags, *, seq):
        first = self.model.segments[0]
        self.model.forge(flags, first.source, first.destination, seq=first.seq + seq)


class Ends:
    """One end of each of the ten connections."""

    def __init__(self, sockets):
        self.sockets = list(sockets)

    def send(self, data):
        for each in self.sockets:
            each.sendall(data)

    def shutdown(self):
        for each in self.sockets:
            each.shutdown(socket.SHUT_WR)

    def close(self):
        for each in self.sockets:
            each.close()

    def abort(self):
        for each in self.sockets:
            if each.fileno() >= 0:
                Network.abort(each)


class OnTheKernel:
    """The same steps, with ten connections at once and a port for each script."""

    ports = itertools.count(PORT)

    def __init__(self, network, capture):
        self.network, self.capture = network, capture
        self.opened = []
        self.overslept_s = 0.0
        server, client = network.server.address, network.client.address
        port = next(self.ports)
        self.here = [(client, OWN_PORT + run) for run in range(RUNS)]
        self.there = [(server, port)] * RUNS

    def listen(self):
        self.door = self._kept([self.network.listen(self.there[0][1])]).sockets[0]

    def connect(self):
        return self._connect(self.network.client, self.here, self.there)

    def connect_from_server(self, caller):
        return self._connect(self.network.server, self.there, self.here)

    def _kept(self, sockets):
        self.opened.append(Ends(sockets))
        return self.opened[-1]

    def _connect(self, host, local, remote):
        ends = self._kept(host.socket() for _ in range(RUNS))
        for each, here, there in zip(ends.sockets, local, remote, strict=True):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            each.bind(here)
            each.setblocking(False)
            each.connect_ex(there)
        return ends

    def accept(self):
        return self._kept(self.door.accept()[0] for _ in range(RUNS))

    def read(self, ends):
        for each in ends.sockets:
            each.settimeout(1)
            each.recv(65536)

    def leave_unread(self, ends):
        pass

    def pause(self, seconds=PAUSE_S):
        begun = time.monotonic()
        time.sleep(seconds)
        self.overslept_s = max(self.overslept_s, time.monotonic() - begun - seconds)

    def forge(self, flags, *, seq):
        self.capture.until(lambda seen: True)
        for first in [conversation.segments[0] for conversation in self.capture.conversations]:
            self.network.forge(flags, first.source, first.destination, seq=first.seq + seq)


def on_the_model(script, policy=None, rtt_ms=RTT_MS, first="segment"):
    """What the model makes of a script: its conversations."""
    lab = OnTheModel(policy, rtt_ms, first)
    script(lab)
    lab.pause(0.5)
    return lab.model.conversations


def on_the_kernel(network, script, policy=None):
    """What the kernel makes of it: the conversations of each run.

    Runs during which this machine held up the wire or a program are not counted, whatever came of them: retransmission
    timers do not wait.
    """
    for _ in range(TRIES):
        runs, overslept_s = play(network, script, policy)
        if overslept_s < TOLERANCE_S and held_up_s(runs) < TOLERANCE_S:
            break
    return runs


def held_up_s(runs):
    """By how much a segment was later than another at most; second copies may be."""
    segments = [segment for run in runs for each in run for segment in each if not segment.lost and not segment.forged]
    transits_s = [(segment.arrived_ns[0] - segment.sent_ns) / 1e9 for segment in segments]
    return max(transits_s, default=0) - min(transits_s, default=0)


def play(network, script, policy):
    """Play a script once, with ten connections. What it leaves behind is aborted."""
    network.policy = one_by_one(policy) if policy else None
    with network.capture() as capture:
        lab = OnTheKernel(network, capture)
        script(lab)
    for ends in lab.opened:
        ends.abort()
    lab.pause()
    runs = [[each for each in capture.conversations if each.client == client] for client in lab.here]
    return runs, lab.overslept_s


def one_by_one(policy):
    """The policy, with segments numbered within each connection."""
    seen: Counter[frozenset[Endpoint]] = Counter()

    def with_own_number(segment, index):
        ends = frozenset((segment.source, segment.destination))
        seen[ends] += 1
        return policy(segment, seen[ends] - 1)

    return with_own_number


def private_network(rtt_ms=RTT_MS):
    return Network(rtt_ms=rtt_ms, settings={LINEAR: 4} if HAS_LINEAR else {})


@pytest.fixture(scope="module")
def network():
    with private_network() as network:
        yield network


def summary(conversations):
    """Everything of them but the times, line by line."""
    lines = []
    for each in conversations:
        lines += [" ".join(map(str, step)) for step in trace(each)]
        lines += ["client: " + ", ".join(each.path("client")), "server: " + ", ".join(each.path("server"))]
    return lines


def losing(*lost, rtt_ms=RTT_MS):
    """A policy that loses the segments with these numbers."""
    return lambda segment, index: [] if index in lost else [rtt_ms / 2000]


def slow(segment, index):
    """A policy that leaves time for segments to cross."""
    return [0.05]


def copying(number, late_s):
    """A policy that delivers one segment twice."""
    return lambda segment, index: [RTT_MS / 2000, late_s] if index == number else [RTT_MS / 2000]


def opened(lab, wait_s=PAUSE_S):
    lab.listen()
    caller = lab.connect()
    lab.pause(wait_s)
    return caller, lab.accept()


def closed(lab, first, second):
    for end in (first, second):
        end.close()
        lab.pause()


def open_and_close(lab):
    closed(lab, *opened(lab))


def server_closes_first(lab):
    caller, peer = opened(lab)
    closed(lab, peer, caller)


def ask_and_answer(lab):
    caller, peer = opened(lab)
    caller.send(b"How are you?")
    lab.pause()
    lab.read(peer)
    peer.send(b"Fine.")
    lab.pause()
    lab.read(caller)
    closed(lab, caller, peer)


def half_close(lab):
    caller, peer = opened(lab)
    caller.send(b"How are you?")
    caller.shutdown()
    lab.pause()
    lab.read(peer)
    peer.send(b"Fine, and ")
    lab.pause()
    peer.send(b"you?")
    lab.pause()
    lab.read(caller)
    closed(lab, peer, caller)


def close_at_once(lab):
    caller, peer = opened(lab)
    caller.close()
    lab.pause(0.01)
    peer.close()
    lab.pause()


def open_at_once(lab):
    caller = lab.connect()
    lab.pause(0.01)
    peer = lab.connect_from_server(caller)
    lab.pause(0.3)
    closed(lab, caller, peer)


def client_aborts(lab):
    caller, _ = opened(lab)
    caller.abort()
    lab.pause()


def server_aborts(lab):
    _, peer = opened(lab)
    peer.abort()
    lab.pause()


def closed_port(lab):
    lab.connect()
    lab.pause()


def close_with_unread_data(lab):
    caller, peer = opened(lab)
    lab.leave_unread(peer)
    caller.send(b"How are you?")
    lab.pause()
    peer.close()
    lab.pause()


def data_after_close(lab):
    caller, peer = opened(lab)
    caller.close()
    lab.pause()
    peer.send(b"Wait!")
    lab.pause()


def open_only(lab):
    opened(lab)


def opens_at_the_second_try(lab):
    closed(lab, *opened(lab, 1.4))


def opens_at_the_third_try(lab):
    closed(lab, *opened(lab, 2.5 if HAS_LINEAR else 3.5))


def opens_at_the_fourth_try(lab):
    closed(lab, *opened(lab, 3.6 if HAS_LINEAR else 7.6))


def close_patiently(lab):
    open_and_close(lab)
    lab.pause(0.6)


def close_and_wait_for_timers(lab):
    open_and_close(lab)
    lab.pause(2)


def ask_patiently(lab):
    caller, peer = opened(lab)
    caller.send(b"How are you?")
    lab.pause(0.6)
    lab.read(peer)
    closed(lab, caller, peer)


def open_again(lab):
    caller, peer = opened(lab)
    closed(lab, peer, caller)
    caller = lab.connect()
    lab.pause()
    closed(lab, caller, lab.accept())


def forged(*flags, seq):
    def script(lab):
        opened(lab)
        lab.forge(set(flags), seq=seq)
        lab.pause()
    return script


SAME = {
    "plain open and close": (open_and_close, None),
    "the server closes first": (server_closes_first, None),
    "request and response": (ask_and_answer, None),
    "half-close": (half_close, None),
    "simultaneous close": (close_at_once, slow),
    "simultaneous open": (open_at_once, slow),
    "the client aborts": (client_aborts, None),
    "the server aborts": (server_aborts, None),
    "a closed port": (closed_port, None),
    "close with unread data": (close_with_unread_data, None),
    "data after close": (data_after_close, None),
    "the SYN lost": (opens_at_the_second_try, losing(0)),
    "two SYNs lost": (opens_at_the_third_try, losing(0, 1)),
    "three SYNs lost": (opens_at_the_fourth_try, losing(0, 1, 2)),
    "the third segment lost": (opens_at_the_second_try, losing(2)),
    "the request lost": (ask_patiently, losing(3)),
    "the acknowledgment of the request lost": (ask_patiently, losing(4)),
    "the first FIN lost": (ask_patiently, losing(5)),
    "the last ACK lost": (close_patiently, losing(6)),
    "a SYN twice": (open_and_close, copying(0, 0.03)),
    "a late SYN in the connection": (close_patiently, copying(0, 0.23)),
    "a late SYN after it": (close_and_wait_for_timers, copying(0, 0.8)),
    "a SYN·ACK twice": (open_and_close, copying(1, 0.03)),
    "a request twice": (ask_patiently, copying(3, 0.1)),
    "a FIN twice": (open_and_close, copying(3, 0.05)),
    "the last FIN twice": (close_patiently, copying(5, 0.05)),
    "a connection opens from TIME-WAIT": (open_again, None),
    "a SYN in the window": (forged("SYN", seq=100), None),
    "a SYN below the window": (forged("SYN", seq=-100), None),
    "an exact RST": (forged("RST", seq=1), None),
    "an RST in the window": (forged("RST", seq=100), None),
    "an RST below the window": (forged("RST", seq=-100), None),
}


@pytest.mark.parametrize("name", SAME)
def test_the_kernel_does_what_the_model_does(network, name):
    script, policy = SAME[name]
    expected = summary(on_the_model(script, policy))
    for conversations in on_the_kernel(network, script, policy):
        assert summary(conversations) == expected


def test_after_a_lost_syn_ack_two_timers_race_and_the_model_names_both_outcomes():
    """With a round trip longer than the kernel's timers are imprecise, there are two outcomes and no third."""
    rtt_ms = 150
    policy = losing(1, rtt_ms=rtt_ms)

    def script(lab):
        opened(lab, 1.7)

    expected = [summary(on_the_model(script, policy, rtt_ms, first)) for first in ("segment", "timer")]
    assert expected[0] != expected[1]
    with private_network(rtt_ms) as network:
        for conversations in on_the_kernel(network, script, policy):
            assert summary(conversations) in expected


@pytest.mark.skipif(not HAS_LINEAR, reason="only on Linux 6.5 or newer: linear time-outs")
def test_syns_are_repeated_when_the_model_says():
    def whole_seconds(conversation):
        start = conversation.segments[0].sent_ns
        return [round((segment.sent_ns - start) / 1e9) for segment in conversation]

    for linear, seconds in ((4, [0, 1, 2, 3]), (0, [0, 1, 3])):
        model = Model(rtt_ms=RTT_MS, policy=losing(*range(10)), linear_timeouts=linear)
        model.connect(PORT)
        model.run(seconds=3.5)
        assert whole_seconds(model.conversation) == seconds
        with Network(rtt_ms=RTT_MS, policy=losing(*range(10)), settings={LINEAR: linear}) as network:
            with network.capture() as wire, network.listen() as door, network.begin_to_connect(door):
                time.sleep(3.5)
            assert whole_seconds(wire.conversation) == seconds
