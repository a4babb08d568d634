"""Archives for the page: the same files always give the same octets. They are not compressed; what serves them is."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path


def archive(files: Mapping[str, bytes]) -> bytes:
    """A zip archive of files by their names, with every folder named, as `zipimport` wants it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as packed:
        for folder in sorted({f"{folder}/" for name in files for folder in _folders(name)}):
            packed.writestr(zipfile.ZipInfo(folder), b"")
        for name in sorted(files):
            packed.writestr(zipfile.ZipInfo(name), files[name])
    return target.getvalue()


def files_below(folder: Path, endings: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """The files below a folder whose names end so, by their paths in it."""
    for path in sorted(folder.rglob("*")):
        if path.name.endswith(endings) and "__pycache__" not in path.parts:
            yield path.relative_to(folder).as_posix(), path


def _folders(name: str) -> Iterator[str]:
    return (str(parent) for parent in Path(name).parents if str(parent) != ".")
