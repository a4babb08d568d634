"""`refresh` stores what a run shows, keeps what did not change, and never stores a failed run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chapters import guards
from tests.chapters.small_notebook import NOTICE, code_cell, svg
from tools import readme_figure, refresh
from tools.kernel_channels import PORTS_ONLY
from tools.kernels import ROOT
from tools.notebooks import Cell, Notebook, canonical, read, text, write

CLOCK = "import time\nprint(f'it is ⟦{time.time_ns()}⟧')"
COUNT = "from pathlib import Path\nlen(Path('counted').read_text())"
EVIDENCE = (
    "import time\nclass Notice:\n    def __repr__(self): return f'at {time.time_ns()}'\n"
    f"    def _repr_html_(self):\n        notice = '{NOTICE}'\n"
    "        return f'{notice} {time.time_ns()}'\nNotice()"
)


@pytest.fixture
def chapter(tmp_path: Path) -> Path:
    """A notebook that never ran: a clock, a notice, and a cell that counts the letters of a file."""
    (tmp_path / "counted").write_text("abc", encoding="utf-8")
    cells = [
        code_cell("notice", EVIDENCE, tags=["evidence", "nbval-ignore-output"]),
        code_cell("clock", CLOCK),
        code_cell("count", COUNT),
    ]
    return written(tmp_path / "small.ipynb", *cells)


def written(path: Path, *cells: Cell) -> Path:
    write(path, text(canonical({"cells": list(cells), "metadata": {}}, "")))
    return path


def shown(notebook: Notebook, identity: str) -> str:
    cell = next(cell for cell in notebook["cells"] if cell["id"] == identity)
    output = cell["outputs"][0]
    return str(output["text"] if "text" in output else output["data"]["text/plain"])


def test_a_refreshed_notebook_passes_the_guards(chapter: Path) -> None:
    assert refresh.main([str(chapter)]) == 0
    for guard in guards.GUARDS:
        if guard is not guards.it_is_in_the_book:
            assert guards.faults(guard, chapter) == []


def test_a_second_run_leaves_no_difference(chapter: Path) -> None:
    refresh.main([str(chapter)])
    before = chapter.read_bytes()
    assert refresh.main(["--check", str(chapter)]) == 0
    refresh.main([str(chapter)])
    assert chapter.read_bytes() == before


def test_what_changed_is_stored_and_measured_parts_stay(chapter: Path) -> None:
    refresh.main([str(chapter)])
    before = read(chapter)
    chapter.with_name("counted").write_text("abcd", encoding="utf-8")
    refresh.main([str(chapter)])
    after = read(chapter)
    assert (shown(before, "count"), shown(after, "count")) == ("3", "4")
    assert shown(after, "clock") == shown(before, "clock")
    assert shown(after, "notice") == shown(before, "notice")


def test_redraw_stores_measured_parts_anew(chapter: Path) -> None:
    refresh.main([str(chapter)])
    before = read(chapter)
    refresh.main(["--redraw", str(chapter)])
    after = read(chapter)
    assert shown(after, "clock") != shown(before, "clock")
    assert shown(after, "notice") != shown(before, "notice")


def test_check_writes_nothing(chapter: Path) -> None:
    before = chapter.read_bytes()
    assert refresh.main(["--check", str(chapter)]) == 1
    assert chapter.read_bytes() == before


def test_a_cell_that_fails_is_named_and_nothing_is_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "small.ipynb", code_cell("fine", "x = 1"), code_cell("broken", "y = x / 0"))
    before = path.read_bytes()
    assert refresh.main([str(path)]) == 1
    message = capsys.readouterr().err
    assert "small.ipynb: cell 2 (broken): ZeroDivisionError: division by zero" in message
    assert "y = x / 0" in message
    assert path.read_bytes() == before


def test_an_error_that_is_the_lesson_is_stored(tmp_path: Path) -> None:
    path = written(tmp_path / "small.ipynb", code_cell("lesson", "1 / 0", tags=["raises-exception"]))
    assert refresh.main([str(path)]) == 0
    assert read(path)["cells"][0]["outputs"][0]["traceback"] == ["ZeroDivisionError: division by zero"]


@pytest.mark.parametrize(("option", "value"), [((), "missing"), (("--record",), "all")])
def test_the_cells_are_told_what_to_record(tmp_path: Path, option: tuple[str, ...], value: str) -> None:
    path = written(tmp_path / "small.ipynb", code_cell("told", "import os; print(os.environ['LAB_RECORD'])"))
    refresh.main([*option, str(path)])
    assert shown(read(path), "told") == f"{value}\n"


def test_the_kernel_has_no_ports_that_another_program_could_take(tmp_path: Path) -> None:
    ask = "from ipykernel.kernelapp import IPKernelApp; print(IPKernelApp.instance().transport)"
    path = written(tmp_path / "small.ipynb", code_cell("told", ask))
    assert refresh.main([str(path)]) == 0
    assert shown(read(path), "told") == ("tcp\n" if PORTS_ONLY else "ipc\n")


def test_a_check_records_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LAB_RECORD", "all")
    path = written(tmp_path / "small.ipynb", code_cell("told", "import os; os.environ['LAB_RECORD']"))
    assert refresh.main(["--check", str(path)]) == 1
    assert "KeyError: 'LAB_RECORD'" in capsys.readouterr().err


def test_to_check_and_to_record_at_once_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        refresh.main(["--check", "--record"])
    assert "not allowed with" in capsys.readouterr().err


@pytest.mark.parametrize("option", [(), ("--redraw",), ("--record",), ("--check",)])
def test_a_replay_is_never_stored(
    tmp_path: Path,
    option: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LAB_ENGINE", "recorded")
    monkeypatch.delenv("LAB_REQUIRE", raising=False)
    path = written(
        tmp_path / "small.ipynb", code_cell("notice", "from labsupport import chapter; chapter('small')")
    )
    before = path.read_bytes()
    assert refresh.main([*option, str(path)]) == 1
    message = capsys.readouterr().err
    assert "cell 1 (notice): Unavailable: the network instrument cannot run here" in message
    assert "Remedy: unset LAB_ENGINE" in message
    assert path.read_bytes() == before


DRAWING = f"""
class Drawing:
    def __repr__(self): return 'three arrows'
    def _repr_svg_(self): return {svg("three arrows")!r}
Drawing()
"""


@pytest.fixture
def headed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A notebook whose figure heads a README."""
    path = written(tmp_path / "small.ipynb", code_cell(readme_figure.CELL, DRAWING))
    monkeypatch.setattr(readme_figure, "NOTEBOOK", path.resolve())
    monkeypatch.setattr(readme_figure, "FILE", tmp_path / "figures" / "head.svg")
    return path


def test_the_figure_of_the_readme_is_stored_with_the_notebook(
    headed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refresh.main([str(headed)]) == 0
    assert readme_figure.FILE.read_text(encoding="utf-8") == readme_figure.drawn(read(headed))
    refresh.main([str(headed)])
    assert f"the same  {readme_figure.FILE}" in capsys.readouterr().out


def test_a_figure_of_the_readme_that_is_out_of_date_fails_the_check(headed: Path) -> None:
    refresh.main([str(headed)])
    readme_figure.FILE.write_text("<svg/>", encoding="utf-8")
    assert refresh.main(["--check", str(headed)]) == 1
    assert readme_figure.FILE.read_text(encoding="utf-8") == "<svg/>"


def test_a_readme_without_its_figure_is_refused(headed: Path) -> None:
    written(headed, code_cell("another", DRAWING))
    with pytest.raises(SystemExit, match=r"shows no figure in a cell 'open-figure'.*readme_figure\.py"):
        refresh.main([str(headed)])


def test_a_kernel_that_dies_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "small.ipynb", code_cell("end", "import os; os._exit(3)"))
    assert refresh.main([str(path)]) == 1
    assert "the kernel died" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="only on Linux and macOS one process sends another Ctrl-C")
def test_ctrl_c_ends_every_kernel_and_stores_nothing(tmp_path: Path) -> None:
    waiting = "import pathlib, os, time; pathlib.Path(f'{os.getpid()}.started').touch(); time.sleep(50)"
    paths = [written(tmp_path / f"{name}.ipynb", code_cell("wait", waiting)) for name in "ab"]
    before = [path.read_bytes() for path in paths]
    command = [sys.executable, "-m", "tools.refresh", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as running:
        kernels = until(lambda: sorted(tmp_path.glob("*.started")), count=2)
        running.send_signal(signal.SIGINT)
        assert "stopped; no notebook was changed" in running.communicate(timeout=20)[1]
    assert [path.read_bytes() for path in paths] == before
    for kernel in kernels:
        with pytest.raises(ProcessLookupError):
            os.kill(int(kernel.stem), 0)


def until(look: Callable[[], list[Path]], count: int) -> list[Path]:
    """What `look` finds, as soon as there are so many; an error after half a minute."""
    for _ in range(300):
        if len(found := look()) == count:
            return found
        time.sleep(0.1)
    raise TimeoutError(f"{count} kernels did not start")


def test_a_notebook_edited_while_it_ran_is_not_overwritten(chapter: Path) -> None:
    refreshed = refresh.Refreshed(chapter, "an older text", "a new text")
    with pytest.raises(refresh.CellFailedError, match="was edited while it ran"):
        refreshed.store()


def test_an_edited_notebook_is_reported_beside_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edits_itself = "from pathlib import Path; _ = Path('a.ipynb').write_text('edited')"
    edited = written(tmp_path / "a.ipynb", code_cell("edits", edits_itself))
    other = written(tmp_path / "b.ipynb", code_cell("prints", "print('fine')"))
    assert refresh.main([str(tmp_path)]) == 1
    assert "a.ipynb was edited while it ran; refresh it again" in capsys.readouterr().err
    assert edited.read_text(encoding="utf-8") == "edited"
    assert shown(read(other), "prints") == "fine\n"


def test_a_path_without_a_notebook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"no notebook at .*missing"):
        refresh.main([str(tmp_path / "missing")])


def test_a_file_that_is_no_notebook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.ipynb").write_text("no JSON", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"broken\.ipynb is no notebook"):
        refresh.main([str(tmp_path)])
