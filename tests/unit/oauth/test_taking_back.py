"""Revocation (RFC 7009) and introspection (RFC 7662), and which resource server notices."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import OctKey

from labsupport.oauth import AuthorizationServer, Deployment, Registration, ResourceServer, UserAgent
from tests.jose_tokens import base64url
from tests.unit.oauth.flows import CALLBACK, Clock, ask, error, issue, signed


@pytest.fixture
def demo(server: AuthorizationServer) -> Registration:
    return server.register("demo", CALLBACK)


@pytest.fixture
def other(server: AuthorizationServer) -> Registration:
    return server.register("other", "https://other.test/callback")


def active(server: AuthorizationServer, known: Registration, token: str) -> bool:
    return bool(ask(server, "/introspect", known, token=token).json()["active"])


def test_a_revoked_refresh_token_takes_the_access_tokens_along(
    server: AuthorizationServer, demo: Registration
) -> None:
    tokens = issue(server, demo)
    answer = ask(server, "/revoke", demo, token=tokens["refresh_token"])
    assert answer.status_code == 200
    assert not active(server, demo, tokens["access_token"])
    again = ask(server, "/token", demo, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert error(again) == (400, "invalid_grant")


def test_a_refresh_token_that_was_used_already_can_be_revoked_too(
    server: AuthorizationServer, demo: Registration
) -> None:
    old = issue(server, demo)["refresh_token"]
    new = ask(server, "/token", demo, grant_type="refresh_token", refresh_token=old).json()
    assert ask(server, "/revoke", demo, token=old).status_code == 200
    assert not active(server, demo, new["access_token"])


def test_a_revoked_access_token_leaves_the_refresh_token(server: AuthorizationServer, demo: Registration) -> None:
    tokens = issue(server, demo)
    ask(server, "/revoke", demo, token=tokens["access_token"], token_type_hint="access_token")
    assert not active(server, demo, tokens["access_token"])
    again = ask(server, "/token", demo, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert active(server, demo, again.json()["access_token"])


@pytest.mark.parametrize("token", ["", "unknown", "a.b.c", "ü", '"'])
def test_an_unknown_token_is_revoked_with_200(server: AuthorizationServer, demo: Registration, token: str) -> None:
    """RFC 7009 §2.2: its purpose is reached."""
    assert ask(server, "/revoke", demo, token=token).status_code == 200


def test_a_wrong_hint_changes_nothing(server: AuthorizationServer, demo: Registration) -> None:
    tokens = issue(server, demo)
    ask(server, "/revoke", demo, token=tokens["refresh_token"], token_type_hint="access_token")
    assert not active(server, demo, tokens["access_token"])
    assert error(ask(server, "/revoke", demo, token="x", token_type_hint="id_token"))[1] == "unsupported_token_type"


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_foreign_clients_token_is_not_revoked(
    server: AuthorizationServer, demo: Registration, other: Registration, kind: str
) -> None:
    tokens = issue(server, demo)
    assert error(ask(server, "/revoke", other, token=tokens[kind])) == (400, "invalid_grant")
    assert active(server, demo, tokens["access_token"])


def test_a_refresh_token_with_a_wrong_end_revokes_nothing(server: AuthorizationServer, demo: Registration) -> None:
    tokens = issue(server, demo)
    assert ask(server, "/revoke", demo, token=tokens["refresh_token"] + "x").status_code == 200
    assert active(server, demo, tokens["access_token"])


@pytest.mark.parametrize("path", ["/revoke", "/introspect"])
def test_both_want_to_know_who_asks(server: AuthorizationServer, demo: Registration, path: str) -> None:
    assert error(ask(server, path, Registration("demo", "a guess", (CALLBACK,)), token="x")) == (401, "invalid_client")
    assert error(ask(server, path, demo)) == (400, "invalid_request")


def test_introspection_tells_what_a_token_is_good_for(server: AuthorizationServer, demo: Registration) -> None:
    api = server.register_resource_server("https://api.test", "notes")
    token = issue(server, demo)["access_token"]
    told = ask(server, "/introspect", api, token=token).json()
    assert told.pop("exp") - told.pop("iat") == 300
    assert told == {"active": True, "token_type": "Bearer", "iss": server.issuer, "aud": ["https://api.test"],
                    "client_id": "demo", "sub": "ada", "scope": "openid notes"}


def test_of_a_foreign_clients_token_nothing_is_told(
    server: AuthorizationServer, demo: Registration, other: Registration
) -> None:
    tokens = issue(server, demo)
    assert ask(server, "/introspect", other, token=tokens["access_token"]).json() == {"active": False}
    assert ask(server, "/introspect", demo, token=tokens["refresh_token"]).json() == {"active": False}


def test_an_expired_token_is_not_active() -> None:
    clock = Clock()
    with AuthorizationServer(now=clock, access_seconds=120) as server:
        demo = server.register("demo", CALLBACK)
        token = issue(server, demo)["access_token"]
        clock.seconds += 119
        assert active(server, demo, token)
        clock.seconds += 1
        assert not active(server, demo, token)


# Resource servers ---------------------------------------------------------------------------------------------------


def notes(agent: UserAgent, api: ResourceServer, token: str) -> requests.Response:
    return agent.get(api.url + "/notes", headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize(("check", "after"), [("introspection", 401), ("local", 200)])
def test_only_an_introspecting_api_sees_a_revocation_at_once(check: str, after: int) -> None:
    clock = Clock()
    with Deployment(access_tokens="JWT", check=check, now=clock) as parts, parts.agent() as ada:
        ada.log_in(parts.client, "ada")
        tokens = parts.client.tokens["ada"]
        assert notes(ada, parts.api, tokens["access_token"]).status_code == 200
        ask(parts.server, "/revoke", parts.client.registration, token=tokens["refresh_token"])
        assert notes(ada, parts.api, tokens["access_token"]).status_code == after
        clock.seconds += 300
        assert notes(ada, parts.api, tokens["access_token"]).status_code == 401


def test_a_local_check_asks_nobody() -> None:
    with Deployment(access_tokens="JWT", check="local") as parts, parts.agent() as ada:
        ada.log_in(parts.client, "ada")
        token = parts.client.tokens["ada"]["access_token"]
        notes(ada, parts.api, token)
        parts.clear()
        assert notes(ada, parts.api, token).json() == {"user": "ada", "notes": []}
        assert parts.server.exchanges == ()


@pytest.mark.parametrize(("kind", "check"), [("opaque", "introspection"), ("JWT", "introspection"), ("JWT", "local")])
def test_a_bad_token_is_refused(kind: str, check: str) -> None:
    with Deployment(access_tokens=kind, check=check) as parts, parts.agent() as ada:
        ada.log_in(parts.client, "ada")
        tokens = parts.client.tokens["ada"]
        bad = ["x", tokens["id_token"], tokens["refresh_token"], tokens["access_token"][:-4] + "AAAA", "eyJ.eyJ."]
        answers = [notes(ada, parts.api, token) for token in bad]
        assert [answer.status_code for answer in answers] == [401] * len(bad)
        assert all('error="invalid_token"' in answer.headers["WWW-Authenticate"] for answer in answers)
        assert ada.get(parts.api.url + "/notes").status_code == 401
        basic = {"Authorization": "Basic eDp5"}
        assert ada.get(parts.api.url + "/notes", headers=basic).status_code == 401


def test_a_jwt_of_another_kind_key_issuer_or_time_is_no_access_token() -> None:
    """RFC 9068 §4."""
    with Deployment(access_tokens="JWT", check="local") as parts, parts.agent() as agent:
        good: dict[str, Any] = {"aud": parts.api.url, "scope": "notes", "kind": "at+jwt"}
        changes: list[dict[str, Any]] = [
            {"kind": "JWT"}, {"key": "evil.test"}, {"iss": "https://evil.test"}, {"iss": None}, {"exp": 1},
            {"exp": None}, {"aud": "https://photos.test"}, {"aud": None}, {"sub": None},
        ]
        wrong = [notes(agent, parts.api, signed(parts, **{**good, **change})).status_code for change in changes]
        assert wrong == [401] * len(changes)
        assert notes(agent, parts.api, signed(parts, **{**good, "scope": "openid"})).status_code == 403
        assert notes(agent, parts.api, signed(parts, **good)).json()["user"] == "ada"
        forged = jwt.encode({"alg": "HS256", "typ": "at+jwt"}, {"sub": "ada"}, OctKey.import_key("x" * 32))
        assert notes(agent, parts.api, forged).status_code == 401
        for header in (b'{"alg":"RS256","crit":5}', b'{"alg":"RS256","crit":["x"]}', b'{"alg":[]}', b"[]", b"\xff"):
            hostile = ".".join(base64url(each) for each in (header, b"{}", b"x"))
            assert notes(agent, parts.api, hostile).status_code == 401


PHOTOS_AT_THE_API = [
    ("JWT", "local", (), 401),
    ("JWT", "local", ("any audience",), 403),
    ("opaque", "introspection", (), 401),
    # The server that issued it does not tell this API that the token is good: its carelessness does no harm.
    ("opaque", "introspection", ("any audience",), 401),
]


@pytest.mark.parametrize(("kind", "check", "weakness", "status"), PHOTOS_AT_THE_API)
def test_a_token_for_another_resource_server_is_refused(
    kind: str, check: str, weakness: tuple[str, ...], status: int
) -> None:
    with Deployment(access_tokens=kind, check=check, api=weakness) as parts, UserAgent(parts.api) as agent:
        parts.server.register_resource_server("https://photos.test", "photos")
        demo = parts.server.register("demo", CALLBACK, scope="openid notes photos")
        token = issue(parts.server, demo, scope="openid photos")["access_token"]
        # The scope is short of "notes" as well: a server that looks at no audience still looks at that.
        assert notes(agent, parts.api, token).status_code == status


def test_a_resource_server_is_told_of_tokens_that_are_for_it_alone() -> None:
    """RFC 7662 §2.2: what it may not ask about is inactive to it."""
    with Deployment() as parts:
        photos = parts.server.register_resource_server("https://photos.test", "photos")
        music = parts.server.register_resource_server("https://music.test", "music")
        demo = parts.server.register("demo", CALLBACK, scope="openid photos music")
        token = issue(parts.server, demo, scope="openid photos")["access_token"]
        told = [ask(parts.server, "/introspect", each, token=token).json() for each in (photos, music, demo)]
        assert [each["active"] for each in told] == [True, False, True]
        assert told[1] == {"active": False}


@pytest.mark.parametrize(("weakness", "status"), [((), 401), (("any audience",), 200)])
def test_two_resource_servers_of_the_same_scope_are_two_audiences(weakness: tuple[str, ...], status: int) -> None:
    with Deployment(access_tokens="JWT", check="local") as parts:
        demo = parts.server.register("demo", CALLBACK)
        token = issue(parts.server, demo)["access_token"]
        later = ResourceServer("later.test", parts.server, check="local", weaknesses=weakness)
        with later, UserAgent(parts.api, later) as agent:
            assert notes(agent, parts.api, token).status_code == 200
            assert notes(agent, later, token).status_code == status


def test_a_token_of_too_little_scope_is_told_so() -> None:
    with Deployment() as parts, parts.agent() as agent:
        demo = parts.server.register("demo", CALLBACK)
        tokens = issue(parts.server, demo)
        narrow = ask(parts.server, "/token", demo, grant_type="refresh_token", scope="openid",
                     refresh_token=tokens["refresh_token"]).json()["access_token"]
        answer = notes(agent, parts.api, narrow)
        assert answer.status_code == 401  # without the scope it is not for this API at all
        info = agent.get(parts.server.url + "/userinfo", headers={"Authorization": f"Bearer {narrow}"})
        assert info.json() == {"sub": "ada"}


def test_the_user_information_wants_the_scope_openid() -> None:
    with AuthorizationServer() as server, UserAgent(server) as agent:
        demo = server.register("demo", CALLBACK)
        tokens = issue(server, demo, scope="notes")
        assert "id_token" not in tokens
        info = agent.get(server.url + "/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
        assert info.status_code == 403
        assert agent.get(server.url + "/userinfo").status_code == 401
