"""The client: a web application that logs its users in elsewhere, and keeps their notes at an API."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

import flask
import requests

from labsupport.errors import ReaderError
from labsupport.oauth import handed_over, protections, retired_logins
from labsupport.oauth.forms import protect
from labsupport.oauth.pages import ERROR, HOME, SAVED, page
from labsupport.oauth.party import Party
from labsupport.oauth.provider import Provider, Refusal, Server
from labsupport.oauth.registration import Registration
from labsupport.oauth.repeated import repeated
from labsupport.oauth.user_agent import UserAgent
from labsupport.oauth.weaknesses import checked, weakened
from labsupport.stores import MemoryStore, ServerSessions

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.datastructures import MultiDict

    from labsupport.oauth.resource_server import ResourceServer
    from labsupport.stores.sessions import ServerSession


class Client(Party):
    """A client (RFC 6749 §1.1) of one authorization server or several, as RFC 9700 wants it, or with `weaknesses`.

    It starts after them, and registers at each under its `client_id`: as a confidential client, or a `public` one
    without a secret. Tokens, state, nonce and verifier stay in its session on the server; the browser has an id.
    `logins` are the users that were logged in, `tokens` the latest token response for each, `refusals` the reasons for
    which it refused. `now` is a clock that gives seconds. Raises ReaderError for an unknown weakness.
    """

    def __init__(
        self, host: str, *servers: Server, api: ResourceServer | None = None, client_id: str = "",
        public: bool = False, first_party: bool = False, scope: str = "openid notes",
        weaknesses: Collection[str] = (), now: Callable[[], float] = time.time, role: str = "client",
    ) -> None:
        super().__init__(host, role)
        if not servers:
            raise ReaderError("a client needs an authorization server: Client('shop.test', server)")
        self.weaknesses = checked("a client", weaknesses, protections.WEAKNESSES, handed_over.WEAKNESSES,
                                  retired_logins.WEAKNESSES)
        self.client_id = client_id or host.partition(".")[0]
        self.logins: list[str] = []
        self.refusals: list[str] = []
        self.tokens: dict[str, dict[str, Any]] = {}
        self.protections = weakened(protections.Protections, protections.WEAKNESSES, self.weaknesses)()
        handing = weakened(handed_over.HandedOver, handed_over.WEAKNESSES, self.weaknesses)
        self._handed_over = handing(self.protections)
        self._servers, self._api, self._now = servers, api, now
        self._public, self._first_party, self._scope = public, first_party, scope
        self._providers: dict[str, Provider] = {}
        self._renewing = threading.Lock()
        self._renewed: dict[str, dict[str, Any]] = {}
        self._agent = UserAgent(name=host)
        self.callbacks = ["/callback"]
        """The paths of its redirect URIs."""
        self.links: list[str] = []
        """What its home page offers besides to whoever is not logged in."""
        self.app = _app(self)
        for name in self.weaknesses & retired_logins.WEAKNESSES.keys():
            retired_logins.WEAKNESSES[name](self)

    def join(self) -> None:
        """Register at every authorization server."""
        if self._api:
            self._agent.reach(self._api)
        redirect_uris = [self.url + path for path in self.callbacks]
        for server in self._servers:
            self._agent.reach(server)
            registration = server.register(self.client_id, *redirect_uris, public=self._public,
                                           first_party=self._first_party, scope=self._scope)
            self._providers[server.host] = Provider.discover(server, registration, self._agent, self._now)

    def leave(self) -> None:
        """See `Party.leave`."""
        self._agent.close()

    @property
    def redirect_uri(self) -> str:
        """Where authorization servers answer to (RFC 6749 §3.1.2)."""
        return self.url + self.callbacks[0]

    @property
    def registration(self) -> Registration:
        """What the first authorization server knows of it."""
        return self.provider().registration

    def registration_at(self, server: Server) -> Registration:
        """What one of the authorization servers knows of it."""
        return self.provider(server.host).registration

    def provider(self, host: str = "") -> Provider:
        """One of its authorization servers, or the first. Raises Refusal for another; ReaderError before the start."""
        if not self._providers:
            raise ReaderError(f"{self.host} has not started; use `with` or .start()")
        if host and host not in self._providers:
            raise Refusal("server", f"{host} is none of {', '.join(self._providers)}")
        return self._providers[host or next(iter(self._providers))]

    # The flow -------------------------------------------------------------------------------------------------------

    def begin(self, host: str = "", **own: str) -> str:
        """Remember a new request in the user's session; the address of it (RFC 6749 §4.1.1)."""
        provider, begun = self.provider(host), self.protections.remember()
        flask.session["begun"] = {**begun, "server": provider.host}
        query = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": self.redirect_uri,
            "scope": self._scope, **self.protections.state(begun), **self.protections.nonce(begun),
            **self.protections.challenge(begun), **own,
        }
        return f"{provider.metadata['authorization_endpoint']}?{urlencode(query)}"

    def finish(self, answer: MultiDict[str, str]) -> ResponseReturnValue:
        """Check the authorization response, fetch the tokens, log the user in (RFC 6749 §4.1.2 to §4.1.4)."""
        begun = flask.session.pop("begun", {})
        if name := repeated(answer):
            raise Refusal(name, "it comes more than once")
        self.protections.check_state(begun, answer)
        provider = self.provider(begun.get("server", ""))
        self.protections.check_issuer(provider, answer)
        if "code" not in answer:
            raise Refusal(answer.get("error", "code"), answer.get("error_description", ""))
        tokens = provider.tokens(grant_type="authorization_code", code=answer["code"], redirect_uri=self.redirect_uri,
                                 **self.protections.verifier(begun))
        user = provider.identity(tokens.get("id_token", ""), self.protections.expected(begun, provider),
                                 tokens["access_token"])
        return self.welcome(provider, user, tokens)

    def take_over(self, form: dict[str, str]) -> ResponseReturnValue:
        """Log a user in with a token that another program hands over."""
        provider, begun = self.provider(form.get("server", "")), flask.session.get("begun", {})
        user, tokens = self._handed_over.user(provider, form, begun)
        return self.welcome(provider, user, tokens)

    def welcome(self, provider: Provider, user: str, tokens: dict[str, Any]) -> ResponseReturnValue:
        """Begin a new session for a user who is known now, and lead to the home page."""
        flask.session.clear()
        cast("ServerSession", flask.session).regenerate()
        flask.session.update(user=user, server=provider.host, tokens=tokens)
        self.logins.append(user)
        self.tokens[user] = tokens
        return flask.redirect("/", HTTPStatus.SEE_OTHER)

    # The API --------------------------------------------------------------------------------------------------------

    def upload(self, text: str) -> ResponseReturnValue:
        """Send a note to the API in the user's name; with a new access token where the old one is refused."""
        if "tokens" not in flask.session:
            raise Refusal("user", "nobody is logged in here")
        answer = self._send(text)
        if answer.status_code == 401 and "refresh_token" in flask.session["tokens"]:
            self._renew()
            answer = self._send(text)
        if not answer.ok:
            raise Refusal("api", f"it answered {answer.status_code}")
        return page(SAVED, title=self.host, told="Saved.")

    def _send(self, text: str) -> requests.Response:
        if not self._api:
            raise Refusal("api", "there is none")
        field = {"Authorization": f"Bearer {flask.session['tokens'].get('access_token', '')}"}
        return self._agent.post(f"{self._api.url}/notes", data={"text": text}, headers=field)

    def _renew(self) -> None:
        """Fetch new tokens once for all requests of a session: a refresh token that comes twice ends its family."""
        old = flask.session["tokens"]
        with self._renewing:
            known = self._renewed.get(old["refresh_token"], old)
            if known["access_token"] == old["access_token"]:
                new = self.provider(flask.session["server"]).tokens(grant_type="refresh_token",
                                                                    refresh_token=old["refresh_token"])
                known = self._renewed[old["refresh_token"]] = {**old, **new}
        flask.session["tokens"] = self.tokens[flask.session["user"]] = known

    def log_out(self) -> ResponseReturnValue:
        """End the session, whatever the server answers, and give its tokens back (RFC 7009 §2.1)."""
        ended = dict(flask.session)
        flask.session.clear()
        if refresh_token := ended.get("tokens", {}).get("refresh_token"):
            self.provider(ended["server"]).ask("revocation_endpoint", token=refresh_token)
        return flask.redirect("/", HTTPStatus.SEE_OTHER)

    # What else its app needs ----------------------------------------------------------------------------------------

    def home(self) -> str:
        """Who is logged in, or where to log in."""
        return page(HOME, title=self.host, user=flask.session.get("user"), servers=list(self._providers),
                    more="".join(self.links))

    def refuse(self, refusal: Refusal) -> ResponseReturnValue:
        """Note the reason, and tell it on a page."""
        self.refusals.append(refusal.reason)
        return page(ERROR, title=self.host, error=refusal.reason, description=refusal.description), 403


def _app(client: Client) -> flask.Flask:
    app = flask.Flask(client.host)
    protect(app, "/notes", "/logout", "/session", "/password")
    ServerSessions(MemoryStore(), cookie=f"{client.host.partition('.')[0]}_sid").serve(app)
    app.get("/")(client.home)
    app.register_error_handler(Refusal, client.refuse)

    @app.get("/login")
    def log_in() -> ResponseReturnValue:
        return flask.redirect(client.begin(flask.request.args.get("server", "")), HTTPStatus.SEE_OTHER)

    @app.get("/callback")
    def callback() -> ResponseReturnValue:
        return client.finish(flask.request.args)

    @app.post("/session")
    def session() -> ResponseReturnValue:
        return client.take_over(flask.request.form.to_dict())

    @app.post("/notes")
    def notes() -> ResponseReturnValue:
        return client.upload(flask.request.form.get("text", ""))

    @app.post("/logout")
    def log_out() -> ResponseReturnValue:
        return client.log_out()

    return app
