"""What the tests of OAuth do again and again: a request of their own, a code, a token."""

from __future__ import annotations

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from urllib.parse import urlencode

import requests
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt

from labsupport.oauth import AuthorizationServer, Client, Deployment, Registration, UserAgent, parameters
from labsupport.oauth.id_tokens import signing_key

CALLBACK = "https://demo.test/callback"
VERIFIER = secrets.token_urlsafe(32)


class Clock:
    """A clock that a test sets; it begins in 2023."""

    def __init__(self) -> None:
        self.seconds = 1_700_000_000.0

    def __call__(self) -> float:
        return self.seconds


def request_url(server: AuthorizationServer, **changes: str | None) -> str:
    """A good authorization request of the client `demo`; None takes a parameter out."""
    asked: dict[str, str | None] = {
        "response_type": "code", "client_id": "demo", "redirect_uri": CALLBACK, "scope": "openid notes",
        "state": "s", "nonce": "n", "code_challenge": create_s256_code_challenge(VERIFIER),
        "code_challenge_method": "S256", **changes,
    }
    return f"{server.url}/authorize?{urlencode({name: value for name, value in asked.items() if value is not None})}"


def code(server: AuthorizationServer, **changes: str | None) -> str:
    """A code that Ada has just allowed."""
    with UserAgent(server) as agent:
        return parameters(agent.authorize(request_url(server, **changes), "ada").headers["Location"])["code"]


def redeem(server: AuthorizationServer, known: Registration, value: str, **changes: str | None) -> requests.Response:
    """The token endpoint's answer to a code; None takes a parameter out."""
    form: dict[str, str | None] = {"grant_type": "authorization_code", "code": value, "redirect_uri": CALLBACK,
                                   "code_verifier": VERIFIER, **changes}
    return ask(server, "/token", known, **{name: text for name, text in form.items() if text is not None})


def ask(server: AuthorizationServer, path: str, known: Registration, **form: str) -> requests.Response:
    """What an endpoint answers to a client that says who it is."""
    with UserAgent(server) as agent:
        if known.client_secret is None:
            return agent.post(server.url + path, data={"client_id": known.client_id, **form})
        return agent.post(server.url + path, data=form, auth=(known.client_id, known.client_secret))


def issue(server: AuthorizationServer, known: Registration, **changes: str | None) -> dict[str, Any]:
    """The tokens for a code that Ada has just allowed."""
    value = code(server, **{"client_id": known.client_id, **changes})
    tokens: dict[str, Any] = redeem(server, known, value).json()
    return tokens


def at_once(server: AuthorizationServer, known: Registration, **form: str) -> list[requests.Response]:
    """What the token endpoint answers to twenty threads that ask the same at the same time, each on its connection."""
    together = Barrier(20)

    def ask_together(_: int) -> requests.Response:
        with UserAgent(server) as agent:
            agent.get(server.url + "/jwks")
            together.wait(20)
            credentials = (known.client_id, known.client_secret) if known.client_secret else None
            return agent.post(server.url + "/token", data={"client_id": known.client_id, **form}, auth=credentials)

    with ThreadPoolExecutor(20) as threads:
        return list(threads.map(ask_together, range(20)))


def error(answer: requests.Response) -> tuple[int, str]:
    """Status and error code of a refusal."""
    return answer.status_code, answer.json()["error"]


def begun(agent: UserAgent, client: Client) -> str:
    """The authorization request that a client has just sent a user agent away with."""
    return agent.get(client.url + "/login", allow_redirects=False).headers["Location"]


def stolen(parts: Deployment, user: str) -> str:
    """The address that leads back to the client with a user's code, which nobody has followed."""
    with parts.agent() as agent:
        return agent.authorize(begun(agent, parts.client), user).headers["Location"]


def signed(parts: Deployment, *, key: str = "login.test", kind: str = "JWT", **changes: object) -> str:
    """A JWT that a server signs, right but for the changes; None takes a claim out."""
    claims = {"iss": parts.server.issuer, "sub": "ada", "aud": ["shop"], "exp": int(time.time()) + 60,
              "iat": int(time.time()), **changes}
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "RS256", "typ": kind, "kid": signing_key(key).kid}, kept, signing_key(key), ["RS256"])
