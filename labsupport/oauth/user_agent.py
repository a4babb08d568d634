"""What a user does with a browser, done by `requests`: names below `test`, cookies, forms and redirects."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

from labsupport.errors import ReaderError
from labsupport.oauth.accounts import USERS

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

    from labsupport.oauth.client import Client

_TIMEOUT = 10.0
_MOST_STEPS = 10
_CONNECTIONS = 32


class Reachable(Protocol):
    """What a user agent can be told to reach: a party, or a `Site.secure`."""

    @property
    def url(self) -> str:
        """Its origin."""

    @property
    def ca_file(self) -> str:
        """The authority of its certificate."""


def parameters(url: str) -> dict[str, str]:
    """The parameters in the query of an address, and in its fragment."""
    parts = urlsplit(url)
    return dict(parse_qsl(parts.query) + parse_qsl(parts.fragment))


class UserAgent(requests.Session):
    """A session of `requests` that finds these parties by their names, trusts their certificates, and knows no others.

    `name` goes out in `User-Agent`, where it is given.
    """

    def __init__(self, *parties: Reachable, name: str = "") -> None:
        super().__init__()
        self.trust_env = False
        self.adapters.clear()
        for party in parties:
            self.reach(party)
        if name:
            self.headers["User-Agent"] = name

    def reach(self, party: Reachable) -> None:
        """Know one more party."""
        self.mount(f"{party.url}/", _ToLoopback(party.ca_file))

    def get_adapter(self, url: str) -> BaseAdapter:
        """As `requests` finds one. Raises ReaderError for a party that it does not know."""
        try:
            return super().get_adapter(url)
        except requests.exceptions.InvalidSchema:
            raise ReaderError(f"this user agent does not know {url}; name who serves it: UserAgent(party)") from None

    def authorize(self, url: str, user: str, password: str = "") -> requests.Response:
        """Follow an authorization request, log in and allow where asked; the response that leads back to the client.

        It is not followed: `parameters(answer.headers["Location"])` has the code, or the error. Where the server
        refuses with a page of its own, that is returned. The password is that of `USERS`, if none is given.
        """
        credentials = {"user": user, "password": password or USERS.get(user, "")}
        forms = {"login": credentials, "consent": {"decision": "allow"}}
        answer = self.get(url, allow_redirects=False)
        for _ in range(_MOST_STEPS):
            target = urljoin(answer.url, answer.headers.get("Location", ""))
            form = re.search(r'<form method=post action="(/(login|consent)\b[^"]*)"', answer.text)
            if answer.is_redirect and not parameters(target).keys() & {"code", "error", "access_token"}:
                answer = self.get(target, allow_redirects=False)
            elif form and answer.ok:
                action = urljoin(answer.url, html.unescape(form[1]))
                answer = self.post(action, data=forms[form[2]], allow_redirects=False)
            else:
                return answer
        raise ReaderError(f"{url} leads on and on; after {_MOST_STEPS} steps it was at {answer.url}")

    def log_in(self, client: Client, user: str, password: str = "", *, server: str = "") -> requests.Response:
        """Log in at a client through one of its authorization servers; the page where that ends."""
        answer = self.authorize(client.url + "/login" + (f"?server={server}" if server else ""), user, password)
        return self.get(urljoin(answer.url, answer.headers["Location"])) if answer.is_redirect else answer

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """As `requests` does, but never without a time-out."""
        options["timeout"] = options.get("timeout") or _TIMEOUT
        return super().send(request, **options)


class _LoopbackConnection(HTTPSConnection):
    """Every name is a name of this machine."""

    def _new_conn(self) -> socket.socket:
        address = ("127.0.0.1", self.port or 443)
        return urllib3.util.connection.create_connection(address, self.timeout, socket_options=self.socket_options)


class _LoopbackPool(HTTPSConnectionPool):
    ConnectionCls = _LoopbackConnection


class _ToLoopback(HTTPAdapter):
    """Reaches one party, whose certificate is the one that `ca_file` vouches for."""

    def __init__(self, ca_file: str) -> None:
        self._ca_file = ca_file
        super().__init__(pool_maxsize=_CONNECTIONS)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"https": _LoopbackPool}

    def send(self, request: requests.PreparedRequest, stream: bool = False, timeout: Any = None, verify: Any = True,
             cert: Any = None, proxies: Mapping[str, str] | None = None) -> requests.Response:
        try:
            return super().send(request, stream, timeout, self._ca_file, cert, proxies)
        except OSError:  # as all exceptions of requests are
            if Path(self._ca_file).exists():
                raise
        raise ReaderError(f"nobody serves {request.url} anymore; start another party, and make a new UserAgent")
