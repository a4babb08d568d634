"""`NodeSite`: an Express app in real Node beside the cells, with `cookie-session` and `express-session`.

The packages are those that `tests/interop/package-lock.json` names. The commands of tasks.py install them where npm is.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
import weakref
from pathlib import Path
from typing import Self

from labsupport import experiment, measured, troubles
from labsupport.errors import ReaderError, Unavailable
from labsupport.experiment import Availability
from labsupport.processes import Running
from labsupport.programs import find_program

REPOSITORY = Path(__file__).parents[1]
LOCK = REPOSITORY / "tests" / "interop" / "package-lock.json"
"""The exact set of packages that apps require from."""

_MAIN = Path(__file__).with_name("node_site.cjs")
_LOOPBACK = "127.0.0.1"
_START_S = 10.0
_LOOK_EVERY_S = 0.005
_READERS_OWN = ("NODE_ENV", "NODE_OPTIONS", "NODE_PATH", "NODE_DEBUG", "DEBUG", "FORCE_COLOR", "NODE_NO_WARNINGS")
"""Variables of the environment that would change what an app prints; it runs without them."""


class NodeSite:
    """An Express app, given as JavaScript, that Node serves from the start to `stop()` or the end of a `with`.

        express = NodeSite('''
          const session = require("express-session");
          app.use(session({secret: "keyboard cat", resave: false, saveUninitialized: true}));
          app.get("/", (request, response) => response.send("hello"));
        ''')

    `app` is there, and `require` finds `express`, `cookie-session`, `express-session`, `parseurl` and what Node itself
    has. It listens on a free port of the loopback address, and ends with the kernel, however that dies. A route that
    fails answers 500, and `printed` has the error. `NODE_ENV` is not set, and no response tells a stack.

    Raises ReaderError, with Node's message and the line of the text, for an app that does not start within 10 s, and
    `Unavailable` where Node or the packages are not installed.
    """

    def __init__(self, app: str) -> None:
        _check_text(app)
        state = experiment.availability("express")
        if not state.live:
            raise Unavailable("a site in Node", state.reason, state.remedy)
        self._app, self._port, self._printed_before = app, 0, ""
        self._start()

    def restart(self) -> None:
        """End the program and start it again on the same port: what it kept in memory is gone."""
        self._end()
        self._start()

    def stop(self) -> None:
        """End the program. Raises ReaderError if it had failed by itself. A second call does nothing."""
        failure = self._failure()
        self._end()
        if failure:
            raise failure

    @property
    def url(self) -> str:
        """The site's origin, `http://127.0.0.1:8000`. Raises ReaderError where the program has ended by itself."""
        self._check()
        return f"http://{_LOOPBACK}:{self._port}"

    @property
    def printed(self) -> str:
        """All that the app has printed since it was first started: console.log, console.error and failures of routes.

        What a route prints before it responds is here when its client has the response; the error of a route that
        failed may follow it.
        """
        return self._printed_before + self._program.printed

    def wait(self, lines: int, timeout: float = 5.0) -> tuple[str, ...]:
        """The lines printed so far, as soon as there are as many as `lines`.

        Raises TimeoutError after `timeout` seconds, and ReaderError where the program has ended by itself.
        """
        deadline = time.monotonic() + timeout
        while len(found := self.printed.split("\n")[:-1]) < lines:
            self._check()
            if time.monotonic() > deadline:
                raise TimeoutError(f"the app printed {len(found)} lines in {timeout:g} s, not {lines}: {found}")
            time.sleep(_LOOK_EVERY_S)
        return tuple(found)

    def _start(self) -> None:
        from labsupport.server.proxies import ProxyBypass

        without = [word for name in _READERS_OWN for word in ("-u", name)]
        self._program = Running(
            "node", str(_MAIN), str(folder_of(LOCK)), str(self._port),
            through=["env", *without], files={"app.js": self._app},
        )  # fmt: skip
        self._stopped = False
        self._end_bypass = weakref.finalize(self, ProxyBypass({_LOOPBACK}).end)
        try:
            self._port = self._port_told()
        except BaseException:
            self._end()
            raise

    def _port_told(self) -> int:
        """The port, as soon as the app listens."""
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            # The folder goes with a program that ends.
            with contextlib.suppress(FileNotFoundError):
                return int((self._program.folder / "port").read_text())
            self._check()
            time.sleep(_LOOK_EVERY_S)
        printed = self._program.printed.strip() or "nothing"
        raise ReaderError(f"the app does not listen after {_START_S:g} s; does it loop? It printed: {printed}")

    def _check(self) -> None:
        failure = self._failure()
        if failure:
            raise failure

    def _failure(self) -> ReaderError | None:
        """What to tell of a program that has ended, but not by `stop` or `restart`."""
        status = self._program.status
        if self._stopped or status is None:
            return None
        printed = self._program.printed.strip() or "nothing"
        return ReaderError(f"the app in Node ended with status {status}; it printed:\n{printed}")

    def _end(self) -> None:
        self._printed_before = self.printed
        self._program.stop()
        self._end_bypass()
        self._stopped = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        try:
            self.stop()
        except ReaderError:
            # The app's end explains the client's error; an interrupt of the reader comes before both.
            if error is None or isinstance(error, Exception):
                raise

    def __repr__(self) -> str:
        running = self._program.status is None
        return f"<NodeSite {measured.in_text(self.url) if running else 'stopped' if self._stopped else 'ended'}>"


def availability() -> Availability:
    """Whether an app runs in Node here, with the packages of the lock file."""
    if os.name != "posix":
        return Availability("recorded", *troubles.NOT_POSIX.told())
    if not find_program("node"):
        return Availability("recorded", *troubles.NO_NODE.told())
    if not LOCK.is_file():
        return Availability("recorded", *troubles.NO_REPOSITORY.told())
    folder = folder_of(LOCK)
    if os.path.isdir(folder) and not os.access(folder, os.R_OK | os.X_OK):
        return Availability("recorded", *troubles.HIDDEN_NODE_PACKAGES.told(folder=folder))
    if not (folder / "node_modules").is_dir():
        return Availability("recorded", *troubles.NO_NODE_PACKAGES.told())
    return Availability("node")


def folder_of(lock: Path) -> Path:
    """Where the packages that a lock file names are installed; another state of the file has another folder."""
    return REPOSITORY / "_build" / "node" / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]


def _check_text(app: object) -> None:
    if not isinstance(app, str) or not app.strip():
        raise ReaderError(f"a NodeSite takes the app as JavaScript text, not {app!r}")
    try:
        app.encode()
    except UnicodeEncodeError as error:
        raise ReaderError(f"the app has half a character (a lone surrogate) at position {error.start}") from None
