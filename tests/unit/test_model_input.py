"""What a reader may get wrong in the model, and what they are told."""

import math

import pytest

from labsupport.errors import ReaderError
from labsupport.network import Network
from labsupport.network.model import Model
from labsupport.records import Endpoint


def opened(model):
    door = model.listen()
    caller = model.connect(door)
    model.run(until=lambda: door.accepted)
    return caller, door.accepted[0]


@pytest.mark.parametrize("rtt_ms", [0, -5, 10_001, math.nan, math.inf, "80"])
def test_a_round_trip_time_that_is_none(rtt_ms):
    with pytest.raises(ReaderError, match=r"rtt_ms=.* is not a round-trip time; give milliseconds above 0"):
        Model(rtt_ms=rtt_ms)


@pytest.mark.parametrize("settings, told", [
    ({"handshake": "four-way"}, "no handshake is called 'four-way'; there are three-way and two-way"),
    ({"time_wait_s": -1}, "time_wait_s=-1 is not 2 MSL; give seconds from 0 to 3600"),
    ({"time_wait_s": math.inf}, "time_wait_s=inf is not 2 MSL"),
    ({"delayed_ack_ms": 500}, "delayed_ack_ms=500 is not a delay below 500 ms"),
    ({"linear_timeouts": -1}, "linear_timeouts=-1 is not a number of time-outs from 0 to 127"),
    ({"linear_timeouts": 0.5}, r"linear_timeouts=0\.5 is not"),
    ({"first": "client"}, "first='client' is not one of 'segment' and 'timer'"),
])
def test_a_setting_that_is_none(settings, told):
    with pytest.raises(ReaderError, match=told):
        Model(**settings)


def nonsense(answer):
    return lambda segment, index: answer


POLICIES = [nonsense(None), nonsense(0.04), nonsense([-1]), nonsense([math.nan]), nonsense([601]), nonsense(["soon"]),
            lambda segment: [], lambda segment, index: [1 / 0]]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_policy_that_returns_nonsense(policy):
    model = Model(policy=policy)
    with pytest.raises(ReaderError, match=r"the wire failed: .*; a policy gets \(segment, index\) and returns delays"):
        model.connect(7000)


@pytest.mark.needs("network")
@pytest.mark.parametrize("policy", POLICIES)
def test_the_real_wire_says_the_same(policy):
    with pytest.raises(ReaderError) as of_the_model:
        Model(policy=policy).connect(7000)
    with Network(rtt_ms=20, policy=policy) as network, network.listen() as listener:
        with pytest.raises(ReaderError) as of_the_wire, network.capture(), network.begin_to_connect(listener):
            pass
    assert str(of_the_model.value) == str(of_the_wire.value)


@pytest.mark.parametrize("port", [0, -1, 65_536, 80.5, "http", None])
def test_a_port_that_is_none(port):
    with pytest.raises(ReaderError, match="is no port; give a number from 1 to 65535"):
        Model().listen(port)
    with pytest.raises(ReaderError, match="is no port"):
        Model().connect(port)


def test_a_port_that_is_listened_on_already():
    model = Model()
    model.listen(7000)
    with pytest.raises(ReaderError, match=r"port 7000 of the server cannot be listened on: .*close\(\) it first"):
        model.listen(7000)


def test_a_port_that_is_in_use():
    model = Model()
    caller, peer = opened(model)
    with pytest.raises(ReaderError, match="port 49152 of the client is in use: ESTABLISHED; give another"):
        model.connect(7000, port=caller.local.port)
    caller.close()
    model.run(seconds=0.2)
    peer.close()
    model.run(seconds=0.2)
    with pytest.raises(ReaderError, match="in use: TIME-WAIT"):
        model.connect(7000, port=caller.local.port)
    model.run()
    assert model.connect(7000, port=caller.local.port).state == "SYN-SENT"


def test_a_server_does_not_connect_from_a_port_it_listens_at():
    model = Model()
    caller = model.connect(model.listen())
    with pytest.raises(ReaderError, match="port 7000 of the server is in use: LISTEN"):
        model.connect_from_server(caller)


def test_all_ports_in_use(monkeypatch):
    monkeypatch.setattr("labsupport.network.model.host._DYNAMIC_PORTS", range(49_152, 49_155))
    model = Model()
    for _ in range(3):
        model.connect(7000)
    with pytest.raises(ReaderError, match="all dynamic ports of the client are in use; close connections"):
        model.connect(7000)


def close(caller, peer, model):
    caller.close()


def shut_down(caller, peer, model):
    caller.shutdown()


def abort(caller, peer, model):
    caller.abort()


def be_reset(caller, peer, model):
    peer.abort()
    model.run()


@pytest.mark.parametrize("before, condition", [
    (close, "in FIN-WAIT-1"), (shut_down, "in FIN-WAIT-1"), (abort, "closed"), (be_reset, "reset"),
])
def test_sending_where_it_cannot_be(before, condition):
    caller, peer = opened(model := Model())
    before(caller, peer, model)
    with pytest.raises(ReaderError, match=f"this end cannot send: it is {condition}; send before"):
        caller.send(b"hello")


def test_sending_after_a_close_that_waits_for_data():
    model = Model()
    caller = model.connect(7000)
    other = model.connect_from_server(caller)
    caller.send(b"first")
    model.run(until=lambda: caller.state == "SYN-RECEIVED")
    caller.close()
    with pytest.raises(ReaderError, match="cannot send: it is in SYN-RECEIVED"):
        caller.send(b"second")
    model.run(seconds=1)
    assert (other.received, other.ended) == (b"first", True)


@pytest.mark.parametrize("data", ["hello", 7, None])
def test_sending_what_is_not_bytes(data):
    caller, _ = opened(model := Model())
    with pytest.raises(ReaderError, match="cannot be sent; give bytes"):
        caller.send(data)
    with pytest.raises(ReaderError, match="cannot be sent; give bytes"):
        model.connect(7000, data=data)


def test_sending_more_than_the_model_does():
    caller, peer = opened(model := Model())
    caller.send(b"x" * 64_240)
    with pytest.raises(ReaderError, match=r"64240 octets at most before they are acknowledged; run\(\) in between"):
        caller.send(b"x")
    model.run()
    caller.send(b"x")
    model.run()
    assert len(peer.received) == 64_241


def test_more_data_on_a_syn_than_it_holds():
    with pytest.raises(ReaderError, match="is not short enough for a SYN, which carries up to 1460 octets"):
        Model().connect(7000, data=b"x" * 1461)


def test_shutting_down_what_is_no_connection():
    caller, _ = opened(Model())
    caller.abort()
    with pytest.raises(ReaderError, match="there is no connection to shut down: it is closed"):
        caller.shutdown()


def test_closing_twice_is_fine():
    caller, peer = opened(model := Model())
    for _ in range(2):
        caller.close()
        peer.shutdown()
        peer.shutdown()
        peer.close()
    model.run()
    caller.close()
    caller.abort()
    assert (caller.state, peer.state) == ("CLOSED", "CLOSED")


def test_waiting_for_what_does_not_happen():
    model = Model(policy=lambda segment, index: [])
    door = model.listen()
    model.connect(door)
    with pytest.raises(ReaderError, match=r"it did not happen by 127 s; seen so far: .*SYN, SYN"):
        model.run(until=lambda: door.accepted)
    with pytest.raises(ReaderError, match="it did not happen by"):
        model.run(until=lambda: door.accepted, seconds=1)


@pytest.mark.parametrize("seconds", [-1, math.nan])
def test_a_time_to_run_that_is_none(seconds):
    with pytest.raises(ReaderError, match="is no time to run; give seconds from 0 on"):
        Model().run(seconds=seconds)


def test_what_has_no_end_is_given_up(monkeypatch):
    """Each program answers what it gets, for ever."""
    monkeypatch.setattr("labsupport.network.model.simulation._MOST_EVENTS", 1000)
    caller, peer = opened(model := Model())
    answered = {caller: 0, peer: 0}

    def answer():
        for end in answered:
            if len(end.received) > answered[end]:
                answered[end] = len(end.received)
                end.send(b"x")
        return False

    caller.send(b"x")
    with pytest.raises(ReaderError, match="there is no end to it: 1000 events and still more; seen so far: <Model"):
        model.run(until=answer)


@pytest.mark.parametrize("numbers, told", [
    ((1,), "isn has no more numbers; give one for each end of each connection"),
    (("one", "two"), "isn gave 'one'; an initial sequence number is an int"),
])
def test_numbers_that_are_none(numbers, told):
    with pytest.raises(ReaderError, match=told):
        opened(Model(isn=iter(numbers).__next__))


def test_a_forged_segment_with_an_unknown_flag():
    caller, peer = opened(model := Model())
    with pytest.raises(ValueError, match="no TCP flag is called SIN"):
        model.forge({"SIN"}, caller.local, peer.local, seq=1)


def test_no_conversation_and_several_are_not_one():
    model = Model()
    with pytest.raises(ReaderError, match=r"the model holds 0 conversations; choose one of \.conversations"):
        _ = model.conversation
    door = model.listen()
    model.connect(door)
    model.connect(door)
    with pytest.raises(ReaderError, match="the model holds 2 conversations"):
        _ = model.conversation


def test_a_forgery_to_nobody_is_refused():
    model = Model()
    with pytest.raises(ReaderError, match=r"no host has the address 192\.0\.2\.9; forge to 192\.0\.2\.1 or"):
        model.forge({"SYN"}, Endpoint("192.0.2.1", 1), Endpoint("192.0.2.9", 80), seq=0)
    assert model.segments == ()
