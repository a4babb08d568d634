"""The victim: a bank with a session cookie, a form to send money, a hole for scripts, and a defense to be chosen."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from flask import Flask, Request
    from flask.typing import ResponseReturnValue

_ICON = "<link rel=icon href=data:,>"
_LOGIN = "<title>Bank</title><form method=post><button name=user value=ada>Log in as Ada</button></form>"
_ACCOUNT = """<title>Bank</title><p>Hello, {{ user }}.</p>
<form id=pay method=post action=/transfer>
<input name=to><input name=amount><input type=hidden name=csrf value="{{ token }}"><button>Send</button></form>"""
_SEARCH = "<title>Search</title><p>Nothing found for {{ query | safe }}</p>"


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money that was sent, and in whose name."""

    by: str
    to: str
    amount: str


@dataclass(frozen=True, slots=True)
class Issued:
    """What a defense puts into a page: the value of the form's hidden field `csrf`, and Set-Cookie lines."""

    field: str = ""
    cookies: tuple[str, ...] = ()


class Defense(Protocol):
    """A way to tell a form of the bank's own pages from a forged one. The session's id is empty before log-in."""

    def issue(self, session_id: str) -> Issued:
        """What goes out with a page that holds the form."""

    def accepts(self, request: Request, session_id: str) -> bool:
        """Whether a request to send money is to be believed."""


class Bank:
    """A bank whose app is `app`. The cookie `sid` keeps the session; `session_cookie` are its attributes.

    `GET /login` has a button for `POST /login`, which begins a new session and leads to `/`, the page with the form for
    `/transfer`; `POST /logout` ends it. `/transfer` takes GET as well as POST, and `to` and `amount` from either: 401
    without a session, 403 where the `defense` refuses, else 200. `GET /search?q=` shows `q` as it came: the hole for
    scripts. `policy` is the Content-Security-Policy of every page, none by default.
    """

    def __init__(self, *, defense: Defense | None = None, session_cookie: str = "Path=/; HttpOnly",
                 policy: str = "") -> None:
        self.defense, self.session_cookie, self.policy = defense, session_cookie, policy
        self.sessions: dict[str, str] = {}
        self.transfers: list[Transfer] = []
        self.app = _app(self)

    def begin_session(self, user: str) -> str:
        """A new session for a user; returns its id."""
        session_id = secrets.token_urlsafe(16)
        self.sessions[session_id] = user
        return session_id

    def clear(self) -> None:
        """Forget every session and transfer."""
        self.sessions.clear()
        self.transfers.clear()

    def send_money(self, request: Request) -> ResponseReturnValue:
        """What `/transfer` does."""
        session_id = request.cookies.get("sid", "")
        if session_id not in self.sessions:
            return _ICON + "log in first", 401
        if self.defense and not self.defense.accepts(request, session_id):
            return _ICON + "refused", 403
        sent = Transfer(self.sessions[session_id], request.values.get("to", ""), request.values.get("amount", ""))
        self.transfers.append(sent)
        return _ICON + "sent", 200


def _app(bank: Bank) -> Flask:
    from flask import Flask, Response, make_response, redirect, render_template_string, request

    app = Flask("bank")

    @app.get("/login")
    def login() -> str:
        return _ICON + _LOGIN

    @app.post("/login")
    def log_in() -> Response:
        answer = make_response(redirect("/", 303))
        session_id = bank.begin_session(request.form["user"])
        answer.headers.add("Set-Cookie", f"sid={session_id}; {bank.session_cookie}")
        return answer

    @app.get("/")
    def account() -> Response:
        session_id = request.cookies.get("sid", "")
        issued = bank.defense.issue(session_id) if bank.defense else Issued()
        user = bank.sessions.get(session_id, "stranger")
        answer = make_response(_ICON + render_template_string(_ACCOUNT, user=user, token=issued.field))
        for line in issued.cookies:
            answer.headers.add("Set-Cookie", line)
        return answer

    @app.route("/transfer", methods=["GET", "POST"])
    def transfer() -> ResponseReturnValue:
        return bank.send_money(request)

    @app.get("/search")
    def search() -> str:
        return _ICON + render_template_string(_SEARCH, query=request.args.get("q", ""))

    @app.post("/logout")
    def log_out() -> str:
        bank.sessions.pop(request.cookies.get("sid", ""), None)
        return _ICON + "bye"

    @app.after_request
    def add_policy(answer: Response) -> Response:
        if bank.policy:
            answer.headers["Content-Security-Policy"] = bank.policy
        return answer

    return app
