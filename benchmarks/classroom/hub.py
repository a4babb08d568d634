"""The JupyterHub of `deploy/jupyterhub` on ports of its own, driven by a service that may start all servers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPError

from tools.jupyter_session import JupyterServer
from tools.kernels import ROOT

CONFIGURATION = ROOT / "deploy" / "jupyterhub" / "jupyterhub_config.py"
TOO_MANY = 429
_START_S = 120.0
_ADDED = """
load_subconfig({configuration!r})
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}"
c.JupyterHub.hub_port = {ports[1]}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.JupyterHub.log_level = "WARN"
c.JupyterHub.services.append({{"name": "trial", "api_token": {token!r}}})
c.JupyterHub.load_roles.append(
    {{"name": "trial", "services": ["trial"], "scopes": ["admin:users", "admin:servers", "access:servers", "tokens"]}}
)
"""


@dataclass(frozen=True)
class Hub:
    """A hub that runs, with the token of a service, and the folder of its state."""

    url: str
    token: str
    folder: Path

    async def start(self, learner: str) -> JupyterServer:
        """The server of a learner, once it is there. Raises RuntimeError where it does not come."""
        hub = JupyterServer(f"{self.url}hub/", self.token)
        with contextlib.suppress(HTTPError):  # the learner came before
            await hub.ask("POST", f"users/{learner}", {})
        while not await self._state(hub, learner):
            try:
                await hub.ask("POST", f"users/{learner}/server", {})
            except HTTPError as error:
                if error.code != TOO_MANY:
                    raise
                await asyncio.sleep(5)  # as the hub's page does, which tries again
        async with asyncio.timeout(_START_S * 3):
            while not (await self._state(hub, learner)).get("ready"):
                await asyncio.sleep(0.5)
        return JupyterServer(f"{self.url}user/{learner}/", self.token)

    async def stop(self, learner: str) -> None:
        """End the server of a learner, and wait until it has ended."""
        hub = JupyterServer(f"{self.url}hub/", self.token)
        await hub.ask("DELETE", f"users/{learner}/server")
        async with asyncio.timeout(_START_S):
            while await self._state(hub, learner):
                await asyncio.sleep(0.5)

    async def token_of(self, learner: str) -> str:
        """A token with which this learner, and nobody else, may do what a learner may."""
        hub = JupyterServer(f"{self.url}hub/", self.token)
        return str((await hub.ask("POST", f"users/{learner}/tokens", {"note": "trial"}))["token"])

    async def _state(self, hub: JupyterServer, learner: str) -> dict[str, Any]:
        servers: dict[str, dict[str, Any]] = (await hub.ask("GET", f"users/{learner}"))["servers"]
        return servers.get("", {})


@contextlib.contextmanager
def running(loopback: str = "private") -> Iterator[Hub]:
    """A hub, for the time of a block; `loopback` is `private` or `shared`. Raises RuntimeError where it cannot run."""
    for program in ("configurable-http-proxy", str(Path(sys.executable).with_name("jupyterhub"))):
        if not shutil.which(program):
            raise RuntimeError(f"{Path(program).name} is not installed; chapters/appendix/teaching.md tells how")
    AsyncHTTPClient.configure(None, max_clients=500)
    with tempfile.TemporaryDirectory(prefix="trial-hub-") as folder:
        ports, token = free_ports(3), secrets.token_hex(16)
        configuration = Path(folder, "config.py")
        configuration.write_text(_ADDED.format(configuration=str(CONFIGURATION), ports=ports, token=token))
        command = [str(Path(sys.executable).with_name("jupyterhub")), "-f", str(configuration)]
        variables = {**os.environ, "CLASS_LOOPBACK": loopback}
        with (
            open(Path(folder, "log"), "wb") as log,
            subprocess.Popen(command, cwd=folder, env=variables, stdout=log, stderr=log, umask=0o077) as process,
        ):
            hub = Hub(f"http://127.0.0.1:{ports[0]}/", token, Path(folder))
            try:
                asyncio.run(_answers(hub, process))
                yield hub
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(_START_S)


def free_ports(count: int) -> list[int]:
    """So many ports that nobody listens on at the moment."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


async def _answers(hub: Hub, process: subprocess.Popen[bytes]) -> None:
    """Wait until the hub serves."""
    api = JupyterServer(f"{hub.url}hub/", hub.token)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_START_S):
            while process.poll() is None:
                with contextlib.suppress(OSError, HTTPError, json.JSONDecodeError):
                    await api.ask("GET", "users")
                    return
                await asyncio.sleep(0.2)
    raise RuntimeError(f"the hub does not start: {(hub.folder / 'log').read_text()[-2000:]}")
