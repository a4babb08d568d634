"""The parts of the model: clock, sequence numbers, the receiver's window, the timers, the rule of the wire."""

from functools import partial

import pytest

from labsupport.network.model.clock import Clock, Kind
from labsupport.network.model.receiving import WINDOW, Receiver
from labsupport.network.model.rules import Rules
from labsupport.network.model.sequence import distance, plus
from labsupport.network.packet import decode, encode
from labsupport.network.policy import delays, wire_failure
from labsupport.records import Endpoint

CLIENT, SERVER = Endpoint("192.0.2.1", 40_000), Endpoint("192.0.2.2", 7000)


def segment(seq, payload=b"", flags=("ACK",)):
    return decode(encode(CLIENT, SERVER, flags, seq=seq, payload=payload))


def receiver(at, unread=b""):
    """A receiver that expects a number next."""
    one = Receiver()
    one.begin(segment(at - 1, flags=("SYN",)))
    one.unread = unread
    return one


# The clock.


@pytest.mark.parametrize("first", ["segment", "timer"])
def test_at_the_same_moment_one_kind_comes_first(first):
    clock = Clock(first)
    seen: list[Kind] = []
    kinds: tuple[Kind, ...] = ("timer", "segment", "timer", "segment")
    for kind in kinds:
        clock.after(1, partial(seen.append, kind), kind)
    while clock.next_ns() is not None:
        clock.advance()
    assert seen == sorted(seen, key=lambda kind: kind != first)
    assert clock.now_ns == 1_000_000_000


def test_things_happen_in_the_order_of_their_time():
    clock, seen = Clock(), []
    for delay_s in (3, 1, 2, 1):
        clock.after(delay_s, lambda: seen.append(clock.now_ns / 1e9))
    while clock.next_ns() is not None:
        clock.advance()
    assert seen == [1, 1, 2, 3]


def test_what_was_called_off_does_not_happen():
    clock, seen = Clock(), []
    alarm = clock.after(1, lambda: seen.append("alarm"))
    alarm.cancel()
    alarm.cancel()
    assert clock.next_ns() is None
    assert seen == []


def test_nothing_is_left_to_happen():
    with pytest.raises(IndexError):
        Clock().advance()


# Sequence numbers.


@pytest.mark.parametrize("number, origin, apart", [
    (5, 3, 2), (3, 5, -2), (1, 2**32 - 1, 2), (2**32 - 1, 1, -2), (0, 0, 0), (2**31 - 1, 0, 2**31 - 1),
])
def test_numbers_are_compared_around_the_edge(number, origin, apart):
    assert distance(number, origin) == apart
    assert plus(origin, apart) == number


# The acceptability test, RFC 9293 §3.10.7.4, first check.


@pytest.mark.parametrize("at", [100_000, 2**32 - 3])
@pytest.mark.parametrize("offset, length, acceptable", [
    (0, 0, True), (WINDOW - 1, 0, True), (WINDOW, 0, False), (-1, 0, False),
    (0, 5, True), (-4, 5, True), (-5, 5, False), (WINDOW - 1, 5, True), (WINDOW, 5, False),
])
def test_a_segment_is_acceptable_when_some_of_it_is_in_the_window(at, offset, length, acceptable):
    assert receiver(at).accepts(segment(at + offset, b"x" * length)) is acceptable


@pytest.mark.parametrize("offset, length, acceptable", [(0, 0, True), (1, 0, False), (0, 1, False)])
def test_a_closed_window_accepts_only_what_is_empty(offset, length, acceptable):
    full = receiver(100, unread=b"x" * WINDOW)
    assert full.window == 0
    assert full.accepts(segment(100 + offset, b"x" * length)) is acceptable


def test_overlapping_data_is_taken_once():
    one = receiver(100)
    one.take(segment(100, b"abc"))
    one.take(segment(101, b"bcde"))
    assert (one.read(), one.next) == (b"abcde", 105)


def test_what_is_early_waits():
    one = receiver(100)
    assert not one.take(segment(103, b"de", flags=("FIN", "ACK")))
    assert one.unread == b""
    assert one.take(segment(100, b"abc"))
    assert (one.read(), one.next) == (b"abcde", 106)


def test_no_more_is_taken_than_finds_room():
    one = receiver(100, unread=b"x" * (WINDOW - 2))
    assert not one.take(segment(100, b"abc", flags=("FIN", "ACK")))
    assert (one.unread[-2:], one.next) == (b"ab", 102)


# Timers.


def rules(rtt_s=0.08, linear_timeouts=0):
    return Rules("three-way", rtt_s, True, 60, 0, linear_timeouts)


@pytest.mark.parametrize("what, linear, waits", [
    ("SYN", 0, [1, 2, 4, 8]), ("SYN", 2, [1, 1, 1, 2]), ("SYN·ACK", 2, [1, 2, 4, 8]),
    ("FIN·ACK", 2, [0.28, 0.56, 1.12, 2.24]),
])
def test_each_time_out_doubles_the_next(what, linear, waits):
    assert [rules(linear_timeouts=linear).timeout_s(what, tries) for tries in range(4)] == pytest.approx(waits)


def test_no_time_out_is_longer_than_two_minutes():
    assert rules().timeout_s("PSH·ACK", 100) == 120


@pytest.mark.parametrize("what, linear, tries", [("SYN", 0, 6), ("SYN", 4, 10), ("SYN·ACK", 4, 5), ("PSH·ACK", 4, 15)])
def test_there_is_an_end_to_repeating(what, linear, tries):
    assert rules(linear_timeouts=linear).tries(what) == tries


# The rule of the wire.


def test_a_policy_gives_delays_in_seconds():
    assert delays(lambda segment, index: (index, 0.5), segment(1), 7) == [7.0, 0.5]
    assert delays(lambda segment, index: [], segment(1), 0) == []


@pytest.mark.parametrize("answer", [[-0.1], [601], [float("nan")], [0.1, float("inf")]])
def test_a_delay_that_is_none(answer):
    with pytest.raises(ValueError, match="delays are seconds from 0 to 600, not"):
        delays(lambda segment, index: answer, segment(1), 0)


def test_the_reader_is_told_what_a_policy_is():
    told = str(wire_failure(ZeroDivisionError("division by zero")))
    assert told.startswith("the wire failed: ZeroDivisionError('division by zero'); a policy gets (segment, index)")
