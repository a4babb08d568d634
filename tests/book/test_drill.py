"""The interview drill in a real browser: rounds by keyboard, its keys, paper, and readers without script."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest
from selenium.webdriver.common.keys import Keys

from tests.book.browser import Reader, View
from tests.book.drilling import DRILL, as_a_newcomer, begin, forget, go_to, panel, play, predict, stored
from tests.book.ledgers import entries
from tests.book.seeing import open_without_script, press, violations, without_script


@pytest.fixture
def drill(reader: Reader) -> Iterator[Reader]:
    """The page of the drill, for somebody who has never been there."""
    as_a_newcomer(reader)
    yield reader
    forget(reader)


# A round


def test_a_round_is_played_from_start_to_score_by_the_keyboard_alone(drill: Reader) -> None:
    asked = play(drill, *[True] * 7, *[False] * 3)
    assert len(set(asked)) == 10
    assert panel(drill) == "end"
    assert drill.run("return document.activeElement.textContent") == "7 of 10 right"
    missed = drill.run("return [...document.querySelectorAll('.drill-result a')].map(link => link.hash)")
    assert missed == [f"#claim-{claim}" for claim in asked[7:]]
    press(drill, Keys.ENTER)
    assert panel(drill) == "setup"


def test_the_verdict_comes_with_three_sentences_evidence_control_and_the_way_to_the_cell(drill: Reader) -> None:
    begin(drill)
    claim = predict(drill, right=False)
    assert drill.run("return document.activeElement.textContent").startswith("Missed: ")
    shown = drill.run("return document.querySelector('.drill-shown').innerText")
    assert claim["because"].split(". ")[0].split()[:5] == shown.split(f"{claim['verdict']} ")[1].split()[:5]
    assert "What the experiment saw" in shown and "Its control" in shown
    assert claim["standards"][0]["ref"] in shown
    link = drill.run("return document.querySelector('.drill-shown .drill-sources a:last-child').href")
    assert link.endswith(f".html#claim-{claim['id']}")


def test_nothing_is_told_before_the_prediction(drill: Reader) -> None:
    begin(drill)
    told = drill.run("return document.querySelector('.drill-verdict').checkVisibility()")
    press(drill, "1", Keys.ENTER)
    still = drill.run("return document.querySelector('.drill-verdict').checkVisibility()")
    assert (told, still) == (False, False), "a verdict without saying how sure one is"
    assert stored(drill)["answers"] == {}


def test_a_verdict_cannot_be_changed_once_it_is_known(drill: Reader) -> None:
    begin(drill)
    predict(drill, right=False)
    before = stored(drill)
    press(drill, "1", "2", "3", "4", "5", "g")
    assert stored(drill) == before
    assert drill.run("return document.querySelector('.drill-choices').disabled")


def test_a_round_of_a_topic_asks_that_topic_alone(drill: Reader) -> None:
    go_to(drill, "#topic=why-not-two")
    drill.run("document.querySelector('[name=size][value=all]').click()")
    begin(drill)
    ids = {entry.fields["id"] for entry in entries() if entry.page.endswith("/02-why-not-two")}
    assert set(stored(drill)["open"]["ids"]) == ids


def test_rounds_are_shuffled(drill: Reader) -> None:
    orders = set()
    for _ in range(4):
        drill.run("document.querySelector('[name=size][value=all]').click()")
        begin(drill)
        orders.add(tuple(stored(drill)["open"]["ids"]))
        drill.run("document.querySelector('[name=leave]').click()")
    book = tuple(entry.fields["id"] for entry in entries())
    assert len(orders) == 4 and book not in orders
    assert all(sorted(order) == sorted(book) for order in orders)


def test_how_sure_one_was_is_set_against_how_often_one_was_right(drill: Reader) -> None:
    play(drill, True, *[False] * 9)
    assert "certain: 1 of 10 right" in drill.run("return document.querySelector('.drill-result').innerText")


# Keys


def test_the_keys_are_shown_where_they_work(drill: Reader) -> None:
    begin(drill)
    keys = drill.run(
        "return [...document.querySelectorAll('.drill-round kbd')].filter(key => key.checkVisibility())"
        ".map(key => key.textContent)"
    )
    assert keys == ["1", "2", "3", "4", "5", "G", "F", "C", "Enter"]


def test_keys_outside_the_drill_and_shortcuts_of_the_browser_are_left_alone(drill: Reader) -> None:
    begin(drill)
    chosen = "return document.querySelector('.drill-prediction').elements.verdict.value"
    drill.run("document.activeElement.blur()")
    press(drill, "3")
    assert drill.run(chosen) == ""
    drill.run(
        "document.querySelector('#drill-question').dispatchEvent("
        "new KeyboardEvent('keydown', {key: '3', ctrlKey: true, bubbles: true}))"
    )
    assert drill.run(chosen) == ""


def test_a_field_keeps_its_keys(drill: Reader) -> None:
    drill.run("document.querySelector('.drill-setup [name=topic]').focus()")
    press(drill, "g")
    assert panel(drill) == "setup"
    assert drill.run("return document.querySelector('[name=topic]').selectedIndex") >= 0


# Everybody


@pytest.mark.parametrize("view", [View(1280, "light"), View(390, "dark")], ids=str)
def test_axe_finds_no_violation_in_any_state(drill: Reader, axe: str, view: View) -> None:
    go_to(drill, "", view)
    found = {"setup": violations(drill, axe, ".drill-console")}
    begin(drill)
    found["question"] = violations(drill, axe, ".drill-console")
    predict(drill, right=False)
    found["verdict"] = violations(drill, axe, ".drill-console")
    press(drill, Keys.ENTER)
    drill.run("document.querySelector('[name=leave]').click()")
    found["end"] = violations(drill, axe, ".drill-console")
    drill.run("document.querySelector('[name=reset]').click()")
    found["dialog"] = violations(drill, axe, ".drill-console")
    press(drill, Keys.ESCAPE)
    opened = "#questions-tcp > details, #questions-why-not-two details"
    drill.run("for (const one of document.querySelectorAll(arguments[0])) one.open = true", opened)
    found["list"] = violations(drill, axe, "#questions-why-not-two")
    assert found == {state: [] for state in found}


def test_no_state_is_wider_than_a_phone(drill: Reader) -> None:
    go_to(drill, "", View(390, "light"))
    widths = [drill.run("return document.documentElement.scrollWidth")]
    begin(drill)
    widths.append(drill.run("return document.documentElement.scrollWidth"))
    predict(drill, right=False)
    widths.append(drill.run("return document.documentElement.scrollWidth"))
    press(drill, Keys.ENTER)
    drill.run("document.querySelector('[name=leave]').click()")
    widths.append(drill.run("return document.documentElement.scrollWidth"))
    assert widths == [390] * 4


def test_nothing_moves_for_readers_who_ask_for_that(drill: Reader) -> None:
    wish = [{"name": "prefers-reduced-motion", "value": "reduce"}]
    drill.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": wish})
    begin(drill)
    moving = [drill.run("return document.getAnimations().length")]
    predict(drill, right=True)
    moving.append(drill.run("return document.getAnimations().length"))
    assert moving == [0, 0]
    assert drill.run("return getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_without_script_every_question_opens_to_its_answer(reader: Reader) -> None:
    with without_script(reader):
        open_without_script(reader, DRILL)
        assert not reader.run("return document.querySelector('.drill-console').checkVisibility()")
        listed = reader.run(
            "return [...document.querySelectorAll('li[data-question]')].map(one => one.dataset.question)"
        )
        assert listed == [entry.fields["id"] for entry in entries()]
        reader.driver.execute_script("document.querySelector('.drill-chapter > summary').focus()")
        press(reader, Keys.ENTER, Keys.TAB, Keys.ENTER)
        answer = "return document.querySelector('li[data-question] .drill-answer').checkVisibility()"
        assert reader.run(answer)


# Paper


def test_on_paper_the_questions_of_the_topic_come_first_and_the_answers_on_pages_of_their_own(drill: Reader) -> None:
    go_to(drill, "#topic=tcp")
    claims = [entry.fields["claim"] for entry in entries() if "/3-tcp/" in entry.page]
    drill.run("dispatchEvent(new Event('beforeprint'))")
    drill.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        asked = drill.run("return [...document.querySelectorAll('.drill-asked q')].map(one => one.textContent)")
        assert asked == claims
        assert drill.run("return document.querySelectorAll('.drill-answers li').length") == len(claims)
        assert drill.run("return getComputedStyle(document.querySelector('.drill-answers')).breakBefore") == "page"
        told = drill.run("return document.querySelector('.drill-asked').innerText")
        assert "Observed:" not in told
        for hidden in (".drill-console", ".drill-chapter"):
            assert not drill.run("return document.querySelector(arguments[0]).checkVisibility()", hidden)
    finally:
        drill.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
        drill.run("dispatchEvent(new Event('afterprint'))")
    assert drill.run("return document.querySelector('.drill-sheet').childElementCount") == 0


def test_the_browser_prints_the_chosen_topic(drill: Reader) -> None:
    go_to(drill, "#topic=why-not-two")
    drill.run(
        "addEventListener('beforeprint', () => {"
        "  window.printed = document.querySelectorAll('.drill-asked li').length;"
        "})"
    )
    pdf = base64.b64decode(drill.driver.execute_cdp_cmd("Page.printToPDF", {})["data"])
    assert drill.run("return window.printed") == sum(entry.page.endswith("/02-why-not-two") for entry in entries())
    assert 2 <= pdf.count(b"/Type /Page\n") <= 4
