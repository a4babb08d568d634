"""A code is good for a short time and once, for its client and its redirect URI (RFC 6749 §4.1.2, §4.1.3)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlencode

import pytest

from labsupport.oauth import AuthorizationServer, Registration, UserAgent
from labsupport.oauth.issued import Approval, Code, Issued
from tests.unit.oauth.flows import CALLBACK, VERIFIER, Clock, ask, at_once, code, error, redeem


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[AuthorizationServer]:
    with AuthorizationServer(now=clock) as running:
        yield running


@pytest.fixture
def demo(server: AuthorizationServer) -> Registration:
    return server.register("demo", CALLBACK, "https://demo.test/other")


def active(server: AuthorizationServer, known: Registration, token: str) -> bool:
    return bool(ask(server, "/introspect", known, token=token).json()["active"])


def test_the_first_redemption_gives_tokens(server: AuthorizationServer, demo: Registration) -> None:
    answer = redeem(server, demo, code(server))
    assert answer.status_code == 200
    assert active(server, demo, answer.json()["access_token"])


def test_a_second_redemption_is_refused_and_ends_what_the_first_one_gave(
    server: AuthorizationServer, demo: Registration
) -> None:
    value = code(server)
    tokens = redeem(server, demo, value).json()
    assert error(redeem(server, demo, value)) == (400, "invalid_grant")
    assert not active(server, demo, tokens["access_token"])
    refreshing = ask(server, "/token", demo, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert error(refreshing) == (400, "invalid_grant")


def test_a_second_redemption_is_noticed_after_the_code_has_expired(
    server: AuthorizationServer, demo: Registration, clock: Clock
) -> None:
    value = code(server)
    token = redeem(server, demo, value).json()["access_token"]
    clock.seconds += 61
    assert error(redeem(server, demo, value)) == (400, "invalid_grant")
    assert not active(server, demo, token)


def test_reusable_codes_give_tokens_again_and_again() -> None:
    with AuthorizationServer(weaknesses={"codes reusable"}) as server:
        demo = server.register("demo", CALLBACK)
        value = code(server)
        first, second = (redeem(server, demo, value).json()["access_token"] for _ in range(2))
        assert active(server, demo, first) and active(server, demo, second)


@pytest.mark.parametrize(("seconds", "status"), [(59, 200), (60, 400), (3600, 400)])
def test_a_code_lasts_a_minute(
    server: AuthorizationServer, demo: Registration, clock: Clock, seconds: int, status: int
) -> None:
    value = code(server)
    clock.seconds += seconds
    assert redeem(server, demo, value).status_code == status


def test_another_client_cannot_use_the_code(server: AuthorizationServer, demo: Registration) -> None:
    other = server.register("other", "https://other.test/callback")
    value = code(server)
    assert error(redeem(server, other, value)) == (400, "invalid_grant")
    assert redeem(server, demo, value).status_code == 200


@pytest.mark.parametrize("uri", ["https://demo.test/other", "https://evil.test/callback", CALLBACK + "/", None])
def test_another_redirect_uri_than_that_of_the_request_is_refused(
    server: AuthorizationServer, demo: Registration, uri: str | None
) -> None:
    value = code(server)
    assert error(redeem(server, demo, value, redirect_uri=uri)) == (400, "invalid_grant")
    assert redeem(server, demo, value).status_code == 200


def test_unbound_codes_are_good_for_whoever_brings_them() -> None:
    with AuthorizationServer(weaknesses={"unbound codes"}) as server:
        server.register("demo", CALLBACK)
        other = server.register("other", "https://other.test/callback")
        assert redeem(server, other, code(server), redirect_uri="https://other.test/callback").status_code == 200


@pytest.mark.parametrize("value", ["", "x", "0" * 48, "ü", '"', "a" * 5000])
def test_a_guessed_code_is_refused(server: AuthorizationServer, demo: Registration, value: str) -> None:
    assert error(redeem(server, demo, value)) == (400, "invalid_grant")


def test_a_request_without_a_code_is_refused(server: AuthorizationServer, demo: Registration) -> None:
    assert error(redeem(server, demo, "", code=None)) == (400, "invalid_request")


def test_a_confidential_client_has_to_show_its_secret(server: AuthorizationServer, demo: Registration) -> None:
    value = code(server)
    nobody = Registration("demo", None, (CALLBACK,))
    guessing = Registration("demo", "a guess", (CALLBACK,))
    assert error(redeem(server, nobody, value)) == (401, "invalid_client")
    assert error(redeem(server, guessing, value)) == (401, "invalid_client")
    posted = redeem(server, nobody, value, client_secret=demo.client_secret)
    assert posted.status_code == 200


@pytest.mark.parametrize("name", ["code", "redirect_uri", "code_verifier", "grant_type", "client_id"])
def test_no_parameter_of_a_token_request_may_come_twice(
    server: AuthorizationServer, demo: Registration, name: str
) -> None:
    """RFC 6749 §3.2: whoever stands before the server could have read the other one."""
    form = {"grant_type": "authorization_code", "code": code(server), "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER, "client_id": "demo"}
    credentials = ("demo", str(demo.client_secret))
    with UserAgent(server) as agent:
        twice = agent.post(server.url + "/token", data=[*form.items(), (name, form[name])], auth=credentials)
        split = agent.post(f"{server.url}/token?{urlencode({name: form[name]})}", data=form, auth=credentials)
        assert error(twice) == error(split) == (400, "invalid_request")
        assert agent.post(server.url + "/token", data=form, auth=credentials).status_code == 200


def test_a_client_says_in_one_way_who_it_is(server: AuthorizationServer, demo: Registration) -> None:
    """RFC 6749 §2.3."""
    other = server.register("other", "https://other.test/callback")
    value = code(server)
    for known in (demo, other):
        named = {"client_id": known.client_id, "client_secret": known.client_secret}
        assert error(redeem(server, demo, value, **named)) == (400, "invalid_request")
    assert error(redeem(server, demo, value, client_id="other")) == (400, "invalid_request")
    assert redeem(server, demo, value, client_id="demo").status_code == 200


@pytest.mark.parametrize("credentials", [b"Basic \xff\xfe", b"Basic /////w==", b"Basic !", b"Basic"])
def test_credentials_that_are_no_text_prove_nothing(server: AuthorizationServer, credentials: bytes) -> None:
    with UserAgent(server) as agent:
        for path in ("/token", "/revoke", "/introspect"):
            answer = agent.post(server.url + path, data={"grant_type": "authorization_code", "token": "x"},
                                headers={"Authorization": credentials})
            assert error(answer) == (401, "invalid_client")


def test_an_access_token_may_last_no_time_at_all() -> None:
    with AuthorizationServer(access_seconds=0) as server:
        demo = server.register("demo", CALLBACK)
        answer = redeem(server, demo, code(server))
        assert answer.status_code == 200
        assert not active(server, demo, answer.json()["access_token"])


def test_of_twenty_threads_that_redeem_a_code_at_once_one_gets_tokens_which_then_end(
    server: AuthorizationServer, demo: Registration
) -> None:
    value = code(server)
    answers = at_once(server, demo, grant_type="authorization_code", code=value, redirect_uri=CALLBACK,
                      code_verifier=VERIFIER)
    good = [answer.json() for answer in answers if answer.ok]
    assert len(good) == 1
    assert {error(answer) for answer in answers if not answer.ok} == {(400, "invalid_grant")}
    assert not active(server, demo, good[0]["access_token"])


def test_of_threads_that_spend_a_code_at_once_one_is_first() -> None:
    issued, together = Issued(Clock()), Barrier(8)

    def spend(_: int) -> list[bool]:
        together.wait(20)
        return [issued.spend(each) for each in codes]

    codes = [Code(str(number), Approval("ada", 0), "demo", None, "", None, None, None, 0) for number in range(300)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            told = list(threads.map(spend, range(8)))
    finally:
        sys.setswitchinterval(interval)
    assert [sum(each) for each in zip(*told, strict=True)] == [1] * 300
