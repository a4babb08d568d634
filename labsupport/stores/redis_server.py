"""`RedisServer`: a real Redis, or Valkey, that belongs to this notebook and can be killed, hung and slowed down."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from labsupport.errors import ReaderError
from labsupport.processes import Running
from labsupport.programs import path_of

if TYPE_CHECKING:
    from redis import Redis

_OPTIONS = (
    *("--port", "0", "--unixsocketperm", "700", "--databases", "1", "--save", "", "--daemonize", "no"),
    *("--maxmemory", "512mb", "--maxmemory-policy", "noeviction"),
)
_DURABLE = ("--appendonly", "yes", "--appendfsync", "always")
_START_SECONDS = 10.0


class RedisServer:
    """A Redis or Valkey server on a Unix socket in a folder of its own; a context manager that stops it.

    It ends with the kernel, and keeps nothing on disk; a `durable` one has each write in a file before it confirms it,
    and finds it there when it is started again. `url` stays the same. Raises `Unavailable` where neither program is
    installed.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._program = path_of("redis-server")
        # A folder that goes with the kernel, whatever becomes of the server in it meanwhile.
        self._home = Running("sleep", "1000000000")
        self._options = (*_OPTIONS, *(_DURABLE if durable else ("--appendonly", "no")))
        self._kind = self._version = ""
        self._start()

    @property
    def url(self) -> str:
        """Where it answers, for `RedisStore` and for redis-py's `Redis.from_url`."""
        return f"unix://{self._socket}"

    @property
    def kind(self) -> str:
        """`redis` or `valkey`."""
        return self._kind

    @property
    def version(self) -> str:
        """Its version."""
        return self._version

    @property
    def memory(self) -> int:
        """Octets that it has allocated (`used_memory`)."""
        return int(self._info("memory")["used_memory"])

    def kill(self) -> None:
        """End it at once (SIGKILL), with all that it kept in memory."""
        self._signal(signal.SIGKILL)
        self._running.stop()

    def start(self) -> None:
        """Start it again after `kill`: at the same place, and empty unless it is durable."""
        if self._home.status is not None:
            raise ReaderError("this server was stopped for good; make another with RedisServer()")
        if self._running.status is None:
            raise ReaderError(f"this {self._kind} is running; kill() ends it")
        self._start()

    def pause(self) -> None:
        """Hang it (SIGSTOP): connections are accepted, and nobody answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after `pause`; what waits in its sockets is answered."""
        self._signal(signal.SIGCONT)

    def slow(self, seconds: float) -> None:
        """Let every command wait from now on until `seconds` have passed, and up to 0.1 s more (CLIENT PAUSE)."""
        with self._client() as client:
            client.client_pause(round(seconds * 1000), all=True)

    def stop(self) -> None:
        """End it for good and remove its folder. May be called twice."""
        self._running.stop()
        self._home.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<{self._kind} {self._version}: {'running' if self._running.status is None else 'ended'}>"

    @property
    def _socket(self) -> Path:
        return self._home.folder / "socket"

    def _start(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self._home.folder.is_dir() and time.monotonic() < deadline:
            self._home.check()
            time.sleep(0.005)
        place = ("--unixsocket", str(self._socket), "--dir", str(self._home.folder))
        self._running = Running(self._program, *self._options, *place)
        self._await()

    def _await(self) -> None:
        from redis import RedisError

        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                server = self._info("server")
                break
            except RedisError:
                self._running.check()
                if time.monotonic() > deadline:
                    raise ReaderError(f"{self._program} does not answer: {self._running.printed.strip()}") from None
                time.sleep(0.005)
        self._process = int(server["process_id"])
        self._kind = "valkey" if "valkey_version" in server else "redis"
        self._version = str(server.get("valkey_version", server["redis_version"]))

    def _info(self, section: str) -> dict[str, str]:
        with self._client() as client:
            found: dict[str, str] = client.info(section)
            return found

    def _client(self) -> Redis:
        from redis import Redis

        return Redis.from_url(self.url, socket_timeout=_START_SECONDS)

    def _signal(self, number: int) -> None:
        if self._running.status is not None:
            raise ReaderError(f"this {self._kind} has ended; start() starts it again")
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process, number)
