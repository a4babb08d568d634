"""A client that is nothing but a page: its script runs the whole flow, and the tokens end up in the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask

from labsupport.oauth.pages import page
from labsupport.oauth.party import Party

if TYPE_CHECKING:
    from labsupport.oauth.server import AuthorizationServer

_PAGE = """<!doctype html><html lang=en><meta charset=utf-8><link rel=icon href=data:,><title>{{ title }}</title>
<p id=told>Not logged in.</p><button id=log-in>Log in</button>
<script>
const client_id = {{ client_id | tojson }}, redirect_uri = location.origin + "/callback";
const base64url = octets => btoa(String.fromCharCode(...new Uint8Array(octets)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

document.getElementById("log-in").onclick = async () => {
    sessionStorage.verifier = random();
    sessionStorage.state = random();
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(sessionStorage.verifier));
    location.href = {{ authorize | tojson }} + "?" + new URLSearchParams({
        response_type: "code", client_id, redirect_uri, scope: "openid notes", state: sessionStorage.state,
        code_challenge: base64url(digest), code_challenge_method: "S256",
    });
};

async function finish(answer) {
    const expected = sessionStorage.state && answer.get("state") === sessionStorage.state;
    if (!expected || answer.get("iss") !== {{ issuer | tojson }}) return "Refused.";
    const form = {grant_type: "authorization_code", code: answer.get("code"), redirect_uri, client_id,
                  code_verifier: sessionStorage.verifier};
    sessionStorage.clear();
    const response = await fetch({{ token | tojson }}, {method: "POST", body: new URLSearchParams(form)});
    window.tokens = await response.json();
    return response.ok ? "Logged in." : "Refused.";
}
if (location.pathname === "/callback")
    finish(new URLSearchParams(location.search)).then(told => { document.getElementById("told").textContent = told; });
</script>"""


class PageClient(Party):
    """A public client in page script, registered at a server under its `client_id` (RFC 6749 §2.1, RFC 9700 §2.1.1).

    The page has `button#log-in`; after the flow it says "Logged in." and its script has the tokens in `tokens`.
    """

    def __init__(self, host: str, server: AuthorizationServer, *, client_id: str = "", role: str = "client") -> None:
        super().__init__(host, role)
        self._server, self.client_id = server, client_id or host.partition(".")[0]
        self.app = _app(self)

    def join(self) -> None:
        """Register at the server."""
        self._server.register(self.client_id, self.redirect_uri, public=True)

    @property
    def redirect_uri(self) -> str:
        """Where the server answers to."""
        return f"{self.url}/callback"

    def show(self) -> str:
        """The page."""
        server = self._server.metadata
        return page(_PAGE, title=self.host, client_id=self.client_id, issuer=server["issuer"],
                    authorize=server["authorization_endpoint"], token=server["token_endpoint"])


def _app(client: PageClient) -> flask.Flask:
    app = flask.Flask(client.host)
    app.get("/", endpoint="home")(client.show)
    app.get("/callback", endpoint="callback")(client.show)
    return app
