"""A malicious authorization server, for the mix-up attack: it has users log in elsewhere, and waits for their codes."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import flask

from labsupport.oauth.party import Party
from labsupport.oauth.registration import Registration
from labsupport.oauth.server import AuthorizationServer

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


class MixUpServer(Party):
    """An authorization server that a client knows beside an `honest` one (RFC 9700 §4.4.1).

    Whoever is sent to it to log in is sent on to the honest one, with the same request. A client that cannot tell which
    of the two has answered brings it the honest one's code: `collected` are the forms its token endpoint was sent.
    """

    def __init__(self, host: str, honest: AuthorizationServer, *, role: str = "malicious server") -> None:
        super().__init__(host, role)
        self.collected: list[dict[str, str]] = []
        self.honest = honest
        self.app = _app(self)

    @property
    def metadata(self) -> dict[str, Any]:
        """What it tells of itself, in the words of an honest server."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def register(self, client_id: str, *redirect_uris: str, public: bool = False, first_party: bool = False,
                 scope: str = "openid notes") -> Registration:
        """As `AuthorizationServer.register`; it forgets it at once."""
        return Registration(client_id, None if public else secrets.token_urlsafe(24), redirect_uris, scope, first_party)


def _app(server: MixUpServer) -> flask.Flask:
    app = flask.Flask(server.host)

    @app.get("/authorize")
    def authorize() -> ResponseReturnValue:
        place = f"{server.honest.url}/authorize?{flask.request.query_string.decode()}"
        return flask.redirect(place, HTTPStatus.SEE_OTHER)

    @app.post("/token")
    def token() -> ResponseReturnValue:
        credentials = flask.request.authorization
        named = {"client_id": credentials.username or ""} if credentials and credentials.username else {}
        server.collected.append({**named, **flask.request.form.to_dict()})
        return {"error": "temporarily_unavailable"}, 400

    @app.get("/.well-known/oauth-authorization-server")
    def metadata() -> ResponseReturnValue:
        return server.metadata

    return app
