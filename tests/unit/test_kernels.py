"""The kernels that store and compare outputs see the same surroundings on every machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools import kernels


def run_in(folder: Path, code: str) -> str:
    """What IPython prints when it runs the code in the surroundings of a kernel."""
    variables = kernels.environment(folder)
    command = [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "-c", code]
    return subprocess.run(command, env=variables, text=True, capture_output=True, check=False).stdout


def test_a_kernel_cannot_reach_another_machine(tmp_path: Path) -> None:
    shown = run_in(tmp_path / "a folder", "import socket; socket.create_connection(('198.51.100.1', 80), 1)")
    assert "OffMachineError" in shown


def test_the_readers_own_settings_are_left_out(tmp_path: Path) -> None:
    own = {
        "HTTP_PROXY": "http://proxy:3128",
        "https_proxy": "x",
        "MPLBACKEND": "tkagg",
        "PYTHONPATH": "/lib",
        "A": "b",
    }
    variables = kernels.environment(tmp_path, base=own)
    assert not {"HTTP_PROXY", "https_proxy", "MPLBACKEND", "PYTHONPATH"} & variables.keys()
    assert variables["A"] == "b"


def test_an_exported_wish_to_record_is_left_out(tmp_path: Path) -> None:
    variables = kernels.environment(tmp_path, base={"LAB_RECORD": "all", "LAB_REQUIRE": "all"})
    assert "LAB_RECORD" not in variables
    assert variables["LAB_REQUIRE"] == "all"


def test_settings_and_caches_stand_below_one_folder(tmp_path: Path) -> None:
    variables = kernels.environment(tmp_path)
    assert Path(variables["IPYTHONDIR"]).is_relative_to(tmp_path)
    assert Path(variables["MPLCONFIGDIR"]).is_relative_to(tmp_path)


def test_what_is_added_wins(tmp_path: Path) -> None:
    variables = kernels.environment(tmp_path, add={"LAB_RECORD": "all"}, base={"LAB_RECORD": "missing"})
    assert variables["LAB_RECORD"] == "all"


def test_the_fonts_are_listed_before_the_first_cell_asks(tmp_path: Path) -> None:
    variables = kernels.environment(tmp_path)
    kernels.warm(variables)
    assert list((tmp_path / "matplotlib").glob("fontlist*"))
