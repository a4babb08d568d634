"""The model on a bad day: loss, delay, duplicates, resets, strangers, and programs that misbehave."""

import pytest

from labsupport.network.model import Model, trace
from labsupport.records import Endpoint

HALF_S = 0.04


def losing(*lost):
    return lambda segment, index: [] if index in lost else [HALF_S]


def late(number, *delays_s):
    return lambda segment, index: delays_s if index == number else [HALF_S]


def opened(model):
    door = model.listen()
    caller = model.connect(door)
    model.run(until=lambda: door.accepted)
    return caller, door.accepted[0]


def flags(model):
    return [segment.flag_names for segment in model.segments]


def sent_s(model, what):
    return [round((s.sent_ns - model.segments[0].sent_ns) / 1e9, 2) for s in model.segments if s.flag_names == what]


# Loss.


@pytest.mark.parametrize("linear, seconds", [(0, [0, 1, 3, 7]), (2, [0, 1, 2, 3]), (4, [0, 1, 2, 3])])
def test_lost_syns_are_repeated_with_back_off(linear, seconds):
    caller, _ = opened(model := Model(policy=losing(0, 1, 2), linear_timeouts=linear))
    assert sent_s(model, "SYN") == seconds
    assert caller.state == "ESTABLISHED"


@pytest.mark.parametrize("linear, last_s, end_s", [(0, 63, 127), (4, 67, 131)])
def test_a_client_that_is_never_answered_gives_up(linear, last_s, end_s):
    model = Model(policy=lambda segment, index: [], linear_timeouts=linear)
    caller = model.connect(model.listen())
    model.run()
    assert (caller.state, caller.failed) == ("CLOSED", "timed out")
    assert sent_s(model, "SYN")[-1] == last_s
    assert model.now_s == end_s


def test_a_server_whose_syn_ack_is_never_answered_listens_again():
    model = Model(policy=lambda segment, index: [HALF_S] if segment.flags == {"SYN"} and index == 0 else [])
    door = model.listen()
    model.connect(door)
    model.run()
    assert sent_s(model, "SYN·ACK") == [0.04, 1.04, 3.04, 7.04, 15.04, 31.04]
    assert model.conversation.path("server") == ("LISTEN", "SYN-RECEIVED", "LISTEN")
    assert door.accepted == []


def test_after_a_lost_syn_ack_the_repeated_syn_is_answered_again():
    opened(model := Model(policy=losing(1), first="segment"))
    assert flags(model) == ["SYN", "SYN·ACK", "SYN", "SYN·ACK", "ACK"]


def test_after_a_lost_syn_ack_both_timers_may_run_out():
    caller, _ = opened(model := Model(policy=losing(1), first="timer"))
    model.run()
    assert flags(model) == ["SYN", "SYN·ACK", "SYN", "SYN·ACK", "SYN·ACK", "ACK", "ACK"]
    assert caller.state == "ESTABLISHED"


def test_the_third_segment_lost_is_made_up_for_by_data():
    model = Model(policy=losing(2))
    door = model.listen()
    caller = model.connect(door)
    model.run(seconds=0.2)
    assert (caller.state, door.accepted) == ("ESTABLISHED", [])
    caller.send(b"hello")
    model.run(seconds=0.1)
    assert door.accepted[0].received == b"hello"


def test_without_retransmission_a_lost_segment_is_not_made_up_for():
    model = Model(policy=losing(2), retransmit=False)
    door = model.listen()
    caller = model.connect(door)
    model.run()
    assert flags(model) == ["SYN", "SYN·ACK", "ACK"]
    assert (caller.state, model.conversation.state("server")) == ("ESTABLISHED", "SYN-RECEIVED")


@pytest.mark.parametrize("rtt_ms, first_s", [(20, 0.22), (80, 0.28), (400, 1.2)])
def test_data_is_repeated_after_a_round_trip_and_a_margin(rtt_ms, first_s):
    caller, peer = opened(model := Model(rtt_ms=rtt_ms))
    model.run()
    model.policy = losing(3, 4)
    caller.send(b"hello")
    model.run()
    start, *again = (segment.sent_ns / 1e9 for segment in model.conversation.data)
    assert [each - start for each in again] == pytest.approx([first_s, 3 * first_s])
    assert peer.received == b"hello"


def test_data_that_never_arrives_ends_the_connection():
    caller, _ = opened(model := Model())
    model.run()
    model.policy = lambda segment, index: []
    caller.send(b"hello")
    model.run()
    assert (caller.state, caller.failed) == ("CLOSED", "timed out")
    assert len(model.conversation.data) == 1 + 15


def test_what_was_lost_together_is_repeated_together():
    caller, peer = opened(model := Model(policy=losing(3, 4, 5)))
    for word in (b"one", b"two", b"three"):
        caller.send(word)
    model.run(seconds=1)
    assert peer.received == b"onetwothree"


def test_data_out_of_order_waits_for_what_is_missing():
    caller, peer = opened(model := Model(policy=late(3, 0.1)))
    caller.send(b"one")
    caller.send(b"two")
    caller.close()
    model.run(seconds=0.09)
    assert (peer.received, peer.ended) == (b"", False)
    model.run(seconds=0.02)
    assert (peer.received, peer.ended, peer.state) == (b"onetwo", True, "CLOSE-WAIT")


def test_the_last_ack_lost_is_sent_again_from_time_wait_which_begins_anew():
    caller, peer = opened(model := Model(policy=losing(6)))
    caller.close()
    model.run(seconds=0.2)
    peer.close()
    model.run()
    assert flags(model)[3:] == ["FIN·ACK", "ACK", "FIN·ACK", "ACK", "FIN·ACK", "ACK"]
    last_ack_s = (model.segments[-1].sent_ns - model.segments[0].sent_ns) / 1e9
    assert model.now_s == pytest.approx(last_ack_s + 60, abs=0.001)
    assert peer.failed == ""


def test_without_time_wait_the_lost_last_ack_ends_in_a_reset():
    caller, peer = opened(model := Model(policy=losing(6), time_wait_s=0))
    caller.close()
    model.run(seconds=0.2)
    peer.close()
    model.run()
    assert flags(model)[-2:] == ["FIN·ACK", "RST"]


# Delay and duplicates.


def test_a_late_copy_of_a_syn_is_disowned_under_the_three_way_handshake():
    model = Model(policy=late(0, HALF_S, 3), time_wait_s=1)
    caller, peer = opened(model)
    peer.close()
    caller.close()
    model.run(seconds=5)
    assert flags(model)[-2:] == ["SYN·ACK", "RST"]
    assert model.conversation.path("server")[-2:] == ("SYN-RECEIVED", "LISTEN")


@pytest.mark.parametrize("handshake, times", [("three-way", 1), ("two-way", 2)])
def test_a_late_copy_of_a_syn_is_a_second_connection_under_the_two_way_handshake(handshake, times):
    model = Model(policy=late(0, HALF_S, 3), handshake=handshake, time_wait_s=1)
    door = model.listen()
    caller = model.connect(door, data=b"PAY 100 EUR")
    model.run(seconds=0.5)
    door.accepted[0].close()
    caller.close()
    model.run()
    assert [peer.received for peer in door.accepted] == [b"PAY 100 EUR"] * times


def test_the_ghost_of_a_two_way_handshake_stays_if_its_reset_is_lost():
    def policy(segment, index):
        return [HALF_S, 3] if index == 0 else [] if "RST" in segment.flags else [HALF_S]

    model = Model(policy=policy, handshake="two-way", time_wait_s=1)
    door = model.listen()
    caller = model.connect(door)
    model.run(seconds=0.5)
    door.accepted[0].close()
    caller.close()
    model.run()
    assert [peer.state for peer in door.accepted] == ["CLOSED", "ESTABLISHED"]


def test_a_syn_in_the_middle_of_a_connection_draws_a_challenge():
    caller, peer = opened(model := Model(policy=late(0, HALF_S, 0.5)))
    model.run()
    assert [str(step.flags) for step in trace(model.conversation)] == ["SYN", "SYN·ACK", "ACK", "ACK"]
    assert (caller.state, peer.state) == ("ESTABLISHED", "ESTABLISHED")


@pytest.mark.parametrize("number", range(7))
def test_a_copy_of_any_segment_changes_nothing_but_acknowledgments(number):
    caller, peer = opened(model := Model(policy=late(number, HALF_S, 0.055)))
    caller.send(b"hello")
    model.run(seconds=0.2)
    caller.close()
    model.run(seconds=0.2)
    peer.close()
    model.run()
    assert peer.received == b"hello"
    assert (caller.failed, peer.failed) == ("", "")
    assert model.conversation.final_states == {"CLOSED"}


def old_data_in_a_new_connection(**settings):
    """A copy of the first connection's data arrives 0.8 s late, in the second connection of the same four-tuple."""
    model = Model(policy=late(3, HALF_S, 0.8), isn=lambda: 1000, **settings)
    door = model.listen()
    for words in (b"PAY 100 EUR", b""):
        caller = model.connect(door, port=40_000)
        model.run(seconds=0.2)
        if words:
            caller.send(words)
            model.run(seconds=0.1)
            caller.close()
            door.accepted[-1].close()
            model.run(until=lambda: door.accepted[-1].state == "CLOSED")
            model.run(seconds=settings["time_wait_s"])
    model.run(seconds=1)
    return [peer.received for peer in door.accepted]


def test_without_time_wait_and_with_unlucky_numbers_old_data_falls_into_a_new_connection():
    assert old_data_in_a_new_connection(time_wait_s=0) == [b"PAY 100 EUR", b"PAY 100 EUR"]


def test_time_wait_outlasts_old_data():
    assert old_data_in_a_new_connection(time_wait_s=1) == [b"PAY 100 EUR", b""]


def test_two_ends_that_contradict_each_other_fall_silent():
    """The accident above leaves the server with an octet more than the client ever sent."""
    caller, peer = opened(model := Model())
    source, destination = caller.local, peer.local
    first = model.segments[2]
    model.forge({"PSH", "ACK"}, source, destination, seq=first.seq, ack=first.ack, payload=b"!")
    model.run()
    assert peer.received == b"!"
    assert len(model.segments) < 10


# Resets and strangers.


def test_a_closed_port_refuses():
    model = Model()
    caller = model.connect(81)
    model.run()
    assert (caller.state, caller.failed) == ("CLOSED", "refused")
    assert trace(model.conversation)[1] == ("server", "RST·ACK", 0, 1, 0, 1)
    assert model.conversation.path("server") == ("CLOSED",)


def test_a_reset_that_does_not_acknowledge_the_syn_is_not_believed():
    model = Model()
    caller = model.connect(model.listen())
    model.forge({"RST"}, caller.remote, caller.local, seq=0)
    assert caller.state == "SYN-SENT"
    model.forge({"RST", "ACK"}, caller.remote, caller.local, seq=0, ack=1_000_000)
    assert caller.state == "SYN-SENT"
    model.forge({"RST", "ACK"}, caller.remote, caller.local, seq=0, ack=1_000_001)
    assert caller.failed == "refused"


def test_an_old_syn_ack_is_answered_with_reset():
    model = Model()
    caller = model.connect(7000)
    model.forge({"SYN", "ACK"}, caller.remote, caller.local, seq=5, ack=999_000)
    assert (model.segments[-1].flag_names, model.segments[-1].seq) == ("RST", 999_000)
    assert caller.state == "SYN-SENT"


@pytest.mark.parametrize("flags, answer", [
    ({"SYN"}, "SYN·ACK"), ({"ACK"}, "RST"), ({"FIN", "ACK"}, "RST"), ({"SYN", "ACK"}, "RST"), ({"RST"}, None),
    (set(), None),
])
def test_what_a_door_answers_to_a_stranger(flags, answer):
    model = Model()
    door = model.listen()
    model.forge(flags, Endpoint("192.0.2.1", 5555), door.endpoint, seq=7, ack=70)
    assert [segment.flag_names for segment in model.segments[1:]] == ([answer] if answer else [])


@pytest.mark.parametrize("flags, answer", [
    ({"SYN"}, "RST·ACK"), ({"ACK"}, "RST"), ({"RST"}, None), ({"FIN"}, "RST·ACK"),
])
def test_what_a_closed_port_answers_to_a_stranger(flags, answer):
    model = Model()
    model.forge(flags, Endpoint("192.0.2.1", 5555), Endpoint("192.0.2.2", 81), seq=7, ack=70, payload=b"abc")
    assert [segment.flag_names for segment in model.segments[1:]] == ([answer] if answer else [])
    if answer == "RST·ACK":
        assert model.segments[-1].ack == 7 + 3 + 1


def test_a_syn_that_nobody_meant_leaves_the_server_listening():
    model = Model()
    door = model.listen()
    model.forge({"SYN"}, Endpoint("192.0.2.1", 5555), door.endpoint, seq=7)
    model.run()
    assert flags(model) == ["SYN", "SYN·ACK", "RST"]
    assert [segment.forged for segment in model.segments] == [True, False, False]
    assert model.conversation.path("server") == ("SYN-RECEIVED", "LISTEN")
    assert model.conversation.path("client") == ("CLOSED",)
    assert door.accepted == []


@pytest.mark.parametrize("offset", [-100, 100])
def test_a_syn_in_a_connection_draws_a_challenge_whatever_its_number(offset):
    """RFC 5961 §4.2: only the exact RST that a peer without the connection would answer with resets."""
    caller, peer = opened(model := Model())
    model.forge({"SYN"}, caller.local, peer.local, seq=model.segments[2].seq + offset)
    model.run()
    assert flags(model)[3:] == ["SYN", "ACK"]
    assert (caller.state, peer.state) == ("ESTABLISHED", "ESTABLISHED")


def test_another_syn_while_opening_sends_the_server_back_to_its_door():
    """An old SYN came first; the next one falls into its window, and opens when it is repeated."""
    model = Model()
    door = model.listen()
    model.forge({"SYN"}, Endpoint("192.0.2.1", 40_000), door.endpoint, seq=1_000_000 - 50)
    caller = model.connect(door, port=40_000)
    model.policy = lambda segment, index: [] if index == 2 else [HALF_S]
    model.run()
    assert model.conversation.path("server")[:3] == ("SYN-RECEIVED", "LISTEN", "SYN-RECEIVED")
    assert caller.state == "ESTABLISHED"


def test_a_third_step_with_the_wrong_number_is_refused():
    model = Model(policy=losing(2), retransmit=False)
    door = model.listen()
    caller = model.connect(door)
    model.run()
    syn, syn_ack, _ = model.segments
    model.forge({"ACK"}, caller.local, door.endpoint, seq=syn.seq + 1, ack=syn_ack.seq + 2)
    assert (model.segments[-1].flag_names, model.segments[-1].seq) == ("RST", syn_ack.seq + 2)
    assert door.accepted == []
    model.forge({"ACK"}, caller.local, door.endpoint, seq=syn.seq + 1, ack=syn_ack.seq + 1)
    assert len(door.accepted) == 1


@pytest.mark.parametrize("offset, state, answers", [
    (0, "CLOSED", 0), (1, "ESTABLISHED", 1), (64_239, "ESTABLISHED", 1), (64_240, "ESTABLISHED", 0),
    (-1, "ESTABLISHED", 0),
])
def test_only_the_exact_number_resets(offset, state, answers):
    caller, peer = opened(model := Model())
    model.run()
    model.forge({"RST"}, caller.local, peer.local, seq=model.segments[2].seq + offset)
    assert (peer.state, peer.failed) == (state, "reset" if state == "CLOSED" else "")
    assert [segment.flag_names for segment in model.segments[4:]] == ["ACK"] * answers


def test_challenges_are_limited():
    caller, peer = opened(model := Model())
    for _ in range(3):
        model.forge({"RST"}, caller.local, peer.local, seq=model.segments[2].seq + 5)
    assert flags(model).count("ACK") == 2
    model.run(seconds=0.5)
    model.forge({"RST"}, caller.local, peer.local, seq=model.segments[2].seq + 5)
    assert flags(model).count("ACK") == 3


def test_data_beyond_the_window_is_not_taken():
    caller, peer = opened(model := Model())
    ack = model.segments[2]
    model.forge({"ACK"}, caller.local, peer.local, seq=ack.seq + 64_240, ack=ack.ack, payload=b"far out")
    model.run()
    assert peer.received == b""
    assert flags(model)[-1] == "ACK"


@pytest.mark.parametrize("distance, taken", [(0, True), (-64_240, True), (-64_241, False), (1, False)])
def test_data_with_an_acknowledgment_of_another_time_is_not_taken(distance, taken):
    caller, peer = opened(model := Model())
    ack = model.segments[2]
    model.forge({"ACK"}, caller.local, peer.local, seq=ack.seq, ack=ack.ack + distance, payload=b"blind")
    assert peer.received == (b"blind" if taken else b"")


def test_an_abort_is_a_reset_and_leaves_nothing():
    caller, peer = opened(model := Model())
    caller.abort()
    model.run()
    assert flags(model)[3:] == ["RST·ACK"]
    assert (caller.state, caller.failed, peer.state, peer.failed) == ("CLOSED", "", "CLOSED", "reset")


def test_a_half_open_connection_is_found_out_by_data():
    caller, peer = opened(model := Model())
    model.run()
    model.policy = losing(3)
    peer.abort()
    model.run()
    assert caller.state == "ESTABLISHED"
    caller.send(b"still there?")
    model.run()
    assert (flags(model)[-1], caller.failed) == ("RST", "reset")


def test_a_new_syn_finds_out_a_half_open_connection():
    """RFC 9293 §3.5.1, figure 9: the peer's challenge is disowned, and the next SYN opens."""
    caller, peer = opened(model := Model())
    model.run()
    model.policy = losing(3)
    caller.abort()
    model.policy = None
    again = model.connect(peer.local.port, port=caller.local.port)
    model.run()
    assert [segment.flag_names for segment in model.segments[4:]] == ["SYN", "ACK", "RST", "SYN", "SYN·ACK", "ACK"]
    assert (peer.failed, again.state) == ("reset", "ESTABLISHED")


def test_closing_with_unread_data_resets():
    caller, peer = opened(model := Model())
    peer.reading = False
    caller.send(b"read me")
    model.run()
    assert (peer.received, peer.unread) == (b"", b"read me")
    peer.close()
    model.run()
    assert (flags(model)[-1], caller.failed, peer.failed) == ("RST·ACK", "reset", "")


def test_a_program_may_read_later():
    caller, peer = opened(model := Model())
    peer.reading = False
    caller.send(b"read me")
    model.run()
    assert not peer.reading
    peer.reading = True
    assert (peer.received, peer.unread) == (b"read me", b"")


def test_unread_data_narrows_the_window():
    caller, peer = opened(model := Model())
    peer.reading = False
    caller.send(b"x" * 60_000)
    model.run()
    assert model.segments[-1].window == 64_240 - 60_000


def test_data_after_close_is_reset():
    caller, peer = opened(model := Model())
    caller.close()
    model.run(seconds=0.2)
    peer.send(b"wait!")
    model.run()
    assert flags(model)[-1] == "RST"
    assert (caller.state, peer.failed) == ("CLOSED", "reset")


def test_data_after_a_half_close_is_read():
    caller, peer = opened(model := Model())
    caller.shutdown()
    model.run(seconds=0.2)
    peer.send(b"wait!")
    model.run()
    assert caller.received == b"wait!"


def test_a_client_that_gives_up_while_opening_disowns_the_answer():
    model = Model()
    door = model.listen()
    caller = model.connect(door)
    caller.close()
    model.run()
    assert (caller.state, flags(model), door.accepted) == ("CLOSED", ["SYN", "SYN·ACK", "RST"], [])


def test_a_door_that_closes_refuses():
    model = Model()
    door = model.listen()
    caller = model.connect(door)
    model.run(seconds=0.05)
    door.close()
    door.close()
    model.run()
    assert model.conversation.path("server") == ("LISTEN", "SYN-RECEIVED", "CLOSED")
    assert caller.failed == "reset"
    assert model.listen(door.port).state == "LISTEN"


# TIME-WAIT.


def time_wait_at_the_server():
    caller, peer = opened(model := Model())
    peer.close()
    model.run(seconds=0.2)
    caller.close()
    model.run(seconds=0.2)
    assert (caller.state, peer.state) == ("CLOSED", "TIME-WAIT")
    return model, caller, peer


def test_a_syn_with_a_higher_number_opens_from_time_wait():
    model, caller, peer = time_wait_at_the_server()
    again = model.connect(peer.local.port, port=caller.local.port)
    model.run(seconds=1)
    assert (again.state, peer.state) == ("ESTABLISHED", "CLOSED")
    first, second = model.conversations
    assert first.path("server")[-1] == "TIME-WAIT"
    assert second.path("server") == ("SYN-RECEIVED", "ESTABLISHED")


def test_a_syn_with_a_lower_number_does_not():
    model, caller, peer = time_wait_at_the_server()
    model.forge({"SYN"}, caller.local, peer.local, seq=model.segments[0].seq)
    model.run(seconds=1)
    assert peer.state == "CLOSED"
    assert flags(model)[-2:] == ["ACK", "RST"]


def test_an_old_segment_assassinates_time_wait():
    """RFC 1337: TIME-WAIT acknowledges the old segment, the peer has forgotten the connection and resets it."""
    caller, peer = opened(model := Model())
    caller.send(b"old")
    model.run(seconds=0.2)
    caller.close()
    model.run(seconds=0.2)
    peer.close()
    model.run(seconds=0.2)
    assert (caller.state, peer.state) == ("TIME-WAIT", "CLOSED")
    model.forge({"ACK"}, peer.local, caller.local, seq=model.segments[1].seq, ack=model.segments[2].seq, payload=b"x")
    model.run(seconds=0.2)
    assert flags(model)[-2:] == ["ACK", "RST"]
    assert (caller.state, caller.failed) == ("CLOSED", "")


def test_an_acknowledgment_in_order_changes_nothing_in_time_wait():
    model, caller, peer = time_wait_at_the_server()
    last = model.segments[-1]
    seq, ack = last.ack, last.seq
    model.forge({"ACK"}, caller.local, peer.local, seq=seq, ack=ack)
    assert flags(model)[-2:] == ["ACK", "ACK"]
    assert peer.state == "TIME-WAIT"
    assert model.segments[-1].forged
