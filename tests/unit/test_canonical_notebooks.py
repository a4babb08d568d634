"""Two runs that show the same give the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labsupport.measured import in_text
from tests.chapters.small_notebook import code_cell, printed, shown, sound_notebook, stored
from tools.notebooks import Notebook, canonical, compared, digest, find, read, text, write


def one(*outputs: dict[str, object], **metadata: object) -> Notebook:
    cell = code_cell("only", "x", *outputs)
    return {"cells": [cell | {"metadata": metadata}], "metadata": {}}


def outputs(notebook: Notebook) -> list[dict[str, object]]:
    found: list[dict[str, object]] = canonical(notebook, "")["cells"][0]["outputs"]
    return found


def test_the_canonical_form_of_a_stored_notebook_is_itself(tmp_path: Path) -> None:
    path = stored(sound_notebook(), tmp_path)
    notebook = read(path)
    assert text(canonical(notebook, notebook["metadata"]["labsupport"])) == path.read_text(encoding="utf-8")


def test_code_cells_are_counted_from_one() -> None:
    counts = [cell.get("execution_count") for cell in canonical(sound_notebook(), "")["cells"]]
    assert counts == [None, 1, 2, 3, 4, 5]


def test_the_value_of_a_cell_has_the_count_of_its_cell() -> None:
    value = {**shown("2"), "execution_count": 17}
    assert outputs(one(value))[0]["execution_count"] == 1


def test_metadata_of_editors_is_dropped() -> None:
    cell = canonical(one(tags=["hide-input"], collapsed=True, execution={"t": 1}), "")["cells"][0]
    assert cell["metadata"] == {"tags": ["hide-input"]}


def test_the_version_of_the_interpreter_is_dropped() -> None:
    notebook = one() | {"metadata": {"language_info": {"name": "python", "version": "3.11.7"}, "widgets": {}}}
    assert "version" not in text(canonical(notebook, ""))


def test_pieces_of_one_stream_are_joined() -> None:
    err = {**printed("!"), "name": "stderr"}
    joined = outputs(one(printed("a"), printed("b"), err, printed("c")))
    assert [output["text"] for output in joined] == ["ab", "!", "c"]


def test_a_traceback_is_one_line_without_paths() -> None:
    error: dict[str, object] = {
        "output_type": "error",
        "ename": "KeyError",
        "evalue": "'a'",
        "traceback": ["\x1b[31m/home/ada/x.py"],
    }
    assert outputs(one(error))[0]["traceback"] == ["KeyError: 'a'"]


def test_styles_are_left_to_the_books_stylesheet() -> None:
    page = shown("x", {"text/html": "<style>\np { color: red }</style>\n<p>x</p>"})
    assert outputs(one(page))[0]["data"] == {"text/plain": "x", "text/html": "<p>x</p>"}


def test_the_style_inside_a_drawing_stays() -> None:
    drawing = shown("x", {"image/svg+xml": "<svg><style>*{}</style></svg>"})
    assert "<style>" in json.dumps(outputs(one(drawing)))


def test_measured_parts_are_not_compared() -> None:
    first, second = (one(printed(f"took {in_text(ms)}"))["cells"][0] for ms in (80, 81))
    assert first != second
    assert compared(first) == compared(second)


def test_words_are_compared() -> None:
    first, second = (one(printed(words))["cells"][0] for words in ("took 80", "took 81"))
    assert compared(first) != compared(second)


def package(folder: Path, source: str) -> Path:
    made = folder / "package"
    (made / "__pycache__").mkdir(parents=True, exist_ok=True)
    (made / "server.py").write_text(source, encoding="utf-8")
    return made


def test_the_digest_changes_with_the_package(tmp_path: Path) -> None:
    notebook = tmp_path / "small.ipynb"
    before = digest(notebook, package(tmp_path, "PORT = 0\n"))
    assert digest(notebook, package(tmp_path, "PORT = 1\n")) != before


def test_the_digest_does_not_change_with_what_runs_in_pages_only(tmp_path: Path) -> None:
    notebook, sources = tmp_path / "small.ipynb", package(tmp_path, "")
    before = digest(notebook, sources)
    (sources / "page").mkdir()
    (sources / "page" / "cells.py").write_text("", encoding="utf-8")
    assert digest(notebook, sources) == before


def test_the_digest_changes_with_the_claims(tmp_path: Path) -> None:
    notebook, sources = tmp_path / "small.ipynb", package(tmp_path, "")
    before = digest(notebook, sources)
    notebook.with_suffix(".claims.yml").write_text("[]", encoding="utf-8")
    assert digest(notebook, sources) != before


def test_the_digest_heeds_neither_caches_nor_line_endings(tmp_path: Path) -> None:
    notebook, sources = tmp_path / "small.ipynb", package(tmp_path, "PORT = 0\n")
    before = digest(notebook, sources)
    (sources / "__pycache__" / "server.pyc").write_bytes(b"\0")
    (sources / ".cache").write_bytes(b"\0")
    (sources / "server.py").write_bytes(b"PORT = 0\r\n")
    assert digest(notebook, sources) == before


def test_a_file_moved_in_the_package_changes_the_digest(tmp_path: Path) -> None:
    notebook, sources = tmp_path / "small.ipynb", package(tmp_path, "PORT = 0\n")
    before = digest(notebook, sources)
    (sources / "server.py").rename(sources / "site.py")
    assert digest(notebook, sources) != before


def test_copies_kept_by_an_editor_are_no_chapters(tmp_path: Path) -> None:
    (tmp_path / ".ipynb_checkpoints").mkdir()
    stored(one(), tmp_path / ".ipynb_checkpoints")
    assert find(tmp_path) == []


@pytest.mark.parametrize(
    "content", ["", "no JSON", "[]", "{}", '{"cells": 3, "nbformat": 4, "nbformat_minor": 5}']
)
def test_a_file_that_is_no_notebook_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "broken.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"broken\.ipynb is no notebook"):
        read(path)


def test_a_write_that_fails_leaves_the_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "small.ipynb"
    path.write_text("as it was", encoding="utf-8")
    with pytest.raises(UnicodeEncodeError):
        write(path, "half \udc80")
    assert path.read_text(encoding="utf-8") == "as it was"
    assert list(tmp_path.iterdir()) == [path]
