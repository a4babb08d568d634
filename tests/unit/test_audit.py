"""The audit counts what the tests of the pages report, and calls nothing met that was not looked at."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.book import test_keyboard, test_pages, test_steadiness
from tools import audit
from tools.audit import Case, Line, by_lighthouse, case_of, of_features, of_pages, of_standards, table
from tools.standards_text import Checked

AXE = "test_axe_finds_no_violation"
SHIFT = "test_nothing_on_a_page_moves_while_it_loads_and_is_scrolled"


def case(name: str, of: str = "", fault: str = "", module: str = "test_pages", **measured: float) -> Case:
    return Case(module, name, of, {name.replace("_", " "): value for name, value in measured.items()}, fault, False)


def line(lines: list[Line], what: str) -> Line:
    return next(line for line in lines if line.what.startswith(what))


def test_a_report_is_read_with_what_was_measured_and_why_it_failed() -> None:
    element = ElementTree.fromstring(
        '<testcase classname="tests.book.test_pages" name="test_a[one-390-dark]">'
        '<properties><property name="layout shift" value="0.02"/></properties>'
        '<failure message="assert [] ==&#10;  [1]"/></testcase>'
    )
    assert case_of(element) == Case(
        "test_pages", "test_a", "one-390-dark", {"layout shift": 0.02}, "assert [] == [1]", False
    )


def test_a_target_is_met_only_when_every_page_passes() -> None:
    found = line(of_pages([case(AXE, "one"), case(AXE, "two", fault="color-contrast")]), "axe")
    assert (found.found, found.met) == ("1 of 2", False)
    assert line(of_pages([case(AXE, "one")]), "axe").met


def test_what_was_not_looked_at_or_skipped_is_not_met() -> None:
    assert not any(line.met for line in of_pages([]))
    skipped = Case("test_pages", AXE, "one", {}, "", True)
    assert not line(of_pages([skipped]), "axe").met
    assert not by_lighthouse([])[0].met


def test_layout_shift_shows_the_greatest() -> None:
    found = line(of_pages([case(SHIFT, "a", layout_shift=0.0002), case(SHIFT, "b", layout_shift=0.0)]), "layout shift")
    assert found.found == "2 of 2, 0.0002 at most"


@pytest.mark.parametrize(("score", "met"), [(95, True), (94, False)])
def test_lighthouse_is_judged_by_the_lowest_score(score: int, met: bool) -> None:
    cases = [case(audit._LIGHTHOUSE, "a", desktop_performance=99), case(audit._LIGHTHOUSE, desktop_performance=score)]
    assert by_lighthouse(cases) == [Line("Lighthouse, desktop performance", f"{score} lowest of 2", "at least 95", met)]


def test_other_tests_are_counted_by_feature() -> None:
    cases = [case(AXE), case("test_it", module="test_drill"), case("test_that", fault="no", module="test_drill")]
    assert of_features(cases) == [Line("drill", "1 of 2", "all", False)]


def test_standards_without_a_text_are_said_and_a_fault_is_missed() -> None:
    assert of_standards(Checked(5, (), {"9700": 2})).found == "5 of 5; 2 more, of 1 RFC, have no text here"
    assert not of_standards(Checked(5, ("one",), {})).met
    assert not of_standards(Checked(0, (), {"9700": 2})).met, "nothing could be looked up"


def test_every_kind_names_a_test_that_is_there() -> None:
    modules = (test_pages, test_steadiness, test_keyboard)
    assert [name for name in audit.KINDS if not any(hasattr(module, name) for module in modules)] == []


def test_the_table_has_a_line_for_each_and_a_verdict() -> None:
    lines = table([Line("axe", "1 of 1", "all", True), Line("links", "0 of 1", "all", False)]).splitlines()
    assert [each.split()[-1] for each in lines] == ["verdict", "met", "missed"]


def test_the_command_fails_when_a_target_is_missed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(audit, "looked_at", lambda every_page: [case(AXE, "one", fault="color-contrast")])
    assert audit.main([]) == 1
    assert "test_axe_finds_no_violation[one]: color-contrast" in capsys.readouterr().out
