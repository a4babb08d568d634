"""What holds for the model whatever the network does: every fate of the first segments, and random ones."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labsupport.network.model import Model, transitions
from labsupport.network.packet import decode

ON_TIME, LATE = 0.04, 3.0
FATES = {"lost": (), "on time": (ON_TIME,), "late": (LATE,), "copied": (ON_TIME, LATE)}
MESSAGE = b"PAY 100 EUR"


def talk(fates, handshake="three-way", **how):
    """Somebody connects, pays and closes; the network does to the first segments what `fates` say."""
    fates = list(fates)
    model = Model(policy=lambda segment, index: fates[index] if index < len(fates) else [ON_TIME],
                  handshake=handshake, **how)
    door = model.listen()
    caller = model.connect(door)
    caller.send(MESSAGE)
    model.run(until=lambda: any(peer.received for peer in door.accepted) or caller.failed)
    caller.close()
    model.run(seconds=1)
    for peer in door.accepted:
        peer.close()
    model.run()
    return model, door, caller


def arrows_of(model, handshake="three-way"):
    """Pairs of states that follow each other in a run and are not in the table."""
    known = {(row.state, row.into) for row in transitions(handshake)}
    for conversation in model.conversations:
        for end in ("client", "server"):
            yield from set(pairwise(conversation.path(end))) - known


def test_the_three_way_handshake_opens_one_connection_whatever_happens_to_the_first_segments():
    for fates in product(FATES.values(), repeat=4):
        _, door, caller = talk(fates)
        assert [peer.received for peer in door.accepted] == [MESSAGE], fates
        assert (caller.failed, door.accepted[0].failed) == ("", ""), fates


def test_under_the_two_way_handshake_a_copied_syn_opens_another():
    ghosts = set()
    for names in product(FATES, repeat=3):
        _, door, _ = talk([FATES[name] for name in names], "two-way")
        if len(door.accepted) > 1:
            ghosts.add(names)
    assert ghosts
    assert ("copied", "on time", "on time") in ghosts
    assert all({"late", "copied"} & set(names) for names in ghosts)


def test_every_step_is_an_arrow_of_the_table():
    for fates in product(FATES.values(), repeat=4):
        model, _, _ = talk(fates)
        # The server's SYN-RECEIVED for a late SYN goes back to LISTEN; from CLOSED another SYN may open it again.
        assert set(arrows_of(model)) <= {("CLOSED", "SYN-RECEIVED")}


@pytest.mark.parametrize("handshake", ["three-way", "two-way"])
def test_without_loss_and_delay_the_handshakes_do_the_same(handshake):
    model, door, _ = talk([], handshake)
    assert [peer.received for peer in door.accepted] == [MESSAGE]
    assert model.conversation.final_states == {"CLOSED"}


copies = st.lists(st.floats(min_value=0.001, max_value=5), max_size=2)
# After six lost SYNs, or five lost SYN·ACKs, an end gives up.
bad_luck = st.lists(copies, max_size=12).filter(lambda fates: fates.count([]) <= 5)


@settings(max_examples=200, deadline=None)
@given(fates=bad_luck, first=st.sampled_from(["segment", "timer"]),
       delayed_ack_ms=st.sampled_from([0, 40, 200]))
def test_data_arrives_once_and_the_connection_ends(fates, first, delayed_ack_ms):
    model, door, caller = talk(fates, first=first, delayed_ack_ms=delayed_ack_ms)
    assert [peer.received for peer in door.accepted] == [MESSAGE]
    assert caller.state == "CLOSED"
    assert not list(filter(lambda arrow: arrow != ("CLOSED", "SYN-RECEIVED"), arrows_of(model)))


@settings(max_examples=100, deadline=None)
@given(fates=bad_luck, words=st.lists(st.binary(min_size=1, max_size=4000), max_size=5))
def test_what_is_read_is_what_was_sent(fates, words):
    model = Model(policy=lambda segment, index: fates[index] if index < len(fates) else [ON_TIME])
    door = model.listen()
    caller = model.connect(door)
    for word in words:
        caller.send(word)
    model.run(until=lambda: caller.state == "ESTABLISHED")
    caller.shutdown()
    model.run(until=lambda: door.accepted and door.accepted[0].ended)
    assert door.accepted[0].received == b"".join(words)


@settings(max_examples=100, deadline=None)
@given(fates=bad_luck)
def test_records_are_those_of_a_capture(fates):
    model, _, _ = talk(fates)
    for segment in model.segments:
        assert decode(segment.packet, segment.sent_ns, segment.arrived_ns) == segment
    sent = [segment.sent_ns for segment in model.segments]
    assert sent == sorted(sent)
    for conversation in model.conversations:
        entered = [change.at_ns for change in conversation.states]
        assert entered == sorted(entered)
