"""Others who know the standards: Authlib's own client, PyJWT, Authlib's reader of metadata."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import urlencode

import jwt
import pytest
import requests
from authlib.integrations.flask_client import OAuth
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2 import rfc8414
from authlib.oidc.discovery import OpenIDProviderMetadata
from flask import Flask, Response, session

from labsupport.oauth import AuthorizationServer, Deployment, UserAgent, parameters
from tests.jose_tokens import base64url
from tests.unit.oauth.flows import CALLBACK, VERIFIER, issue


def test_the_metadata_are_what_the_standard_asks_for(server: AuthorizationServer) -> None:
    """RFC 8414 §2, §3; OpenID Connect Discovery §3."""
    server.register("demo", CALLBACK)
    with UserAgent(server) as agent:
        one, other = (agent.get(f"{server.url}/.well-known/{name}").json()
                      for name in ("oauth-authorization-server", "openid-configuration"))
    assert one == other == server.metadata
    rfc8414.AuthorizationServerMetadata(one).validate()
    OpenIDProviderMetadata(one).validate()
    assert one["scopes_supported"] == ["notes", "openid"]
    assert one["authorization_response_iss_parameter_supported"] is True


@pytest.mark.parametrize("field", ["authorization_endpoint", "token_endpoint", "revocation_endpoint", "jwks_uri",
                                   "introspection_endpoint", "userinfo_endpoint"])
def test_every_endpoint_of_the_metadata_is_there(server: AuthorizationServer, field: str) -> None:
    with UserAgent(server) as agent:
        assert agent.head(server.metadata[field]).status_code != 404


def test_no_private_key_is_published(server: AuthorizationServer) -> None:
    with UserAgent(server) as agent:
        (key,) = agent.get(server.metadata["jwks_uri"]).json()["keys"]
    assert key.keys() == {"kty", "n", "e", "kid", "use", "alg"}


def test_pyjwt_verifies_the_id_token(server: AuthorizationServer) -> None:
    demo = server.register("demo", CALLBACK)
    tokens = issue(server, demo)
    with UserAgent(server) as agent:
        keys = jwt.PyJWKSet.from_dict(agent.get(server.metadata["jwks_uri"]).json())
    header = jwt.get_unverified_header(tokens["id_token"])
    claims = jwt.decode(tokens["id_token"], keys[header["kid"]], ["RS256"], audience="demo", issuer=server.issuer,
                        options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce", "at_hash", "auth_time"]})
    assert (header["alg"], claims["sub"], claims["nonce"], claims["aud"]) == ("RS256", "ada", "n", ["demo"])
    half = hashlib.sha256(tokens["access_token"].encode()).digest()[:16]
    assert claims["at_hash"] == base64url(half)


def test_pyjwt_verifies_an_access_token_that_is_a_jwt() -> None:
    """RFC 9068 §2."""
    with Deployment(access_tokens="JWT") as parts:
        demo = parts.server.register("demo", CALLBACK)
        token = issue(parts.server, demo)["access_token"]
        key = jwt.PyJWKSet.from_dict(parts.server.keys).keys[0]
        claims = jwt.decode(token, key, ["RS256"], audience=parts.api.url, issuer=parts.server.issuer,
                            options={"require": ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"]})
        assert jwt.get_unverified_header(token)["typ"] == "at+jwt"
        assert (claims["sub"], claims["client_id"], claims["scope"]) == ("ada", "demo", "openid notes")
        assert claims["exp"] - claims["iat"] == 300


def reach_as(session: requests.Session, agent: UserAgent) -> None:
    """Let a session of requests find the parties that an agent finds."""
    session.trust_env = False
    for prefix, adapter in agent.adapters.items():
        session.mount(prefix, adapter)


def test_authlibs_session_runs_the_flow(server: AuthorizationServer) -> None:
    demo = server.register("demo", CALLBACK)
    with OAuth2Session("demo", demo.client_secret, scope="openid notes", redirect_uri=CALLBACK,
                       code_challenge_method="S256") as session, UserAgent(server) as agent:
        reach_as(session, agent)
        url, state = session.create_authorization_url(server.metadata["authorization_endpoint"],
                                                      code_verifier=VERIFIER)
        answer = agent.authorize(url, "ada").headers["Location"]
        token = session.fetch_token(server.metadata["token_endpoint"], authorization_response=answer, state=state,
                                    code_verifier=VERIFIER)
        renewed = session.refresh_token(server.metadata["token_endpoint"], token["refresh_token"])
        told = session.introspect_token(server.metadata["introspection_endpoint"], renewed["access_token"]).json()
        assert (told["active"], told["sub"]) == (True, "ada")
        session.revoke_token(server.metadata["revocation_endpoint"], renewed["refresh_token"])
        told = session.introspect_token(server.metadata["introspection_endpoint"], renewed["access_token"]).json()
        assert told == {"active": False}


def authlib_client(server: AuthorizationServer, secret: str | None, agent: UserAgent) -> Flask:
    """A Flask app that logs users in with Authlib's `flask_client`, whose back channel is the agent's."""
    app = Flask("independent")
    app.secret_key = "of this test alone"
    oauth = OAuth(app)
    metadata = {name: value for name, value in server.metadata.items()
                if name in ("issuer", "id_token_signing_alg_values_supported")}
    login = oauth.register(
        "login", client_id="demo", client_secret=secret, jwks=server.keys, **metadata,
        authorize_url=server.metadata["authorization_endpoint"], access_token_url=server.metadata["token_endpoint"],
        client_kwargs={"scope": "openid notes", "code_challenge_method": "S256"},
        compliance_fix=lambda client: reach_as(client, agent),
    )

    @app.get("/login")
    def log_in() -> Response:
        answer: Response = login.authorize_redirect(CALLBACK)
        return answer

    @app.get("/callback")
    def callback() -> str:
        session["user"] = login.authorize_access_token()["userinfo"]["sub"]
        return str(session["user"])

    return app


def test_authlibs_own_flask_client_logs_a_user_in(server: AuthorizationServer) -> None:
    demo = server.register("demo", CALLBACK)
    with UserAgent(server) as agent:
        client = authlib_client(server, demo.client_secret, agent).test_client()
        request = client.get("/login").headers["Location"]
        answer = parameters(agent.authorize(request, "ada").headers["Location"])
        assert client.get(f"/callback?{urlencode(answer)}").text == "ada"


def test_a_token_response_is_json_without_anything_else(server: AuthorizationServer) -> None:
    demo = server.register("demo", CALLBACK)
    issue(server, demo)
    (exchange,) = server.requests_for("/token")
    assert exchange.response_values("Content-Type") == ("application/json",)
    assert json.loads(exchange.response_body)["token_type"] == "Bearer"
