"""What a browser keeps on disk: its history, its cookies' age, and which of its stores hold some characters.

Read and changed when the browser has ended; before that its databases are locked and its caches half written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from labsupport.browser.products import Product
from labsupport.errors import ReaderError

_MOZILLA_LZ4 = b"mozLz40\0"


def history(product: Product, profile: Path, since_us: int) -> list[str]:
    """The path and query of every visit since a moment, in microseconds since 1970, oldest first."""
    database, query = product.visited(profile)
    if not database.is_file():
        return []
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        urls = [url for url, _ in connection.execute(query, (since_us,))]
    return [_without_origin(url) for url in urls if url.startswith("http")]


def _without_origin(url: str) -> str:
    split = urlsplit(url)
    return split.path + (f"?{split.query}" if split.query else "")


def age_cookies(product: Product, profile: Path, seconds: float) -> None:
    """Make every stored cookie older, as if it had been set so many seconds earlier. It expires when it did before.

    Raises `ReaderError` where none is stored, since then nothing can have been meant.
    """
    database, statement = product.cookie_store(profile)
    with closing(sqlite3.connect(database)) as connection, connection:
        aged = connection.execute(statement, (seconds,)).rowcount
    if not aged:
        raise ReaderError("no cookie is stored on disk that could be made older; set one with Max-Age before")


def traces(product: Product, profile: Path, marker: str) -> list[str]:
    """The stores with a file that holds the marker, in UTF-8 or UTF-16, by name.

    What a browser keeps compressed or encrypted, as Chromium does the values of cookies, is not found.
    """
    wanted = (marker.encode(), marker.encode("utf-16-le"))
    holding = (file for file in _files(profile) if _holds(file, wanted))
    return sorted({product.store_of(file.relative_to(profile)) for file in holding})


def _holds(file: Path, wanted: tuple[bytes, ...]) -> bool:
    content = _content(file)
    return any(octets in content for octets in wanted)


def _content(file: Path) -> bytes:
    """The octets of a file; Firefox packs its sessions, behind a magic number of its own."""
    content = file.read_bytes()
    if not content.startswith(_MOZILLA_LZ4):
        return content
    import lz4.block

    unpacked: bytes = lz4.block.decompress(content[len(_MOZILLA_LZ4):])
    return unpacked


def _files(profile: Path) -> Iterator[Path]:
    return (file for file in profile.rglob("*") if file.is_file() and not file.is_symlink())
