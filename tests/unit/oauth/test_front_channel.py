"""What the authorization server tells browsers: its pages, its forms, and errors to whom they belong."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from labsupport.oauth import USERS, AuthorizationServer, Deployment, UserAgent, parameters
from tests.unit.oauth.flows import CALLBACK, request_url

ADA = {"user": "ada", "password": USERS["ada"]}
ELSEWHERE = "https://evil.test/phishing"


@pytest.fixture(scope="module")
def server() -> Iterator[AuthorizationServer]:
    with AuthorizationServer() as running:
        running.register("demo", CALLBACK)
        running.register("ours", CALLBACK, first_party=True)
        yield running


@pytest.fixture
def agent(server: AuthorizationServer) -> Iterator[UserAgent]:
    with UserAgent(server) as session:
        yield session


def get(agent: UserAgent, url: str) -> requests.Response:
    return agent.get(url, allow_redirects=False)


def post(agent: UserAgent, url: str, path: str, data: dict[str, str], **fields: str) -> requests.Response:
    """Send a form of the page at an address."""
    parts = urlsplit(url)
    address = f"{parts.scheme}://{parts.netloc}{path}?{parts.query}"
    return agent.post(address, data=data, headers=fields, allow_redirects=False)


@pytest.mark.parametrize("changes", [
    {"client_id": "nobody"}, {"client_id": None}, {"client_id": ""}, {"client_id": "ü"}, {"client_id": '"'},
    {"redirect_uri": ELSEWHERE}, {"redirect_uri": ""}, {"redirect_uri": '"'},
], ids=str)
def test_with_a_wrong_client_or_address_the_user_is_told_and_nobody_is_redirected(
    server: AuthorizationServer, agent: UserAgent, changes: dict[str, str | None]
) -> None:
    """RFC 6749 §4.1.2.1."""
    answer = get(agent, request_url(server, **changes))
    if changes == {"redirect_uri": ""}:  # which is none, and the client has registered only one
        assert answer.status_code == 200
        return
    assert (answer.status_code, "Location" in answer.headers) == (400, False)
    assert "login.test refuses" in answer.text


@pytest.mark.parametrize(("changes", "code"), [
    ({"scope": "openid everything"}, "invalid_scope"),
    ({"response_type": "token"}, "unsupported_response_type"),
    ({"response_type": "code token"}, "unsupported_response_type"),
    ({"code_challenge": None}, "invalid_request"),
    ({"prompt": "none"}, "login_required"),
])
def test_what_else_is_wrong_is_told_to_the_client_with_state_and_issuer(
    server: AuthorizationServer, agent: UserAgent, changes: dict[str, str | None], code: str
) -> None:
    answer = get(agent, request_url(server, **changes))
    assert answer.headers["Location"].startswith(CALLBACK + "?")
    told = parameters(answer.headers["Location"])
    assert (told["error"], told["state"], told["iss"]) == (code, "s", server.issuer)


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "response_type", "scope", "state"])
def test_no_parameter_may_come_twice(server: AuthorizationServer, agent: UserAgent, name: str) -> None:
    """RFC 6749 §3.1."""
    answer = get(agent, request_url(server) + f"&{name}=again")
    assert answer.status_code == 400


@pytest.mark.parametrize("name", ["nonce", "code_challenge", "code_challenge_method", "ü"])
def test_of_another_parameter_that_comes_twice_the_client_is_told(
    server: AuthorizationServer, agent: UserAgent, name: str
) -> None:
    told = parameters(get(agent, f"{request_url(server)}&{name}=1&{name}=2").headers["Location"])
    assert (told["error"], told["state"], told["iss"]) == ("invalid_request", "s", server.issuer)


@pytest.mark.parametrize("name", ["response_type", "scope", "state", "nonce", "prompt", "code_challenge_method"])
@pytest.mark.parametrize("value", ['"', "\\", "ü", "\n", "\0", "<script>", "%", "𝄞", "a" * 3000], ids=ascii)
def test_no_value_of_a_parameter_breaks_the_server(
    server: AuthorizationServer, agent: UserAgent, name: str, value: str
) -> None:
    answer = get(agent, request_url(server, **{name: value}))
    assert answer.status_code in (200, 302, 400)
    assert "<script>" not in answer.text


@pytest.mark.parametrize("state", ['"', "\\", "ü", "\n", "\r\nLocation: /", "a b", "+", "%41", "&=#", "𝄞"], ids=ascii)
def test_the_state_comes_back_to_the_letter(server: AuthorizationServer, agent: UserAgent, state: str) -> None:
    for changes in ({}, {"response_type": "token"}):
        answer = agent.authorize(request_url(server, state=state, **changes), "ada")
        assert parameters(answer.headers["Location"])["state"] == state


def test_octets_that_no_address_has_are_refused(server: AuthorizationServer) -> None:
    query = urlsplit(request_url(server)).query.replace("state=s", "state=\xff\x80")
    client = server.app.test_client()
    page = client.get("/authorize", base_url=server.url, environ_overrides={"QUERY_STRING": query})
    assert (page.status_code, "characters that none may have" in page.text) == (400, True)


@pytest.mark.parametrize("weakness", [{"redirect_uri": ELSEWHERE}, {"client_id": "nobody", "redirect_uri": ELSEWHERE}],
                         ids=str)
def test_a_server_that_redirects_every_error_sends_users_anywhere(weakness: dict[str, str]) -> None:
    with AuthorizationServer(weaknesses={"redirects errors"}) as server, UserAgent(server) as agent:
        server.register("demo", CALLBACK)
        answer = get(agent, request_url(server, **weakness))
        assert answer.headers["Location"].startswith(ELSEWHERE + "?error=")


def test_a_log_in_gives_the_session_a_new_id_and_ends_the_old_one(
    server: AuthorizationServer, agent: UserAgent
) -> None:
    """A session id that somebody else chose, or has seen, is worth nothing afterwards."""
    url = request_url(server)
    post(agent, url, "/login", {"user": "mallory", "password": USERS["mallory"]})
    known = agent.cookies["login_sid"]
    post(agent, url, "/login", ADA)
    assert agent.cookies["login_sid"] != known
    assert "Do you allow it, ada?" in get(agent, url).text
    with UserAgent(server) as mallory:
        mallory.headers["Cookie"] = f"login_sid={known}"
        assert "Do you allow it" not in get(mallory, url).text


def test_whoever_denies_sends_the_client_away_without_a_code(server: AuthorizationServer, agent: UserAgent) -> None:
    url = request_url(server)
    post(agent, url, "/login", ADA)
    answer = post(agent, url, "/consent", {"decision": "deny"})
    told = parameters(answer.headers["Location"])
    assert (answer.status_code, told["error"], told["state"]) == (303, "access_denied", "s")
    assert told["iss"] == server.issuer
    assert "code" not in told


def test_who_may_show_no_page_asks_nobody_for_consent(server: AuthorizationServer, agent: UserAgent) -> None:
    """OpenID Connect Core §3.1.2.6."""
    post(agent, request_url(server), "/login", ADA)
    told = parameters(get(agent, request_url(server, prompt="none")).headers["Location"])
    assert (told["error"], told["state"], told["iss"]) == ("consent_required", "s", server.issuer)
    told = parameters(get(agent, request_url(server, prompt="none", client_id="ours")).headers["Location"])
    assert "code" in told


def test_only_pages_of_public_clients_may_read_the_token_endpoint() -> None:
    with AuthorizationServer() as server, UserAgent(server) as agent:
        server.register("page", "https://page.test/callback", public=True)
        server.register("demo", CALLBACK)
        readers = {}
        for origin in ("https://page.test", "https://demo.test", "https://page.test.evil.test", "null", "https:", ""):
            answer = agent.post(server.url + "/token", headers={"Origin": origin})
            readers[origin] = answer.headers.get("Access-Control-Allow-Origin")
        assert readers.pop("https://page.test") == "https://page.test"
        assert set(readers.values()) == {None}
        assert "Access-Control-Allow-Origin" not in agent.get(server.url + "/jwks").headers


def test_nobody_consents_who_is_not_logged_in(server: AuthorizationServer, agent: UserAgent) -> None:
    answer = post(agent, request_url(server), "/consent", {"decision": "allow"})
    assert (answer.status_code, "Location" in answer.headers) == (403, False)


def test_the_user_of_a_first_party_is_asked_for_the_password_alone(
    server: AuthorizationServer, agent: UserAgent
) -> None:
    url = request_url(server, client_id="ours")
    answer = post(agent, url, "/login", ADA)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(CALLBACK + "?code=")
    assert get(agent, url).headers["Location"].startswith(CALLBACK + "?code=")


@pytest.mark.parametrize(("weakness", "status"), [((), 303), (("302 after login",), 302), (("307 after login",), 307)])
def test_the_form_is_answered_with_a_redirect_of_this_status(weakness: tuple[str, ...], status: int) -> None:
    with AuthorizationServer(weaknesses=weakness) as server, UserAgent(server) as agent:
        server.register("demo", CALLBACK, first_party=True)
        assert post(agent, request_url(server), "/login", ADA).status_code == status


def test_a_form_that_ends_in_an_error_is_answered_with_303_too(server: AuthorizationServer, agent: UserAgent) -> None:
    """RFC 9700 §4.12: nothing of the form goes along, whatever the redirect says."""
    answer = post(agent, request_url(server, scope="everything"), "/login", ADA)
    assert (answer.status_code, parameters(answer.headers["Location"])["error"]) == (303, "invalid_scope")


def test_with_307_the_password_arrives_at_the_client() -> None:
    for weakness, arrives in (((), False), (("302 after login",), False), (("307 after login",), True)):
        with Deployment(server=weakness, first_party=True) as parts, parts.agent() as ada:
            url = ada.get(parts.client.url + "/login", allow_redirects=False).headers["Location"]
            target = f"{parts.server.url}/login?{urlsplit(url).query}"
            ada.post(target, data=ADA)
            received = [exchange.request_body for exchange in parts.client.requests_for("/callback")]
            assert any(USERS["ada"].encode() in body for body in received) == arrives


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", ["/login", "/consent"])
def test_a_form_that_another_site_sends_is_refused(
    server: AuthorizationServer, agent: UserAgent, path: str, site: str
) -> None:
    url = request_url(server)
    post(agent, url, "/login", ADA)
    answer = post(agent, url, path, {**ADA, "decision": "allow"}, **{"Sec-Fetch-Site": site})
    assert (answer.status_code, "Location" in answer.headers) == (403, False)
    assert post(agent, url, path, {**ADA, "decision": "allow"}, **{"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_its_pages_are_neither_kept_nor_framed_and_pass_on_no_address(
    server: AuthorizationServer, agent: UserAgent
) -> None:
    for page in (get(agent, request_url(server)), get(agent, request_url(server, client_id="nobody"))):
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Content-Security-Policy"] == "frame-ancestors 'none'"


def test_a_page_shows_what_the_request_says_as_text(server: AuthorizationServer, agent: UserAgent) -> None:
    page = get(agent, request_url(server, state='"><script>alert(1)</script>'))
    assert page.status_code == 200
    assert "<script>" not in page.text


def test_an_access_token_goes_through_the_browser_only_where_the_implicit_grant_is_left() -> None:
    with AuthorizationServer(weaknesses={"implicit"}) as server, UserAgent(server) as ada:
        server.register("demo", CALLBACK, public=True)
        answer = ada.authorize(request_url(server, response_type="token"), "ada")
        fragment = urlsplit(answer.headers["Location"]).fragment
        assert "access_token=" in fragment and "state=s" in fragment
        assert "refresh_token" not in fragment
