"""Chapters on a platform that this machine only pretends to be, compared with what is stored.

    python -m tests.platforms.simulated windows      # every chapter, as on Windows
    python -m tests.platforms.simulated macos

The platform is that of the package and the cells; what was installed beside them sees the real one. The kernel
refuses namespaces. So this tells whether the chapters reach for what the platform lacks, not whether its Python,
its file names or its browsers differ: that, the same tests tell on the platform itself.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.platforms import lacking, pretend
from tools import compare, kernels
from tools.notebooks import find

WITHOUT_NAMESPACES = (
    *("unshare", "--user", "--map-root-user"),
    *("sh", "-c", 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', "sh"),
)
"""Runs a program in a user namespace that may have none below it; that of the machine stays as it is."""


@dataclass(frozen=True)
class Platform:
    """A platform by what Python says of it."""

    sys_platform: str
    os_name: str
    system: str
    release: str

    def startup(self) -> str:
        """What a kernel runs before its first cell."""
        other: dict[str, dict[str, Any]] = {"sys": {"platform": self.sys_platform}, "os": {"name": self.os_name}}
        names = {module: sorted(found) for module, found in lacking.attributes(self.sys_platform).items() if found}
        told = json.dumps([other, names, lacking.modules(self.sys_platform)])
        return (
            "import json, platform, runpy\n"
            f"platform.system, platform.release = lambda: {self.system!r}, lambda: {self.release!r}\n"
            f"runpy.run_path({str(Path(pretend.__file__))!r})['pretend'](*json.loads({told!r}))\n"
            "del json, platform, runpy\n"
        )


WINDOWS = Platform("win32", "nt", "Windows", "11")
MACOS = Platform("darwin", "posix", "Darwin", "25.0")
PLATFORMS = {"windows": WINDOWS, "macos": MACOS}


def environment(platform: Platform, folder: Path) -> dict[str, str]:
    """Variables for kernels that see the platform; their settings are written below `folder`."""
    base = {name: value for name, value in os.environ.items() if not name.startswith("LAB_")}
    variables = kernels.environment(folder, base=base)
    startup = folder / "ipython" / "profile_default" / "startup" / "00-platform.py"
    startup.write_text(platform.startup(), encoding="utf-8")
    return variables


def begun(platform: Platform, notebook: Path, source: str, folder: Path) -> str:
    """What a cell of a notebook prints there."""
    command = [*WITHOUT_NAMESPACES, sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "-c", source]
    done = subprocess.run(command, cwd=notebook.parent, env=environment(platform, folder), text=True,
                          capture_output=True, timeout=60, check=False)  # fmt: skip
    return done.stdout + done.stderr


def compared(platform: Platform, notebooks: Sequence[Path], folder: Path, at_once: int = compare.AT_ONCE) -> list[str]:
    """The command's last lines where a cell shows something else there; none where all is as stored."""
    variables = environment(platform, folder)
    kernels.warm(variables)
    *options, first = compare.command(notebooks[0], at_once=at_once)
    command = [*WITHOUT_NAMESPACES, *options, first, *map(str, notebooks[1:])]
    done = subprocess.run(command, cwd=kernels.ROOT, env=variables, text=True, capture_output=True, check=False)
    return (done.stdout + done.stderr).splitlines()[-300:] if done.returncode else []


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every chapter, or those named, as on a platform; exit status 1 where one shows something else."""
    parser = argparse.ArgumentParser(prog="simulated", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("platform", choices=PLATFORMS)
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all")
    options = parser.parse_args(arguments)
    chosen = [path.resolve() for path in options.notebooks] or find()
    with tempfile.TemporaryDirectory(prefix="platform-") as folder:
        different = compared(PLATFORMS[options.platform], chosen, Path(folder))
    print("\n".join(different) or f"{len(chosen)} chapters, every output as stored")
    return int(bool(different))


if __name__ == "__main__":
    raise SystemExit(main())
