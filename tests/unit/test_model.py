"""The model on a good day: connections open, carry data and close, in simulated time."""

import pytest

from labsupport import dissect, segment_table, sequence_diagram
from labsupport.network.model import Model, trace
from labsupport.network.packet import decode


def opened(model):
    door = model.listen()
    caller = model.connect(door)
    model.run(until=lambda: door.accepted)
    return caller, door.accepted[0]


def slow(segment, index):
    return [0.04]


def flags(model):
    return [segment.flag_names for segment in model.segments]


def lines(model):
    return [" ".join(map(str, step)) for step in trace(model.conversation)]


def test_a_connection_opens_with_three_segments():
    model = Model()
    caller, peer = opened(model)
    assert lines(model) == ["client SYN 0 None 0 1", "server SYN·ACK 0 1 0 1", "client ACK 1 1 0 1"]
    assert (caller.state, peer.state) == ("ESTABLISHED", "ESTABLISHED")
    assert model.now_s == pytest.approx(0.120)


def test_each_way_takes_half_the_round_trip_time():
    model = Model(rtt_ms=30)
    opened(model)
    assert {segment.arrived_ns[0] - segment.sent_ns for segment in model.segments} == {15_000_000}


def test_connecting_begins_and_does_not_wait():
    model = Model()
    caller = model.connect(model.listen())
    assert (caller.state, model.now_s, flags(model)) == ("SYN-SENT", 0, ["SYN"])


def test_the_server_accepts_when_it_is_established():
    door = (model := Model()).listen()
    model.connect(door)
    model.run(seconds=0.119)
    assert door.accepted == []
    model.run(seconds=0.001)
    assert door.accepted[0].accepted_s == pytest.approx(0.120)


def test_two_segments_are_enough_for_the_two_way_handshake():
    model = Model(handshake="two-way")
    caller, peer = opened(model)
    assert peer.accepted_s == pytest.approx(0.040)
    model.run()
    assert flags(model) == ["SYN", "SYN·ACK"]
    assert (caller.state, peer.state) == ("ESTABLISHED", "ESTABLISHED")


def test_data_arrives_in_order_and_whole():
    caller, peer = opened(model := Model())
    message = bytes(range(256)) * 20
    caller.send(message)
    model.run()
    assert peer.received == message
    data = model.conversation.data
    assert [segment.length for segment in data] == [1460, 1460, 1460, 740]
    assert [segment.flag_names for segment in data] == ["ACK", "ACK", "ACK", "PSH·ACK"]


@pytest.mark.parametrize("handshake", ["three-way", "two-way"])
def test_data_may_be_given_before_the_connection_is_there(handshake):
    model = Model(handshake=handshake)
    door = model.listen()
    caller = model.connect(door)
    caller.send(b"PAY ")
    caller.send(b"100 EUR")
    model.run()
    assert door.accepted[0].received == b"PAY 100 EUR"


def test_data_on_a_syn_is_kept_until_the_connection_is_established():
    model = Model()
    door = model.listen()
    model.connect(door, data=b"PAY 100 EUR")
    model.run(seconds=0.1)
    assert door.accepted == []
    model.run()
    assert door.accepted[0].received == b"PAY 100 EUR"
    assert lines(model)[:2] == ["client SYN 0 None 11 1", "server SYN·ACK 0 12 0 1"]


def test_the_four_way_close():
    caller, peer = opened(model := Model())
    caller.close()
    model.run(seconds=0.2)
    assert (caller.state, peer.state, peer.ended) == ("FIN-WAIT-2", "CLOSE-WAIT", True)
    peer.close()
    model.run(seconds=0.1)
    assert (caller.state, peer.state) == ("TIME-WAIT", "CLOSED")
    assert lines(model)[3:] == [
        "client FIN·ACK 1 1 0 1", "server ACK 1 2 0 1", "server FIN·ACK 1 2 0 1", "client ACK 2 2 0 1",
    ]
    model.run()
    assert caller.state == "CLOSED"
    assert (caller.failed, peer.failed) == ("", "")


def test_the_paths_are_those_of_the_standard():
    caller, peer = opened(model := Model())
    caller.close()
    model.run(seconds=0.2)
    peer.close()
    model.run()
    assert model.conversation.path("client") == (
        "SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSED",
    )
    assert model.conversation.path("server") == (
        "LISTEN", "SYN-RECEIVED", "ESTABLISHED", "CLOSE-WAIT", "LAST-ACK", "CLOSED",
    )


@pytest.mark.parametrize("seconds", [60, 1, 0.25])
def test_time_wait_lasts_two_msl(seconds):
    caller, peer = opened(model := Model(time_wait_s=seconds))
    caller.close()
    peer.close()
    model.run(until=lambda: caller.state == "TIME-WAIT")
    begun = model.now_s
    model.run(until=lambda: caller.state == "CLOSED")
    assert model.now_s - begun == pytest.approx(seconds)


def test_without_time_wait_there_is_none():
    caller, peer = opened(model := Model(time_wait_s=0))
    caller.close()
    model.run(seconds=0.2)
    peer.close()
    model.run()
    assert model.conversation.path("client")[-2:] == ("FIN-WAIT-2", "CLOSED")


def test_half_closed_the_other_direction_goes_on():
    caller, peer = opened(model := Model())
    caller.send(b"sort this")
    caller.shutdown()
    model.run(seconds=0.2)
    assert (peer.received, peer.ended, caller.state) == (b"sort this", True, "FIN-WAIT-2")
    peer.send(b"hist ")
    peer.send(b"orst")
    peer.close()
    model.run(seconds=0.2)
    assert (caller.received, caller.ended, caller.state) == (b"hist orst", True, "TIME-WAIT")


def test_four_segments_become_three_where_the_acknowledgment_waits():
    caller, peer = opened(model := Model(delayed_ack_ms=40))
    caller.close()
    model.run(until=lambda: peer.ended)
    peer.close()
    model.run()
    assert flags(model)[3:] == ["FIN·ACK", "FIN·ACK", "ACK"]


def test_an_acknowledgment_does_not_wait_for_ever():
    caller, _ = opened(model := Model(delayed_ack_ms=40))
    model.run()
    caller.send(b"hello")
    model.run()
    data, ack = model.segments[-2:]
    assert (data.payload, ack.flag_names) == (b"hello", "ACK")
    assert ack.sent_ns - data.arrived_ns[0] == 40_000_000


def test_a_delayed_acknowledgment_travels_with_the_answer():
    caller, peer = opened(model := Model(delayed_ack_ms=40))
    model.run()
    caller.send(b"hello")
    model.run(until=lambda: peer.received)
    peer.send(b"hi")
    model.run()
    assert flags(model)[3:] == ["PSH·ACK", "PSH·ACK", "ACK"]


def test_when_both_close_at_once_both_go_through_closing():
    caller, peer = opened(model := Model())
    caller.close()
    peer.close()
    model.run()
    end = ("FIN-WAIT-1", "CLOSING", "TIME-WAIT", "CLOSED")
    assert model.conversation.path("client")[-4:] == model.conversation.path("server")[-4:] == end


def test_when_both_open_at_once_there_is_one_connection():
    model = Model()
    caller = model.connect(7000, port=40_000)
    other = model.connect_from_server(caller)
    model.run()
    assert flags(model) == ["SYN", "SYN", "SYN·ACK", "SYN·ACK", "ACK", "ACK"]
    assert (caller.state, other.state) == ("ESTABLISHED", "ESTABLISHED")
    caller.send(b"you too?")
    model.run()
    assert other.received == b"you too?"
    assert model.conversation.path("client") == ("SYN-SENT", "SYN-RECEIVED", "ESTABLISHED")


def test_many_connections_at_once():
    model = Model()
    door = model.listen()
    callers = [model.connect(door) for _ in range(20)]
    for number, caller in enumerate(callers):
        caller.send(b"%d" % number)
    model.run()
    assert sorted(int(peer.received) for peer in door.accepted) == list(range(20))
    assert len(model.conversations) == 20
    assert len({caller.local for caller in callers}) == 20


def test_the_same_four_tuple_may_be_used_again():
    model = Model(time_wait_s=0)
    door = model.listen()
    for _ in range(2):
        caller = model.connect(door, port=40_000)
        model.run(seconds=0.2)
        caller.close()
        door.accepted[-1].close()
        model.run()
    assert len(model.conversations) == 2
    assert {talk.client.port for talk in model.conversations} == {40_000}
    assert [talk.path("client")[0] for talk in model.conversations] == ["SYN-SENT", "SYN-SENT"]


def test_numbers_may_be_chosen():
    model = Model(isn=iter((1000, 2**32 - 1)).__next__)
    caller, peer = opened(model)
    peer.send(b"over the edge")
    model.run()
    assert caller.received == b"over the edge"
    assert [(segment.seq, segment.ack) for segment in model.segments[:4]] == [
        (1000, 0), (2**32 - 1, 1001), (1001, 0), (0, 1001),
    ]
    assert model.conversation.relative(model.segments[3]) == (1, 1)


def test_without_choice_the_numbers_differ_and_rise_and_are_the_same_on_every_run():
    runs = []
    for _ in range(2):
        model = Model()
        door = model.listen()
        for _ in range(3):
            model.connect(door)
        model.run()
        runs.append([segment.seq for segment in model.segments if "SYN" in segment.flags])
    assert runs[0] == runs[1] == sorted(set(runs[0]))


def test_a_run_is_the_same_each_time():
    def packets():
        caller, peer = opened(model := Model(policy=lambda segment, index: [0.04] * (index % 3)))
        caller.send(b"hello")
        model.run()
        caller.close()
        peer.close()
        model.run()
        return model.segments, model.conversation.states

    assert packets() == packets()


def test_segments_are_what_a_capture_would_hold():
    caller, _ = opened(model := Model())
    caller.send(b"hello")
    model.run()
    for segment in model.segments:
        assert decode(segment.packet, segment.sent_ns, segment.arrived_ns) == segment
    dissection = dissect(model.segments[0])
    assert dissection["Checksum"].meaning.endswith("correct")
    assert dissection["Octets"].value == 1460
    assert "SYN·ACK" in repr(segment_table(model.conversation))
    assert "SYN-RECEIVED" in sequence_diagram(model.conversation, title="A model").svg


def test_no_two_segments_leave_a_host_at_the_same_moment():
    caller, _ = opened(model := Model())
    for word in (b"one", b"two", b"three"):
        caller.send(word)
    sent = [segment.sent_ns for segment in model.conversation.sent_by("client")[-3:]]
    assert sent == sorted(set(sent))
    assert sent[-1] - sent[0] < 10_000


def test_what_is_on_its_way_is_not_lost():
    model = Model()
    model.connect(model.listen())
    assert not model.segments[0].lost


def test_time_passes_only_in_run():
    model = Model()
    opened(model)
    before = model.now_s
    model.run(seconds=2)
    assert model.now_s == pytest.approx(before + 2)


def test_what_things_are_is_shown():
    caller, peer = opened(model := Model(policy=slow))
    assert model.policy is slow
    assert repr(model.listen(80)) == "<Door 192.0.2.2:80: LISTEN, 0 accepted>"
    assert repr(caller) == "<Connection 192.0.2.1:49152 to 192.0.2.2:7000: in ESTABLISHED>"
    assert repr(model) == "<Model: 3 segments in 0.12 s>"
    caller.abort()
    model.run()
    assert repr(peer).endswith("reset>")


def test_a_trace_puts_the_client_first_where_segments_cross():
    caller, peer = opened(model := Model())
    peer.send(b"one")
    model.run(seconds=0.001)
    caller.send(b"two")
    assert [segment.source.port for segment in model.segments[3:]] == [7000, 49_152]
    assert [step.end for step in trace(model.conversation)[3:]] == ["client", "server"]


def test_a_trace_keeps_the_order_of_cause_and_effect():
    _, peer = opened(model := Model(policy=lambda segment, index: [] if index == 3 else [0.04]))
    model.run()
    peer.send(b"one")
    model.run()
    assert [step.end for step in trace(model.conversation)[3:]] == ["server", "server", "client"]
