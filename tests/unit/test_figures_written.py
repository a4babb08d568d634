"""The canvas that writes SVG itself gives, to the letter, what matplotlib's gives; and needs nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labsupport.figures import (
    canvas,
    matrix,
    message_diagram,
    picture,
    sequence_diagram,
    state_diagram,
    wire_strips,
)
from labsupport.figures.canvas import Blank, Canvas, blank, head, lifeline, outline
from labsupport.figures.pictures import Picture
from labsupport.figures.placement import Box, Point
from labsupport.figures.plotted import Plotted
from labsupport.figures.shapes import Lifeline, Text
from labsupport.figures.theme import PALETTE
from labsupport.figures.written import Written
from tests import matrices, messages
from tests.unit import test_figures_samples, test_figures_states, test_figures_strips
from tests.unit.test_figures_pictures import in_another_process, plot

Shape = Callable[[Canvas], None]

BOX = Box.of([(10, 20), (50, 20), (50, 40), (10, 40)])
CONVERSATIONS = test_figures_samples.SAMPLES | {"crossing": test_figures_states.crossing}

FIGURES: dict[str, Callable[[], Picture]] = {
    "three-way states": partial(state_diagram, title="TCP"),
    "two-way states": partial(state_diagram, handshake="two-way", title="TCP"),
    "strips": partial(wire_strips, test_figures_strips.FIVE, title="Five"),
}
for _name, _make in CONVERSATIONS.items():
    FIGURES[f"sequence of {_name}"] = partial(sequence_diagram, _make(), title=f"{_name} — a < b & c")
    if _make().states:
        FIGURES[f"states of {_name}"] = partial(state_diagram, _make(), title=_name)
for _name, (_messages, _parties) in messages.SAMPLES.items():
    FIGURES[f"messages of {_name}"] = partial(message_diagram, _messages, title="Who", participants=_parties)
for _name, (_cells, _kinds) in matrices.SAMPLES.items():
    FIGURES[f"matrix of {_name}"] = partial(matrix, _cells, title="What", kinds=_kinds, note="A note.")


def written(figure: Callable[[], Picture], monkeypatch: pytest.MonkeyPatch) -> str:
    """A figure as it is where there is no matplotlib."""
    monkeypatch.setattr(canvas, "blank", lambda: Written)
    return figure().svg


def svg(shapes: list[Shape], make: Blank[Canvas], *, top: float = 0.0) -> str:
    empty = make(380, top, 300)
    for shape in shapes:
        shape(empty)
    return "".join(empty.drawing())


# --- the same drawing to the letter


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_the_same_to_the_letter(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert written(FIGURES[name], monkeypatch) == FIGURES[name]().svg


@pytest.mark.parametrize("shape", [
    lambda on: on.line([(0, 0), (5, 5), (9, 0)], "open", 1.0),
    lambda on: on.line([(0, 0), (5, 5)], "open", 1.7, "dashed"),
    lambda on: on.line([(0, 0), (5, 5)], "muted", 0.6, "dotted"),
    lambda on: on.area([(0, 0), (5, 5), (9, 0)], "data"),
    lambda on: on.rounded(BOX, 5, "cut"),
    lambda on: on.rounded(BOX, 0, "cut"),
    lambda on: on.rounded(BOX, 5, "cut", "ink", 1.2),
    lambda on: on.rounded(BOX, 5, "paper", "muted", 0.9, "dotted"),
    lambda on: on.disc((50, 40), 9, "data"),
    lambda on: on.tile(BOX, "content"),
    lambda on: on.tile(BOX, "content", "", "ink", 1.0),
    lambda on: on.tile(BOX, "content", "/", hatch_width=1.0),
    lambda on: on.text(Text(50, 50, "Ä → <&>\"'", 10, "muted", "bold", "end", 30)),
    lambda on: on.text(Text(50, 50, "costs $5 and $6", 8.7, "ink", "mono", "start", -120)),
    lambda on: on.text(Text(50, 50, "", 9, "ink")),
    lambda on: outline(on, BOX, "ink", 1.1, "dotted"),
    lambda on: lifeline(on, Lifeline(30, 10, 90, 0)),
])
def test_every_shape_is_the_same_to_the_letter(shape: Shape) -> None:
    assert svg([shape], Written, top=-12.5) == svg([shape], Plotted, top=-12.5)


@pytest.mark.parametrize("hatch", ["/", "\\", "-", "|"])
def test_every_hatch_is_the_same_and_written_once(hatch: Literal["/", "\\", "-", "|"]) -> None:
    shapes: list[Shape] = [lambda on: on.tile(BOX, "content", hatch, width=0.8)] * 2
    assert svg(shapes, Written) == svg(shapes, Plotted)
    assert svg(shapes, Written).count("<pattern") == 1


@pytest.mark.parametrize("quarters", [1, 2, 3, 4])
def test_every_mark_is_the_same_and_written_once(quarters: int) -> None:
    shapes: list[Shape] = [lambda on: on.marks([(20, 30), (40.125, 70)], 8, "paper", 1.0, quarters)] * 2
    assert svg(shapes, Written) == svg(shapes, Plotted)
    assert svg(shapes, Written).count("<defs>") == 1 and svg(shapes, Written).count("<use") == 4


lengths = st.integers(1_000, 299_000).map(lambda thousandths: thousandths / 1000)
places = st.tuples(lengths, lengths)
roles = st.sampled_from(sorted(PALETTE))
widths = st.sampled_from([0.6, 0.9, 1.0, 1.6, 2.0])
dashes = st.sampled_from(["solid", "dashed", "dotted"])
boxes = st.tuples(places, places).filter(lambda corners: corners[0] != corners[1]).map(
    lambda corners: Box.of([corners[0], (corners[1][0], corners[0][1]), corners[1], (corners[0][0], corners[1][1])]))
words = st.builds(Text, lengths, lengths, st.text("ab AB09<>&;\"'$·→…äß", min_size=1).map(str.strip).filter(bool),
                  st.sampled_from([8.7, 9.0, 10.5]), roles, st.sampled_from(["regular", "bold", "mono"]),
                  st.sampled_from(["start", "middle", "end"]), st.floats(-90, 90))


def calls(name: str, *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Shape]:
    """Calls of a canvas's method with these arguments."""
    return st.tuples(*arguments).map(lambda given: lambda on: getattr(on, name)(*given))


shapes = st.lists(st.one_of(
    calls("line", st.lists(places, min_size=2, max_size=5), roles, widths, dashes),
    calls("area", st.lists(places, min_size=3, max_size=5, unique=True), roles),
    calls("rounded", boxes, st.sampled_from([0.5, 2.0, 8.0]), roles, roles, widths, dashes),
    calls("disc", places, st.floats(1, 20), roles),
    calls("tile", boxes, roles, st.sampled_from(["", "/", "\\", "-", "|"]), roles, widths, widths),
    calls("marks", st.lists(places, min_size=1, max_size=3), st.sampled_from([8.0, 9.0]), roles, widths,
          st.integers(1, 4)),
    calls("text", words),
), max_size=8)


@given(shapes, st.sampled_from([0.0, -12.5]))
@settings(max_examples=40, deadline=None)
def test_any_drawing_is_the_same_to_the_letter(drawn: list[Shape], top: float) -> None:
    assert svg(drawn, Written, top=top) == svg(drawn, Plotted, top=top)


# --- where there is no matplotlib


def test_matplotlib_paints_where_it_is_installed() -> None:
    assert blank() is Plotted


ALONE = """
import sys
for name in ("matplotlib", "numpy", "PIL", "fontTools", "IPython"):
    sys.modules[name] = None
from labsupport.figures import Message, matrix, message_diagram, sequence_diagram, state_diagram, wire_strips
from labsupport.network.model import Model
model = Model()
caller = model.connect(door := model.listen())
model.run(until=lambda: door.accepted)
caller.send(b"GET / HTTP/1.1\\r\\n\\r\\n")
model.run(seconds=1)
conversation = model.conversation
for figure in (
    sequence_diagram(conversation, title="One"), state_diagram(conversation, title="Two"),
    wire_strips({"client": conversation}, title="Three"),
    matrix({"a": {"b": "full"}}, title="Four", kinds={"none": "nothing", "full": "all"}),
    message_diagram([Message("a", "b", "GET /")], title="Five"),
):
    assert "IPython" not in figure.svg
    sys.stdout.write(figure.svg + chr(10))
"""


def test_all_five_kinds_are_drawn_without_matplotlib_and_numpy_and_are_the_same() -> None:
    with_it = in_another_process(ALONE.replace('"matplotlib", "numpy", "PIL", "fontTools", "IPython"', '"IPython",'))
    without = in_another_process(ALONE)
    assert without == with_it and without.count("<svg") == 5


def test_drawing_loads_neither_matplotlib_nor_an_xml_parser() -> None:
    loaded = in_another_process(ALONE + "print([name for name in ('xml.etree.ElementTree', 'pyexpat') "
                                        "if sys.modules.get(name)])").splitlines()[-1]
    assert loaded == "[]"


def test_a_figure_of_the_reader_still_needs_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas, "blank", lambda: Written)
    assert "<pattern" in picture(plot(), "Costs.").svg


def test_a_plot_without_matplotlib_is_refused_with_the_remedy() -> None:
    told = in_another_process("import sys; sys.modules['matplotlib'] = None\n"
                              "from labsupport import subplots\n"
                              "try:\n    subplots()\nexcept Exception as error:\n"
                              "    print(type(error).__name__, error)")
    assert told.startswith("ReaderError a plot of your own needs matplotlib") and "JupyterLab" in told


# --- by itself


def test_a_text_is_written_as_text() -> None:
    root = ElementTree.fromstring(svg([lambda on: on.text(Text(9, 9, "a < b & 'c'", 9, "ink"))], Written))
    assert [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")] == ["a < b & 'c'"]


def test_a_text_that_looks_like_a_reference_stays_as_it_is() -> None:
    shapes: list[Shape] = [lambda on: on.tile(BOX, "content", "/"),
                           lambda on: on.text(Text(9, 9, "url(#nothing)", 9, "ink"))]
    assert ">url(#nothing)</text>" in svg(shapes, Written)


@pytest.mark.parametrize("make", [Written, Plotted])
def test_a_role_outside_the_palette_is_an_error(make: Blank[Canvas]) -> None:
    with pytest.raises(KeyError, match="magenta"):
        make(100, 0, 100).line([(0, 0), (5, 5)], "magenta", 1)


def test_a_head_lies_behind_its_tip() -> None:
    rear: tuple[Point, Point, Point] = head((0, 0), (0, 20), 7, 3)
    assert rear == ((-3, 13), (3, 13), (0, 13))
