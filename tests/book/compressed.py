"""A folder served as a real server does: texts compressed, so that a phone is judged on what it would receive."""

from __future__ import annotations

import gzip
from functools import cache
from io import BytesIO
from pathlib import Path

from tests.book.browser import Silent

_TEXTS = (".html", ".css", ".js", ".json", ".svg", ".mjs")


class Compressing(Silent):
    """Serves texts with gzip to those who accept it."""

    protocol_version = "HTTP/1.1"

    def send_head(self):
        """Answer for a text with its compressed octets, for everything else as the base class does."""
        file = Path(self.translate_path(self.path))
        if file.suffix not in _TEXTS or not file.is_file() or "gzip" not in self.headers.get("Accept-Encoding", ""):
            return super().send_head()
        octets = _compressed(file)
        self.send_response(200)
        for name, value in {
            "Content-Type": self.guess_type(str(file)),
            "Content-Encoding": "gzip",
            "Content-Length": str(len(octets)),
            "Cache-Control": "max-age=3600",
            "Vary": "Accept-Encoding",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        return BytesIO(octets)


@cache
def _compressed(file: Path) -> bytes:
    return gzip.compress(file.read_bytes(), 9)
