"""Every claim of the ledger is decided in exactly one executed cell, and no cell decides anything else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.chapters.small_notebook import code_cell, stored
from tests.claims.coverage import decisions, faults
from tools.notebooks import CHAPTERS, claims_file, find, read, text, write


def test_every_claim_is_decided_once() -> None:
    assert faults(find(), sorted(CHAPTERS.rglob("*.claims.yml"))) == []


def entry(name: str) -> dict[str, object]:
    return {
        "id": name,
        "claim": "The handshake has three steps.",
        "verdict": "holds",
        "because": "The capture shows three segments.",
        "standards": [{"ref": "RFC 9293 §3.5", "title": "Establishing a Connection"}],
        "tier": "core",
        "origin": "seed",
        "section": "3. Three-way handshake",
    }


def chapter(folder: Path, *cells: str, claims: tuple[str, ...], name: str = "small.ipynb") -> Path:
    sources = [code_cell(f"cell-{number}", source) for number, source in enumerate(cells)]
    claims_file(folder / name).write_text(
        yaml.safe_dump([entry(claim) for claim in claims]), encoding="utf-8"
    )
    return stored({"cells": sources, "metadata": {}}, folder, name)


THREE_STEPS = 'claim("three-steps").decide({"there are three": True})'


def test_a_decided_claim_is_no_fault(tmp_path: Path) -> None:
    path = chapter(tmp_path, THREE_STEPS, claims=("three-steps",))
    assert faults([path], [claims_file(path)]) == []


@pytest.mark.parametrize(
    ("cells", "claims", "sentence"),
    [
        ((), ("three-steps",), "three-steps is decided in 0 executed cells"),
        ((THREE_STEPS, THREE_STEPS), ("three-steps",), "three-steps is decided in 2 executed cells"),
        ((f"{THREE_STEPS}\n{THREE_STEPS}",), ("three-steps",), "three-steps is decided in 2 executed cells"),
        ((f"# {THREE_STEPS}",), ("three-steps",), "three-steps is decided in 0 executed cells"),
        (('claim("three-steps")',), ("three-steps",), "three-steps is decided in 0 executed cells"),
        ((THREE_STEPS,), (), "three-steps is decided, but small.claims.yml has no such claim"),
    ],
)
def test_a_wrong_count_is_found(
    tmp_path: Path, cells: tuple[str, ...], claims: tuple[str, ...], sentence: str
) -> None:
    path = chapter(tmp_path, *cells, claims=claims)
    assert any(sentence in fault for fault in faults([path], [claims_file(path)]))


def test_a_cell_that_never_ran_decides_nothing(tmp_path: Path) -> None:
    path = chapter(tmp_path, THREE_STEPS, claims=("three-steps",))
    notebook = read(path)
    notebook["cells"][0]["execution_count"] = None
    write(path, text(notebook))
    assert list(decisions(read(path))) == []


def test_lines_of_ipython_do_not_hide_a_decision(tmp_path: Path) -> None:
    path = chapter(tmp_path, f"!ss -tn\n%time x = 1\n{THREE_STEPS}", claims=("three-steps",))
    assert list(decisions(read(path))) == ["three-steps"]


def test_a_comparison_that_begins_a_line_is_none_of_ipython_s(tmp_path: Path) -> None:
    path = chapter(tmp_path, f"unequal = (1\n    != 2)\n{THREE_STEPS}", claims=("three-steps",))
    assert list(decisions(read(path))) == ["three-steps"]


def test_one_claim_in_two_chapters_is_found(tmp_path: Path) -> None:
    first = chapter(tmp_path, THREE_STEPS, claims=("three-steps",), name="first.ipynb")
    second = chapter(tmp_path, THREE_STEPS, claims=("three-steps",), name="second.ipynb")
    found = faults([first, second], [claims_file(first), claims_file(second)])
    assert found == ["three-steps: the id of claims in 2 chapters"]


def test_a_ledger_without_a_notebook_is_found(tmp_path: Path) -> None:
    path = chapter(tmp_path, THREE_STEPS, claims=("three-steps",))
    assert faults([], [claims_file(path)]) == ["small.claims.yml: no notebook stands beside it"]
