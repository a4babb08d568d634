"""When two runs are the same: all that passed and all states, none of the times."""

from dataclasses import replace

from labsupport import agree, trace
from labsupport.network.model import Handshake, Model, Step
from labsupport.records import Conversation, StateChange


def run(rtt_ms: float = 80, lost: int | None = None, handshake: Handshake = "three-way") -> Conversation:
    """A connection opens, carries a greeting and closes; the segment with one number is lost."""

    def policy(segment, index):
        return [] if index == lost else [rtt_ms / 2000]

    model = Model(rtt_ms=rtt_ms, policy=policy, handshake=handshake)
    door = model.listen()
    caller = model.connect(door)
    model.run(until=lambda: door.accepted)
    caller.send(b"hello")
    model.run(until=lambda: door.accepted[0].received)
    caller.close()
    model.run(seconds=1)
    door.accepted[0].close()
    model.run()
    return model.conversation


def crossing(first: str) -> Conversation:
    """Two that call each other; what the first sends leaves a tenth of a millisecond before what the other sends."""
    model = Model(rtt_ms=80)
    caller = model.connect(7000, port=7000)
    model.connect_from_server(caller)
    model.run()
    talk = model.conversation
    later = {end: 100_000 * (end != first) for end in ("client", "server")}
    moved = [
        replace(segment, sent_ns=segment.sent_ns + later[talk.sender(segment)]) for segment in talk
    ]
    return replace(talk, segments=tuple(sorted(moved, key=lambda segment: segment.sent_ns)))


def test_a_step_tells_all_of_a_segment_but_its_times():
    steps = trace(run())
    assert steps[:4] == (
        Step("client", "SYN", 0, None, 0, 1),
        Step("server", "SYN·ACK", 0, 1, 0, 1),
        Step("client", "ACK", 1, 1, 0, 1),
        Step("client", "PSH·ACK", 1, 1, 5, 1),
    )


def test_a_lost_segment_arrives_in_no_copy_and_a_duplicated_one_in_two():
    assert [step.copies for step in trace(run(lost=0))][:2] == [0, 1]
    model = Model(rtt_ms=80, policy=lambda segment, index: [0.04, 1.0] if index == 0 else [0.04])
    model.connect(model.listen())
    model.run()
    assert trace(model.conversation)[0].copies == 2


def test_how_far_apart_the_ends_are_makes_no_difference():
    assert run(rtt_ms=20).segments != run(rtt_ms=200).segments
    assert agree(run(rtt_ms=20), run(rtt_ms=200))


def test_of_two_segments_that_cross_the_clients_stands_first_whoever_was_quicker():
    assert crossing("client").segments[0].source != crossing("server").segments[0].source
    assert trace(crossing("client")) == trace(crossing("server"))
    assert [step.end for step in trace(crossing("server"))[:2]] == ["client", "server"]


def test_a_loss_is_a_difference():
    assert not agree(run(), run(lost=0))


def test_the_states_are_compared_too():
    one, other = run(), run(handshake="two-way")
    assert not agree(one, other)
    without = replace(one, states=tuple(change for change in one.states if change.state != "CLOSE-WAIT"))
    assert trace(without) == trace(one)
    assert not agree(without, one)


def test_when_a_state_was_entered_makes_no_difference():
    one = run()
    later = tuple(StateChange(change.at_ns + 5_000_000, change.end, change.state) for change in one.states)
    assert agree(one, replace(one, states=later))
