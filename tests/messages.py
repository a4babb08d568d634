"""Message diagrams of the shapes that chapters draw."""

from __future__ import annotations

from labsupport.records import Message

OAUTH_PARTIES = ("browser", "client", "authorization server", "API")


def _counter() -> list[Message]:
    log_in, count, log_out, replay = "log in", "count", "log out", "replay the old id"
    return [
        Message("browser", "app", "POST /login", "user=ada", part=log_in),
        Message("app", "store", "create", '{"user": "ada"}', part=log_in),
        Message("store", "app", "A", reply=True, part=log_in),
        Message("app", "browser", "303 See Other", "Set-Cookie: sid=A; HttpOnly", reply=True, part=log_in),
        Message("browser", "app", "GET /views", "Cookie: sid=A", part=count),
        Message("app", "store", "get A", part=count),
        Message("store", "app", '{"user": "ada"}', reply=True, part=count),
        Message("app", "app", "views = 1", part=count),
        Message("app", "store", "set A", '{"user": "ada", "views": 1}', part=count),
        Message("app", "browser", "200 OK", "ada: 1 view", reply=True, tone="good", part=count),
        Message("browser", "app", "POST /logout", "Cookie: sid=A", part=log_out),
        Message("app", "store", "destroy A", part=log_out),
        Message("app", "browser", "303 See Other", "Set-Cookie: sid=; Max-Age=0", reply=True, part=log_out),
        Message("browser", "app", "GET /views", "Cookie: sid=A", tone="bad", part=replay),
        Message("app", "store", "get A", part=replay),
        Message("store", "app", "nothing", reply=True, part=replay),
        Message("app", "browser", "401 Unauthorized", reply=True, tone="good", part=replay),
    ]


def _fixation() -> list[Message]:
    return [
        Message("attacker", "app", "GET /"),
        Message("app", "attacker", "200 OK", "Set-Cookie: sid=A", reply=True),
        Message("attacker", "victim", "a link that plants the id", "https://shop.example/?sid=A", tone="bad"),
        Message("victim", "app", "POST /login", "Cookie: sid=A", tone="bad"),
        Message("app", "app", "ada is written into session A", tone="bad"),
        Message("app", "victim", "303 See Other", reply=True),
        Message("attacker", "app", "GET /account", "Cookie: sid=A", tone="bad"),
        Message("app", "attacker", "200 OK", "ada's account", reply=True, tone="bad"),
        Message("app", "app", "regenerate() at log-in would have made A worthless", tone="aside"),
    ]


def _oauth() -> list[Message]:
    front, back = "front channel", "back channel"
    server = "authorization server"
    return [
        Message("browser", "client", "GET /login", part=front),
        Message("client", "client", "state, code_verifier and nonce into the session", part=front),
        Message("client", "browser", "302 Found", "Location: /authorize?…", reply=True, part=front),
        Message("browser", server, "GET /authorize",
                "response_type=code&client_id=book&state=S&code_challenge=C&code_challenge_method=S256", part=front),
        Message(server, "browser", "200 OK, the log-in page", reply=True, part=front),
        Message("browser", server, "POST /login", "user=ada&password=…", part=front),
        Message(server, "browser", "303 See Other", "Location: /callback?code=K&state=S&iss=…", reply=True, part=front),
        Message("browser", "client", "GET /callback", "code=K&state=S", part=front),
        Message("client", "client", "S is the state of this session", tone="good", part=front),
        Message("client", server, "POST /token", "grant_type=authorization_code&code=K&code_verifier=V", part=back),
        Message(server, server, "SHA-256(V) is C; K is used up", tone="good", part=back),
        Message(server, "client", "200 OK", "access_token, refresh_token, id_token", reply=True, part=back),
        Message("client", "API", "GET /me", "Authorization: Bearer T", part=back),
        Message("API", "client", "200 OK", '{"name": "Ada"}', reply=True, part=back),
        Message("client", "browser", "303 See Other", "Set-Cookie: sid=B; HttpOnly", reply=True, part="front channel"),
        Message("browser", "client", "GET /callback", "code=K&state=S", tone="bad", part="front channel"),
    ]


SAMPLES: dict[str, tuple[list[Message], tuple[str, ...]]] = {
    "counter": (_counter(), ("browser", "app", "store")),
    "fixation": (_fixation(), ("attacker", "victim", "app")),
    "oauth": (_oauth(), OAUTH_PARTIES),
}
"""Messages and participants, by the name of the sample."""
