"""The authorization endpoint and its two forms: what the user's browser sees of an authorization server."""

from __future__ import annotations

import string
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

import flask
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oidc.core.errors import ConsentRequiredError

from labsupport.oauth.asked import Asking
from labsupport.oauth.issued import Approval
from labsupport.oauth.pages import CONSENT, ERROR, LOG_IN, page
from labsupport.oauth.repeated import repeated

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response

    from labsupport.oauth.engine import Engine
    from labsupport.stores.sessions import ServerSession


class FrontChannel:
    """Asks who the user is and whether a client may; then sends the browser back to the client (RFC 6749 §3.1).

    The answer to a form is 303: nothing of the form goes along (RFC 9700 §4.12).
    """

    status_after_form = HTTPStatus.SEE_OTHER

    def __init__(self, engine: Engine, host: str) -> None:
        self._engine, self._host = engine, host

    def authorize(self) -> ResponseReturnValue:
        """`GET /authorize`: the log-in form, or the question of consent to whoever is logged in."""
        asked = self._request()
        user = flask.session.get("user")
        if not user:
            return self._page(LOG_IN)
        if asked.request.client.first_party:
            return self._answer(asked, self._approval())
        if flask.request.args.get("prompt") == "none":
            raise ConsentRequiredError(state=asked.request.payload.state, redirect_uri=asked.redirect_uri)
        return self._page(CONSENT, client=asked.request.client.client_id, scope=asked.request.scope, user=user)

    def log_in(self) -> ResponseReturnValue:
        """`POST /login`: a new session; then to the client where no consent is needed, else to the question."""
        asked = self._request()
        approval = self._engine.accounts.approval(flask.request.form.get("user", ""),
                                                  flask.request.form.get("password", ""))
        if not approval:
            return self._page(LOG_IN, wrong=True), 403
        cast("ServerSession", flask.session).regenerate()
        flask.session.update(user=approval.user, at=approval.authenticated_at)
        if asked.request.client.first_party:
            return self._answer(asked, approval)
        return flask.redirect(f"/authorize?{_query()}", HTTPStatus.SEE_OTHER)

    def decide(self) -> ResponseReturnValue:
        """`POST /consent`: with a code to the client, or with `access_denied`."""
        asked = self._request()
        if "user" not in flask.session:
            return self._page(LOG_IN), 403
        allowed = flask.request.form.get("decision") == "allow"
        return self._answer(asked, self._approval() if allowed else None)

    def refuse(self, error: OAuth2Error) -> ResponseReturnValue:
        """What is wrong is told to the client by redirect; to the user where the client's address is not sure.

        (RFC 6749 §4.1.2.1)
        """
        if not error.redirect_uri:
            return self._page(ERROR, error=error.error, description=error.description), 400
        answer: Response = self._engine.handle_error_response(None, error)
        self._engine.issuer_parameter.add_issuer_parameter(self._engine, answer)
        if flask.request.method == "POST":
            answer.status_code = self.status_after_form
        return answer

    def _request(self) -> Asking:
        """The authorization request, validated. Raises OAuth2Error."""
        try:
            asked: Asking = self._engine.get_consent_grant(end_user=flask.session.get("user"))
        except ValueError:
            # Authlib cannot put some characters into its description of what is wrong with them.
            raise InvalidRequestError("A parameter has characters that none may have.") from None
        if repeated(flask.request.args):
            raise InvalidRequestError("A parameter comes more than once.", state=asked.request.payload.state,
                                      redirect_uri=asked.redirect_uri)
        return asked

    def _approval(self) -> Approval:
        return Approval(flask.session["user"], flask.session["at"])

    def _answer(self, asked: Asking, approval: Approval | None) -> Response:
        answer: Response = self._engine.create_authorization_response(grant=asked, grant_user=approval)
        answer.status_code = self.status_after_form
        return answer

    def _page(self, template: str, **values: object) -> str:
        return page(template, title=self._host, query=_query(), **values)


class FoundAfterForm(FrontChannel):
    """302, which browsers take for 303, though the standard lets them do otherwise (RFC 9110 §15.4.3)."""

    status_after_form = HTTPStatus.FOUND


class TemporaryAfterForm(FrontChannel):
    """307, which sends the form, with the password in it, to the client as well (RFC 9110 §15.4.8)."""

    status_after_form = HTTPStatus.TEMPORARY_REDIRECT


class OpenRedirector(FrontChannel):
    """Every error is told by redirect, to whatever address the request named."""

    def refuse(self, error: OAuth2Error) -> ResponseReturnValue:
        """See `FrontChannel.refuse`."""
        error.redirect_uri = error.redirect_uri or flask.request.args.get("redirect_uri")
        return super().refuse(error)


WEAKNESSES: Mapping[str, type[FrontChannel]] = {
    "302 after login": FoundAfterForm,
    "307 after login": TemporaryAfterForm,
    "redirects errors": OpenRedirector,
}


def _query() -> str:
    """The query as it came, but for octets that no address has."""
    return quote(flask.request.query_string, safe=string.punctuation)
