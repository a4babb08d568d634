"""Look at every built page as readers meet it, and print one table: what was looked at, what was found, what is asked.

    python -m tools.audit                 # Lighthouse on one page of each kind, everything else on every page
    python -m tools.audit --every-page    # Lighthouse on every page too; half a minute for each

The tests below tests/book do the looking; this command counts what they report. What misses its target is named below
the table, with the reason. Exit status 1 when something does.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools import standards_text
from tools.kernels import ROOT

KINDS = {
    "test_axe_finds_no_violation": "axe, both themes, desktop and phone",
    "test_every_link_within_the_book_leads_somewhere": "links within the book",
    "test_a_page_says_nothing_to_the_console_and_finds_all_it_asks_for": "console, missing files",
    "test_a_page_asks_no_other_machine": "nothing from other hosts",
    "test_a_page_weighs_less_than_a_megabyte": "weight below 1 MB",
    "test_a_phone_never_scrolls_a_page_sideways": "phone, no sideways scrolling",
    "test_every_picture_has_a_name": "pictures have names",
    "test_no_light_box_stands_on_the_dark_page": "dark theme, no light boxes",
    "test_a_page_describes_itself": "title and description",
    "test_nothing_on_a_page_moves_while_it_loads_and_is_scrolled": "layout shift, desktop and phone",
    "test_nothing_moves_by_itself_for_a_reader_who_wants_less_motion": "reduced motion",
    "test_the_first_tab_offers_the_way_past_the_navigation": "keyboard, first Tab",
    "test_each_tab_goes_on_to_something_that_can_be_seen": "keyboard, focus in sight",
    "test_no_element_jumps_the_queue_and_no_control_is_left_out": "keyboard, everything in reach",
}
"""The tests that are made on every page, and what they look at."""

_LIGHTHOUSE = "test_lighthouse_scores"
_SHIFT = "layout shift"
_LEAST = {"desktop performance": 95, "phone performance": 90}
_FULL = 100
_TITLES = ("what", "found", "target", "verdict")
_LONGEST = 300


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    what: str
    found: str
    target: str
    met: bool

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """What stands in the columns."""
        return self.what, self.found, self.target, "met" if self.met else "missed"


@dataclass(frozen=True)
class Case:
    """One test: its name and parameters, what it measured, and why it failed; empty where it did not."""

    module: str
    name: str
    of: str
    measured: dict[str, float]
    fault: str
    skipped: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Look, print the table and the reasons; 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="audit", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--every-page", action="store_true", help="let Lighthouse look at every page")
    options = parser.parse_args(arguments)
    cases = list(looked_at(every_page=options.every_page))
    citations = standards_text.check([*standards_text.in_claims(), *standards_text.in_prose()])
    lines = [*by_lighthouse(cases), *of_pages(cases), *of_features(cases), of_standards(citations)]
    print(table(lines))
    for case in cases:
        if case.fault:
            print(f"\n{case.name}[{case.of}]: {case.fault}")
    for fault in citations.faults:
        print(f"\n{fault}")
    return int(not all(line.met for line in lines))


def looked_at(every_page: bool) -> Iterator[Case]:
    """Run the tests of the pages and read what they report. Raises RuntimeError where they cannot run."""
    with tempfile.TemporaryDirectory(prefix="audit-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", "tests/book"]
        variables = os.environ | ({"AUDIT": "all"} if every_page else {})
        done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"the pages cannot be tested: {(done.stdout + done.stderr).strip()[-500:]}")
        yield from map(case_of, ElementTree.parse(report).iter("testcase"))


def case_of(element: ElementTree.Element) -> Case:
    """One test of a report."""
    name, _, of = element.attrib["name"].partition("[")
    measured = {each.attrib["name"]: float(each.attrib["value"]) for each in element.iter("property")}
    faults = [child for child in element if child.tag in ("failure", "error")]
    message = " ".join((faults[0].attrib.get("message") or "").split())[:_LONGEST] if faults else ""
    module = element.attrib["classname"].rpartition(".")[2]
    skipped = element.find("skipped") is not None
    return Case(module, name, of.rstrip("]"), measured, message or ("failed" if faults else ""), skipped)


def by_lighthouse(cases: Iterable[Case]) -> list[Line]:
    """The lowest score of each category and device."""
    scores: dict[str, list[float]] = defaultdict(list)
    for case in cases:
        if case.name == _LIGHTHOUSE:
            for what, score in case.measured.items():
                scores[what].append(score)
    return [
        Line(f"Lighthouse, {what}", f"{min(seen):.0f} lowest of {len(seen)}", f"at least {least}", min(seen) >= least)
        for what, seen in sorted(scores.items())
        for least in (_LEAST.get(what, _FULL),)
    ] or [Line("Lighthouse", "not measured", "at least 90", False)]


def of_pages(cases: Sequence[Case]) -> list[Line]:
    """How many of the pages pass each test; for layout shift the greatest that was measured too."""
    lines = []
    for name, what in KINDS.items():
        line = _passed(what, [case for case in cases if case.name == name])
        shifts = [case.measured[_SHIFT] for case in cases if case.name == name and _SHIFT in case.measured]
        found = f"{line.found}, {max(shifts):.4f} at most" if shifts else line.found
        lines.append(Line(line.what, found, line.target, line.met))
    return lines


def of_features(cases: Iterable[Case]) -> list[Line]:
    """The other tests of the pages, by module: the search, the ledger, the drill, cells that run in the page."""
    modules: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        if case.name not in KINDS and case.name != _LIGHTHOUSE:
            modules[case.module].append(case)
    return [_passed(module.removeprefix("test_").replace("_", " "), of) for module, of in sorted(modules.items())]


def of_standards(checked: standards_text.Checked) -> Line:
    """The sections of RFCs that the book names, looked up in their texts."""
    without = sum(checked.without_text.values())
    found = f"{checked.found} of {checked.found + len(checked.faults)}"
    if without:
        texts = len(checked.without_text)
        found += f"; {without} more, of {texts} RFC{'' if texts == 1 else 's'}, have no text here"
    met = bool(checked.found) and not checked.faults
    return Line("sections of RFCs, number and title", found, "all", met)


def table(lines: Iterable[Line]) -> str:
    """The lines in columns."""
    rows = [_TITLES, *(line.cells for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _passed(what: str, cases: Sequence[Case]) -> Line:
    passed = sum(not case.fault and not case.skipped for case in cases)
    return Line(what, f"{passed} of {len(cases)}", "all", bool(cases) and passed == len(cases))


if __name__ == "__main__":
    sys.exit(main())
