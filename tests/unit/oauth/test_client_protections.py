"""A client's protections, each against its attack; and the client without it, that falls for it."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import ExitStack
from typing import Any

import pytest
from authlib.oidc.core.util import create_half_hash

from labsupport.errors import ReaderError
from labsupport.oauth import (
    USERS,
    AuthorizationServer,
    Client,
    Deployment,
    MixUpServer,
    UserAgent,
    parameters,
)
from labsupport.oauth.provider import Refusal
from tests.unit.oauth.flows import begun, code, redeem, signed, stolen

UNBOUND = ("no PKCE", "no nonce")


def forged_log_in(client: Collection[str], server: Collection[str] = ("pkce optional",)) -> Deployment:
    """Ada's browser is led to the redirect URI with a code of Mallory's; then Ada writes a note."""
    with Deployment(client=client, server=server) as parts, parts.agent() as ada:
        ada.get(stolen(parts, "mallory"))
        ada.post(parts.client.url + "/notes", data={"text": "my diary"})
    return parts


@pytest.mark.parametrize("state", ["no state", "constant state"])
def test_without_state_pkce_and_nonce_the_victims_note_goes_to_the_attacker(state: str) -> None:
    parts = forged_log_in({state, *UNBOUND})
    assert parts.client.logins == ["mallory"]
    assert parts.api.notes == {"mallory": ["my diary"]}


@pytest.mark.parametrize(("client", "refusal"), [
    ((), "state"), (UNBOUND, "state"), (("no state", "no nonce"), "code_verifier"),
    (("no state", "no PKCE"), "nonce"), (("constant state", "no PKCE"), "nonce"),
], ids=str)
def test_each_of_the_three_by_itself_stops_it(client: tuple[str, ...], refusal: str) -> None:
    parts = forged_log_in(client)
    assert (parts.client.logins, parts.client.refusals[0]) == ([], refusal)
    assert parts.api.notes == {}


@pytest.mark.parametrize("answer", [
    {}, {"code": "x"}, {"code": "x", "state": ""}, {"code": "x", "state": "guessed"}, {"state": "ü", "code": "x"},
    {"error": "access_denied"},
], ids=str)
def test_an_answer_that_nobody_asked_for_is_refused(answer: dict[str, str]) -> None:
    with Deployment() as parts, parts.agent() as ada:
        assert ada.get(parts.client.redirect_uri, params=answer).status_code == 403
        begun(ada, parts.client)
        assert ada.get(parts.client.redirect_uri, params=answer).status_code == 403
        assert (parts.client.logins, parts.client.refusals) == ([], ["state", "state"])


def test_an_answer_is_taken_once() -> None:
    with Deployment() as parts, parts.agent() as ada:
        answer = ada.authorize(begun(ada, parts.client), "ada").headers["Location"]
        assert ada.get(answer).status_code == 200
        assert ada.get(answer).status_code == 403
        assert parts.client.refusals == ["state"]


@pytest.mark.parametrize("name", ["code", "state", "iss"])
def test_an_answer_that_says_something_twice_is_refused(name: str) -> None:
    """RFC 6749 §3.1."""
    with Deployment() as parts, parts.agent() as ada:
        answer = ada.authorize(begun(ada, parts.client), "ada").headers["Location"]
        assert ada.get(f"{answer}&{name}=x").status_code == 403
        assert (parts.client.logins, parts.client.refusals) == ([], [name])


def test_a_log_out_ends_the_session_though_the_server_is_gone() -> None:
    parts = Deployment()
    with pytest.raises(ReaderError, match=r"nobody serves https://login\.test:\d+/revoke anymore"):
        with parts, parts.agent() as ada:
            ada.log_in(parts.client, "ada")
            parts.server.close()
            status = ada.post(parts.client.url + "/logout").status_code
            home = ada.get(parts.client.url + "/").text
    assert (status, "Not logged in." in home) == (500, True)


def test_an_answer_that_was_refused_is_not_taken_later() -> None:
    with Deployment() as parts, parts.agent() as ada:
        right = ada.authorize(begun(ada, parts.client), "ada").headers["Location"]
        ada.get(right.replace("iss=", "iss=x"))
        ada.get(right)
        assert (parts.client.logins, parts.client.refusals) == ([], ["iss", "state"])


@pytest.mark.parametrize("answer", [("no json", 200), ("{}", 200), ("[]", 200), ("null", 200), ("busy", 503)])
def test_a_server_that_answers_nonsense_logs_nobody_in(answer: tuple[str, int]) -> None:
    with Deployment() as parts, parts.agent() as ada:
        parts.server.app.view_functions["token"] = lambda: answer
        assert ada.log_in(parts.client, "ada").status_code == 403
        assert (parts.client.logins, parts.client.refusals) == ([], [str(answer[1])])


def test_a_user_who_denies_is_told_so() -> None:
    with Deployment() as parts, parts.agent() as ada:
        asked = parameters(begun(ada, parts.client))
        answer = {"error": "access_denied", "state": asked["state"], "iss": parts.server.issuer}
        page = ada.get(parts.client.redirect_uri, params=answer)
        assert (page.status_code, parts.client.refusals) == (403, ["access_denied"])


# Token substitution -------------------------------------------------------------------------------------------------


def substitution(kind: str, *weaknesses: str) -> Client:
    """Ada logs in at evil.test, which hands its token for her over to shop.test."""
    with Deployment(client=weaknesses) as parts, Client("evil.test", parts.server) as evil:
        with UserAgent(parts.server, evil) as ada, parts.agent() as mallory:
            ada.log_in(evil, "ada")
            begun(mallory, parts.client)
            mallory.post(parts.client.url + "/session", data={kind: evil.tokens["ada"][kind]})
    return parts.client


def test_a_client_that_takes_an_access_token_for_a_log_in_logs_the_attacker_in_as_the_victim() -> None:
    assert substitution("access_token", "login by access token").logins == ["ada"]


def test_who_checks_to_whom_the_access_token_was_issued_does_not() -> None:
    client = substitution("access_token", "login by own access token")
    assert (client.logins, client.refusals) == ([], ["client_id"])


def test_a_client_that_wants_an_id_token_takes_no_access_token() -> None:
    client = substitution("access_token")
    assert (client.logins, client.refusals) == ([], ["id_token"])


def test_an_id_token_for_another_client_is_refused() -> None:
    client = substitution("id_token")
    assert (client.logins, client.refusals) == ([], ["aud"])


def test_a_client_that_does_not_look_at_the_audience_takes_it_but_for_the_nonce() -> None:
    assert substitution("id_token", "login by any ID token").refusals == ["nonce"]
    assert substitution("id_token", "login by any ID token", "no nonce").logins == ["ada"]


def test_its_own_access_token_logs_the_user_in_where_that_is_enough() -> None:
    with Deployment(client={"login by own access token"}) as parts, parts.agent() as ada:
        ada.log_in(parts.client, "ada")
        token = parts.client.tokens["ada"]["access_token"]
        ada.post(parts.client.url + "/session", data={"access_token": token})
        ada.post(parts.client.url + "/session", data={"access_token": "unknown"})
        assert (parts.client.logins, parts.client.refusals) == (["ada", "ada"], ["client_id"])


def test_an_id_token_for_this_client_and_this_request_logs_in() -> None:
    with Deployment(public=True) as parts, parts.agent() as ada:
        asked = parameters(begun(ada, parts.client))
        value = code(parts.server, client_id="shop", redirect_uri=asked["redirect_uri"], nonce=asked["nonce"])
        known = parts.client.registration
        tokens = redeem(parts.server, known, value, redirect_uri=asked["redirect_uri"]).json()
        ada.post(parts.client.url + "/session", data={"id_token": tokens["id_token"]})
        assert parts.client.logins == ["ada"]


# The ID token -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("changes", "claim"), [
    ({"iss": "https://evil.test"}, "iss"), ({"iss": None}, "iss"),
    ({"aud": ["other"]}, "aud"), ({"aud": None}, "aud"), ({"aud": 1}, "aud"),
    ({"sub": None}, "sub"), ({"sub": 7}, "sub"),
    ({"exp": 1}, "exp"), ({"exp": None}, "exp"), ({"exp": "never"}, "exp"),
    ({"nonce": "another"}, "nonce"), ({"nonce": None}, "nonce"),
    ({"at_hash": "x"}, "at_hash"), ({"at_hash": 7}, "at_hash"),
], ids=str)
def test_an_id_token_with_a_wrong_claim_is_refused_by_its_name(
    parts: Deployment, changes: dict[str, object], claim: str
) -> None:
    provider = parts.client.provider()
    expected = parts.client.protections.expected({"nonce": "n"}, provider)
    good = signed(parts, nonce="n", at_hash=create_half_hash("token", "RS256").decode())
    assert provider.identity(good, expected, "token") == "ada"
    wrong: dict[str, Any] = {"nonce": "n", **changes}
    with pytest.raises(Refusal) as refused:
        provider.identity(signed(parts, **wrong), expected, "token")
    assert refused.value.reason == claim


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.", "ü",
                                   "eyJhbGciOiJSUzI1NiIsImNyaXQiOjV9.e30.eA"])
def test_what_is_no_id_token_is_refused(parts: Deployment, token: str) -> None:
    parts.client.refusals.clear()
    with parts.agent() as ada:
        begun(ada, parts.client)
        ada.post(parts.client.url + "/session", data={"id_token": token})
    assert (parts.client.refusals, parts.client.logins) == (["id_token"], [])


def test_an_id_token_that_another_key_signed_is_refused() -> None:
    with Deployment() as parts, parts.agent() as ada:
        nonce = parameters(begun(ada, parts.client))["nonce"]
        ada.post(parts.client.url + "/session", data={"id_token": signed(parts, key="evil.test", nonce=nonce)})
        ada.post(parts.client.url + "/session", data={"id_token": signed(parts, nonce=nonce)})
        assert (parts.client.refusals, parts.client.logins) == (["id_token"], ["ada"])


# Mix-up -------------------------------------------------------------------------------------------------------------


def mixed_up(*weaknesses: str, public: bool = False) -> tuple[MixUpServer, Client, int]:
    """Ada chooses evil.test, which sends her on to login.test; what a thief's try with the code is answered with."""
    with ExitStack() as running:
        login = running.enter_context(AuthorizationServer())
        evil = running.enter_context(MixUpServer("evil.test", login))
        shop = running.enter_context(Client("shop.test", login, evil, public=public, weaknesses=weaknesses))
        ada = running.enter_context(UserAgent(login, evil, shop))
        ada.log_in(shop, "ada", server="evil.test")
        status = 0
        for form in evil.collected:
            status = ada.post(login.url + "/token", data={"client_id": "shop", **form}).status_code
    return evil, shop, status


def test_a_client_that_knows_who_answers_brings_nobody_elses_code() -> None:
    evil, shop, _ = mixed_up()
    assert (evil.collected, shop.refusals) == ([], ["iss"])


def test_without_the_issuer_the_code_and_its_verifier_reach_the_attacker() -> None:
    evil, shop, status = mixed_up("no iss")
    (form,) = evil.collected
    assert form.keys() >= {"code", "code_verifier", "redirect_uri"}
    assert (shop.logins, shop.refusals) == ([], ["temporarily_unavailable"])
    assert status == 401  # a confidential client's code is of no use without the secret


def test_a_public_clients_code_is_then_redeemed_by_the_attacker() -> None:
    assert mixed_up("no iss", public=True)[2] == 200


@pytest.mark.parametrize("weaknesses", [(), ("no iss",)])
def test_with_one_server_only_there_is_nothing_to_mix_up(weaknesses: tuple[str, ...]) -> None:
    with Deployment(client=weaknesses) as parts, parts.agent() as ada:
        ada.log_in(parts.client, "ada")
        assert parts.client.logins == ["ada"]


def test_a_client_of_two_servers_logs_in_at_either() -> None:
    with ExitStack() as running:
        one = running.enter_context(AuthorizationServer("one.test"))
        two = running.enter_context(AuthorizationServer("two.test"))
        shop = running.enter_context(Client("shop.test", one, two))
        ada = running.enter_context(UserAgent(one, two, shop))
        ada.log_in(shop, "ada", server="two.test")
        ada.log_in(shop, "ada")
        assert shop.logins == ["ada", "ada"]
        assert [len(server.requests_for("/token")) for server in (one, two)] == [1, 1]
        assert shop.registration_at(two).client_secret != shop.registration.client_secret
        assert ada.get(shop.url + "/login?server=evil.test").status_code == 403
        assert shop.refusals == ["server"]


# The retired grants -------------------------------------------------------------------------------------------------


def test_with_the_password_grant_the_client_sees_the_password() -> None:
    with Deployment(client={"password grant"}, server={"password grant"}) as parts, parts.agent() as ada:
        ada.post(parts.client.url + "/password", data={"user": "ada", "password": USERS["ada"]})
        assert parts.client.logins == ["ada"]
        (exchange,) = parts.client.requests_for("/password")
        assert USERS["ada"].encode() in exchange.request_body


def test_with_the_code_flow_it_does_not() -> None:
    with Deployment() as parts, parts.agent() as ada:
        ada.log_in(parts.client, "ada")
        assert not any(USERS["ada"] in repr(each) for each in parts.client.exchanges)
        assert ada.post(parts.client.url + "/password", data={"user": "ada"}).status_code == 404
        assert ada.get(parts.client.url + "/implicit").status_code == 404


def test_a_sound_server_grants_nothing_for_a_password() -> None:
    with Deployment(client={"password grant"}) as parts, parts.agent() as ada:
        ada.post(parts.client.url + "/password", data={"user": "ada", "password": USERS["ada"]})
        assert parts.client.refusals == ["unsupported_grant_type"]


def test_the_implicit_grant_brings_the_token_in_the_fragment_and_the_page_hands_it_over() -> None:
    with Deployment(client={"implicit"}, server={"implicit"}, public=True) as parts, parts.agent() as ada:
        request = ada.get(parts.client.url + "/implicit", allow_redirects=False).headers["Location"]
        landing = ada.authorize(request, "ada").headers["Location"]
        assert landing.startswith(parts.client.url + "/fragment?")
        assert "access_token" in parameters(landing)
        assert "location.hash" in ada.get(landing).text
        ada.post(parts.client.url + "/session", data={"access_token": parameters(landing)["access_token"]})
        assert parts.client.logins == ["ada"]
