"""Two ways to log in that a client should not have anymore, as routes that a weakened build adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING

import flask

from labsupport.oauth.pages import page

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from labsupport.oauth.client import Client

FRAGMENT = "/fragment"
"""Where the implicit grant leads to: a page whose script hands the token over to its server."""

_IMPLICIT = "<p><a id=implicit href=/implicit>Log in by the implicit grant</a></p>"
_PASSWORD = """<form method=post action=/password><input id=user name=user aria-label=Name>
<input id=password name=password type=password aria-label=Password><button id=log-in-here>Log in here</button></form>"""
_SCRIPT = """<!doctype html><link rel=icon href=data:,><title>{{ title }}</title><script>
fetch("/session", {method: "POST", body: new URLSearchParams(location.hash.slice(1))})
    .then(answer => document.body.append(answer.ok ? "Logged in." : "Refused."))</script><body>"""


def add_implicit(client: Client) -> None:
    """`GET /implicit` asks for an access token in the fragment (RFC 6749 §4.2)."""
    client.callbacks.append(FRAGMENT)
    client.links.append(_IMPLICIT)

    @client.app.get("/implicit")
    def implicit() -> ResponseReturnValue:
        place = client.begin(response_type="token", redirect_uri=client.url + FRAGMENT)
        return flask.redirect(place, HTTPStatus.SEE_OTHER)

    @client.app.get(FRAGMENT)
    def fragment() -> ResponseReturnValue:
        return page(_SCRIPT, title=client.host)


def add_password(client: Client) -> None:
    """`POST /password` takes the user's password, to ask for tokens with it (RFC 6749 §4.3)."""
    client.links.append(_PASSWORD)

    @client.app.post("/password")
    def password() -> ResponseReturnValue:
        provider = client.provider()
        tokens = provider.tokens(grant_type="password", username=flask.request.form["user"],
                                 password=flask.request.form["password"], scope="openid notes")
        return client.welcome(provider, provider.user(tokens["access_token"]), tokens)


WEAKNESSES: Mapping[str, Callable[[Client], None]] = {"implicit": add_implicit, "password grant": add_password}
