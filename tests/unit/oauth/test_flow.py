"""The whole flow: browser, client, authorization server and API, nothing weakened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from labsupport.errors import ReaderError
from labsupport.oauth import Client, Deployment, ResourceServer, UserAgent, parameters
from tests.unit.oauth.flows import Clock, begun


@pytest.fixture
def ada(parts: Deployment) -> Iterator[UserAgent]:
    with parts.agent() as agent:
        yield agent
    parts.client.logins.clear()
    parts.api.notes.clear()


def test_a_user_logs_in_at_one_server_and_is_known_at_another(parts: Deployment, ada: UserAgent) -> None:
    page = ada.log_in(parts.client, "ada")
    assert (page.status_code, page.url) == (200, parts.client.url + "/")
    assert "Logged in as ada." in page.text
    assert parts.client.logins == ["ada"]


def test_a_user_who_has_not_logged_in_is_told_where(parts: Deployment, ada: UserAgent) -> None:
    page = ada.get(parts.client.url)
    assert "Not logged in." in page.text
    assert "/login?server=login.test" in page.text


def test_a_wrong_password_leads_nowhere(parts: Deployment, ada: UserAgent) -> None:
    page = ada.log_in(parts.client, "ada", "a guess")
    assert (page.status_code, parts.client.logins) == (403, [])
    assert "Wrong name or password." in page.text


@pytest.mark.parametrize("user", ["", "nobody", "Ada", "ådä"])
def test_a_user_whom_the_server_does_not_know_has_no_password(parts: Deployment, ada: UserAgent, user: str) -> None:
    assert ada.log_in(parts.client, user, "a guess").status_code == 403
    assert ada.log_in(parts.client, user, "").status_code == 403


def test_the_authorization_request_has_state_nonce_and_challenge(parts: Deployment, ada: UserAgent) -> None:
    asked = parameters(begun(ada, parts.client))
    assert asked.keys() == {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge",
                            "code_challenge_method"}
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["redirect_uri"] == parts.client.redirect_uri


def test_no_two_requests_have_a_secret_in_common(parts: Deployment, ada: UserAgent) -> None:
    one, other = (parameters(begun(ada, parts.client)) for _ in range(2))
    assert all(one[name] != other[name] for name in ("state", "nonce", "code_challenge"))


def test_the_answer_has_the_code_the_state_and_the_issuer(parts: Deployment, ada: UserAgent) -> None:
    request = begun(ada, parts.client)
    answer = ada.authorize(request, "ada")
    carried = parameters(answer.headers["Location"])
    assert answer.status_code == 303
    assert carried.keys() == {"code", "state", "iss"}
    assert carried["state"] == parameters(request)["state"]
    assert carried["iss"] == parts.server.issuer


def test_only_the_code_is_ever_in_the_browser(parts: Deployment, ada: UserAgent) -> None:
    parts.clear()
    ada.log_in(parts.client, "ada")
    tokens = parts.client.tokens["ada"]
    seen = [exchange for party in (parts.client, parts.server) for exchange in party.exchanges
            if "shop.test" not in exchange.request_values("User-Agent")]
    heard = " ".join(repr(each) for each in seen)
    assert parameters(parts.client.requests_for("/callback")[0].target)["code"] in heard
    assert not any(tokens[name] in heard for name in ("access_token", "refresh_token", "id_token"))
    assert "code_verifier" not in heard


def test_the_tokens_come_by_the_back_channel_and_are_not_kept_by_caches(parts: Deployment, ada: UserAgent) -> None:
    parts.clear()
    ada.log_in(parts.client, "ada")
    (exchange,) = parts.server.requests_for("/token")
    assert exchange.request_values("User-Agent") == ("shop.test",)
    assert exchange.response_values("Cache-Control") == ("no-store",)
    told = json.loads(exchange.response_body)
    assert told.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "scope", "id_token"}
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 300, "openid notes")


def test_a_note_reaches_the_account_of_whoever_is_logged_in(parts: Deployment, ada: UserAgent) -> None:
    ada.log_in(parts.client, "ada")
    assert "Saved." in ada.post(parts.client.url + "/notes", data={"text": "my diary"}).text
    assert parts.api.notes == {"ada": ["my diary"]}


def test_without_a_log_in_no_note_is_sent(parts: Deployment, ada: UserAgent) -> None:
    assert ada.post(parts.client.url + "/notes", data={"text": "x"}).status_code == 403
    assert parts.api.notes == {}


def test_two_users_have_two_sessions(parts: Deployment, ada: UserAgent) -> None:
    with parts.agent() as mallory:
        ada.log_in(parts.client, "ada")
        mallory.log_in(parts.client, "mallory")
        ada.post(parts.client.url + "/notes", data={"text": "ada's"})
        mallory.post(parts.client.url + "/notes", data={"text": "mallory's"})
    assert parts.api.notes == {"ada": ["ada's"], "mallory": ["mallory's"]}


def test_log_out_ends_the_session_and_the_tokens(parts: Deployment, ada: UserAgent) -> None:
    ada.log_in(parts.client, "ada")
    token = parts.client.tokens["ada"]["access_token"]
    assert "Not logged in." in ada.post(parts.client.url + "/logout").text
    bearer = {"Authorization": f"Bearer {token}"}
    assert ada.get(parts.api.url + "/notes", headers=bearer).status_code == 401


def test_each_party_has_a_session_cookie_of_its_own_with_an_id_and_nothing_else(
    parts: Deployment, ada: UserAgent
) -> None:
    ada.log_in(parts.client, "ada")
    assert {(cookie.name, cookie.domain) for cookie in ada.cookies} == {
        ("shop_sid", "shop.test"), ("login_sid", "login.test")}
    assert all(cookie.secure and cookie.has_nonstandard_attr("HttpOnly") for cookie in ada.cookies)
    assert all(len(str(cookie.value)) == 32 for cookie in ada.cookies)


def test_both_sessions_get_a_new_id_at_log_in(parts: Deployment, ada: UserAgent) -> None:
    request = begun(ada, parts.client)
    ada.get(request)
    before = {cookie.name: cookie.value for cookie in ada.cookies}
    ada.get(ada.authorize(request, "ada").headers["Location"])
    after = {cookie.name: cookie.value for cookie in ada.cookies}
    assert before.keys() == {"shop_sid"}
    assert before["shop_sid"] != after["shop_sid"]


def test_whoever_is_logged_in_at_the_server_is_only_asked_for_consent(parts: Deployment, ada: UserAgent) -> None:
    ada.log_in(parts.client, "ada")
    parts.clear()
    ada.log_in(parts.client, "ada")
    assert parts.server.requests_for("/login") == ()
    assert len(parts.server.requests_for("/consent")) == 1


def test_an_expired_access_token_is_renewed_on_the_way() -> None:
    clock = Clock()
    with Deployment(now=clock) as parts, parts.agent() as ada:
        ada.log_in(parts.client, "ada")
        old = parts.client.tokens["ada"]
        clock.seconds += 301
        assert "Saved." in ada.post(parts.client.url + "/notes", data={"text": "later"}).text
        new = parts.client.tokens["ada"]
    assert old["access_token"] != new["access_token"] and old["refresh_token"] != new["refresh_token"]
    assert parts.api.notes == {"ada": ["later"]}


def test_of_a_session_with_many_requests_at_once_the_tokens_are_renewed_once() -> None:
    """A refresh token that came twice would end the user's access, and no thief was there."""
    clock, together = Clock(), Barrier(10)
    with Deployment(now=clock) as parts, parts.agent() as ada:
        ada.log_in(parts.client, "ada")
        clock.seconds += 301
        parts.clear()

        def upload(number: int) -> int:
            with UserAgent(parts.client) as tab:
                tab.cookies.update(ada.cookies)
                together.wait(20)
                return tab.post(parts.client.url + "/notes", data={"text": str(number)}).status_code

        with ThreadPoolExecutor(10) as threads:
            assert list(threads.map(upload, range(10))) == [200] * 10
        assert len(parts.server.requests_for("/token")) == 1
        clock.seconds += 301
        assert ada.post(parts.client.url + "/notes", data={"text": "later"}).status_code == 200


def test_a_client_renews_again_and_again_where_the_refresh_token_stays() -> None:
    clock = Clock()
    with Deployment(server={"no rotation"}, now=clock) as parts, parts.agent() as ada:
        ada.log_in(parts.client, "ada")
        for _ in range(3):
            clock.seconds += 301
            assert ada.post(parts.client.url + "/notes", data={"text": "x"}).status_code == 200


def test_a_client_that_cannot_renew_says_so() -> None:
    clock = Clock()
    with Deployment(now=clock) as parts, parts.agent() as ada:
        ada.log_in(parts.client, "ada")
        clock.seconds += 31 * 86400
        assert ada.post(parts.client.url + "/notes", data={"text": "too late"}).status_code == 403
        assert parts.client.refusals == ["invalid_grant"]


def test_an_id_token_that_has_expired_logs_nobody_in() -> None:
    server_clock, client_clock = Clock(), Clock()
    client_clock.seconds += 3601
    with Deployment(now=server_clock) as parts:
        late = Client("late.test", parts.server, now=client_clock)
        with late, UserAgent(parts.server, late) as ada:
            assert ada.log_in(late, "ada").status_code == 403
        assert late.refusals == ["exp"]


def test_one_server_may_serve_two_clients_and_two_resource_servers() -> None:
    with Deployment() as parts, ResourceServer("photos.test", parts.server, scope="photos") as photos:
        with Client("album.test", parts.server, api=photos, scope="openid photos") as album:
            with UserAgent(parts.server, album) as ada:
                ada.log_in(album, "ada")
                assert "Saved." in ada.post(album.url + "/notes", data={"text": "a photo"}).text
        assert (photos.notes, parts.api.notes) == ({"ada": ["a photo"]}, {})


def test_after_the_end_nobody_answers_and_a_second_end_does_nothing() -> None:
    with Deployment() as parts:
        url, agent = parts.server.url, parts.agent()
    parts.close()
    with agent, pytest.raises(ReaderError, match="anymore"):
        agent.get(url + "/jwks")
