"""A folder served as a real server does: texts compressed, so that a phone is judged on what it would receive."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread

_TEXTS = (".html", ".css", ".js", ".json", ".svg", ".mjs")


@contextmanager
def serving_compressed(folder: Path) -> Iterator[str]:
    """Serve a folder over HTTP on a free port of loopback, with gzip; gives the address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Compressing, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class _Compressing(SimpleHTTPRequestHandler):
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

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@cache
def _compressed(file: Path) -> bytes:
    return gzip.compress(file.read_bytes(), 9)
