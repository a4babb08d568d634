"""Pictures: SVG that can stand in any page, the same bytes on every run, and words beside it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure

from labsupport import figures
from labsupport.figures import measured_picture, picture, sequence_diagram
from labsupport.figures.pictures import Picture
from labsupport.figures.theme import PALETTE, light
from labsupport.measured import without_measured
from labsupport.records import Conversation
from tests.unit.test_figures_samples import CLIENT, SAMPLES, SERVER, download, late_duplicate, post

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"

every_sample = pytest.mark.parametrize("name", SAMPLES)


def diagram(name: str) -> Picture:
    return sequence_diagram(SAMPLES[name](), title=name)


def plot() -> Figure:
    figure = Figure(figsize=(4, 2))
    axes = figure.add_subplot()
    axes.plot([0, 1, 2], [0, 1, 4], color=light("open"), marker="o", label="a < b & c")
    axes.bar([0, 1], [1, 2], color=light("state-time-wait"), hatch="//", edgecolor=light("paper"))
    axes.set_title("Costs", color=light("ink"))
    axes.legend()
    return figure


def ids(svg: str) -> set[str]:
    return set(re.findall(r'\bid="([^"]+)"', svg))


# --- the SVG of any figure


@every_sample
def test_every_diagram_is_well_formed_xml(name: str) -> None:
    root = ElementTree.fromstring(diagram(name).svg)
    assert root.tag == f"{SVG}svg"


@every_sample
def test_no_color_of_the_palette_is_written_without_its_role(name: str) -> None:
    bare = re.sub(r"var\(--fig-[a-z0-9-]+, #[0-9a-f]{6}\)", "", diagram(name).svg)
    assert re.findall(r"#[0-9a-fA-F]{6}\b", bare) == []


def test_each_role_falls_back_to_its_light_value() -> None:
    pairs = re.findall(r"var\(--fig-([a-z0-9-]+), (#[0-9a-f]{6})\)", diagram("post").svg)
    assert {"paper", "open", "data", "close", "ack", "ink", "muted", "state-time-wait"} <= set(dict(pairs))
    assert all(PALETTE[role].light == color for role, color in pairs)


def test_hatches_follow_the_theme_too() -> None:
    pattern = ElementTree.fromstring(picture(plot(), "Costs.").svg).find(f".//{SVG}pattern")
    assert pattern is not None
    assert pattern[0].attrib["style"] == f"fill:var(--fig-state-time-wait, {light('state-time-wait')})"


def test_colors_outside_the_palette_are_left_alone() -> None:
    figure = Figure()
    figure.add_subplot().plot([0, 1], color="#123456")
    assert "stroke:#123456" in picture(figure, "A line.").svg


def test_title_and_description_are_written_as_text() -> None:
    root = ElementTree.fromstring(picture(plot(), "Costs of a < b & c. They grow.", title="Costs <1>").svg)
    assert root.attrib["role"] == "img"
    assert [element.tag for element in root[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert [element.text for element in root[:2]] == ["Costs <1>", "Costs of a < b & c. They grow."]


def test_the_title_is_the_first_sentence_unless_given() -> None:
    assert "<title>Costs grow</title>" in picture(plot(), "Costs grow. Twice as many, four times.").svg


def test_a_picture_scales_with_its_page() -> None:
    root = ElementTree.fromstring(diagram("post").svg)
    assert root.attrib["viewBox"].startswith("0 0 380 ")
    assert "height" not in root.attrib
    assert "max-width:100%;height:auto" in root.attrib["style"]


def test_a_picture_brings_its_own_rounded_paper() -> None:
    root = ElementTree.fromstring(diagram("post").svg)
    paper = root.find(f"{SVG}rect")
    assert paper is not None
    assert (paper.attrib["width"], paper.attrib["height"], paper.attrib["rx"]) == ("100%", "100%", "6")
    assert paper.attrib["style"] == "fill:var(--fig-paper, #ffffff)"


def test_nothing_leaks_into_the_page() -> None:
    svg = diagram("post").svg
    assert not re.search(r"<style|<metadata|<!DOCTYPE|<\?xml|xlink|rdf", svg)


def test_text_stays_text_in_fonts_with_fallbacks() -> None:
    texts = ElementTree.fromstring(diagram("post").svg).findall(f".//{SVG}text")
    assert {"client", "server", "ESTABLISHED", "SYN\u2002seq=0"} <= {text.text for text in texts}
    stacks = {re.sub(r".*font-family:([^;]+).*", r"\1", text.attrib["style"]) for text in texts}
    assert stacks == {'"DejaVu Sans", Verdana, system-ui, sans-serif',
                      '"DejaVu Sans Mono", Menlo, Consolas, monospace'}


def test_two_drawings_on_one_page_share_no_id() -> None:
    one, other = diagram("post").svg, picture(plot(), "Costs.").svg
    assert ids(one) and ids(other)
    assert ids(one).isdisjoint(ids(other))


@pytest.mark.parametrize("svg", [diagram("post").svg, picture(plot(), "Costs.").svg], ids=["diagram", "plot"])
def test_every_reference_has_its_target(svg: str) -> None:
    wanted = set(re.findall(r"url\(#([^)]+)\)", svg)) | set(re.findall(r'href="#([^"]+)"', svg))
    assert wanted == ids(svg)


def test_mathematical_signs_in_a_title_are_no_markup() -> None:
    assert "costs $5 and $6" in sequence_diagram(post(), title="costs $5 and $6").svg


def test_a_diagram_of_eleven_segments_is_small() -> None:
    assert len(diagram("post").svg.encode()) < 35_000


# --- what is compared between runs


def test_the_drawing_of_a_diagram_is_marked_as_measured_and_its_words_are_not() -> None:
    shown = diagram("post")
    compared = without_measured(shown.svg)
    assert compared.count("<!--measured-->") == 2
    assert f"<title>post</title><desc>{shown.description}</desc>" in compared
    assert "81 ms" in shown.svg and "81 ms" not in compared and "viewBox" not in compared


def test_only_the_marked_part_changes_when_times_change() -> None:
    one, other = sequence_diagram(post(), title="POST"), sequence_diagram(post(late=31.7), title="POST")
    assert one.svg != other.svg
    assert without_measured(one.svg) == without_measured(other.svg)
    assert one.description == other.description


def test_a_figure_without_measured_values_carries_no_mark() -> None:
    shown = picture(plot(), "Costs.")
    assert "measured" not in shown.svg


def test_a_measured_figure_carries_the_marks_around_its_drawing() -> None:
    shown = measured_picture(plot(), "Costs grow.")
    assert without_measured(shown.svg) == (
        "<!--measured--><title>Costs grow</title><desc>Costs grow.</desc><!--measured--></svg>"
    )


def test_the_output_of_a_cell_is_the_svg_and_the_words() -> None:
    shown = diagram("post")
    assert shown._repr_mimebundle_() == {"image/svg+xml": shown.svg, "text/plain": shown.description}


def in_another_process(program: str, **variables: str) -> str:
    """What a program prints in a fresh interpreter."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"} | variables
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=60, check=True
                          ).stdout.decode()


@pytest.mark.parametrize("seed", ["1", "4242"])
def test_another_process_draws_the_same_bytes(seed: str) -> None:
    program = (
        "import sys; from labsupport.figures import picture, sequence_diagram;"
        "from tests.unit.test_figures_samples import late_duplicate;"
        "from tests.unit.test_figures_pictures import plot;"
        "sys.stdout.write(sequence_diagram(late_duplicate(), title='bytes').svg"
        " + picture(plot(), 'Costs.').svg)"
    )
    drawn = in_another_process(program, PYTHONHASHSEED=seed)
    assert drawn == sequence_diagram(late_duplicate(), title="bytes").svg + picture(plot(), "Costs.").svg


def test_the_readers_matplotlib_settings_are_left_as_they_were() -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    sequence_diagram(download(), title="settings")
    assert dict(matplotlib.rcParams) == before


# --- use in a notebook


def test_nothing_heavy_loads_before_the_first_figure() -> None:
    program = "import sys, labsupport.figures; print('matplotlib' in sys.modules, 'numpy' in sys.modules)"
    assert in_another_process(program).split() == ["False", "False"]


def test_the_layout_needs_neither_matplotlib_nor_numpy() -> None:
    program = (
        "import sys; sys.modules['matplotlib'] = sys.modules['numpy'] = None\n"
        "from labsupport.figures.sequence.layout import layout\n"
        "from labsupport.figures.sequence.words import describe\n"
        "from labsupport.records import Conversation, Endpoint, Segment\n"
        "a, b = Endpoint('192.0.2.1', 1), Endpoint('192.0.2.2', 2)\n"
        "syn = Segment(a, b, 1, 0, frozenset({'SYN'}), 1, b'', b'', b'', 5, (9,))\n"
        "conversation = Conversation(a, b, (syn,))\n"
        "print(len(layout(conversation, 't').arrows), describe(conversation, 't'))"
    )
    assert in_another_process(program).strip() == "1 t. The client sends: SYN seq=0."


def test_a_figure_of_pyplot_is_shown_once() -> None:
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, _ = pyplot.subplots()
    picture(figure, "Empty axes.")
    assert not pyplot.fignum_exists(figure.number)


def test_the_functions_stay_functions_after_their_modules_are_loaded() -> None:
    diagram("one segment")
    assert all(callable(getattr(figures, name)) for name in figures.__all__)


# --- plots of a chapter


def test_a_plot_is_as_wide_as_a_diagram() -> None:
    figure, _ = figures.subplots()
    assert picture(figure, "Empty axes.").svg.count('viewBox="0 0 380 ') == 1


def test_several_plots_come_as_an_array() -> None:
    _, (left, right) = figures.subplots(1, 2)
    assert left.figure is right.figure


def test_no_text_of_a_plot_is_too_small_for_a_phone() -> None:
    figure, axes = figures.subplots()
    axes.plot([0, 1], label="a line")
    axes.set(title="A title", xlabel="a label")
    axes.legend()
    sizes = re.findall(r"font-size:([\d.]+)px", picture(figure, "A line.").svg)
    sizes += re.findall(r"font:\s*([\d.]+)px", picture(figure, "A line.").svg)
    assert sizes and min(map(float, sizes)) * 390 / 380 >= 8.5


def test_a_title_and_a_legend_that_are_added_later_are_in_the_books_style() -> None:
    _, axes = figures.subplots()
    axes.plot([0, 1], label="a line")
    axes.set(title="A title")
    assert axes.get_title(loc="left") == "A title"
    assert axes.title.get_text() == "" and axes.legend().get_texts()[0].get_fontsize() == 9
    assert not axes.get_legend().get_frame_on()


# --- what cannot be shown


def test_what_is_no_figure_is_refused_with_the_remedy() -> None:
    with pytest.raises(TypeError, match=r"made of a matplotlib Figure, not list: pass `figure`"):
        picture([], "A list.")  # type: ignore[arg-type]


@pytest.mark.parametrize("make", [picture, measured_picture])
def test_a_picture_without_words_is_refused(make: type) -> None:
    with pytest.raises(ValueError, match="has no description: say in a sentence"):
        make(plot(), "  ")


def test_an_empty_conversation_is_refused_before_anything_is_drawn() -> None:
    with pytest.raises(ValueError, match="holds no segment"):
        sequence_diagram(Conversation(CLIENT, SERVER, ()), title="empty")
