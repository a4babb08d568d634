"""The commands of the project, for every platform: `python tasks.py book`, or `make book` where make is.

Standard library only. The first command makes the environment, `.venv`, from requirements.txt, and has npm install
what the chapters run in Node; the next ones find both ready and need no network. Python 3.7 can read this file, so
that it can say which Python is needed.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
NODE = ROOT / "_build" / "node"
"""What npm installed; a part of the environment."""
REPORTS = ROOT / "_build" / "reports"
OLDEST, NEWEST = (3, 11), (3, 13)
LINTED = ("tasks.py", "tools", "labsupport", "tests", "_ext", "benchmarks", "deploy")
UV = "uv>=0.9"
REPLAYED = {"LAB_ENGINE": "recorded", "LAB_REQUIRE": ""}
"""What the stage on recordings is told, also where the other stages must be live."""
LAB = {"JUPYTER_PREFER_ENV_PATH": "1"}
"""JupyterLab takes the kernel of this environment, whatever the reader has registered as `python3`."""


def book(options: argparse.Namespace) -> int:
    """Build the HTML book from the stored outputs and say where it is."""
    return run("-m", "tools.build_book")


def pdf(options: argparse.Namespace) -> int:
    """Print the HTML book into one PDF, with Chromium."""
    return book(options) or run("-m", "tools.whole_book", "pdf")


def epub(options: argparse.Namespace) -> int:
    """Make one EPUB of the HTML book."""
    return book(options) or run("-m", "tools.whole_book", "epub")


def test(options: argparse.Namespace) -> int:
    """Run every check, one stage after the other; a failed stage does not stop the next."""
    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    stages: dict[str, Callable[[], int]] = {
        "lint": lambda: lint(options),
        "unit": lambda: run_pytest("unit", "-m", "pytest", "-q", "-rfEs", "--ignore=tests/book", "tests"),
        "notebooks": lambda: run_pytest("notebooks", "-m", "tools.compare"),
        "recordings": lambda: run_pytest("recordings", "-m", "tools.compare", **REPLAYED),
        "book": lambda: book(options),
        "pages": lambda: run_pytest("pages", "-m", "pytest", "-q", "-rfEs", "tests/book"),
    }
    results = []
    for name, stage in stages.items():
        print(f"\n== {name}", flush=True)
        began = time.monotonic()
        results.append((name, stage(), time.monotonic() - began))
    return summarize(results)


def lint(options: argparse.Namespace) -> int:
    """Check style with ruff and types with mypy."""
    checked = [name for name in LINTED if (ROOT / name).exists()]
    style = run("-m", "ruff", "check", "--quiet", ".")
    types = run("-m", "mypy", "--no-error-summary", *checked)
    return int(bool(style or types))


def lab(options: argparse.Namespace) -> int:
    """Open the chapters in JupyterLab."""
    return run(*lab_command(), **LAB)


def lab_command() -> list[str]:
    """What the environment's Python is told to run."""
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return ["-m", "jupyterlab", f"--ServerApp.root_dir={ROOT / 'chapters'}", *as_root]


def refresh(options: argparse.Namespace) -> int:
    """Run the notebooks and store what they show."""
    chosen = [f"--{name}" for name in ("redraw", "record", "check") if getattr(options, name)]
    return run("-m", "tools.refresh", *chosen, *options.paths)


def doctor(options: argparse.Namespace) -> int:
    """Say what runs live on this machine, and what to do for the rest."""
    return run("-m", "labsupport.doctor")


def bench(options: argparse.Namespace) -> int:
    """Measure the figures that the README quotes."""
    return run("-m", "benchmarks")


def audit(options: argparse.Namespace) -> int:
    """Look at every built page as readers meet it, and print what misses its target."""
    return run("-m", "tools.audit")


def lock(options: argparse.Namespace) -> int:
    """Write requirements.txt, the exact set for every platform and Python, from pyproject.toml."""
    newest = ["--upgrade"] if options.upgrade else []
    return run("-m", "pip", "install", "--quiet", UV) or run(
        *("-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
        *("--fork-strategy", "fewest", "--all-extras", *newest),
        *("pyproject.toml", "--output-file", "requirements.txt"),
        UV_CUSTOM_COMPILE_COMMAND="make lock",
    )


def clean(options: argparse.Namespace) -> int:
    """Delete what the other commands made, except the environment."""
    for made in (ROOT / ".hypothesis", *(ROOT / "_build").glob("*")):
        if made.is_file():
            made.unlink()
        elif made != NODE:
            shutil.rmtree(made, ignore_errors=True)
    return 0


def run(*arguments: str, **variables: str) -> int:
    """Run the environment's Python in the repository; return its exit status."""
    surroundings = {**os.environ, "PYTHONUTF8": "1", **variables}
    command = [str(venv_python()), *arguments]
    sys.stdout.flush()
    return subprocess.run(command, cwd=ROOT, env=surroundings, check=False).returncode


def run_pytest(stage: str, *arguments: str, **variables: str) -> int:
    """Run pytest and keep its counts for the summary; no test at all is a failure (exit status 5)."""
    return run(*arguments, f"--junitxml={REPORTS / stage}.xml", **variables)


def summarize(results: list[tuple[str, int, float]]) -> int:
    """Print each stage with its result and, on the last line, how many checks passed and failed."""
    print("\n== summary")
    total = [0, 0, 0]
    for name, status, seconds in results:
        counts = counted(REPORTS / f"{name}.xml", status)
        total = [before + more for before, more in zip(total, counts, strict=True)]
        print(f"{name:10} {'failed' if status else 'passed'} in {seconds:.0f} s")
    line = f"{total[0]} passed, {total[1]} failed, {total[2]} skipped"
    (REPORTS / "summary.txt").write_text(line + "\n", encoding="utf-8")
    print(line, flush=True)
    return int(any(status for _, status, _ in results))


def counted(report: Path, status: int) -> tuple[int, int, int]:
    """Passed, failed and skipped tests of a stage; a stage without a report counts as one."""
    if not report.exists():
        return (0, 1, 0) if status else (1, 0, 0)
    suite = next(xml.etree.ElementTree.parse(report).iter("testsuite")).attrib
    failed = int(suite["failures"]) + int(suite["errors"])
    skipped = int(suite["skipped"])
    return int(suite["tests"]) - failed - skipped, max(failed, int(bool(status))), skipped


def make_environment() -> None:
    """Install requirements.txt and the package into .venv, and the Node peers, unless that is done."""
    check_python()
    wanted = fingerprint()
    installed = read_stamp()
    if installed != wanted:
        install_packages(wanted, installed)
    if installed != wanted or shutil.which("npm"):
        # It tells what is missing by itself, and the chapters do without.
        run("-m", "tools.npm")


def install_packages(wanted: dict[str, str], installed: dict[str, str]) -> None:
    """Make .venv, or bring the one that is there to what is wanted."""
    STAMP.unlink(missing_ok=True)
    if {**installed, "packages": ""} != {**wanted, "packages": ""}:
        create_venv()
    print("Installing requirements.txt into .venv; this takes a minute or two, once.", flush=True)
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-virtualenv")
    itself = ("--no-deps", "--no-build-isolation", "--editable", ".")
    if run(*pip, "-r", "requirements.txt") or run(*pip, *itself):
        raise SystemExit("The packages could not be installed; pip says why above. Then run this again.")
    # The stamp comes last: an install that was stopped halfway is made anew.
    STAMP.write_text(json.dumps(wanted), encoding="utf-8")


def check_python() -> None:
    """Stop with the remedy where this Python cannot make the environment."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        names = ("python3.13", "python3.12", "python3.11")
        here = next(filter(starts, names), None)
        raise SystemExit(
            f"Python 3.11, 3.12 or 3.13 is needed; this is {sys.version.split()[0]}. "
            f"{'Run' if here else 'Install one, then run'}: make {sys.argv[1]} PYTHON={here or names[0]}"
        )
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise SystemExit(
            "This Python has no venv module. On Debian and Ubuntu: "
            f"sudo apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        )


def starts(interpreter: str) -> bool:
    """True when there is such a program and it runs; a version manager has names for what it lacks."""
    if not shutil.which(interpreter):
        return False
    return subprocess.run([interpreter, "-c", ""], stderr=subprocess.DEVNULL, check=False).returncode == 0


def fingerprint() -> dict[str, str]:
    """What the environment depends on: the interpreter, the folder, and the packages."""
    packages = hashlib.sha256()
    for name in ("requirements.txt", "pyproject.toml"):
        packages.update((ROOT / name).read_bytes())
    return {"python": sys.version, "folder": str(VENV), "packages": packages.hexdigest()}


def read_stamp() -> dict[str, str]:
    """The fingerprint of the environment that is there; empty where none is complete."""
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if venv_python().exists() else {}


def create_venv() -> None:
    """Make .venv anew."""
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False)
    if made.returncode:
        raise SystemExit(f"{sys.executable} could not make {VENV}; it says why above.")


def venv_python() -> Path:
    """The environment's interpreter."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="tasks.py", description="The commands of the project.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for task in (book, pdf, epub, test, lab, refresh, doctor, bench, audit, lint, lock, clean):
        command = commands.add_parser(task.__name__, help=task.__doc__, description=task.__doc__)
        command.set_defaults(task=task)
        if task is refresh:
            command.add_argument("paths", nargs="*", help="notebooks or folders; by default all chapters")
            command.add_argument("--redraw", action="store_true", help="store measured parts anew as well")
            command.add_argument("--record", action="store_true", help="record captures again, and redraw")
            command.add_argument("--check", action="store_true", help="write nothing; fail where one differs")
        if task is lock:
            command.add_argument("--upgrade", action="store_true", help="take the newest versions")
    return parser.parse_args()


def main() -> int:
    """Run the command that was asked for, in its environment."""
    options = read_options()
    if options.task is not clean:
        make_environment()
    try:
        return int(options.task(options))
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main())
