"""The files of the pages' Python: the same from the same, made again when needed, beside the pages and no others."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from _ext.protocols_on_trial.python import mirror
from tools import page_python
from tools.page_archives import archive
from tools.page_cells import difference
from tools.page_reasons import ABOVE, LONG, OTHERWISE, PLOT, SUM, SYSTEM, THREADS, reason
from tools.page_runs import Ran


def failed(name, told, *lines):
    return Ran(False, [{"output_type": "error", "ename": name, "evalue": told, "traceback": list(lines)}])


def cell(source, name="this", outputs=()):
    return {"id": name, "source": source, "metadata": {}, "outputs": list(outputs), "execution_count": 3}


def test_an_archive_is_the_same_in_any_order_and_names_its_folders():
    one, other = archive({"a/b.py": b"1", "c": b"2"}), archive({"c": b"2", "a/b.py": b"1"})
    assert one == other
    assert zipfile.ZipFile(io.BytesIO(one)).namelist() == ["a/", "a/b.py", "c"]


def test_a_part_is_made_once_for_what_it_is_made_of(tmp_path, monkeypatch):
    monkeypatch.setattr(page_python, "MADE", tmp_path)
    made = []

    def make(folder):
        made.append(folder)
        (folder / "file").write_text("x")

    for made_of in ({"v": "1"}, {"v": "1"}, {"v": "2"}):
        page_python.kept("part", made_of, make)
    assert made == [tmp_path / "part"] * 2


def test_another_way_to_make_a_part_makes_it_again(tmp_path, monkeypatch):
    made_of = {}
    monkeypatch.setattr(page_python, "MADE", tmp_path)
    monkeypatch.setattr(page_python, "kept", lambda part, of, make: made_of.update({part: of}))
    page_python.make()
    code = Path(page_python.__file__).read_text(encoding="utf-8")
    assert {part: of["page_python.py"] for part, of in made_of.items()} == dict.fromkeys(
        ("core", "packages", "book"), code
    )


def test_what_is_compiled_for_a_machine_or_tests_it_is_left_out():
    assert page_python._wanted("yaml/__init__.py")
    assert page_python._wanted("certifi/cacert.pem")
    assert page_python._wanted("flask-3.dist-info/METADATA")
    for path in ("markupsafe/_speedups.so", "werkzeug/testing/x.py", "a/__pycache__/b.pyc", "../bin/flask",
                 "flask-3.dist-info/RECORD", "urllib3/contrib/emscripten/fetch.py"):
        assert not page_python._wanted(path), path


def test_the_files_beside_the_pages_are_those_that_were_made(tmp_path):
    made, pages = tmp_path / "made", tmp_path / "pages"
    (made / "core").mkdir(parents=True)
    (made / "core" / "new").write_text("1")
    pages.mkdir()
    (pages / "old").write_text("0")
    mirror(made, pages)
    assert [path.name for path in pages.iterdir()] == ["new"]
    before = (pages / "new").stat().st_ino
    mirror(made, pages)
    assert (pages / "new").stat().st_ino == before


def test_outputs_that_differ_only_in_what_is_measured_agree():
    stored = [{"output_type": "execute_result", "data": {"text/plain": "took ⟦3 ms⟧"}, "metadata": {}}]
    seen = [{"output_type": "execute_result", "data": {"text/plain": "took ⟦9 ms⟧"}, "metadata": {}}]
    other = [{"output_type": "execute_result", "data": {"text/plain": "kept ⟦9 ms⟧"}, "metadata": {}}]
    shown = [{**output, "execution_count": 3} for output in stored]
    assert difference(cell("x", outputs=shown), seen) is None
    assert difference(cell("x", outputs=shown), other) is not None


def test_the_reasons_tell_what_is_missing():
    assert reason(cell("plot()"), failed("ReaderError", "a plot of your own needs matplotlib, which"), []) == PLOT
    lacking = reason(cell("x"), failed("Unavailable", "the package cryptography cannot run here: …"), [])
    assert "cryptography" in lacking
    assert reason(cell("x"), failed("NameError", "name 'made' is not defined"), []) != ABOVE
    assert reason(cell("use(made)"), failed("KeyError", "'a'"), [cell("made = 1")]) == ABOVE
    assert reason(cell("verdicts()"), Ran(True, []), [cell("made = 1")]) == SUM
    assert reason(cell("x"), failed("Unavailable", "this wait cannot run here: …"), []) == THREADS
    assert reason(cell("x"), failed("BrokenPipeError", "[Errno 64] Broken pipe"), []) == SYSTEM
    assert reason(cell("claim()"), failed("ClaimContradicted", "not so: …"), []) == OTHERWISE
    assert reason(cell("x"), Ran(None), []) == LONG
