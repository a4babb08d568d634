"""On Windows and on macOS a chapter says what it replays, runs all else live, and decides every claim as stored.

One chapter of each part here; `python -m tests.platforms.simulated windows` runs all.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.platforms.simulated import MACOS, PLATFORMS, WINDOWS, Platform, begun, compared
from tools.notebooks import CHAPTERS, code_cells, find, read

pytestmark = pytest.mark.needs("network", "unshare")

OF_EACH_PART = {
    WINDOWS: ["1-get-and-post/01-safe-and-idempotent", "2-cookies-sessions-tokens/06-the-session-on-the-server",
              "3-tcp/03-four-way-close"],
    MACOS: ["2-cookies-sessions-tokens/01-http-forgets"],
}  # fmt: skip
LOOKS = """
import os, pathlib, platform, socket, sys
print(sys.platform, os.name, platform.system(), hasattr(os, "fork"), hasattr(socket, "AF_PACKET"))
for attempt in (lambda: exec("import fcntl"), lambda: open("/proc/self/status"),
                lambda: pathlib.Path("/proc/self/status").read_text()):
    try:
        attempt()
        print("there")
    except (ImportError, OSError) as error:
        print(type(error).__name__)
import subprocess, tempfile
print(subprocess.run([sys.executable, "-c", "print(1)"], capture_output=True, text=True).stdout.strip())
"""


@pytest.mark.parametrize(
    ("platform", "seen"),
    [
        (WINDOWS, ["win32 nt Windows False False", "ModuleNotFoundError", *["FileNotFoundError"] * 2, "1"]),
        (MACOS, ["darwin posix Darwin True False", "there", *["FileNotFoundError"] * 2, "1"]),
    ],
    ids=PLATFORMS,
)  # fmt: skip
def test_a_cell_sees_the_platform_and_what_it_lacks(platform: Platform, seen: list[str], tmp_path: Path) -> None:
    assert begun(platform, find()[0], LOOKS, tmp_path).splitlines() == seen


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_the_notice_says_what_is_replayed_and_why(platform: Platform, tmp_path: Path) -> None:
    notebook = CHAPTERS / "3-tcp" / "03-four-way-close.ipynb"
    told = begun(platform, notebook, next(code_cells(read(notebook)))["source"], tmp_path)
    assert f"Evidence on {platform.system} {platform.release}" in told
    assert "network: replayed from recordings" in told
    assert f"because {platform.sys_platform} has no network namespaces" in told
    assert "for live packets use Linux or WSL 2" in told


def test_browsers_stores_and_balancers_run_live_on_macos_and_are_replayed_on_windows(tmp_path: Path) -> None:
    first = 'from labsupport import chapter\nchapter("2-cookies-sessions-tokens/06-the-session-on-the-server",'
    first += ' needs=("chromium", "redis-server"))'
    notebook = CHAPTERS / "2-cookies-sessions-tokens" / "06-the-session-on-the-server.ipynb"
    on_macos, on_windows = (begun(each, notebook, first, tmp_path / each.system) for each in (MACOS, WINDOWS))
    assert "chromium: live on this machine" in on_macos and "redis-server: live on this machine" in on_macos
    assert "chromium: replayed from recordings" in on_windows and "use Linux, macOS or WSL 2" in on_windows


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_every_output_is_as_stored(platform: Platform, tmp_path: Path) -> None:
    notebooks = [CHAPTERS / f"{name}.ipynb" for name in OF_EACH_PART[platform]]
    different = compared(platform, notebooks, tmp_path)
    assert not different, "\n".join(different)
