"""The story of a conversation: numbers a reader can follow, and nothing that only timers decide."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labsupport.records import Conversation
from labsupport.story import numbers, repetitions
from tests.unit.test_figures_samples import (
    SAMPLES,
    Trace,
    forged_ack,
    forged_syn,
    late_duplicate,
    lost_parts,
    lost_syns,
    post,
    simultaneous_open,
)


def told(conversation: Conversation, number: int) -> tuple[str, str]:
    return numbers(conversation, conversation.segments[number])


# --- numbers


def test_a_syn_is_numbered_0_and_has_nothing_to_acknowledge() -> None:
    assert told(post(), 0) == ("seq=0", "")


def test_a_second_initial_sequence_number_is_new_and_what_follows_counts_from_it() -> None:
    trace = Trace().sends("client", "SYN", 0, None, 0, 40).sends("client", "SYN", 700, None, 90, 130)
    trace.sends("client", "PSH ACK", 701, None, 140, 180, data=5)
    conversation = trace.conversation()
    assert [told(conversation, number)[0] for number in range(3)] == ["seq=0", "seq=0 (new ISN)", "seq=1"]
    assert conversation.relative(conversation.segments[2])[0] == 1


def test_a_forged_syn_gives_the_client_no_second_numbering() -> None:
    trace = Trace().sends("client", "SYN", 0, None, 0, 40)
    trace.sends("client", "SYN", 100, None, 60, 60).forges_last_but(0)
    trace.sends("client", "PSH ACK", 120, None, 90, 130, data=5)
    assert [told(trace.conversation(), number)[0] for number in range(3)] == ["seq=0", "seq=0 (new ISN)", "seq=120"]


def test_an_opening_that_was_forged_is_counted_from_the_forgery() -> None:
    assert [told(forged_syn(), number) for number in range(3)] == [("seq=0", ""), ("seq=0", "ack=1"), ("seq=1", "")]


def test_a_number_that_belongs_to_nothing_seen_is_a_question_mark() -> None:
    trace = Trace().sends("client", "SYN", 0, None, 0, 40).sends("client", "RST ACK", 2**31, 1, 90, 130)
    assert told(trace.conversation(), 1) == ("seq=?", "ack=?")


# --- repetitions


def test_what_was_sent_before_is_a_repetition() -> None:
    assert repetitions(lost_syns())[:4] == (False, True, True, False)


def test_parts_repeated_in_one_segment_are_a_repetition() -> None:
    assert repetitions(lost_parts()) == (*[False] * 7, True, False)


def test_the_repetition_of_a_part_that_starts_elsewhere_is_one_too() -> None:
    trace = Trace().sends("client", "SYN", 0, None, 0, 40).sends("client", "PSH ACK", 1, None, 50, data=9)
    trace.sends("client", "PSH ACK", 5, None, 250, 290, data=5)
    assert repetitions(trace.conversation()) == (False, False, True)


def test_the_answer_to_a_crossing_syn_says_something_new() -> None:
    assert not any(repetitions(simultaneous_open()))


def test_a_connection_that_begins_with_the_number_of_the_last_repeats_nothing() -> None:
    trace = Trace().sends("client", "SYN", 0, None, 0, 40).sends("client", "FIN ACK", 1, 1, 90, 130)
    trace.sends("client", "FIN ACK", 1, 1, 390, 430)
    trace.sends("client", "SYN", 0, None, 900, 940).sends("client", "PSH ACK", 1, 1, 990, 1030, data=5)
    trace.sends("client", "PSH ACK", 1, 1, 1290, 1330, data=5)
    assert repetitions(trace.conversation()) == (False, False, True, False, False, True)


def test_a_forgery_neither_repeats_nor_is_repeated() -> None:
    forged = Trace().sends("client", "SYN", 0, None, 0, 0).forges_last_but(0)
    forged.sends("client", "SYN", 0, None, 5, 45).sends("client", "SYN", 0, None, 50, 50).forges_last_but(0)
    assert repetitions(forged.conversation()) == (False, False, False)


# --- the story


def test_every_forged_segment_is_told_with_what_it_acknowledges() -> None:
    assert forged_ack().story["client"] == ["SYN seq=0", "ACK seq=1 ack=1 (lost)", "ACK seq=1 ack=2 (forged)"]


def test_a_forged_acknowledgment_does_not_complete_the_opening() -> None:
    conversation = forged_ack()
    early = replace(conversation, segments=(*conversation.segments[:2], *conversation.segments[3:1:-1]))
    assert early.opening == early.segments


def test_a_second_opening_is_told_alike_whatever_its_number() -> None:
    def story(number: int) -> dict[str, list[str]]:
        trace = Trace().sends("client", "SYN", 0, None, 0, 40, 2001).sends("server", "SYN ACK", 0, 1, 41, 80)
        return trace.sends("server", "SYN ACK", number, 1, 2001, 2041).conversation().story

    assert story(500_000) == story(2**29)
    assert story(500_000)["server"][1] == "SYN·ACK seq=0 (new ISN) ack=1"


@pytest.mark.parametrize("name", SAMPLES)
def test_the_story_does_not_depend_on_when_things_happened(name: str) -> None:
    conversation = SAMPLES[name]()
    slow = [
        replace(segment, sent_ns=segment.sent_ns * 2, arrived_ns=tuple(2 * at for at in segment.arrived_ns))
        for segment in conversation
    ]
    assert replace(conversation, segments=tuple(slow)).story == conversation.story


def test_a_late_duplicate_is_answered_by_a_story_of_its_own() -> None:
    assert late_duplicate().story["server"] == ["SYN·ACK seq=0 ack=13", "SYN·ACK seq=0 (new ISN)"]
