"""The playground of TCP: what a reader decides is what the model runs, and the page tells it moment by moment."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labsupport.errors import ReaderError
from labsupport.network.model import Model
from labsupport.page.tcp import PRESETS, driven
from labsupport.page.tcp.run import Run
from labsupport.page.tcp.scenario import scenario
from labsupport.page.tcp.standing import standing

EMPTY: dict[str, Any] = {"handshake": "three-way", "server": "listens", "rtt_ms": 80, "time_wait_s": 60,
                         "actions": [], "fates": {}}
CONNECT = [0, "client", "connect"]
BY_NAME = {preset.name: dict(preset.scenario) for preset in PRESETS}
ANYTHING = st.recursive(st.one_of(st.text(max_size=9), st.integers(), st.none(), st.booleans(), st.floats()),
                        lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(max_size=9), inner)))


def play(*actions: list[object], **changed: object) -> dict[str, Any]:
    return driven(EMPTY | {"actions": [CONNECT, *actions]} | changed)


def text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def ends(answer: dict[str, Any]) -> list[str]:
    """The states of client and server, and how they stand to each other."""
    return re.findall(r"<strong>([^<]+)</strong>", answer["parts"]["ends"])


def flags(wanted: dict[str, Any]) -> list[str]:
    talk = Run(scenario(wanted)).conversation
    return [segment.flag_names for segment in talk] if talk else []


def test_a_connection_opens_in_three_steps() -> None:
    answer = play()
    assert answer["moments"] == [0, 40, 80, 120]
    assert ends(answer) == ["ESTABLISHED", "ESTABLISHED"]
    assert "Both ends are established" in answer["parts"]["ends"]
    assert answer["said"] == "#3 ACK arrives at the server. The server is now in ESTABLISHED."


def test_an_earlier_moment_shows_what_had_happened_by_then() -> None:
    answer = driven(EMPTY | {"actions": [CONNECT]}, at_ms=79)
    assert (answer["index"], answer["time"], ends(answer)) == (1, "40 ms", ["SYN-SENT", "SYN-RECEIVED"])
    assert answer["moments"] == [0, 40, 80, 120]
    assert "(on its way)" in answer["parts"]["segments"]
    assert "ACK arrives" not in answer["parts"]["telling"]


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_runs_and_every_program_gets_what_it_asks_for(preset: Any) -> None:
    assert Run(scenario(preset.scenario)).troubles == []
    answer = driven(json.loads(json.dumps(preset.scenario)))
    assert len(answer["moments"]) >= 3


@pytest.mark.parametrize("name, last, states", [
    ("whole", "2 MSL are over.", ["CLOSED", "CLOSED"]),
    ("lost-syn", "#4 ACK arrives", ["ESTABLISHED", "ESTABLISHED"]),
    ("old-syn-two", "#3 RST arrives", ["CLOSED", "CLOSED"]),
    ("old-syn-three", "#3 RST arrives", ["CLOSED", "LISTEN"]),
    ("ghost", "#2 SYN·ACK arrives", ["CLOSED", "ESTABLISHED"]),
    ("nobody", "#2 RST·ACK arrives", ["CLOSED", "CLOSED"]),
    ("assassination", "#11 RST arrives at the client", ["CLOSED", "CLOSED"]),
])
def test_a_preset_ends_as_its_chapter_says(name: str, last: str, states: list[str]) -> None:
    answer = driven(BY_NAME[name])
    assert answer["said"].startswith(last)
    assert ends(answer) == states


def test_the_ghost_is_named_and_found_out_when_it_speaks() -> None:
    assert "holds a connection that no client has" in driven(BY_NAME["ghost"])["parts"]["ends"]
    spoken = BY_NAME["ghost"] | {"actions": [*BY_NAME["ghost"]["actions"], [5000, "server", "send"]]}
    assert flags(spoken)[-2:] == ["PSH·ACK", "RST"]
    assert ends(driven(spoken)) == ["CLOSED", "CLOSED"]


def test_the_programs_call_what_the_model_calls() -> None:
    model = Model(rtt_ms=80)
    door = model.listen(7000)
    client = model.connect(door)
    model.run(seconds=0.2)
    client.send(b"hello")
    model.run(seconds=0.2)
    client.close()
    model.run(seconds=0.2)
    door.accepted[0].close()
    model.run()
    assert flags(BY_NAME["whole"]) == [segment.flag_names for segment in model.segments]


@pytest.mark.parametrize("fate, times", [
    (["in time"], "40 ms"), (["lost"], "never"), (["late", 3], "3000 ms"), (["twice", 3], "40 ms, 3000 ms"),
])
def test_the_wire_does_to_a_segment_what_the_reader_says(fate: list[object], times: str) -> None:
    rows = play(fates={"0": fate})["parts"]["segments"].split("</tr>")
    assert times in text(rows[1])
    assert re.findall(r'data-fate="([a-z ]+)" aria-pressed="true"', rows[1]) == [fate[0]]


def test_the_fate_of_the_second_segment_leaves_the_first_alone() -> None:
    assert flags(EMPTY | {"actions": [CONNECT], "fates": {"1": ["lost"]}})[:3] == ["SYN", "SYN·ACK", "SYN"]


def test_a_slower_wire_takes_longer() -> None:
    assert play(rtt_ms=200)["moments"] == [0, 100, 200, 300]


def test_time_wait_lasts_as_long_as_the_reader_says() -> None:
    whole = BY_NAME["whole"] | {"time_wait_s": 5}
    assert driven(whole)["time"] == "5640 ms"


def test_two_that_call_each_other_meet() -> None:
    assert ends(play([10, "server", "connect"], server="calls")) == ["ESTABLISHED", "ESTABLISHED"]


@pytest.mark.parametrize("action, changed, why", [
    ([10, "server", "send"], {}, "accept() has not returned a connection"),
    ([500, "client", "connect"], {}, "one connection is enough"),
    ([10, "server", "connect"], {}, "it listens, and waits to be called"),
    ([10, "server", "close"], {"server": "absent"}, "it has no connection"),
])
def test_what_a_program_cannot_do_is_told_when_it_tries(
    action: list[object], changed: dict[str, Any], why: str
) -> None:
    told = text(play(action, **changed)["parts"]["telling"])
    assert f"The {action[1]}'s program cannot {action[2]}: {why}" in told


def test_what_a_closed_program_sends_is_told_to_be_too_late() -> None:
    told = text(play([200, "client", "close"], [300, "client", "send"])["parts"]["telling"])
    assert "The client's program cannot send: this end cannot send: it is in FIN-WAIT-2" in told


def test_to_let_time_pass_is_a_moment_of_its_own() -> None:
    answer = play([620, "client", "pause"])
    assert (answer["time"], answer["said"]) == ("620 ms", "Time passes.")


def test_a_run_without_a_call_has_nothing_to_show() -> None:
    answer = driven(EMPTY)
    assert (answer["moments"], answer["index"], answer["time"]) == ([], 0, "0 ms")
    assert "Let the client connect." in answer["parts"]["sequence"]
    assert ends(answer) == ["CLOSED", "LISTEN"]


def test_both_diagrams_are_images_that_say_what_they_show() -> None:
    for part in ("sequence", "states"):
        svg = play()["parts"][part].removeprefix('<div class="trial-figure-frame">').removesuffix("</div>")
        root = ElementTree.fromstring(svg)
        assert root.attrib["role"] == "img"
        assert "SYN-SENT" in root.attrib["aria-label"]


def test_each_action_has_a_button_that_takes_it_out() -> None:
    actions = play([200, "client", "send"])["parts"]["actions"]
    assert re.findall(r'data-remove="(\d)"', actions) == ["0", "1"]
    assert 'aria-label="Remove: client: send, at 200 ms"' in actions


def test_the_same_run_is_told_the_same_way() -> None:
    assert driven(BY_NAME["assassination"]) == driven(BY_NAME["assassination"])


@pytest.mark.parametrize("states, in_flight, words", [
    (("ESTABLISHED", "ESTABLISHED"), 0, "the connection stands"), (("CLOSED", "ESTABLISHED"), 0, "Half-open"),
    (("CLOSED", "ESTABLISHED"), 1, "1 copy is on the way"), (("SYN-SENT", "LISTEN"), 2, "2 copies are on the way"),
    (("CLOSED", "LISTEN"), 0, "Neither end has a connection."), (("CLOSED", "CLOSED"), 1, "still on their way"),
    (("TIME-WAIT", "CLOSED"), 0, "TIME-WAIT keeps the ports"), (("FIN-WAIT-2", "CLOSE-WAIT"), 0, "The wire is silent"),
    (("SYN-SENT", "LISTEN"), 0, "no connection yet"),
    (("SYN-SENT", "SYN-RECEIVED"), 0, "no connection yet"), (("ESTABLISHED", "SYN-RECEIVED"), 0, "One end has a conn"),
    (("TIME-WAIT", "LAST-ACK"), 0, "The wire is silent"),
])
def test_how_two_ends_stand_to_each_other(states: tuple[str, str], in_flight: int, words: str) -> None:
    holds = {"client": False, "server": True}
    assert words in standing(dict(zip(("client", "server"), states, strict=True)), in_flight, holds)  # type: ignore[arg-type]


@pytest.mark.parametrize("changed, message", [
    ({"handshake": "four-way"}, "choose one of three-way, two-way"), ({"rtt_ms": 0}, "milliseconds from 2 to 2000"),
    ({"rtt_ms": None}, "the round-trip time is missing"), ({"actions": [[0, "client"]]}, "give all three"),
    ({"actions": [[-1, "client", "close"]]}, "the time of an action"), ({"actions": [CONNECT] * 41}, "41 entries"),
    ({"actions": [[0, "client", "__init__"]]}, "choose one of connect"), ({"fates": {"x": ["lost"]}}, "by its index"),
    ({"fates": {"0": []}}, "a fate is missing"), ({"fates": {"0": ["late", 301]}}, "seconds from 0 to 300"),
    ({"fates": {str(index): ["lost"] for index in range(61)}}, "61 entries"), ({"time_wait_s": 0}, "TIME-WAIT is 0"),
])
def test_what_is_no_scenario_is_told(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ReaderError, match=re.escape(message)):
        driven(EMPTY | changed)


ACTIONS = st.lists(st.tuples(st.floats(0, 3000), st.sampled_from(["client", "server"]),
                             st.sampled_from(["connect", "send", "shutdown", "close", "abort", "pause"])), max_size=8)
FATES = st.dictionaries(st.integers(0, 12).map(str), st.one_of(
    st.just(["lost"]), st.tuples(st.sampled_from(["late", "twice"]), st.floats(0, 5)).map(list)), max_size=6)


@settings(max_examples=25, deadline=None)
@given(ACTIONS, FATES, st.sampled_from(["three-way", "two-way"]), st.sampled_from(["listens", "calls", "absent"]),
       st.floats(0, 70_000))
def test_any_decisions_lead_to_a_run(
    actions: list[tuple[float, str, str]], fates: dict[str, list[object]], handshake: str, server: str, at_ms: float
) -> None:
    answer = driven(EMPTY | {"actions": actions, "fates": fates, "handshake": handshake, "server": server}, at_ms)
    assert answer["moments"] == sorted(answer["moments"])
    assert all(answer["parts"][part] for part in ("ends", "sequence", "states", "segments"))
    for part in ("sequence", "states"):
        assert "<script" not in answer["parts"][part]


@settings(max_examples=40, deadline=None)
@given(ANYTHING, ANYTHING)
def test_whatever_is_handed_over_gives_a_run_or_a_readers_error(given_: object, at_ms: object) -> None:
    for wanted in (given_, EMPTY | {"actions": given_}, EMPTY | {"fates": given_}, EMPTY | {"rtt_ms": given_}):
        try:
            driven(wanted, at_ms)
        except ReaderError as error:
            assert str(error)
