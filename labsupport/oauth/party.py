"""What all parties of OAuth have in common here: a Flask app, served with TLS under a name of its own."""

from __future__ import annotations

import re
from types import TracebackType
from typing import TYPE_CHECKING, Self

from labsupport.errors import ReaderError
from labsupport.server import Site

if TYPE_CHECKING:
    from flask import Flask

    from labsupport.records import Exchange

_NAMES = re.compile(r"(?=.{1,253}$)((?!-)[a-z0-9-]{1,63}(?<!-)\.)+(test|localhost)")


class Party:
    """One party, served from `start()` to `close()`, or for the length of a `with`.

    It has `host` for a name, a throw-away certificate, and a free port of the loopback address; `role` is its name in
    diagrams. Only browsers and `UserAgent` find the names, which end in `test` or `localhost`.
    """

    app: Flask

    def __init__(self, host: str, role: str) -> None:
        if not _NAMES.fullmatch(str(host)):
            raise ReaderError(f"{host!r} is no name for a party; give one below test, such as 'login.test'")
        self.host, self.role = host, role
        self._site: Site | None = None

    def start(self) -> Self:
        """Serve until `close()`. Raises ReaderError for a second start."""
        if self._site:
            raise ReaderError(f"{self.host} was started before; make another {type(self).__name__}")
        self._site = Site.secure(self.app, name=self.host).start()
        try:
            self.join()
        except BaseException:
            self.close()
            raise
        return self

    def join(self) -> None:
        """Make itself known to the parties it works with, as soon as it has an address."""

    def leave(self) -> None:
        """Let go of the connections to them; called whenever it stops."""

    def close(self) -> None:
        """Stop serving; raises what went wrong in a route and nobody has seen. A second call does nothing."""
        try:
            if self._site:
                self._site.stop()
        finally:
            self.leave()

    @property
    def site(self) -> Site:
        """The site that serves it. Raises ReaderError before the start."""
        if not self._site:
            raise ReaderError(f"{self.host} does not serve yet; use `with` or .start()")
        return self._site

    @property
    def url(self) -> str:
        """Its origin, `https://login.test:8000`, without a slash at the end."""
        return self.site.url

    @property
    def ca_file(self) -> str:
        """See `Site.ca_file`."""
        return self.site.ca_file

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """See `Site.exchanges`."""
        return self.site.exchanges

    def requests_for(self, path: str) -> tuple[Exchange, ...]:
        """See `Site.requests_for`."""
        return self.site.requests_for(path)

    def clear(self) -> None:
        """Forget the exchanges so far."""
        self.site.clear()

    @property
    def running(self) -> bool:
        """True from `start()` to `close()`."""
        return self._site is not None and self._site.running

    def __enter__(self) -> Self:
        return self if self.running else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._site:
                self._site.__exit__(kind, error, trace)
        finally:
            self.leave()

    def __repr__(self) -> str:
        state = "running" if self.running else "stopped" if self._site else "not started"
        return f"<{type(self).__name__} {self.host}: {state}>"
