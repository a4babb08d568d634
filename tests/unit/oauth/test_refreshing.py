"""Refresh tokens are used once, and one that comes again ends everything (RFC 9700 §4.14.2)."""

from __future__ import annotations

import pytest
import requests

from labsupport.oauth import USERS, AuthorizationServer, Registration, UserAgent
from tests.unit.oauth.flows import CALLBACK, Clock, ask, at_once, error, issue


@pytest.fixture
def demo(server: AuthorizationServer) -> Registration:
    return server.register("demo", CALLBACK, public=True)


def refresh(server: AuthorizationServer, known: Registration, token: str, **form: str) -> requests.Response:
    return ask(server, "/token", known, grant_type="refresh_token", refresh_token=token, **form)


def works(server: AuthorizationServer, token: str) -> bool:
    """Whether the server still tells of an access token whose user it is."""
    with UserAgent(server) as agent:
        return agent.get(server.url + "/userinfo", headers={"Authorization": f"Bearer {token}"}).ok


def test_a_refresh_token_gives_a_new_pair(server: AuthorizationServer, demo: Registration) -> None:
    first = issue(server, demo)
    answer = refresh(server, demo, first["refresh_token"])
    second = answer.json()
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    assert second["scope"] == first["scope"]
    assert refresh(server, demo, second["refresh_token"]).status_code == 200


def test_whoever_is_second_ends_it_for_both(server: AuthorizationServer, demo: Registration) -> None:
    """The server cannot know which of the two is the thief, so their order makes no difference."""
    stolen = issue(server, demo)["refresh_token"]
    first, second = refresh(server, demo, stolen), refresh(server, demo, stolen)
    assert (first.status_code, error(second)) == (200, (400, "invalid_grant"))
    good = first.json()
    assert not works(server, good["access_token"])
    assert error(refresh(server, demo, good["refresh_token"])) == (400, "invalid_grant")


def test_a_token_of_many_rotations_ago_is_known_again(server: AuthorizationServer, demo: Registration) -> None:
    first = token = issue(server, demo)["refresh_token"]
    for _ in range(5):
        token = refresh(server, demo, token).json()["refresh_token"]
    assert error(refresh(server, demo, first)) == (400, "invalid_grant")
    assert error(refresh(server, demo, token)) == (400, "invalid_grant")


def test_without_rotation_both_go_on_for_ever() -> None:
    with AuthorizationServer(weaknesses={"no rotation"}) as server:
        demo = server.register("demo", CALLBACK, public=True)
        token = issue(server, demo)["refresh_token"]
        for _ in range(3):
            owner, thief = refresh(server, demo, token).json(), refresh(server, demo, token).json()
            assert owner["refresh_token"] == thief["refresh_token"] == token
            assert works(server, owner["access_token"]) and works(server, thief["access_token"])


def test_within_the_grace_a_lost_answer_is_asked_for_again() -> None:
    clock = Clock()
    with AuthorizationServer(grace=10, now=clock) as server:
        demo = server.register("demo", CALLBACK, public=True)
        token = issue(server, demo)["refresh_token"]
        lost = refresh(server, demo, token).json()
        clock.seconds += 9
        again = refresh(server, demo, token).json()
        assert again["refresh_token"] == lost["refresh_token"]
        assert works(server, again["access_token"])
        clock.seconds += 2
        assert error(refresh(server, demo, token)) == (400, "invalid_grant")
        assert not works(server, again["access_token"])


def test_of_twenty_threads_that_use_a_token_at_once_one_gets_a_pair_which_then_ends(
    server: AuthorizationServer, demo: Registration
) -> None:
    token = issue(server, demo)["refresh_token"]
    answers = at_once(server, demo, grant_type="refresh_token", refresh_token=token)
    good = [answer.json() for answer in answers if answer.ok]
    assert len(good) == 1
    assert {error(answer) for answer in answers if not answer.ok} == {(400, "invalid_grant")}
    assert not works(server, good[0]["access_token"])


def test_another_client_can_neither_use_a_token_nor_end_its_family(
    server: AuthorizationServer, demo: Registration
) -> None:
    other = server.register("other", "https://other.test/callback", public=True)
    token = issue(server, demo)["refresh_token"]
    assert error(refresh(server, other, token)) == (400, "invalid_grant")
    following = refresh(server, demo, token)
    assert following.status_code == 200
    assert error(refresh(server, other, token)) == (400, "invalid_grant")
    assert refresh(server, demo, following.json()["refresh_token"]).status_code == 200


@pytest.mark.parametrize("change", ["", "x", "a.b.c", "ü", "{}x", "{}.", "x{}"])
def test_a_forged_token_is_refused_and_ends_nothing(
    server: AuthorizationServer, demo: Registration, change: str
) -> None:
    token = issue(server, demo)["refresh_token"]
    assert refresh(server, demo, change.format(token)).status_code == 400
    assert refresh(server, demo, token).status_code == 200


def test_a_token_forged_for_the_next_generation_is_refused(server: AuthorizationServer, demo: Registration) -> None:
    token = issue(server, demo)["refresh_token"]
    family, _, mac = token.split(".")
    assert error(refresh(server, demo, f"{family}.1.{mac}")) == (400, "invalid_grant")
    assert refresh(server, demo, token).status_code == 200


def test_less_may_be_asked_for_but_not_more(server: AuthorizationServer, demo: Registration) -> None:
    """RFC 6749 §6."""
    token = issue(server, demo, scope="openid notes")["refresh_token"]
    assert error(refresh(server, demo, token, scope="openid notes photos")) == (400, "invalid_scope")
    narrow = refresh(server, demo, token, scope="notes").json()
    assert narrow["scope"] == "notes"
    assert refresh(server, demo, narrow["refresh_token"]).json()["scope"] == "openid notes"


def test_a_token_that_nobody_used_for_a_month_is_refused() -> None:
    clock = Clock()
    with AuthorizationServer(now=clock) as server:
        demo = server.register("demo", CALLBACK, public=True)
        token = issue(server, demo)["refresh_token"]
        clock.seconds += 29 * 86400
        token = refresh(server, demo, token).json()["refresh_token"]
        clock.seconds += 29 * 86400
        token = refresh(server, demo, token).json()["refresh_token"]
        clock.seconds += 30 * 86400
        assert error(refresh(server, demo, token)) == (400, "invalid_grant")


@pytest.mark.parametrize("grant", ["password", "client_credentials", "", '"', "implicit", "refresh-token"])
def test_there_is_no_other_grant(server: AuthorizationServer, demo: Registration, grant: str) -> None:
    answer = ask(server, "/token", demo, grant_type=grant, username="ada", password="x")
    assert error(answer) == (400, "unsupported_grant_type")


def test_the_password_grant_is_left_in_a_weakened_build() -> None:
    with AuthorizationServer(weaknesses={"password grant"}) as server:
        demo = server.register("demo", CALLBACK, public=True)
        form = {"grant_type": "password", "username": "ada", "scope": "openid notes"}
        assert works(server, ask(server, "/token", demo, **form, password=USERS["ada"]).json()["access_token"])
        assert ask(server, "/token", demo, **form, password="a guess").status_code == 400
