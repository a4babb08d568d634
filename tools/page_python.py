"""Python for the reader's tab, as files that the book serves: the interpreter, the packages, the book's own code.

    python -m tools.page_python      # make them, or say in one line why there are none

What is slow to make is kept in `_build/python` and made again when what it is made of has changed.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.metadata
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from labsupport.node import folder_of
from tools.kernels import ROOT
from tools.npm import PYODIDE
from tools.page_archives import archive, files_below

MADE = ROOT / "_build" / "python"
"""Where the files are kept between builds."""

DISTRIBUTIONS = (
    "flask", "werkzeug", "jinja2", "markupsafe", "itsdangerous", "click", "blinker", "flask-wtf", "wtforms",
    "requests", "urllib3", "idna", "charset-normalizer", "certifi", "httpx", "httpcore", "h11", "anyio",
    "PyJWT", "PyYAML", "cheroot", "more-itertools", "jaraco.functools", "typing-extensions",
)  # fmt: skip
"""What the page can import, in the versions that are installed here."""

SHOWING = (
    "IPython/lib/pretty.py", "IPython/utils/decorators.py", "IPython/utils/docs.py",
    "IPython/display.py", "IPython/core/display.py", "IPython/core/display_functions.py", "IPython/lib/display.py",
    "IPython/testing/skipdoctest.py",
)  # fmt: skip
"""The parts of IPython that write a value as text or say what its form is; the rest of it needs a terminal."""

_CORE = {"pyodide.asm.mjs": "pyodide.asm.mjs.gz", "pyodide.asm.wasm": "pyodide.asm.wasm.gz"}
BOOK = "book.zip.gz"
"""The file with the package and the claims."""
_COMPILER, _ARCHIVES = (ROOT / "tools" / name for name in ("page_python.mjs", "page_archives.py"))
_LONGEST_S = 300


def available() -> bool:
    """True where Pyodide is installed, so that the book can have it."""
    return node_modules().is_dir()


def node_modules() -> Path:
    """The folder of Pyodide as npm installs it."""
    return folder_of(PYODIDE) / "node_modules" / "pyodide"


def main() -> int:
    """Make the files, where npm has installed Pyodide."""
    if not available():
        print("Pyodide is not installed: the book is built without Run buttons. Install npm for them.", flush=True)
        return 0
    make()
    return 0


def make() -> Path:
    """The folder with all the files, made where it is not up to date."""
    MADE.mkdir(parents=True, exist_ok=True)
    how = {path.name: path.read_text(encoding="utf-8") for path in (Path(__file__), _ARCHIVES, _COMPILER, PYODIDE)}
    kept("core", how, _make_core)
    kept("packages", how | _versions(), _make_packages)
    kept("book", how | dict(_stamps()), _make_book)
    return MADE


def kept(part: str, made_of: Mapping[str, str], make: object) -> Path:
    """The folder of one part, made again where `made_of` is not what it was made of the last time."""
    folder, stamp = MADE / part, MADE / f"{part}.json"
    wanted = hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest()
    if folder.is_dir() and stamp.is_file() and stamp.read_text() == wanted:
        return folder
    stamp.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    make(folder)  # type: ignore[operator]
    stamp.write_text(wanted)
    return folder


def compressed(octets: bytes) -> bytes:
    """As gzip, which browsers unpack; the same octets always give the same."""
    return gzip.compress(octets, 9, mtime=0)


def _make_core(folder: Path) -> None:
    source = node_modules()
    for name, packed in _CORE.items():
        (folder / packed).write_bytes(compressed((source / name).read_bytes()))
    for name in ("pyodide.mjs", "python_stdlib.zip"):
        shutil.copyfile(source / name, folder / name)


def _versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in (*DISTRIBUTIONS, "ipython")}


def _make_packages(folder: Path) -> None:
    files = {name: octets for each in DISTRIBUTIONS for name, octets in _files_of(each)}
    for name in SHOWING:
        files[name] = Path(str(importlib.metadata.distribution("ipython").locate_file(name))).read_bytes()
    with TemporaryDirectory() as scratch:
        source, target = Path(scratch, "source.zip"), Path(scratch, "target.zip")
        source.write_bytes(archive(files))
        command = ["node", str(_COMPILER), str(node_modules()), str(source), str(target)]
        subprocess.run(command, check=True, timeout=_LONGEST_S)
        (folder / "packages.zip.gz").write_bytes(compressed(target.read_bytes()))


def _files_of(name: str) -> Iterator[tuple[str, bytes]]:
    """The Python and data files of a distribution, without tests and what is compiled for this machine."""
    distribution = importlib.metadata.distribution(name)
    for file in distribution.files or ():
        path = file.as_posix()
        if _wanted(path):
            octets = Path(str(file.locate())).read_bytes()
            yield path, octets.partition(b"\n\n")[0] + b"\n" if path.endswith("/METADATA") else octets


def _wanted(path: str) -> bool:
    parts = path.split("/")
    if ".dist-info" in path:
        return parts[-1] in ("METADATA", "entry_points.txt")
    left_out = {"..", "__pycache__", "tests", "test", "testing", "locale", "emscripten"}
    compiled = (".so", ".pyd", ".pyc", ".pyi", ".c", ".h", ".pyx", ".typed", ".exe")
    return left_out.isdisjoint(parts) and not path.endswith(compiled)


def _sources() -> dict[str, Path]:
    """The package and the claims, by their names in the archive."""
    package = {f"labsupport/{name}": path for name, path in files_below(ROOT / "labsupport", (".py", ".css"))}
    chapters = ROOT / "chapters"
    return package | {f"chapters/{name}": path for name, path in files_below(chapters, (".claims.yml",))}


def recordings() -> dict[str, Path]:
    """The folder of each chapter's recordings, by the name of the chapter; some have none."""
    chapters = ROOT / "chapters"
    names = [name.removesuffix(".claims.yml") for name, _ in files_below(chapters, (".claims.yml",))]
    return {name: chapters / "recordings" / name for name in names}


def _stamps() -> Iterable[tuple[str, str]]:
    paths = [*_sources().values(), *(path for folder in recordings().values() for path in sorted(folder.glob("*")))]
    for path in paths:
        state = path.stat()
        yield str(path.relative_to(ROOT)), f"{state.st_size} {state.st_mtime_ns}"


def _make_book(folder: Path) -> None:
    sources = {name: path.read_bytes() for name, path in _sources().items()}
    (folder / BOOK).write_bytes(compressed(archive(sources)))
    for chapter, source in recordings().items():
        files = {f"chapters/recordings/{chapter}/{path.name}": path.read_bytes() for path in sorted(source.glob("*"))}
        (folder / f"{chapter.replace('/', '--')}.zip.gz").write_bytes(compressed(archive(files)))


if __name__ == "__main__":
    sys.exit(main())
