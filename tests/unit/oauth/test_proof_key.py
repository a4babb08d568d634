"""Proof Key for Code Exchange (RFC 7636): a code is useless without the verifier of whoever asked for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import requests

from labsupport.oauth import AuthorizationServer, Client, Deployment, Registration, UserAgent, parameters
from tests.unit.oauth.flows import CALLBACK, VERIFIER, begun, code, error, redeem, request_url

WRONG = "x" * 43
OF_THE_RFC = ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
Serve = Callable[..., tuple[AuthorizationServer, Registration]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A server with weaknesses, and its public client `demo`; `public=False` for a confidential one."""
    with ExitStack() as running:
        def start(*weaknesses: str, public: bool = True) -> tuple[AuthorizationServer, Registration]:
            server = running.enter_context(AuthorizationServer(weaknesses=weaknesses))
            return server, server.register("demo", CALLBACK, public=public)

        yield start


def refusal(server: AuthorizationServer, **changes: str | None) -> dict[str, str]:
    """What the client is told instead of a code."""
    with UserAgent(server) as agent:
        answer = agent.get(request_url(server, **changes), allow_redirects=False)
    assert answer.headers["Location"].startswith(CALLBACK + "?")
    return parameters(answer.headers["Location"])


@pytest.mark.parametrize("public", [True, False], ids=["public", "confidential"])
def test_the_right_verifier_gets_tokens_and_a_wrong_one_does_not(serve: Serve, public: bool) -> None:
    server, demo = serve(public=public)
    value = code(server)
    assert error(redeem(server, demo, value, code_verifier=WRONG)) == (400, "invalid_grant")
    assert error(redeem(server, demo, value, code_verifier=None)) == (400, "invalid_request")
    assert redeem(server, demo, value).status_code == 200


def test_the_vector_of_the_standard_is_accepted(serve: Serve) -> None:
    """RFC 7636 Appendix B."""
    server, demo = serve()
    verifier, challenge = OF_THE_RFC
    value = code(server, code_challenge=challenge)
    assert error(redeem(server, demo, value)) == (400, "invalid_grant")
    assert redeem(server, demo, value, code_verifier=verifier).status_code == 200


@pytest.mark.parametrize("public", [True, False], ids=["public", "confidential"])
def test_a_request_without_a_challenge_is_refused(serve: Serve, public: bool) -> None:
    server, _ = serve(public=public)
    told = refusal(server, code_challenge=None, code_challenge_method=None)
    assert (told["error"], told["state"], told["iss"]) == ("invalid_request", "s", server.issuer)


@pytest.mark.parametrize("method", ["plain", None, "", "s256", "S512"])
def test_every_method_but_s256_is_refused(serve: Serve, method: str | None) -> None:
    server, _ = serve()
    assert refusal(server, code_challenge=VERIFIER, code_challenge_method=method)["error"] == "invalid_request"


@pytest.mark.parametrize("challenge", ["short", "=" * 43, "a" * 129, "ü" * 43])
def test_what_is_no_challenge_is_refused(serve: Serve, challenge: str) -> None:
    server, _ = serve()
    assert refusal(server, code_challenge=challenge)["error"] == "invalid_request"


@pytest.mark.parametrize("verifier", ["short", "a" * 129, "ü" * 43, '"' * 43])
def test_what_is_no_verifier_is_refused(serve: Serve, verifier: str) -> None:
    server, demo = serve()
    assert error(redeem(server, demo, code(server), code_verifier=verifier)) == (400, "invalid_request")


@pytest.mark.parametrize("public", [True, False], ids=["public", "confidential"])
def test_where_pkce_is_optional_a_code_without_a_challenge_is_enough(serve: Serve, public: bool) -> None:
    server, demo = serve("pkce optional", public=public)
    value = code(server, code_challenge=None, code_challenge_method=None)
    assert redeem(server, demo, value, code_verifier=None).status_code == 200


def test_where_pkce_is_optional_a_challenge_still_binds(serve: Serve) -> None:
    server, demo = serve("pkce optional")
    value = code(server)
    assert error(redeem(server, demo, value, code_verifier=None)) == (400, "invalid_request")
    assert error(redeem(server, demo, value, code_verifier=WRONG)) == (400, "invalid_grant")


@pytest.mark.parametrize("method", ["plain", None])
def test_a_server_that_takes_plain_gives_tokens_to_whoever_saw_the_request(serve: Serve, method: str | None) -> None:
    server, demo = serve("plain")
    value = code(server, code_challenge=VERIFIER, code_challenge_method=method)
    assert redeem(server, demo, value, code_verifier=VERIFIER).status_code == 200


def test_a_server_that_takes_plain_still_takes_s256_and_wants_a_challenge(serve: Serve) -> None:
    server, demo = serve("plain")
    assert redeem(server, demo, code(server)).status_code == 200
    assert refusal(server, code_challenge=None, code_challenge_method=None)["error"] == "invalid_request"


def test_a_verifier_to_a_code_without_a_challenge_is_refused(serve: Serve) -> None:
    server, demo = serve("pkce optional")
    value = code(server, code_challenge=None, code_challenge_method=None)
    assert error(redeem(server, demo, value)) == (400, "invalid_request")


def test_a_server_that_can_be_downgraded_ignores_it(serve: Serve) -> None:
    server, demo = serve("pkce optional", "downgrade")
    value = code(server, code_challenge=None, code_challenge_method=None)
    assert redeem(server, demo, value).status_code == 200


def test_a_server_that_can_be_downgraded_still_compares_where_there_is_a_challenge(serve: Serve) -> None:
    server, demo = serve("downgrade")
    assert error(redeem(server, demo, code(server), code_verifier=WRONG)) == (400, "invalid_grant")
    assert refusal(server, code_challenge=None, code_challenge_method=None)["error"] == "invalid_request"


# The attacks, on a client and with its own requests ---------------------------------------------------------------


def theft(parts: Deployment, verifier: str = "") -> requests.Response:
    """A thief, who saw the request and the answer, redeems the code of a public client."""
    with parts.agent() as ada, UserAgent(parts.server) as thief:
        request = begun(ada, parts.client)
        answer = ada.authorize(request, "ada")
        seen = verifier or parameters(request).get("code_challenge", "")
        form = {"grant_type": "authorization_code", "code": parameters(answer.headers["Location"])["code"],
                "redirect_uri": parts.client.redirect_uri, "client_id": "shop", "code_verifier": seen}
        return thief.post(parts.server.url + "/token", data={name: text for name, text in form.items() if text})


def test_a_stolen_code_is_useless_with_pkce() -> None:
    with Deployment(public=True) as parts:
        assert error(theft(parts)) == (400, "invalid_grant")


@pytest.mark.parametrize(("server", "client"), [("pkce optional", "no PKCE"), ("plain", "plain"),
                                                ("plain", "plain by omission")])
def test_a_stolen_code_is_as_good_as_the_tokens_without(server: str, client: str) -> None:
    with Deployment(public=True, server={server}, client={client}) as parts:
        assert theft(parts).status_code == 200


@pytest.mark.parametrize("client", ["no PKCE", "plain", "plain by omission"])
def test_a_sound_server_does_not_serve_a_weak_client(client: str) -> None:
    with Deployment(client={client}) as parts, parts.agent() as ada:
        assert ada.log_in(parts.client, "ada").status_code == 403
        assert parts.client.refusals == ["invalid_request"]


def injected(*weaknesses: str) -> Client:
    """A client without state, whose user has begun to log in, and is handed a code whose challenge was stripped."""
    server = {"pkce optional", *weaknesses}
    with Deployment(server=server, client={"no state", "no nonce"}) as parts:
        with parts.agent() as ada, parts.agent() as mallory:
            begun(ada, parts.client)
            request = parameters(begun(mallory, parts.client))
            stripped = {name: request[name] for name in ("response_type", "client_id", "redirect_uri", "scope")}
            url = requests.Request("GET", parts.server.url + "/authorize", params=stripped).prepare().url
            ada.get(mallory.authorize(str(url), "mallory").headers["Location"])
        return parts.client


def test_a_downgraded_code_logs_the_victim_in_as_the_attacker_at_a_lenient_server() -> None:
    assert injected("downgrade").logins == ["mallory"]


def test_a_downgraded_code_is_refused_by_a_strict_server() -> None:
    client = injected()
    assert (client.logins, client.refusals) == ([], ["invalid_request"])


def test_a_client_with_pkce_redeems_no_code_that_its_user_did_not_ask_for() -> None:
    with Deployment(server={"pkce optional"}, client={"no state", "no nonce"}) as parts, parts.agent() as ada:
        ada.get(parts.client.redirect_uri, params={"code": "mallory's", "iss": parts.server.issuer})
        assert parts.client.refusals == ["code_verifier"]
        assert parts.server.requests_for("/token") == ()
