"""Each guard finds its fault: a sound notebook passes all, and each way to break it makes one speak."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chapters import guards
from tests.chapters.guards import Guard, faults
from tests.chapters.small_notebook import code_cell, printed, shown, sound_notebook, stored
from tools.notebooks import Cell, Notebook, read, text, write

Change = Callable[[Notebook], object]


def cell(notebook: Notebook, identity: str) -> Cell:
    found: Cell = next(cell for cell in notebook["cells"] if cell["id"] == identity)
    return found


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return stored(sound_notebook(), tmp_path)


ABOUT_ONE_FILE = [guard for guard in guards.GUARDS if guard is not guards.it_is_in_the_book]


@pytest.mark.parametrize("guard", ABOUT_ONE_FILE, ids=lambda guard: guard.__name__)
def test_a_sound_notebook_passes(guard: Guard, sound: Path) -> None:
    assert faults(guard, sound) == []


def edited(path: Path, change: Change) -> Path:
    """Change the stored notebook, as somebody would with an editor that keeps the form."""
    notebook = copy.deepcopy(read(path))
    change(notebook)
    write(path, text(notebook))
    return path


FAULTS: dict[str, tuple[Guard, str, Change]] = {
    "a cell without a count": (
        guards.every_cell_ran,
        "greeting",
        lambda n: cell(n, "greeting").update(execution_count=None, outputs=[]),
    ),
    "a cell that ran out of order": (
        guards.every_cell_ran,
        "greeting",
        lambda n: cell(n, "greeting").update(execution_count=9),
    ),
    "an empty cell": (guards.every_cell_ran, "greeting", lambda n: cell(n, "greeting").update(source="  ")),
    "a stored error": (
        guards.no_error_is_stored,
        "error",
        lambda n: cell(n, "error")["metadata"].pop("tags"),
    ),
    "an expected error that did not come": (
        guards.no_error_is_stored,
        "error",
        lambda n: cell(n, "error").update(outputs=[]),
    ),
    "an output taken out of the comparison": (
        guards.only_the_notice_is_uncompared,
        "greeting",
        lambda n: cell(n, "greeting")["metadata"].update(tags=["nbval-ignore-output"]),
    ),
    "a notice that nbval compares": (
        guards.only_the_notice_is_uncompared,
        "notice",
        lambda n: cell(n, "notice")["metadata"].update(tags=["evidence"]),
    ),
    "two notices": (
        guards.only_the_notice_is_uncompared,
        "greeting",
        lambda n: cell(n, "greeting")["metadata"].update(tags=["evidence", "nbval-ignore-output"]),
    ),
    "a notice that prints as well": (
        guards.only_the_notice_is_uncompared,
        "notice",
        lambda n: cell(n, "notice")["outputs"].append(printed("and more")),
    ),
    "something else tagged as the notice": (
        guards.only_the_notice_is_uncompared,
        "notice",
        lambda n: cell(n, "notice").update(outputs=[{**shown("1"), "execution_count": 1}]),
    ),
    "a comment to nbval": (
        guards.only_the_notice_is_uncompared,
        "greeting",
        lambda n: cell(n, "greeting").update(source="# NBVAL_IGNORE_OUTPUT\nprint('hello')"),
    ),
    "a cell that nbval skips": (
        guards.only_the_notice_is_uncompared,
        "greeting",
        lambda n: cell(n, "greeting")["metadata"].update(tags=["nbval-skip"]),
    ),
    "a raster image": (
        guards.every_picture_is_compared,
        "figure",
        lambda n: cell(n, "figure")["outputs"][0]["data"].update({"image/png": "aGVsbG8="}),
    ),
    "a picture measured through and through": (
        guards.every_picture_is_compared,
        "figure",
        lambda n: cell(n, "figure")["outputs"][0].update(
            data={
                "image/svg+xml": "<!--measured--><svg/><!--/measured-->",
                "text/plain": "<Figure size 640x480>",
            }
        ),
    ),
    "a text measured through and through": (
        guards.every_picture_is_compared,
        "duration",
        lambda n: cell(n, "duration")["outputs"][0].update(text="⟦80 ms⟧\n"),
    ),
    "a figure without an alternative text": (
        guards.every_figure_is_described,
        "figure",
        lambda n: cell(n, "figure")["metadata"].pop("mystnb"),
    ),
    "an empty alternative text": (
        guards.every_figure_is_described,
        "figure",
        lambda n: cell(n, "figure")["metadata"]["mystnb"]["image"].update(alt=" "),
    ),
    "one name for two observations": (
        guards.observations_have_names_of_their_own,
        "duration: 'syn' is the name of 2 observations",
        lambda n: (
            cell(n, "greeting").update(source="with network.capture('syn') as wire:\n    pass"),
            cell(n, "duration").update(source="seen = observe('syn', look, needs='ss')"),
        ),
    ),
    "names that differ in case alone": (
        guards.observations_have_names_of_their_own,
        "greeting: 'Syn' is the name of 2 observations",
        lambda n: cell(n, "greeting").update(source="lab.capture('syn'), lab.capture('Syn')"),
    ),
    "one name for a testimony and an observation": (
        guards.observations_have_names_of_their_own,
        "duration: 'back' is the name of 3 observations",
        lambda n: (
            cell(n, "greeting").update(source="both = testimony('back', look)"),
            cell(n, "duration").update(source="chromium.observe('back', look), chromium.screenshot('Back', look)"),
        ),
    ),
    "a saved editor state": (
        guards.the_form_is_canonical,
        "canonical",
        lambda n: cell(n, "greeting")["metadata"].update(collapsed=True),
    ),
    "an interpreter version": (
        guards.the_form_is_canonical,
        "canonical",
        lambda n: n["metadata"]["language_info"].update(version="3.11.7"),
    ),
    "outputs of another package": (
        guards.the_outputs_are_current,
        "labsupport",
        lambda n: n["metadata"].update(labsupport="0" * 64),
    ),
    "no digest at all": (
        guards.the_outputs_are_current,
        "labsupport",
        lambda n: n["metadata"].pop("labsupport"),
    ),
    "a long cell": (
        guards.cells_are_short,
        "26 lines",
        lambda n: cell(n, "greeting").update(source="\n".join(["x = 1"] * 26)),
    ),
    "a long line": (
        guards.cells_are_short,
        "85 characters",
        lambda n: cell(n, "greeting").update(source="print('" + "x" * 76 + "')"),
    ),
    "a semicolon at the end": (
        guards.cells_are_short,
        "semicolon",
        lambda n: cell(n, "greeting").update(source="print('hello');"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_guard_finds(fault: str, sound: Path) -> None:
    guard, named, change = FAULTS[fault]
    found = faults(guard, edited(sound, change))
    assert any(named in sentence for sentence in found), found


@pytest.mark.parametrize(
    "words",
    [
        "saved in /home/ada/book",
        "saved in C:\\Users",
        "on 2026-11-22",
        "Date: Sun, 22 Nov 2026 10:00:00 GMT",
        "http://127.0.0.1:45123/",
        "<object at 0x7f5f094b6750>",
    ],
)
def test_outputs_of_one_machine_are_found(words: str, sound: Path) -> None:
    path = edited(sound, lambda n: cell(n, "greeting")["outputs"][0].update(text=words))
    assert faults(guards.outputs_fit_every_machine, path)


@pytest.mark.parametrize(
    "words",
    [
        "saved in ⟦/home/ada/book⟧",
        "http://192.0.2.2:80/",
        "GET /home HTTP/1.1",
        "RFC 9293, August 2022",
        "0x1F",
    ],
)
def test_outputs_of_every_machine_pass(words: str, sound: Path) -> None:
    path = edited(sound, lambda n: cell(n, "greeting")["outputs"][0].update(text=words))
    assert faults(guards.outputs_fit_every_machine, path) == []


def test_one_id_for_two_cells_is_found(sound: Path) -> None:
    notebook = json.loads(sound.read_text(encoding="utf-8"))
    notebook["cells"][2]["id"] = notebook["cells"][3]["id"]
    found = list(guards.ids_are_unique(notebook, sound))
    assert found == ["duration: the id of 2 cells"]


NAMING = """
%matplotlib inline
with network.capture("opening") as wire:
    seen = observe("windows", look, needs="tshark")
def send(kind, port):
    with network.capture(f"{kind}-{port}.kept") as wire, network.capture(kind):
        wire.look("queue", look)
send("forged", 80)
heard = testimony("two-visits", look), chromium.observe("back", look, story=len)
chromium.screenshot("after-log-out", look, of="the page")
"""


def with_recordings(path: Path, *names: str) -> Path:
    """The notebook with cells that name observations, and with files of these names among its recordings."""
    edited(path, lambda n: cell(n, "greeting").update(source=NAMING))
    folder = path.parent / "recordings" / "small"
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch()
    return path


@pytest.mark.parametrize(
    "name",
    [
        "opening.json",
        "opening.client.pcap",
        "opening.server.pcap",
        "windows.json",
        "forged-80.kept.json",
        "forged.json",
        "two-visits.json",
        "two-visits.firefox.json",
        "back.json",
        "back.firefox.json",
        "after-log-out.json",
        "after-log-out.firefox.json",
    ],
)
def test_a_recording_that_a_cell_names_passes(name: str, sound: Path) -> None:
    assert faults(guards.every_recording_is_named, with_recordings(sound, name)) == []


@pytest.mark.parametrize(
    "name",
    [
        "openings.json",
        "an-opening.json",
        "opening",
        "opening.json.part",
        "opening.middle.pcap",
        "forged-80.json",
        "-80.kept.json",
        "firefox.json",
        "two-visits.opera.json",
        "two-visits.firefox.pcap",
        "two.firefox.json",
    ],
)
def test_a_recording_that_no_cell_names_is_found(name: str, sound: Path) -> None:
    [fault] = faults(guards.every_recording_is_named, with_recordings(sound, "opening.json", name))
    assert f"the recording {name};" in fault


def test_names_made_by_a_cell_are_not_held_against_each_other(sound: Path) -> None:
    twice = NAMING.replace("network.capture(kind)", "network.capture(f'{kind}-{port}.kept')")
    path = edited(sound, lambda n: cell(n, "greeting").update(source=twice))
    assert faults(guards.observations_have_names_of_their_own, path) == []


def test_a_notebook_outside_the_contents_is_found(sound: Path) -> None:
    assert faults(guards.it_is_in_the_book, sound) == ["_toc.yml does not name small.ipynb"]


def test_a_claim_edited_after_the_run_is_found(sound: Path) -> None:
    sound.with_suffix(".claims.yml").write_text("- id: new\n", encoding="utf-8")
    assert faults(guards.the_outputs_are_current, sound)


def test_a_semicolon_is_why_the_guard_exists(tmp_path: Path) -> None:
    notebook = {"cells": [code_cell("only", "value;")], "metadata": {}}
    assert faults(guards.cells_are_short, stored(notebook, tmp_path))
