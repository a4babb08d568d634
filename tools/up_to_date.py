"""What a build was made of and what it made, so that the next one does what is left to do, which is often nothing."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tools.kernels import ROOT

STAMP = Path("_build") / ".finished"
HTML = Path("_build") / "html"

_CODE = ("_config.yml", "_ext", "_static", "_templates", "_toc.yml", "labsupport", "tools")
"""What makes pages of the sources, or is named by each page with its digest; a change there is one of every page."""

_NO_SOURCES = ("_build", "__pycache__", "node_modules")


@dataclass(frozen=True)
class State:
    """Digests of what stands in a book's folder.

    `code` is that of the programs that make the pages, with the names of all sources; `sources` of what each source
    holds, by its name; `pages` of the files that were made, by name, size and time of writing.
    """

    code: str
    sources: Mapping[str, str]
    pages: str

    @classmethod
    def of(cls, folder: Path) -> State:
        """The state of the book in a folder."""
        sources = {str(file.relative_to(folder)): file for file in sorted(_files(folder, _NO_SOURCES))}
        digests = {name: _digest([_content(file)]) for name, file in sources.items()}
        code = [digest for name, digest in digests.items() if Path(name).parts[0] in _CODE]
        return cls(_digest([*_installed(), *digests, *code]), digests, pages_made(folder))

    @classmethod
    def finished(cls, folder: Path) -> State | None:
        """The state in which the last build without a fault left the folder; None after one with faults."""
        try:
            return cls(**json.loads((folder / STAMP).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def adds_to(self, before: State, folder: Path) -> bool:
        """Whether Sphinx can go on from the state before: it finds by their time the sources that changed since.

        A source that was put back, or copied with its time, is older than the pages that were made of another text.
        """
        if (self.code, self.pages) != (before.code, before.pages):
            return False
        changed = [name for name, digest in self.sources.items() if before.sources.get(name) != digest]
        made = (folder / STAMP).stat().st_mtime_ns
        return all((folder / name).stat().st_mtime_ns > made for name in changed)

    def keep(self, folder: Path) -> None:
        """Say that a build without a fault has ended in this state."""
        (folder / STAMP).write_text(json.dumps(asdict(self)), encoding="utf-8")


def pages_made(folder: Path) -> str:
    """The digest of what was made in a book's folder, by name, size and time of writing."""
    return _digest(f"{file} {stat.st_size} {stat.st_mtime_ns}" for file, stat in _written(folder / HTML))


def _files(folder: Path, but: Iterable[str] = ()) -> Iterator[Path]:
    for path, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in but and not name.startswith(".")]
        yield from (Path(path, name) for name in names)


def _written(html: Path) -> list[tuple[str, os.stat_result]]:
    return sorted((str(file.relative_to(html)), file.stat()) for file in _files(html))


def _installed() -> list[str]:
    """The interpreter and the installed packages: the folder of each has its version or its digest in its name."""
    packages = [*Path(sysconfig.get_path("purelib")).glob("*.dist-info"), *(ROOT / "_build" / "node").glob("*")]
    return [sys.version, *sorted(package.name for package in packages)]


def _content(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""


def _digest(parts: Iterable[str | bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        octets = part.encode() if isinstance(part, str) else part
        digest.update(b"%d\0" % len(octets) + octets)
    return digest.hexdigest()
