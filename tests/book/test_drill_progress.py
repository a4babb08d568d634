"""What the interview drill keeps in the browser: misses that come back, scores, rounds left open, and nothing more."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from selenium.webdriver.common.keys import Keys

from tests.book.browser import Reader
from tests.book.drilling import KEY, as_a_newcomer, begin, forget, go_to, panel, play, predict, question, stored
from tests.book.seeing import forget_requests, press, requests_since


@pytest.fixture
def drill(reader: Reader) -> Iterator[Reader]:
    """The page of the drill, for somebody who has never been there."""
    as_a_newcomer(reader)
    yield reader
    forget(reader)


# Misses come back


def test_a_missed_question_comes_back_in_the_next_round(drill: Reader) -> None:
    missed = set(play(drill, *[False] * 3, *[True] * 7)[:3])
    press(drill, Keys.ENTER)
    begin(drill)
    assert missed <= set(stored(drill)["open"]["ids"])


def test_the_missed_alone_can_be_drilled_and_a_miss_is_paid_by_two_right_answers(drill: Reader) -> None:
    (missed, *_) = play(drill, False, *[True] * 9)
    for left in (True, False):
        press(drill, Keys.ENTER)
        drill.run("document.querySelector('[name=pool][value=missed]').click()")
        assert play(drill, True) == [missed]
        assert (stored(drill)["answers"][missed]["step"] is not None) is left
    press(drill, Keys.ENTER)
    assert drill.run("return document.querySelector('[name=pool][value=missed]').disabled")


# Progress


def test_progress_survives_a_reload_and_stands_in_the_browser_alone(drill: Reader) -> None:
    forget_requests(drill)
    play(drill, *[True] * 4, *[False] * 6)
    assert requests_since(drill) == ()
    before, table = stored(drill), drill.run("return document.querySelector('.drill-scores').innerText")
    assert len(before["answers"]) == 10
    go_to(drill, "")
    assert stored(drill) == before
    assert drill.run("return document.querySelector('.drill-scores').innerText") == table
    assert drill.run("return document.cookie") == ""
    assert not [key for key in drill.run("return Object.keys(sessionStorage)") if "drill" in key]


def test_a_round_that_was_left_open_goes_on_where_it_was(drill: Reader) -> None:
    begin(drill)
    predict(drill, right=True)
    press(drill, Keys.ENTER)
    asked = question(drill)
    go_to(drill, "")
    drill.run("document.querySelector('[name=resume]').click()")
    assert drill.run("return document.querySelector('.drill-count').textContent").startswith("Question 2 of 10")
    assert question(drill) == asked


def test_progress_is_forgotten_after_a_question_and_not_before(drill: Reader) -> None:
    play(drill, *[True] * 10)
    drill.run("document.querySelector('[name=reset]').focus()")
    press(drill, Keys.ENTER)
    press(drill, Keys.ESCAPE)
    assert len(stored(drill)["answers"]) == 10
    drill.run("document.querySelector('[name=reset]').click(); document.querySelector('.drill-danger').focus()")
    press(drill, Keys.ENTER)
    drill.wait_for("return document.querySelector('.drill-score').hidden")
    assert drill.run("return localStorage.getItem(arguments[0])", KEY) is None


@pytest.mark.parametrize("spoiled", [
    "not json", '{"version": 2}', '{"version": 1, "round": "x"}', "null", "[]",
    '{"version": 1, "round": 1, "answers": {}, "open": {}}',
])
def test_progress_of_another_version_or_spoiled_counts_as_none(drill: Reader, spoiled: str) -> None:
    drill.run("localStorage.setItem(arguments[0], arguments[1])", KEY, spoiled)
    go_to(drill, "")
    begin(drill)
    assert panel(drill) == "round"


def test_questions_that_the_book_no_longer_has_do_no_harm(drill: Reader) -> None:
    answer = {"right": 0, "wrong": 1, "last": False, "step": 0, "due": 1}
    state = {"version": 1, "round": 1, "answers": {"gone": answer}, "open": {"ids": ["gone"], "results": []}}
    drill.run("localStorage.setItem(arguments[0], arguments[1])", KEY, json.dumps(state))
    go_to(drill, "")
    assert drill.run("return document.querySelector('.drill-open').hidden")
    play(drill, *[True] * 10)
    assert panel(drill) == "end"


def test_where_storage_is_denied_the_drill_goes_on_and_says_so(drill: Reader) -> None:
    denied = "Object.defineProperty(window, 'localStorage', {get() { if (document.readyState !== 'loading') throw new DOMException('denied', 'SecurityError'); return {getItem() {}, setItem() {}}; }})"  # noqa: E501
    script = drill.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": denied})
    try:
        go_to(drill, "")
        assert "keep nothing" in drill.run("return document.querySelector('.drill-note').textContent")
        play(drill, *[True] * 10)
        assert drill.run("return document.activeElement.textContent") == "10 of 10 right"
    finally:
        drill.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)
        go_to(drill, "")
