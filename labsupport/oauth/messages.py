"""What the parties said to each other, from their own logs: front channel and back channel in one story."""

from __future__ import annotations

import json
import string
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from labsupport.oauth.party import Party
from labsupport.records import Exchange, FieldLine, Message, Tone

CHANNELS: Mapping[str, str] = {"": "front channel: through the browser", "aside": "back channel: past the browser"}
"""What a legend says of the tones: `message_diagram(messages, tones=CHANNELS)`."""

SHOWN = ("grant_type", "token", "code", "state", "nonce", "code_challenge", "code_verifier", "iss", "user", "password",
         "decision", "access_token", "refresh_token", "id_token", "active", "error")
"""The parameters and members that a message shows, unless others are asked for."""

_SECRET = frozenset({"token", "code", "state", "nonce", "code_challenge", "code_verifier", "password", "access_token",
                     "refresh_token", "id_token"})
_LEFT_OUT = ("/.well-known/", "/jwks", "/favicon.ico")


def overheard(*parties: Party, show: Collection[str] = SHOWN, browser: str = "browser") -> tuple[Message, ...]:
    """The messages between the parties, and between them and a browser that did one thing at a time.

    Parties go by their roles. Secrets become the letters A, B, … in the order of their appearance, the same letter for
    the same value, and hosts lose their ports: the messages are the same on every run. Messages past the browser have
    the tone `aside`, see `CHANNELS`. Discovery is left out.
    """
    roles = {party.host: party.role for party in parties}
    heard = sorted((each for party in parties for each in _heard(party, roles, browser)), key=lambda each: each.when_ns)
    wording = _Wording(show, {party.url: party.host for party in parties})
    return tuple(_nested(heard, wording))


@dataclass(frozen=True, slots=True)
class _Heard:
    """An exchange, who asked whom, and by which channel."""

    sender: str
    receiver: str
    tone: Tone
    exchange: Exchange

    @property
    def when_ns(self) -> int:
        return self.exchange.when_ns


def _heard(party: Party, roles: Mapping[str, str], browser: str) -> Iterator[_Heard]:
    """Parties name themselves in `User-Agent`; everything else is the browser."""
    for exchange in party.exchanges:
        if not exchange.target.startswith(_LEFT_OUT):
            role = roles.get("".join(exchange.request_values("User-Agent")))
            yield _Heard(role or browser, party.role, "aside" if role else "", exchange)


def _nested(heard: Iterable[_Heard], wording: _Wording) -> Iterator[Message]:
    """Requests in order; each answer before the next thing that somebody else says."""
    waiting: list[_Heard] = []
    for each in heard:
        while waiting and waiting[-1].receiver != each.sender:
            yield wording.answer(waiting.pop())
        waiting.append(each)
        yield wording.request(each)
    while waiting:
        yield wording.answer(waiting.pop())


class _Wording:
    """Tells messages in words, with a letter for each secret."""

    def __init__(self, show: Collection[str], hosts: Mapping[str, str]) -> None:
        self._show, self._hosts = show, hosts
        self._letters: dict[str, str] = {}

    def request(self, heard: _Heard) -> Message:
        """What is asked, with the access token, and the parameters of the form; of the query where there is no form."""
        exchange = heard.exchange
        path, _, query = exchange.target.partition("?")
        form = _members(exchange.request_fields, exchange.request_body)
        details = [*self._named(form or parse_qsl(query)), *self._access_token(exchange)]
        return Message(heard.sender, heard.receiver, f"{exchange.method} {path}", ", ".join(details),
                       tone=heard.tone)

    def answer(self, heard: _Heard) -> Message:
        """What is answered: where a redirect leads, and to another party with what; or the members of a JSON object."""
        exchange = heard.exchange
        told = _members(exchange.response_fields, exchange.response_body)
        details = [*self._goal("".join(exchange.response_values("Location"))), *self._named(told)]
        return Message(heard.receiver, heard.sender, f"{exchange.status} {HTTPStatus(exchange.status).phrase}",
                       ", ".join(details), reply=True, tone=heard.tone)

    def _goal(self, location: str) -> Iterator[str]:
        parts = urlsplit(location)
        if not parts.netloc:
            yield from [f"to {parts.path}"] * bool(location)
            return
        yield f"to {self._short(f'{parts.scheme}://{parts.netloc}')}{parts.path}"
        yield from self._named([*parse_qsl(parts.query), *parse_qsl(parts.fragment)])

    def _named(self, members: Iterable[tuple[str, str]]) -> Iterator[str]:
        for name, value in members:
            if name in self._show:
                yield f"{name}={self._letter(value) if name in _SECRET else self._short(value)}"

    def _access_token(self, exchange: Exchange) -> Iterator[str]:
        for value in exchange.request_values("Authorization"):
            scheme, _, token = value.partition(" ")
            if scheme == "Bearer" and "access_token" in self._show:
                yield f"Bearer {self._letter(token)}"

    def _short(self, value: str) -> str:
        for url, host in self._hosts.items():
            if value == url or value.startswith(f"{url}/"):
                return host + value.removeprefix(url)
        return value

    def _letter(self, value: str) -> str:
        if value not in self._letters:
            row, column = divmod(len(self._letters), 26)
            self._letters[value] = string.ascii_uppercase[column] + (str(row + 1) if row else "")
        return self._letters[value]


def _members(fields: Iterable[FieldLine], body: bytes) -> list[tuple[str, str]]:
    """What a form or a JSON object says."""
    kind = next((line.value.partition(";")[0] for line in fields if line.name.lower() == "content-type"), "")
    if kind == "application/x-www-form-urlencoded":
        return parse_qsl(body.decode(errors="replace"))
    told = _json_object(body) if kind == "application/json" else {}
    return [(name, str(value).lower() if isinstance(value, bool) else str(value)) for name, value in told.items()]


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
