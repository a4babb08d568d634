"""From what two ends saw to segments."""

from labsupport.network.joining import join
from labsupport.network.packet import encode
from labsupport.network.pcap import Packet
from labsupport.records import Endpoint

CLIENT, SERVER = Endpoint("192.0.2.1", 40_000), Endpoint("192.0.2.2", 80)
SYN = encode(CLIENT, SERVER, {"SYN"}, seq=1)
ANSWER = encode(SERVER, CLIENT, {"SYN", "ACK"}, seq=9, ack=2)
RESET = encode(SERVER, CLIENT, {"RST", "ACK"}, seq=0, ack=2)


def seen(client, server):
    vantages = [[Packet(at, octets) for at, octets in vantage] for vantage in (client, server)]
    return [(s.flag_names, s.sent_ns, s.arrived_ns, s.forged) for s in join(vantages, CLIENT.host)]


def test_what_left_one_end_and_arrived_at_the_other_is_one_segment():
    assert seen([(0, SYN), (90, ANSWER)], [(40, SYN), (50, ANSWER)]) == [
        ("SYN", 0, (40,), False), ("SYN·ACK", 50, (90,), False),
    ]


def test_what_only_left_was_lost_and_what_only_arrived_was_forged():
    assert seen([(0, SYN)], []) == [("SYN", 0, (), False)]
    assert seen([], [(40, SYN)]) == [("SYN", 40, (40,), True)]


def test_a_duplicate_arrives_twice():
    assert seen([(0, SYN)], [(40, SYN), (45, SYN)]) == [("SYN", 0, (40, 45), False)]


def test_as_many_arrivals_as_departures_belong_together_in_order():
    assert seen([(90, RESET), (100, RESET)], [(50, RESET), (60, RESET)]) == [
        ("RST·ACK", 50, (90,), False), ("RST·ACK", 60, (100,), False),
    ]


def test_a_lost_copy_leaves_the_arrival_to_the_departure_before_it():
    assert seen([(0, SYN), (1000, SYN)], [(1040, SYN)]) == [("SYN", 0, (), False), ("SYN", 1000, (1040,), False)]


def test_a_stamp_that_came_late_does_not_turn_the_order_around():
    """The server answered a SYN that, by its stamp, had not arrived yet."""
    assert [flags for flags, *_ in seen([], [(70, SYN), (50, ANSWER)])] == ["SYN", "SYN·ACK"]


def test_a_loopback_has_one_vantage_point():
    (segment,) = join([[Packet(7, SYN)]], CLIENT.host)
    assert (segment.sent_ns, segment.arrived_ns) == (7, (7,))
