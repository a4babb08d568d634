"""WSGI middleware that hands what an application raises to the reader, and a plain 500 to its client."""

from __future__ import annotations

import errno
import io
import sys
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException

from labsupport.server.failures import Failures

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from labsupport.server.request import Request

REQUEST = "labsupport.request"
"""Key of the server's `Request` in the environment of the application."""
_FAILURES = "labsupport.failures"


class Guard:
    """An application whose exceptions become failures (PEP 3333).

    The client gets a 500; where the response is under way, it breaks off. An HTTPException is an answer, no failure.
    """

    def __init__(self, app: WSGIApplication, failures: Failures) -> None:
        self._app = app
        self._failures = failures
        self._flask_receiver = _watch_flask(failures)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        """Run the application; its parts go out one by one."""
        environ[_FAILURES] = self._failures
        request: Request = environ[REQUEST]
        try:
            yield from _parts(self._app(environ, start_response), request)
        except HTTPException as refusal:
            yield _refuse(HTTPStatus(refusal.code or 500), request, start_response)
        except Exception as error:
            self._failures.add(error)
            yield _refuse(HTTPStatus.INTERNAL_SERVER_ERROR, request, start_response)


def _parts(parts: Iterable[bytes], request: Request) -> Iterator[bytes]:
    try:
        for part in filter(None, parts):
            request.check(part)
            yield part
        request.check()
    finally:
        close: Callable[[], object] | None = getattr(parts, "close", None)
        if close:
            close()


def _refuse(status: HTTPStatus, request: Request, start_response: StartResponse) -> bytes:
    """Answer with the status alone. Raises ConnectionAbortedError where another answer is under way."""
    if request.sent_headers:
        raise ConnectionAbortedError(errno.ECONNABORTED, "the response breaks off")
    # Cheroot would send the fields of the answer that failed as well.
    request.outheaders.clear()
    line = f"{status.value} {status.phrase}"
    fields = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(line) + 1))]
    start_response(line, fields, sys.exc_info())
    return f"{line}\n".encode()


def _watch_flask(failures: Failures) -> object:
    """Hear of the exceptions that Flask turns into a 500 by itself, for as long as the result is held."""
    flask = sys.modules.get("flask")
    if flask is None:
        return None

    def receive(sender: object, exception: Exception, **rest: object) -> None:
        environ = flask.request.environ
        if environ.get(_FAILURES) is failures:
            failures.add(exception)
            # The reader gets the traceback once, from the failures; Flask would log it here as well.
            environ["wsgi.errors"] = io.StringIO()

    flask.got_request_exception.connect(receive)
    return receive
