"""Flask's `session`, kept in a store: the cookie has an id and nothing else."""

from __future__ import annotations

from typing import Any

import flask
from flask.sessions import SecureCookieSession, SessionInterface, SessionMixin
from werkzeug.exceptions import ServiceUnavailable

from labsupport.errors import ReaderError
from labsupport.stores.store import Data, Store, StoreDown

_RETRY_AFTER = 1
"""Seconds after which a client may ask again while the store is down (RFC 9110 §10.2.3)."""


class ServerSession(SecureCookieSession):
    """The data of one session during one request, and its id: None until it is saved for the first time.

    A change inside a value, such as `session["cart"].append(…)`, is told with `session.modified = True`.
    """

    def __init__(self, session_id: str | None = None, data: Data | None = None) -> None:
        super().__init__(data)
        self.id = session_id
        self.retired: str | None = None
        """The id that `regenerate` took out of use."""

    def regenerate(self) -> None:
        """Give the session a new id at the end of the request, and end the old one: at log-in, against fixation."""
        self.retired, self.id = self.retired or self.id, None
        self.modified = True


class ServerSessions(SessionInterface):
    """Keeps Flask's `session` in a store, under an id in the cookie `cookie` (RFC 6265bis §8.4).

    There is no cookie before something is written. An id that the store does not know is never adopted. An empty
    session is destroyed, and its cookie deleted. When the store does not answer, a visitor with a cookie gets 503, and
    so does whoever was to have one: no success is told that the store has not confirmed.
    """

    def __init__(self, store: Store, *, cookie: str = "sid") -> None:
        self._store = store
        self._cookie = cookie

    def serve(self, app: flask.Flask) -> flask.Flask:
        """Let an application use it; returns the application. Raises ReaderError for what is no Flask app."""
        if not isinstance(app, flask.Flask):
            raise ReaderError(f"sessions are kept for a Flask app, not for {app!r}")
        app.session_interface = self
        app.before_request(_refuse_when_down)
        return app

    def open_session(self, app: flask.Flask, request: flask.Request) -> ServerSession:
        """The session that the request's cookie names, or a new and empty one."""
        session_id = request.cookies.get(self._cookie)
        try:
            data = self._store.get(session_id) if session_id else None
        except StoreDown:
            flask.g.session_store_down = True
            return ServerSession()
        return ServerSession() if data is None else ServerSession(session_id, data)

    def save_session(self, app: flask.Flask, session: SessionMixin, response: flask.Response) -> None:
        """Put the session into the store, and its id into the response where that has changed."""
        if not isinstance(session, ServerSession) or "session_store_down" in flask.g:
            return
        if session.accessed:
            response.vary.add("Cookie")
        try:
            self._save(session, response)
        except StoreDown:
            _become(response, _refusal())

    def _save(self, session: ServerSession, response: flask.Response) -> None:
        if not session.modified:
            if session.id:
                self._store.touch(session.id)
        elif not session:
            self._end(session.id or session.retired, response)
        elif session.id is None:
            self._begin(session, response)
        elif not self._store.set(session.id, dict(session)):
            # Another request has ended the session meanwhile; to write it back would bring it to life again.
            self._end(session.id, response)

    def _begin(self, session: ServerSession, response: flask.Response) -> None:
        session.id = self._store.create(dict(session))
        if session.retired:
            self._store.destroy(session.retired)
        response.set_cookie(self._cookie, session.id, **_attributes())

    def _end(self, session_id: str | None, response: flask.Response) -> None:
        if session_id:
            self._store.destroy(session_id)
            response.delete_cookie(self._cookie, **_attributes())


def _attributes() -> dict[str, Any]:
    return {"path": "/", "httponly": True, "samesite": "Lax", "secure": flask.request.is_secure}


def _refuse_when_down() -> None:
    if "session_store_down" in flask.g:
        raise _refusal()


def _refusal() -> ServiceUnavailable:
    return ServiceUnavailable("The session store does not answer. Try again.", retry_after=_RETRY_AFTER)


def _become(response: flask.Response, refusal: ServiceUnavailable) -> None:
    """Turn a response into a refusal, with nothing of what it said before."""
    answer = refusal.get_response()
    response.status_code = answer.status_code
    response.headers.clear()
    response.headers.extend(answer.headers)
    response.set_data(answer.get_data())
