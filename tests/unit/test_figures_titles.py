"""Titles: in the middle, in as many lines as they need, and as sentences."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsupport.figures import matrix, message_diagram, sequence_diagram, state_diagram, wire_strips
from labsupport.figures.pictures import Picture
from labsupport.figures.theme import WIDTH
from labsupport.figures.titles import sentence, title_height, title_lines
from labsupport.records import Message
from tests.unit.test_figures_samples import post

LONG = "Who may read this title, which is by far too long to stand in a single line, on the screen of a phone?"


def figures(title: str) -> list[Picture]:
    """One figure of each kind."""
    return [
        matrix({"ETag": {"Back": "none"}}, title=title, kinds={"none": "no request"}),
        message_diagram([Message("browser", "app", "GET /")], title=title), state_diagram(title=title),
        sequence_diagram(post(), title=title), wire_strips({"curl": post()}, title=title),
    ]


def test_a_short_title_is_one_line_in_the_middle() -> None:
    line, = title_lines("One POST", 8.0)
    assert (line.text, line.x, line.y, line.anchor) == ("One POST", WIDTH / 2, 15.0, "middle")
    assert title_height("One POST") == 14.0


def test_no_title_takes_no_room() -> None:
    assert title_lines("  ", 8.0) == () and title_height("") == 0


@given(st.text("abcdefgh -", max_size=300), st.floats(-50, 50))
def test_lines_stand_below_each_other_inside_the_figure_and_lose_nothing(title: str, top: float) -> None:
    lines = title_lines(title, top)
    assert all(line.box.left >= 0 and line.box.right <= WIDTH for line in lines)
    assert all(not one.box.overlaps(other.box) for one, other in pairwise(lines))
    assert "".join(line.text for line in lines).replace(" ", "") == title.replace(" ", "")
    assert all(top <= line.box.top and line.box.bottom <= top + title_height(title) for line in lines)


def test_every_figure_breaks_its_title_alike() -> None:
    lines = [line.text for line in title_lines(LONG, 0.0)]
    assert len(lines) == 2
    for drawn in figures(LONG):
        assert all(f">{line}</text>" in drawn.svg for line in lines)


@pytest.mark.parametrize(("text", "told"), [
    ("One POST", "One POST."), ("One POST.", "One POST."), ("Which one?", "Which one?"), ("One POST  ", "One POST."),
])
def test_a_sentence_ends_once(text: str, told: str) -> None:
    assert sentence(text) == told
