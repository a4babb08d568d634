"""A playground in the browser, and a server that remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from _ext.protocols_on_trial.playgrounds import KINDS
from tests.book.browser import VIEWS, Reader, View, Visit

NAMES = tuple(KINDS)
PATIENCE_S = 120
"""How long Python may take to start, in seconds: a busy machine has other things to do."""


class Player:
    """A reader's hands on one playground."""

    def __init__(self, reader: Reader, name: str) -> None:
        self.reader, self.name = reader, name

    def open(self, view: View = VIEWS[0], fragment: str = "") -> Visit:
        """Load the page from scratch."""
        self.reader.driver.get("about:blank")
        return self.reader.visit(f"chapters/practice/playground-{self.name}.html{fragment}", view)

    def click(self, selector: str) -> str:
        """Click a control, and wait for the answer; gives what the page says."""
        self.reader.run("document.querySelector(arguments[0]).click()", selector)
        return self.wait()

    def write(self, **fields: object) -> str:
        """Change fields of the form by their names, as a reader does who types; gives what the page says."""
        for name, value in fields.items():
            self.reader.run(_WRITE, name.replace("own_", "own-"), value)
        return self.wait()

    def wait(self) -> str:
        """Wait until Python has answered and nothing is left to ask; gives what the page says."""
        self.reader.driver.execute_async_script("setTimeout(arguments[arguments.length - 1], 500)")
        self.reader.wait_for("return !document.querySelector('.playground').hasAttribute('aria-busy')", PATIENCE_S)
        return self.says

    @property
    def says(self) -> str:
        """What stands in the live region."""
        return str(self.reader.run("return document.querySelector('[role=status]').textContent"))

    def part(self, name: str) -> str:
        """The text of a part of the answer."""
        text = self.reader.run("return document.querySelector(arguments[0]).innerText", f'[data-part="{name}"]')
        return " ".join(str(text).split())

    def field(self, name: str) -> str:
        """What stands in a field of the form."""
        return str(self.reader.run(_READ, name))

    def differing(self, parts: dict[str, str]) -> list[str]:
        """The parts whose markup is not the one given."""
        return [name for name, html in parts.items() if not self.reader.run(_SAME, name, html)]

    def link(self) -> str:
        """The fragment of the link that the page offers to what is in it."""
        self.click("[data-link]")
        return str(self.reader.run("return location.hash"))


@dataclass
class Served:
    """A server of the book: its address, every request line and body that it got, and how to end it."""

    site: str
    end: Any
    asked: list[str] = field(default_factory=list)


@contextmanager
def remembering(folder: Path) -> Iterator[Served]:
    """Serve a folder on loopback and keep what was asked. `end()` cuts the server off before the block ends."""
    asked: list[str] = []
    handler = partial(_RememberingHandler, asked, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    try:
        yield Served(f"http://127.0.0.1:{server.server_port}", end, asked)
    finally:
        if thread.is_alive():
            end()


class _RememberingHandler(SimpleHTTPRequestHandler):
    def __init__(self, asked: list[str], *arguments: Any, **more: Any) -> None:
        self._asked = asked
        super().__init__(*arguments, **more)

    def do_POST(self) -> None:
        """Keep the body, too: no page of the book should ever post."""
        self._asked.append(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("latin-1"))
        self.send_error(405)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep the line, and the fields in which a page could say something."""
        self._asked.append(f"{self.requestline} {json.dumps(dict(self.headers.items()))}")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


_WRITE = """
const [name, value] = arguments;
const field = document.querySelector('.playground form').elements[name];
const control = field instanceof RadioNodeList ? [...field].find(each => each.value === value) : field;
if (['checkbox', 'radio'].includes(control.type)) control.checked = value !== false;
else control.value = value;
control.dispatchEvent(new Event('input', {bubbles: true}));
"""

_READ = "return document.querySelector('.playground form').elements[arguments[0]].value"

_SAME = """
const [name, html] = arguments;
const wanted = document.createElement('div');
wanted.innerHTML = html;
return document.querySelector(`[data-part="${name}"]`).innerHTML === wanted.innerHTML;
"""
