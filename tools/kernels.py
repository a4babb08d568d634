"""The surroundings of a kernel, the same on every machine.

A reader's own IPython profile, matplotlibrc or proxy would change what a cell shows. The kernels that store
and compare outputs see none of them, and reach no other machine. Only the command that starts them says whether
they record.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tools import offline

ROOT = Path(__file__).resolve().parent.parent
SURROUNDINGS = ROOT / "_build" / "kernels"

_CONFIGURATION = "c.HistoryManager.enabled = False\n"
_STARTUP = "import runpy\nrunpy.run_path({path!r})['keep_offline']()\ndel runpy\n"
_SETTINGS_OF_THE_READER = ("LAB_RECORD", "MPLBACKEND", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONWARNINGS")


def environment(
    folder: Path = SURROUNDINGS, *, add: Mapping[str, str] | None = None, base: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Environment variables for the kernels; their settings and caches are written below `folder`."""
    profile = folder / "ipython" / "profile_default"
    _keep(profile / "startup" / "offline.py", _STARTUP.format(path=str(Path(offline.__file__))))
    _keep(profile / "ipython_kernel_config.py", _CONFIGURATION)
    inherited = {name: value for name, value in base.items() if not _is_the_readers(name)}
    return inherited | {
        "IPYTHONDIR": str(folder / "ipython"),
        "MPLCONFIGDIR": str(folder / "matplotlib"),
        "PYTHONUTF8": "1",
        **(add or {}),
    }


def warm(variables: Mapping[str, str]) -> None:
    """Let matplotlib list the machine's fonts once; it would report that on the stderr of the first cell."""
    if not any(Path(variables["MPLCONFIGDIR"]).glob("fontlist*")):
        quietly = [sys.executable, "-c", "import matplotlib.font_manager"]
        subprocess.run(quietly, env=dict(variables), check=True, stderr=subprocess.DEVNULL)


def _keep(path: Path, content: str) -> None:
    """Write a file unless it is there, so that a kernel which starts meanwhile never reads half of it."""
    if not path.exists() or path.read_text(encoding="utf-8") != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def _is_the_readers(name: str) -> bool:
    return name.upper().endswith("_PROXY") or name in _SETTINGS_OF_THE_READER
