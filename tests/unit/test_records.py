"""The records: what a segment and a conversation say of themselves."""

import dataclasses

import pytest

from labsupport.network.packet import decode, encode
from labsupport.records import Conversation, Endpoint, StateChange, conversations

CLIENT, SERVER = Endpoint("192.0.2.1", 40_000), Endpoint("192.0.2.2", 80)
X, Y = 2**32 - 1, 5000
"""The client's initial sequence number is the last one there is: the next is 0."""


def sent(source, flags, seq, ack=0, payload=b"", at=0, lost=False):
    destination = SERVER if source == CLIENT else CLIENT
    packet = encode(source, destination, set(flags.split()), seq=seq, ack=ack, payload=payload)
    return decode(packet, at, () if lost else (at + 40,))


OPENING = (
    sent(CLIENT, "SYN", X, at=0),
    sent(SERVER, "SYN ACK", Y, X + 1, at=40),
    sent(CLIENT, "ACK", X + 1, Y + 1, at=80),
)
REQUEST = sent(CLIENT, "PSH ACK", X + 1, Y + 1, b"GET", at=81)
CLOSE = sent(SERVER, "FIN ACK", Y + 1, X + 4, at=121)


def conversation(*segments, states=()):
    return Conversation(CLIENT, SERVER, segments, states)


def test_records_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        REQUEST.seq = 1


def test_span_counts_data_syn_and_fin():
    assert [segment.span for segment in (*OPENING, REQUEST, CLOSE)] == [1, 1, 0, 3, 1]


def test_flags_are_named_as_people_say_them():
    assert [segment.flag_names for segment in (*OPENING, REQUEST, CLOSE)] == [
        "SYN", "SYN·ACK", "ACK", "PSH·ACK", "FIN·ACK",
    ]
    assert sent(CLIENT, "", 0).flag_names == "none"


def test_relative_numbers_count_from_both_initial_numbers_across_the_wrap():
    talk = conversation(*OPENING, REQUEST, CLOSE)
    assert [talk.relative(segment) for segment in talk] == [(0, None), (0, 1), (1, 1), (1, 1), (1, 4)]


def test_a_capture_without_syn_counts_from_its_first_segments():
    talk = conversation(REQUEST, CLOSE)
    assert talk.relative(REQUEST) == (0, 0)


def test_the_opening_ends_with_the_clients_first_ack():
    assert conversation(*OPENING, REQUEST).opening == OPENING
    assert conversation(*OPENING[:2]).opening == OPENING[:2]


def test_the_closing_begins_with_the_first_fin_or_reset():
    answer = sent(SERVER, "ACK", Y + 1, X + 2)
    assert conversation(*OPENING, REQUEST, CLOSE, answer).closing == (CLOSE, answer)
    assert conversation(*OPENING, sent(CLIENT, "RST", X + 1)).closing[0].flags == {"RST"}
    assert conversation(*OPENING, REQUEST).closing == ()


def test_data_are_the_segments_that_carry_some():
    assert conversation(*OPENING, REQUEST, CLOSE).data == (REQUEST,)


def test_half_closed_is_one_fin_and_no_reset():
    assert not conversation(*OPENING).half_closed
    assert conversation(*OPENING, CLOSE).half_closed
    assert not conversation(CLOSE, sent(CLIENT, "FIN ACK", X)).half_closed
    assert not conversation(CLOSE, sent(CLIENT, "RST", X)).half_closed


def test_states_are_read_by_end():
    changes = (StateChange(0, "client", "SYN-SENT"), StateChange(40, "server", "SYN-RECEIVED"),
               StateChange(80, "client", "ESTABLISHED"))
    talk = conversation(*OPENING, states=changes)
    assert talk.path("client") == ("SYN-SENT", "ESTABLISHED")
    assert (talk.state("client"), talk.state("server")) == ("ESTABLISHED", "SYN-RECEIVED")
    assert talk.final_states == {"ESTABLISHED", "SYN-RECEIVED"}
    assert conversation(*OPENING).state("client") == "CLOSED"


def test_the_story_leaves_out_what_timers_decide():
    lone_ack, again = sent(SERVER, "ACK", Y + 1, X + 4, at=90), dataclasses.replace(REQUEST, sent_ns=300)
    told = conversation(*OPENING, REQUEST, lone_ack, again, CLOSE).story
    assert told["client"] == ["SYN seq=0", "ACK seq=1 ack=1", "PSH·ACK seq=1 3 B"]
    assert told["server"] == ["SYN·ACK seq=0 ack=1", "FIN·ACK seq=1"]


def test_the_story_tells_losses_resets_and_states_up_to_established():
    changes = (StateChange(0, "client", "SYN-SENT"), StateChange(1, "client", "ESTABLISHED"),
               StateChange(2, "client", "FIN-WAIT-1"))
    told = conversation(
        OPENING[0], sent(SERVER, "RST ACK", 0, X + 1, lost=True), states=changes
    ).story
    assert told["server"] == ["RST·ACK seq=0 ack=1 (lost)"]
    assert told["client states"] == ["SYN-SENT", "synchronized"]


def test_the_story_does_not_depend_on_a_state_that_a_program_left_at_once():
    slow = (StateChange(0, "server", "SYN-RECEIVED"), StateChange(1, "server", "ESTABLISHED"),
            StateChange(2, "server", "CLOSE-WAIT"))
    quick = (slow[0], slow[2])
    assert conversation(*OPENING, states=slow).story == conversation(*OPENING, states=quick).story
    assert conversation(*OPENING, states=slow[:1]).story != conversation(*OPENING, states=quick).story


def test_the_story_is_the_same_however_long_it_took():
    slow = [dataclasses.replace(segment, sent_ns=segment.sent_ns * 9) for segment in (*OPENING, REQUEST)]
    assert conversation(*slow).story == conversation(*OPENING, REQUEST).story


def test_segments_are_sorted_into_conversations_with_their_states():
    other = dataclasses.replace(OPENING[0], source=Endpoint("192.0.2.1", 40_001))
    change = StateChange(0, "client", "SYN-SENT")
    first, second = conversations([OPENING[0], other, *OPENING[1:]], {(CLIENT, SERVER): (change,)})
    assert first.segments == OPENING
    assert first.states == (change,)
    assert (second.client.port, len(second)) == (40_001, 1)


def test_a_client_may_have_the_same_port_towards_two_servers():
    elsewhere = dataclasses.replace(OPENING[0], destination=Endpoint("192.0.2.2", 8080))
    change = StateChange(0, "client", "SYN-SENT")
    first, second = conversations([OPENING[0], elsewhere], {(CLIENT, elsewhere.destination): (change,)})
    assert (first.states, second.states) == ((), (change,))


def test_the_client_is_who_sent_the_first_syn_though_the_answer_was_seen_first():
    (talk,) = conversations([OPENING[1], OPENING[0], OPENING[2]])
    assert (talk.client, talk.server) == (CLIENT, SERVER)


def test_a_conversation_shows_itself_in_a_line():
    assert repr(conversation(*OPENING)) == "<Conversation: SYN, SYN·ACK, ACK; client CLOSED, server CLOSED>"


def test_segments_are_read_by_sender():
    talk = conversation(*OPENING, REQUEST, CLOSE)
    assert talk.sent_by("client") == (OPENING[0], OPENING[2], REQUEST)
    assert talk.sent_by("server") == (OPENING[1], CLOSE)


def test_the_same_endpoints_may_speak_again():
    again = dataclasses.replace(OPENING[0], seq=77, sent_ns=500)
    first, second = conversations([*OPENING, CLOSE, again])
    assert first.segments == (*OPENING, CLOSE)
    assert second.segments == (again,)


def test_a_repeated_or_late_syn_belongs_to_the_connection_it_opened():
    (talk,) = conversations([*OPENING, OPENING[0], CLOSE, OPENING[0]])
    assert len(talk) == 6
