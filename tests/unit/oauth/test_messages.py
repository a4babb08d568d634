"""What the parties said to each other, as the messages of a diagram."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Response

from labsupport import message_diagram
from labsupport.oauth import CHANNELS, AuthorizationServer, Client, Deployment, MixUpServer, UserAgent, overheard
from labsupport.records import Message

FRONT = [
    ("browser", "client", "GET /login", ""),
    ("client", "browser", "303 See Other", "to login.test/authorize, state=A, nonce=B, code_challenge=C"),
    ("browser", "authorization server", "GET /authorize", "state=A, nonce=B, code_challenge=C"),
    ("authorization server", "browser", "200 OK", ""),
    ("browser", "authorization server", "POST /login", "user=ada, password=D"),
    ("authorization server", "browser", "303 See Other", "to /authorize"),
    ("browser", "authorization server", "GET /authorize", "state=A, nonce=B, code_challenge=C"),
    ("authorization server", "browser", "200 OK", ""),
    ("browser", "authorization server", "POST /consent", "decision=allow"),
    ("authorization server", "browser", "303 See Other", "to shop.test/callback, code=E, state=A, iss=login.test"),
    ("browser", "client", "GET /callback", "code=E, state=A, iss=login.test"),
]
BACK = [
    ("client", "authorization server", "POST /token", "grant_type=authorization_code, code=E, code_verifier=F"),
    ("authorization server", "client", "200 OK", "access_token=G, id_token=H, refresh_token=I"),
]
HOME = [
    ("client", "browser", "303 See Other", "to /"),
    ("browser", "client", "GET /", ""),
    ("client", "browser", "200 OK", ""),
]
UPLOAD = [
    ("browser", "client", "POST /notes", ""),
    ("client", "API", "POST /notes", "Bearer A"),
    ("API", "authorization server", "POST /introspect", "token=A"),
    ("authorization server", "API", "200 OK", "active=true, iss=login.test"),
    ("API", "client", "201 Created", "user=ada"),
    ("client", "browser", "200 OK", ""),
]


@pytest.fixture
def ada(parts: Deployment) -> Iterator[UserAgent]:
    parts.clear()
    with parts.agent() as agent:
        yield agent


def told(messages: tuple[Message, ...]) -> list[tuple[str, str, str, str]]:
    return [(message.sender, message.receiver, message.text, message.detail) for message in messages]


def test_the_whole_flow_is_told_in_order_with_a_letter_for_each_secret(parts: Deployment, ada: UserAgent) -> None:
    ada.log_in(parts.client, "ada")
    assert told(parts.messages()) == FRONT + BACK + HOME


def test_it_is_told_the_same_on_every_run(parts: Deployment, ada: UserAgent) -> None:
    ada.log_in(parts.client, "ada")
    once = parts.messages()
    with Deployment() as others, others.agent() as another:
        another.log_in(others.client, "ada")
        assert others.messages() == once


def test_what_one_party_asks_of_another_on_the_way_is_told_inside(parts: Deployment, ada: UserAgent) -> None:
    ada.log_in(parts.client, "ada")
    parts.clear()
    ada.post(parts.client.url + "/notes", data={"text": "my diary"})
    assert told(parts.messages()) == UPLOAD


def test_the_tone_is_the_channel(parts: Deployment, ada: UserAgent) -> None:
    ada.log_in(parts.client, "ada")
    messages = parts.messages()
    past = [message for message in messages if message.tone == "aside"]
    assert told(tuple(past)) == BACK
    assert all("browser" in (message.sender, message.receiver) for message in messages if not message.tone)
    assert {message.tone for message in messages} == CHANNELS.keys()


def test_an_answer_is_a_reply(parts: Deployment, ada: UserAgent) -> None:
    ada.log_in(parts.client, "ada")
    messages = parts.messages()
    assert all(message.reply == message.text[0].isdigit() for message in messages)
    assert sum(message.reply for message in messages) == len(messages) / 2


def test_a_diagram_can_be_drawn_of_it(parts: Deployment, ada: UserAgent) -> None:
    ada.log_in(parts.client, "ada")
    picture = message_diagram(parts.messages(), title="The flow", tones=CHANNELS,
                              participants=("browser", "client", "authorization server"))
    assert "POST /token" in picture.description


def test_other_parameters_can_be_shown(parts: Deployment, ada: UserAgent) -> None:
    ada.get(parts.client.url + "/login", allow_redirects=False)
    (_, answer) = parts.messages(show=("client_id", "redirect_uri", "scope"))
    assert answer.detail == ("to login.test/authorize, client_id=shop, redirect_uri=shop.test/callback, "
                             "scope=openid notes")
    assert parts.messages(show=())[1].detail == "to login.test/authorize"


def test_a_refusal_is_told_with_its_error(parts: Deployment, ada: UserAgent) -> None:
    ada.post(parts.server.url + "/token", data={"grant_type": "x"})
    assert told(parts.messages()) == [
        ("browser", "authorization server", "POST /token", "grant_type=x"),
        ("authorization server", "browser", "400 Bad Request", "error=unsupported_grant_type"),
    ]


@pytest.mark.parametrize("body", ["", "{", "[1]", "null"])
def test_a_body_that_is_no_json_object_has_no_members(body: str) -> None:
    with AuthorizationServer() as login, UserAgent(login) as agent:
        login.app.view_functions["token"] = lambda: Response(body, content_type="application/json")
        agent.post(login.url + "/token", data={"code": "x"})
        assert told(overheard(login)) == [("browser", "authorization server", "POST /token", "code=A"),
                                          ("authorization server", "browser", "200 OK", "")]


def test_two_servers_have_two_roles() -> None:
    with Deployment() as parts, MixUpServer("evil.test", parts.server) as evil:
        with Client("two.test", parts.server, evil, weaknesses={"no iss"}) as client:
            with UserAgent(parts.server, evil, client) as ada:
                ada.log_in(client, "ada", server="evil.test")
            messages = told(overheard(client, parts.server, evil))
    assert ("browser", "malicious server", "GET /authorize", "state=A, nonce=B, code_challenge=C") in messages
    assert ("client", "malicious server", "POST /token",
            "grant_type=authorization_code, code=E, code_verifier=F") in messages


def test_where_nothing_was_said_there_is_no_message(parts: Deployment, ada: UserAgent) -> None:
    assert parts.messages() == ()
    assert overheard() == ()


def test_after_the_letters_come_letters_with_numbers(parts: Deployment, ada: UserAgent) -> None:
    for number in range(27):
        ada.post(parts.server.url + "/token", data={"grant_type": "x", "code": f"code {number}"})
    details = [message.detail for message in parts.messages() if not message.reply]
    assert [detail.rpartition("=")[2] for detail in (details[0], details[25], details[26])] == ["A", "Z", "A2"]
