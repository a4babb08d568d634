"""What a reader does at the interview drill, by the keys alone, and what the browser keeps of it."""

from __future__ import annotations

import json
from typing import Any

from selenium.webdriver.common.keys import Keys

from tests.book.browser import VIEWS, Reader, View
from tests.book.ledgers import entries
from tests.book.seeing import press

DRILL = "chapters/practice/drill.html"
KEY = "protocols-on-trial.drill.v1"
VERDICTS = ("holds", "qualified", "outdated", "refuted", "unspecified")


def go_to(reader: Reader, fragment: str, view: View = VIEWS[0]) -> None:
    """Load the page from scratch."""
    reader.driver.get("about:blank")
    reader.visit(f"{DRILL}{fragment}", view)


def begin(reader: Reader) -> None:
    """Start a round with the keyboard."""
    reader.run("document.querySelector('#drill-setup-title').focus()")
    press(reader, Keys.ENTER)


def panel(reader: Reader) -> str:
    """Which part of the drill is open."""
    found: str = reader.run(
        "return ['setup', 'round', 'end'].find(name => !document.querySelector(`.drill-${name}`).hidden)"
    )
    return found


def question(reader: Reader) -> dict[str, Any]:
    """The claim that is asked, as its file has it."""
    asked = reader.run("return document.querySelector('#drill-question q').textContent")
    return next(entry.fields for entry in entries() if entry.fields["claim"] == asked)


def key_of(verdict: str) -> str:
    return str(VERDICTS.index(verdict) + 1)


def predict(reader: Reader, right: bool) -> dict[str, Any]:
    """Answer the question that is asked by the keys, rightly or wrongly; gives the claim."""
    claim = question(reader)
    other = "refuted" if claim["verdict"] == "holds" else "holds"
    press(reader, key_of(claim["verdict"] if right else other), "c", Keys.ENTER)
    return claim


def stored(reader: Reader) -> dict[str, Any]:
    """What the drill keeps in the browser."""
    state: dict[str, Any] = json.loads(reader.run("return localStorage.getItem(arguments[0])", KEY))
    return state


def play(reader: Reader, *rightly: bool) -> list[str]:
    """A whole round with these answers; gives the ids of its questions."""
    begin(reader)
    asked = []
    for right in rightly:
        asked.append(predict(reader, right)["id"])
        press(reader, Keys.ENTER)
    return asked


def as_a_newcomer(reader: Reader) -> None:
    """Load the page for somebody who has never been there."""
    go_to(reader, "")
    forget(reader)
    go_to(reader, "")


def forget(reader: Reader) -> None:
    """Leave nothing in the browser for the next test."""
    reader.run("localStorage.removeItem(arguments[0])", KEY)
