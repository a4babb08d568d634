"""What a page puts in place of sockets, threads and waiting, so that packages that use them run unchanged."""

from __future__ import annotations

import concurrent.futures
import contextlib
import os
import select
import socket
import socketserver
import ssl
import sys
import threading
import time
import types
from collections.abc import Callable, Iterable
from typing import Any

from labsupport.errors import Unavailable
from labsupport.page import served
from labsupport.page.loopback import resolve
from labsupport.page.sockets import Socket, by_number
from labsupport.page.turns import REMEDY, GivenUp, turns

Undo = contextlib.ExitStack


def enter() -> Undo:
    """Put everything in its place; closing the result takes it back. Before `requests` and `urllib3` are imported."""
    undo = contextlib.ExitStack()
    for owner, name, new in _REPLACED:
        undo.callback(setattr, owner, name, getattr(owner, name))
        setattr(owner, name, new)
    for name, number in _OPTIONS.items():
        if not hasattr(socket, name):
            setattr(socket, name, number)
    if hasattr(select, "poll"):
        undo.callback(setattr, select, "poll", select.poll)
        del select.poll  # clients take `select` where it is missing
    # urllib3 would ask the browser's fetch, which knows no site of this page.
    sys.modules.setdefault("urllib3.contrib.emscripten", _without_fetch())
    return undo


def _without_fetch() -> types.ModuleType:
    module = types.ModuleType("urllib3.contrib.emscripten")
    module.inject_into_urllib3 = lambda: None  # type: ignore[attr-defined]
    return module


# Sockets


def _create_connection(
    address: tuple[str, int], timeout: Any = None, source_address: Any = None, *, all_errors: bool = False
) -> Socket:
    client = Socket()
    if isinstance(timeout, int | float):
        client.settimeout(timeout)
    try:
        if source_address:
            client.bind(source_address)
        client.connect(address)
    except BaseException:
        client.close()
        raise
    return client


def _create_server(address: tuple[str, int], *, backlog: int | None = None, **options: Any) -> Socket:
    listener = Socket()
    try:
        listener.bind(address)
        listener.listen()
    except BaseException:
        listener.close()
        raise
    return listener


def _getaddrinfo(host: Any, port: Any, *kind: Any, **kinds: Any) -> list[Any]:
    number = int(port or 0)
    return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (resolve(host), number))]


def _select(
    readers: Iterable[Any], writers: Iterable[Any], others: Iterable[Any], timeout: float | None = None
) -> tuple[list[Any], list[Any], list[Any]]:
    reading, writing = list(readers), list(writers)

    def ready() -> list[Any]:
        return [each for each in reading if _readable(each)]

    turns.wait(lambda: bool(writing or ready()), timeout)
    return ready(), writing, []


def _readable(file: Any) -> bool:
    socket = by_number.get(file if isinstance(file, int) else file.fileno())
    if socket is None:
        raise OSError(f"the page has no descriptor {file!r} that it could wait for")
    return socket.readable


# Threads


def _start(thread: threading.Thread) -> None:
    if thread._started.is_set():  # type: ignore[attr-defined]
        raise RuntimeError("threads can only be started once")
    thread._started.set()  # type: ignore[attr-defined]
    turns.add_thread(lambda: _run(thread))


def _run(thread: threading.Thread) -> None:
    try:
        thread.run()
    except GivenUp:
        return
    except SystemExit:
        pass
    except BaseException:
        told = (*sys.exc_info(), thread)
        threading.excepthook(threading.ExceptHookArgs(told))
    thread._page_ended = True  # type: ignore[attr-defined]


def _has_ended(thread: threading.Thread) -> bool:
    return getattr(thread, "_page_ended", False)


def _join(thread: threading.Thread, timeout: float | None = None) -> None:
    turns.wait(lambda: _has_ended(thread), timeout)


def _is_alive(thread: threading.Thread) -> bool:
    return thread._started.is_set() and not _has_ended(thread)  # type: ignore[attr-defined]


class _Waiter:
    """Stands among the waiters of a condition, which releases it."""

    released = False

    def release(self) -> None:
        self.released = True


def _wait(condition: Any, timeout: float | None = None) -> bool:
    """`Condition.wait`, on which events, barriers, queues and futures rest."""
    if not condition._is_owned():
        raise RuntimeError("cannot wait on un-acquired lock")
    waiter = _Waiter()
    condition._waiters.append(waiter)
    saved = condition._release_save()
    try:
        return turns.wait(lambda: waiter.released, timeout)
    finally:
        condition._acquire_restore(saved)
        with contextlib.suppress(ValueError):
            condition._waiters.remove(waiter)


class _Executor(concurrent.futures.Executor):
    """Runs what is submitted one after the other, when somebody waits."""

    def __init__(
        self,
        max_workers: int | None = None,
        thread_name_prefix: str = "",
        initializer: Any = None,
        initargs: tuple[Any, ...] = (),
    ) -> None:
        self._pending: list[concurrent.futures.Future[Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> concurrent.futures.Future[Any]:
        """Have something run at the next wait."""
        future: concurrent.futures.Future[Any] = concurrent.futures.Future()
        self._pending.append(future)

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except GivenUp:
                return
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        turns.add_thread(run)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for all that was submitted."""
        if wait:
            turns.wait(lambda: all(future.done() for future in self._pending))


def _no_tls(context: ssl.SSLContext, *arguments: Any, **named: Any) -> Any:
    raise Unavailable("TLS", "no package in this page makes keys and certificates", REMEDY)


_trust_really = ssl.SSLContext.load_verify_locations


def _trust(context: ssl.SSLContext, cafile: Any = None, capath: Any = None, cadata: Any = None) -> None:
    """Load the authorities of a file; that of a page's own site is empty."""
    if cafile and os.path.isfile(cafile) and not os.path.getsize(cafile):
        _no_tls(context)
    _trust_really(context, cafile, capath, cadata)


_OPTIONS = {"SO_REUSEADDR": 2, "SO_ERROR": 4, "SO_SNDBUF": 7, "SO_RCVBUF": 8, "SO_KEEPALIVE": 9, "SO_LINGER": 13}
"""Names that the interpreter of the page lacks; the numbers are those of Linux."""

_REPLACED: tuple[tuple[Any, str, Any], ...] = (
    (socket, "socket", Socket),
    (socket, "SocketType", Socket),
    (socket, "create_connection", _create_connection),
    (socket, "create_server", _create_server),
    (socket, "getaddrinfo", _getaddrinfo),
    (socket, "gethostbyname", resolve),
    (ssl.SSLContext, "wrap_socket", _no_tls),
    (ssl.SSLContext, "load_verify_locations", _trust),
    (select, "select", _select),
    (socketserver.BaseServer, "serve_forever", served.serve_forever),
    (socketserver.BaseServer, "shutdown", served.shutdown),
    (threading.Thread, "start", _start),
    (threading.Thread, "join", _join),
    (threading.Thread, "is_alive", _is_alive),
    (threading.Condition, "wait", _wait),
    (time, "sleep", turns.sleep),
    (concurrent.futures, "ThreadPoolExecutor", _Executor),
)
