"""What a segment is called, and how a conversation is told so that every run tells it alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labsupport.figures.sequence.reading import kind, read, states
from labsupport.figures.sequence.words import describe
from labsupport.records import Conversation
from tests.unit.test_figures_samples import (
    SAMPLES,
    Trace,
    forged_ack,
    late_duplicate,
    lost_parts,
    lost_syns,
    one_segment,
    post,
    refused,
    simultaneous_open,
)


def numbers(conversation: Conversation) -> list[str]:
    return [reading.numbers for reading in read(conversation)]


def repeated(conversation: Conversation) -> list[bool]:
    return [reading.again for reading in read(conversation)]


# --- one segment


@pytest.mark.parametrize(("flags", "data", "expected"), [
    ("SYN", 0, "open"), ("SYN ACK", 0, "open"), ("SYN", 12, "open"), ("ACK", 0, "ack"),
    ("PSH ACK", 5, "data"), ("ACK", 1448, "data"), ("FIN ACK", 0, "close"),
    ("FIN PSH ACK", 9, "close"), ("RST", 0, "reset"),
    ("RST ACK", 0, "reset"), ("", 0, "ack"),
])
def test_the_kind_of_a_segment(flags: str, data: int, expected: str) -> None:
    assert kind(Trace().sends("client", flags, 0, 0, 0, 40, data=data).segments[0]) == expected


def test_numbers_count_from_each_ends_initial_sequence_number() -> None:
    assert numbers(post())[:4] == ["seq=0", "seq=0 ack=1", "seq=1 ack=1", "seq=1 ack=1"]


def test_numbers_wrap_around() -> None:
    trace = Trace(client_isn=2**32 - 1).sends("client", "SYN", 0, None, 0, 40)
    trace.sends("server", "SYN ACK", 0, 1, 41, 80).sends("client", "PSH ACK", 1, 1, 81, 120, data=9)
    assert numbers(trace.conversation()) == ["seq=0", "seq=0 ack=1", "seq=1 ack=1"]


def test_a_second_initial_sequence_number_is_named_as_new() -> None:
    assert numbers(late_duplicate())[-2] == "seq=0 (new ISN) ack=13"


def test_a_number_that_belongs_to_no_connection_is_not_guessed() -> None:
    trace = Trace().sends("client", "SYN", 0, None, 0, 40).sends("server", "SYN ACK", 0, 1, 41, 80)
    trace.sends("client", "RST ACK", 2**31, 1, 90, 130)
    assert numbers(trace.conversation())[2] == "seq=? ack=1"


def test_an_acknowledgment_to_an_end_that_was_never_heard_is_not_guessed() -> None:
    trace = Trace().sends("client", "SYN", 0, None, 0, 40).sends("client", "ACK", 1, 1, 90, 130)
    assert numbers(trace.conversation()) == ["seq=0", "seq=1 ack=?"]


def test_what_was_sent_before_is_a_retransmission() -> None:
    assert repeated(lost_syns())[:4] == [False, True, True, False]


def test_an_acknowledgment_is_never_a_retransmission() -> None:
    assert not any(reading.again for reading in read(post()))


def test_the_answer_to_a_crossing_syn_is_no_retransmission_but_its_repetition_is() -> None:
    trace = Trace().sends("client", "SYN", 0, None, 0, 40).sends("server", "SYN", 0, None, 0, 40)
    trace.sends("client", "SYN ACK", 0, 1, 41).sends("client", "SYN ACK", 0, 1, 1041, 1081)
    assert repeated(trace.conversation()) == [False, False, False, True]


def test_segments_are_read_in_the_order_of_sending() -> None:
    conversation = post()
    shuffled = replace(conversation, segments=conversation.segments[::-1])
    assert [reading.segment for reading in read(shuffled)] == list(conversation.segments)


# --- states


def test_the_state_before_the_first_segment_comes_first() -> None:
    assert [change.state for change in states(post(), "client")][:2] == ["CLOSED", "SYN-SENT"]
    assert [change.state for change in states(post(), "server")][:2] == ["LISTEN", "SYN-RECEIVED"]


def test_an_end_that_opens_actively_was_closed_not_listening() -> None:
    assert states(simultaneous_open(), "server")[0].state == "CLOSED"


def test_nothing_is_said_of_states_nobody_watched() -> None:
    assert states(refused(), "server") == ()


def test_a_connection_is_established_before_data_are_sent_though_it_was_read_afterwards() -> None:
    conversation = lost_parts()
    late = [replace(change, at_ns=change.at_ns + 900_000 * (change.state == "ESTABLISHED"))
            for change in conversation.states]
    entered = {change.state: change.at_ns for change in states(replace(conversation, states=tuple(late)), "client")}
    assert entered["ESTABLISHED"] == conversation.segments[1].arrived_ns[0]


def test_a_forged_syn_opens_nothing_that_was_open() -> None:
    trace = Trace().sends("client", "SYN", 9, None, 0, 0).sends("server", "ACK", 1, 1, 1, 41)
    trace.forges_last_but(1).enters("server", ESTABLISHED=0)
    assert [change.state for change in states(trace.conversation(), "server")] == ["ESTABLISHED"]


def test_a_forged_syn_that_is_answered_found_a_listener() -> None:
    trace = Trace().sends("client", "SYN", 0, None, 0, 0).sends("server", "SYN ACK", 0, 1, 1, 41)
    trace.forges_last_but(1).enters("server", SYN_RECEIVED=0.5)
    assert [change.state for change in states(trace.conversation(), "server")] == ["LISTEN", "SYN-RECEIVED"]


def test_a_state_reported_twice_is_one_state() -> None:
    trace = Trace().sends("client", "SYN", 0, None, 0, 40)
    trace.enters("client", SYN_SENT=0).enters("client", SYN_SENT=9)
    assert [change.state for change in states(trace.conversation(), "client")] == ["CLOSED", "SYN-SENT"]


def test_the_closed_state_at_the_end_is_not_taken_for_the_first() -> None:
    path = [change.state for change in states(refused(), "client")]
    assert path == ["CLOSED", "SYN-SENT", "CLOSED"]


# --- the whole


def test_a_post_in_words() -> None:
    assert describe(post(), "One POST") == (
        "One POST. The client sends: SYN seq=0; ACK seq=1 ack=1; PSH·ACK seq=1 138 B; FIN·ACK seq=139. "
        "The server sends: SYN·ACK seq=0 ack=1; PSH·ACK seq=1 67 B; FIN·ACK seq=68. "
        "The client goes through SYN-SENT to a synchronized state. "
        "The server goes through LISTEN and SYN-RECEIVED to a synchronized state."
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_a_description_says_what_the_story_says(name: str) -> None:
    conversation = SAMPLES[name]()
    told = describe(conversation, name)
    assert all(segment in told for end in ("client", "server") for segment in conversation.story[end])


def test_lost_segments_of_the_opening_are_told_with_their_retransmissions() -> None:
    assert "The client sends: SYN seq=0 (lost); SYN seq=0 (lost); SYN seq=0; ACK" in describe(lost_syns(), "Loss")


def test_a_forged_acknowledgment_is_told() -> None:
    assert "The client sends: SYN seq=0; ACK seq=1 ack=1 (lost); ACK seq=1 ack=2 (forged)." in (
        describe(forged_ack(), "Forged")
    )


def test_a_refused_connection_in_words() -> None:
    assert describe(refused(), "Refused.") == (
        "Refused. The client sends: SYN seq=0. The server sends: RST·ACK seq=0 ack=1. "
        "The client goes through SYN-SENT and CLOSED."
    )


def test_a_single_syn_in_words() -> None:
    assert describe(one_segment(), "A SYN") == "A SYN. The client sends: SYN seq=0."


def test_both_ends_of_a_simultaneous_open_are_heard() -> None:
    told = describe(simultaneous_open(), "Both")
    assert "The client sends: SYN seq=0; SYN·ACK seq=0 ack=1." in told
    assert "The server sends: SYN seq=0; SYN·ACK seq=0." in told


@pytest.mark.parametrize(("state", "told"), [
    ("CLOSED", "The client is in CLOSED."), ("FIN_WAIT_2", "The client is in a synchronized state."),
])
def test_an_end_that_was_seen_in_one_state_is_in_it(state: str, told: str) -> None:
    trace = Trace().sends("client", "PSH ACK", 1, 1, 0, 40, data=5).enters("client", **{state: 0})
    assert describe(trace.conversation(), "One state").endswith(told)


def test_the_description_does_not_depend_on_times() -> None:
    assert describe(post(late=73.4), "One POST") == describe(post(), "One POST")


def test_the_description_does_not_depend_on_initial_sequence_numbers_and_ports() -> None:
    def told(client_isn: int, server_isn: int) -> str:
        trace = Trace(client_isn, server_isn).sends("client", "SYN", 0, None, 0, 40)
        trace.sends("server", "SYN ACK", 0, 1, 41, 80).sends("client", "ACK", 1, 1, 81, 120)
        return describe(trace.conversation(), "ISN")

    assert told(7, 8) == told(2**32 - 1, 2**31)


def test_the_description_does_not_depend_on_when_acknowledgments_are_sent() -> None:
    conversation = post()
    delayed = replace(conversation, segments=tuple(
        segment for index, segment in enumerate(conversation.segments) if index not in (4, 8)
    ))
    assert describe(delayed, "ACK") == describe(conversation, "ACK")


def test_the_description_does_not_depend_on_a_spurious_retransmission() -> None:
    conversation = post()
    request = conversation.segments[3]
    again = replace(request, sent_ns=request.sent_ns + 200_000_000,
                    arrived_ns=(request.arrived_ns[0] + 200_000_000,))
    repeated_request = replace(conversation, segments=(*conversation.segments, again))
    assert describe(repeated_request, "again") == describe(conversation, "again")


@pytest.mark.parametrize("name", SAMPLES)
def test_every_description_begins_with_the_title_and_ends_as_a_sentence(name: str) -> None:
    told = describe(SAMPLES[name](), name)
    assert told.startswith(f"{name}. ") and told.endswith(".") and "  " not in told
