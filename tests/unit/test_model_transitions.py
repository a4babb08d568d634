"""The table of the state machine: whole, without contradiction, and walked arrow by arrow."""

from collections.abc import Callable
from typing import Any

import pytest

from labsupport.errors import ReaderError
from labsupport.network.model import STATES, SYNCHRONIZED, Handshake, Model, Transition, transitions

HANDSHAKES: tuple[Handshake, Handshake] = ("three-way", "two-way")


@pytest.mark.parametrize("handshake", HANDSHAKES)
def test_a_state_and_an_event_have_one_outcome(handshake):
    rows = transitions(handshake)
    assert len({(row.state, row.event) for row in rows}) == len(rows)


@pytest.mark.parametrize("handshake", HANDSHAKES)
def test_every_state_is_reached_and_left(handshake):
    rows = transitions(handshake)
    assert {row.state for row in rows} == {row.into for row in rows} == set(STATES)


def test_eleven_states_of_which_eight_are_synchronized():
    assert len(STATES) == 11
    assert set(STATES) - set(SYNCHRONIZED) == {"CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED"}


def test_the_handshakes_differ_in_what_answers_a_syn_and_a_syn_ack():
    three, two = (set(transitions(handshake)) for handshake in HANDSHAKES)
    assert {(row.state, row.event, row.sends, row.into) for row in three - two} == {
        ("LISTEN", "rcv SYN", "SYN·ACK", "SYN-RECEIVED"),
        ("SYN-SENT", "rcv SYN·ACK", "ACK", "ESTABLISHED"),
    }
    assert {(row.state, row.event, row.sends, row.into) for row in two - three} == {
        ("LISTEN", "rcv SYN", "SYN·ACK", "ESTABLISHED"),
        ("SYN-SENT", "rcv SYN·ACK", "", "ESTABLISHED"),
    }


def test_what_the_standard_has_is_cited_and_what_it_rejects_is_not():
    assert all(row.section.startswith("3.10.") for row in transitions("three-way"))
    assert [row.section for row in transitions("two-way")].count("") == 2


def test_another_handshake_is_refused():
    with pytest.raises(ReaderError, match="no handshake is called 'four-way'; there are three-way and two-way"):
        transitions("four-way")  # type: ignore[arg-type]


# Every arrow is walked in some run. A run's records say so: the state before, the state after, and what left at that
# moment.


def opened(model):
    door = model.listen()
    caller = model.connect(door)
    model.run(seconds=0.2)
    return caller, door.accepted[0]


def client_closes_first(model):
    caller, peer = opened(model)
    caller.close()
    model.run(seconds=0.2)
    peer.close()


def both_close_at_once(model):
    for end in opened(model):
        end.close()


def the_answer_to_a_close_is_a_close(model):
    caller, peer = opened(model)
    caller.close()
    model.run(until=lambda: peer.ended)
    peer.close()


def both_open_at_once(model):
    model.connect_from_server(model.connect(7000))


def opened_at_once_and_closed_before_the_end(model):
    caller = model.connect(7000)
    model.connect_from_server(caller)
    model.run(seconds=0.05)
    caller.close()


def given_up_while_opening(model):
    model.connect(model.listen()).close()


def the_server_hears_a_reset_while_opening(model):
    caller = model.connect(model.listen())
    model.run(seconds=0.05)
    caller.close()


def walk(script, handshake, **settings):
    """The arrows that both ends of a run went along."""
    model = Model(handshake=handshake, **settings)
    script(model)
    model.run()
    talk = model.conversation
    for end in ("client", "server"):
        changes = [change for change in talk.states if change.end == end]
        at_first = "CLOSED" if changes[0].state == "SYN-SENT" else None
        before = [at_first] + [change.state for change in changes]
        for state, change in zip(before, changes, strict=False):
            sent = {segment.flag_names for segment in talk.sent_by(end) if segment.sent_ns == change.at_ns}
            yield state, change.state, sent


SCRIPTS: tuple[tuple[Callable[[Model], None], dict[str, Any]], ...] = (
    (client_closes_first, {}), (both_close_at_once, {}), (the_answer_to_a_close_is_a_close, {"delayed_ack_ms": 40}),
    (both_open_at_once, {}), (opened_at_once_and_closed_before_the_end, {}), (given_up_while_opening, {}),
    (the_server_hears_a_reset_while_opening, {}),
)
OF_A_DOOR = {
    Transition("CLOSED", "passive OPEN", "", "LISTEN", "3.10.1"),
    Transition("LISTEN", "CLOSE", "", "CLOSED", "3.10.4"),
}


@pytest.mark.parametrize("handshake", HANDSHAKES)
def test_every_arrow_is_walked(handshake):
    walked = [step for script, settings in SCRIPTS for step in walk(script, handshake, **settings)]
    for row in set(transitions(handshake)) - OF_A_DOOR:
        if handshake == "two-way" and row[:2] == ("SYN-RECEIVED", "rcv RST"):
            continue  # no door leads to SYN-RECEIVED
        seen = [sent for state, into, sent in walked if (state, into) == (row.state, row.into)]
        assert any(row.sends in sent or not row.sends for sent in seen), row


def test_the_arrows_of_a_door():
    model = Model()
    door = model.listen()
    assert door.state == "LISTEN"
    door.close()
    assert door.state == "CLOSED"


@pytest.mark.parametrize("handshake", HANDSHAKES)
def test_no_other_arrow_is_walked(handshake):
    arrows = {(row.state, row.into) for row in transitions(handshake)}
    for script, settings in SCRIPTS:
        for state, into, _ in walk(script, handshake, **settings):
            assert state is None or (state, into) in arrows | {("ESTABLISHED", "CLOSED")}
