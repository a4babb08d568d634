"""What JupyterLab does when a reader runs a notebook: a kernel by REST, its cells through a websocket.

For the tests of `make lab` and of a class, which must see what a reader would, whatever server stands between.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import nbformat
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from tools.notebooks import EVIDENCE, Cell, Notebook, Output, canonical_outputs, code_cells, compared, tags

LONGEST_CELL_S = 300.0
"""A machine that thirty learners share is slow; what never ends is told all the same."""

_LARGEST_MESSAGE = 64 * 2**20
_SHOWN = ("stream", "display_data", "execute_result", "error")


@dataclass(frozen=True)
class Ran:
    """A cell that ran: its id, what it showed, and how long a reader waited for it, in seconds."""

    identity: str
    outputs: list[Output]
    seconds: float


@dataclass(frozen=True)
class JupyterServer:
    """A Jupyter server that runs, at a `url` that ends with a slash, and the token that opens it."""

    url: str
    token: str

    async def ask(self, method: str, path: str, content: object = None) -> Any:
        """What the REST interface answers, decoded. Raises tornado's `HTTPClientError` for a refusal."""
        request = HTTPRequest(
            f"{self.url}api/{path}", method, self._headers, None if content is None else json.dumps(content),
            allow_nonstandard_methods=True, request_timeout=LONGEST_CELL_S, connect_timeout=LONGEST_CELL_S,
        )  # fmt: skip
        response = await AsyncHTTPClient().fetch(request)
        return json.loads(response.body) if response.body else None

    async def notebook(self, path: str) -> Notebook:
        """The notebook that the server has at a path below its root."""
        content: Notebook = (await self.ask("GET", f"contents/{quote(path)}"))["content"]
        return content

    @contextlib.asynccontextmanager
    async def kernel(self, path: str) -> AsyncIterator[Kernel]:
        """A new kernel for a notebook, where JupyterLab would start it; it ends with the block."""
        wanted = {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}}
        session = await self.ask("POST", "sessions", wanted)
        kernel = Kernel(self, session["kernel"]["id"])
        try:
            await kernel.connect()
            yield kernel
        finally:
            kernel.disconnect()
            await self.ask("DELETE", f"sessions/{session['id']}")

    async def channels(self, kernel: str) -> WebSocketClientConnection:
        """The websocket that carries the channels of a kernel."""
        url = f"ws{self.url.removeprefix('http')}api/kernels/{kernel}/channels?session_id={uuid.uuid4().hex}"
        request = HTTPRequest(url, headers=self._headers, connect_timeout=LONGEST_CELL_S)
        return await websocket_connect(request, max_message_size=_LARGEST_MESSAGE)

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"token {self.token}"}


class Kernel:
    """A kernel of a server, with the cells of one notebook."""

    def __init__(self, server: JupyterServer, identity: str) -> None:
        self._server, self._identity = server, identity
        self._socket: WebSocketClientConnection | None = None

    async def connect(self) -> None:
        """Open the channels and wait until the kernel answers; it may still be importing."""
        self._socket = await self._server.channels(self._identity)
        await self.run("")

    def disconnect(self) -> None:
        """Close the channels; the kernel stays."""
        if self._socket:
            self._socket.close()
        self._socket = None

    async def restart(self) -> None:
        """A fresh interpreter in the place of this one, as by *Restart Kernel*."""
        self.disconnect()
        await self._server.ask("POST", f"kernels/{self._identity}/restart")
        await self.connect()

    async def run_all(self, notebook: Notebook) -> list[Ran]:
        """Every code cell in its order, as by *Run All Cells*, which stops at an error that no cell announces."""
        ran: list[Ran] = []
        for cell in code_cells(notebook):
            began = time.monotonic()
            outputs = await self.run(cell["source"])
            ran.append(Ran(cell["id"], outputs, time.monotonic() - began))
            if _failed(outputs) and "raises-exception" not in tags(cell):
                break
        return ran

    async def run(self, code: str) -> list[Output]:
        """What a cell shows. Raises TimeoutError where it does not end, ConnectionError where the kernel is gone."""
        async with asyncio.timeout(LONGEST_CELL_S):
            message = _execute_request(code)
            assert self._socket
            await self._socket.write_message(json.dumps(message))
            return await self._shown(message["header"]["msg_id"])

    async def _shown(self, asked: str) -> list[Output]:
        """The outputs up to both ends of an execution: the reply, and the idle state after the last output."""
        outputs: list[Output] = []
        ends = {"execute_reply", "idle"}
        while ends:
            message = await self._next()
            if message["parent_header"].get("msg_id") != asked:
                continue
            kind, content = message["msg_type"], message["content"]
            ends -= {kind, content.get("execution_state")}
            if kind in _SHOWN:
                outputs.append(nbformat.v4.output_from_msg(message))
            elif kind == "clear_output":
                outputs.clear()
        return outputs

    async def _next(self) -> Any:
        assert self._socket
        text = await self._socket.read_message()
        if text is None:
            raise ConnectionError("the server closed the kernel's channels")
        return json.loads(text)


def differences(notebook: Notebook, ran: Sequence[Ran]) -> list[str]:
    """A sentence for each code cell whose outputs are not the stored ones, by the rule that the tests compare by."""
    seen = {each.identity: each.outputs for each in ran}
    told = (_difference(cell, count, seen) for count, cell in enumerate(code_cells(notebook), start=1))
    return [sentence for sentence in told if sentence]


def _difference(cell: Cell, count: int, seen: dict[str, list[Output]]) -> str:
    if cell["id"] not in seen:
        return f"{cell['id']}: did not run"
    outputs = seen[cell["id"]]
    if _failed(outputs) and "raises-exception" not in tags(cell):
        return f"{cell['id']}: {outputs[-1]['ename']}: {outputs[-1]['evalue']}"
    fresh, stored = (
        compared({"outputs": canonical_outputs(each, count)}) for each in (outputs, cell["outputs"])
    )
    if EVIDENCE in tags(cell) or fresh == stored:
        return ""
    return f"{cell['id']}: shows {_short(fresh)}, stored is {_short(stored)}"


def _short(outputs: list[Output]) -> str:
    shown = (str(each.get("text") or each.get("data", {}).get("text/plain") or each) for each in outputs)
    return repr(" ".join(" ".join(shown).split())[:300])


def _failed(outputs: Sequence[Output]) -> bool:
    return any(output["output_type"] == "error" for output in outputs)


def _execute_request(code: str) -> dict[str, Any]:
    header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "username": "", "session": uuid.uuid4().hex,
              "version": "5.3"}
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False,
               "stop_on_error": True}
    return {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell",
            "buffers": []}
