"""A cell in a page shows what it would show in a notebook."""

from __future__ import annotations

import json
import weakref

import IPython.display
import pytest
from IPython.core import display_functions

from labsupport import page, shell
from labsupport.errors import ReaderError, Unavailable
from labsupport.page import imports, outputs
from labsupport.page.cells import Cells


@pytest.fixture
def run():
    """Runs cells one after the other; each gives its outputs."""
    cells = Cells()

    def outputs_of(source):
        outputs: list[dict[str, object]] = []
        sound = cells.run(source, outputs.append)
        assert sound == all(output["output_type"] != "error" for output in outputs)
        return outputs

    yield outputs_of
    shell.use(None)


def test_the_last_expression_is_the_result(run):
    assert run("x = 2\nx + 1") == [
        {"output_type": "execute_result", "data": {"text/plain": "3"}, "metadata": {}, "execution_count": 1}
    ]


def test_what_a_cell_makes_the_next_one_has(run):
    run("x = 20")
    (shown,) = run("x + 2")
    assert (shown["data"]["text/plain"], shown["execution_count"]) == ("22", 2)


@pytest.mark.parametrize("source", ["x = 1", "None", "3;", "3; # quiet", ""])
def test_some_cells_show_nothing(run, source):
    assert run(source) == []


def test_a_semicolon_in_a_text_silences_nothing(run):
    assert run("'a;'")[0]["data"]["text/plain"] == "'a;'"


def test_what_is_printed_and_displayed_comes_in_order(run):
    shown = run("import sys\nprint(1)\ndisplay(2)\nprint(3)\nprint(4, file=sys.stderr)")
    assert [output.get("text") or output["data"]["text/plain"] for output in shown] == ["1\n", "2", "3\n", "4\n"]
    assert [output.get("name") for output in shown] == ["stdout", None, "stdout", "stderr"]


def test_a_value_is_shown_in_every_form_it_has(run):
    shown = run(
        "class Both:\n    def _repr_html_(self): return '<b>b</b>'\n    def __repr__(self): return 'both'\nBoth()"
    )
    assert shown[0]["data"] == {"text/html": "<b>b</b>", "text/plain": "both"}


def test_a_long_value_is_written_on_several_lines_as_ipython_does(run):
    from IPython.lib.pretty import pretty

    value = {f"key {number}": list(range(8)) for number in range(4)}
    assert run(repr(value))[0]["data"]["text/plain"] == pretty(value)


def test_an_error_shows_the_readers_own_lines_only(run):
    run("import json\ndef read(text):\n    return json.loads(text)")
    (error,) = run("read('{')")
    assert error["ename"] == "JSONDecodeError"
    told = "\n".join(error["traceback"])
    assert "return json.loads(text)" in told
    assert "read('{')" in told
    assert "decoder.py" not in told
    assert "cells.py" not in told


def test_an_error_for_the_reader_is_its_message_alone(run):
    (error,) = run("from labsupport.errors import ReaderError\nraise ReaderError('turn it on')")
    assert error["traceback"] == ["ReaderError: turn it on"]


def test_a_cell_that_is_no_python_is_an_error_of_the_cell(run):
    (error,) = run("1 +")
    assert error["ename"] == "SyntaxError"


@pytest.mark.parametrize("source", ["x = 1\n1 +", "import asyncio\nawait asyncio.sleep(0)"])
def test_an_error_of_the_syntax_names_the_line_and_nothing_of_the_machinery(run, source):
    (error,) = run(source)
    told = "\n".join(error["traceback"])
    assert 'File "cell 1", line 2' in told
    assert ".py" not in told


def test_input_says_that_nobody_can_be_asked(run):
    (error,) = run("input('your name? ')")
    assert error["ename"] == "Unavailable"
    assert "write the answer into the cell" in error["evalue"]


@pytest.mark.parametrize("source", ["for number in range(30_000): print(number)", "'x' * 200_000"])
def test_of_a_text_without_measure_the_beginning_is_shown_and_a_line_that_says_so(run, source):
    shown = run(source)
    texts = [output.get("text") or output["data"]["text/plain"] for output in shown]
    assert sum(map(len, texts[:-1])) == outputs.MOST_CHARACTERS
    assert texts[-1] == outputs.CUT


def test_what_comes_after_too_much_text_is_shown_where_it_is_no_text(run):
    shown = run(
        "class Bold:\n    def _repr_html_(self): return '<b>b</b>'\n"
        "print('x' * 200_000)\nprint('more')\ndisplay(Bold())\n1 / 0"
    )
    assert [output["output_type"] for output in shown] == ["stream", "stream", "display_data", "error"]


def test_a_chapter_that_is_begun_again_lets_go_of_what_was_made(monkeypatch, tmp_path):
    from labsupport.page import reading

    (tmp_path / "part").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(reading, "BOOK", tmp_path)
    monkeypatch.setattr(reading, "_entered", True)
    monkeypatch.setattr(reading, "_cells", None)
    reading.begin("part/chapter")
    reading.run("class Thing: pass\nthing = Thing()", lambda output: None)
    assert reading._cells is not None
    thing = weakref.ref(reading._cells._names["thing"])
    reading.begin("part/chapter")
    assert thing() is None


def test_a_traceback_names_the_cell_by_its_number_on_the_page():
    cells = Cells()
    outputs: list[dict[str, object]] = []
    cells.run("def divide(number):\n    return number / 0", outputs.append, 4)
    cells.run("divide(1)", outputs.append, 7)
    lines = outputs[0]["traceback"]
    assert isinstance(lines, list)
    frames = [line for line in lines if line.startswith("  File")]
    assert frames == ['  File "cell 7", line 1, in <module>', '  File "cell 4", line 2, in divide']


def test_an_error_leaves_the_names_that_were_made_before_it(run):
    run("x = 1\n1 / 0")
    assert run("x")[0]["data"]["text/plain"] == "1"


def test_a_missing_package_takes_no_other_import_away(run, monkeypatch):
    monkeypatch.setattr(imports, "ELSEWHERE", ("absent",))
    assert run("import absent.part\nfrom absent import Thing, Failure\nimport json") == []
    assert run("try:\n    json.loads('1')\nexcept Failure:\n    pass") == []
    (error,) = run("Thing.made()")
    assert error["ename"] == "Unavailable"
    assert "the package absent" in error["evalue"]


@pytest.fixture
def shown_by_ipython(monkeypatch):
    """What a cell changes of IPython is as before after the test."""
    for module in (IPython.display, display_functions):
        for name in display_functions.__all__:
            monkeypatch.setattr(module, name, getattr(module, name))


def test_ipython_shows_its_values_in_the_page(run, shown_by_ipython):
    run("from IPython.display import HTML, Image, Markdown, clear_output, display")
    first, second = run("display(HTML('<b>1</b>'))\nMarkdown('*2*')")
    assert first["output_type"] == "display_data"
    assert first["data"] == {"text/html": "<b>1</b>", "text/plain": "<IPython.core.display.HTML object>"}
    assert second["output_type"] == "execute_result"
    assert second["data"]["text/markdown"] == "*2*"
    (picture,) = run("Image(data=b'\\x89PNG\\r\\n\\x1a\\n' + bytes(30), width=5)")
    assert picture["data"]["image/png"].startswith("iVBORw0KGgo")


def test_an_output_of_the_page_cannot_be_changed_afterwards(run, shown_by_ipython):
    (error,) = run("import IPython.display as shown\nshown.clear_output(wait=True)")
    assert error["ename"] == "Unavailable"
    assert "IPython's clear_output()" in error["evalue"]


def test_an_import_that_nobody_has_fails_as_ever(run):
    (error,) = run("import no_such_module_anywhere")
    assert error["ename"] == "ModuleNotFoundError"


def test_a_playground_is_called_with_json():
    from labsupport.page import asked

    answer = page.call("labsupport.page.asked.number", json.dumps(
        {"name": "x", "given": 2, "least": 0, "most": 9, "unit": "one"}))
    assert json.loads(answer) == asked.number("x", 2, 0, 9, "one")


@pytest.mark.parametrize("name", ["os.system", "labsupport.doctor.main", "labsupport.page._own", "labsupport.page."])
def test_nothing_but_functions_of_pages_can_be_called(name):
    with pytest.raises(ReaderError, match="no function of a page"):
        page.call(name, "{}")


def test_a_cell_before_any_chapter_is_refused(monkeypatch):
    from labsupport.page import reading

    monkeypatch.setattr(reading, "_cells", None)
    with pytest.raises(ReaderError, match="begin"):
        page.run("1", print)


def test_what_is_missing_names_the_remedy():
    with pytest.raises(Unavailable, match="make lab"):
        imports._missing("Fernet", "cryptography")()
