"""Prepares the home of a reader and becomes a program there: `python deploy/start.py jupyter lab`.

The book is installed once, where readers cannot write. A container and a class start each reader through this file,
as that reader, never as root. It hands out the chapters that the reader has not got, keeps what the reader writes
from all others, and sets limits. Standard library only; Linux.
"""

import contextlib
import os
import resource
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = ROOT / "chapters"
FONTS = ROOT / "_build" / "class" / "matplotlib"
"""Matplotlib's list of the machine's fonts, where one was made; every reader would need seconds to make it."""
PRIVATE_KERNELS = ROOT / "deploy" / "jupyterhub"
"""Below it is a kernel that has a loopback of its own."""
FOLDER = "protocols-on-trial"
TEMPORARY = ".temporary"
"""In the home, so that nothing of a reader is left in a folder of all; emptied at each start."""
LIMITS = {
    resource.RLIMIT_NPROC: 2048,  # of the reader's processes and threads; a browser has some 150
    resource.RLIMIT_NOFILE: 4096,
    resource.RLIMIT_FSIZE: 2**30,
    resource.RLIMIT_CORE: 0,
}


def main(command: list[str]) -> None:
    os.umask(0o077)
    home = Path.home()
    with contextlib.suppress(PermissionError):  # a volume of Kubernetes belongs to root, and to nobody else
        home.chmod(0o700)
    hand_out(CHAPTERS, home / FOLDER)
    hand_out(FONTS, home / ".cache" / "matplotlib")
    shutil.rmtree(home / TEMPORARY, ignore_errors=True)
    (home / TEMPORARY).mkdir()
    set_limits(LIMITS)
    os.environ.update(surroundings(home))
    os.chdir(home / FOLDER)
    os.execvp(command[0], command)


def hand_out(template: Path, folder: Path) -> None:
    """Copy the files that are missing. What the reader has changed stays; what the reader deleted comes back."""
    for source in template.rglob("*"):
        copy = folder / source.relative_to(template)
        if source.is_file() and ".ipynb_checkpoints" not in source.parts and not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            draft = copy.with_name(f"{copy.name}.unfinished")
            shutil.copyfile(source, draft)
            draft.replace(copy)


def set_limits(limits: dict[int, int]) -> None:
    """Lower what the reader's processes may use. A limit that is lower already stays."""
    for kind, most in limits.items():
        _, ceiling = resource.getrlimit(kind)
        value = most if ceiling == resource.RLIM_INFINITY else min(most, ceiling)
        resource.setrlimit(kind, (value, value))


def surroundings(home: Path) -> dict[str, str]:
    """Where programs put temporary files and Jupyter its sockets, and which kernels it knows first."""
    private = os.environ.get("CLASS_LOOPBACK") == "private"
    return {
        "TMPDIR": str(home / TEMPORARY),
        "JUPYTER_RUNTIME_DIR": str(home / ".kernels"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        **({"JUPYTER_PATH": str(PRIVATE_KERNELS)} if private else {}),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
