"""What all parties have in common, and what is told to whoever builds them wrongly."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests

import labsupport.oauth
from labsupport.errors import ReaderError
from labsupport.oauth import (
    AuthorizationServer,
    Client,
    Deployment,
    MixUpServer,
    PageClient,
    ResourceServer,
    UserAgent,
    parameters,
)
from labsupport.oauth.weaknesses import weakened
from labsupport.server import Site
from tests.waiting import descriptors, wait_until

Make = Callable[[AuthorizationServer], Any]


def hello(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


@pytest.mark.parametrize(("make", "message"), [
    (lambda login: AuthorizationServer(weaknesses={"no TLS"}), 
     "an authorization server has no weakness 'no TLS'; there is 'pkce optional', 'plain', 'downgrade'"),
    (lambda login: AuthorizationServer(weaknesses="plain text"), "no weakness 'plain text'"),
    (lambda login: Client("shop.test", login, weaknesses={"downgrade"}), 
     "a client has no weakness 'downgrade'; there is 'no state'"),
    (lambda login: ResourceServer("api.test", login, weaknesses=["plain"]), 
     "a resource server has no weakness 'plain'; there is 'any audience'"),
    (lambda login: Deployment(server={"no state"}), "an authorization server has no weakness 'no state'"),
    (lambda login: AuthorizationServer("login.example"), "'login.example' is no name for a party"),
    (lambda login: AuthorizationServer("127.0.0.1"), "'127.0.0.1' is no name for a party; give one below test"),
    (lambda login: AuthorizationServer("https://login.test"), "is no name for a party"),
    (lambda login: AuthorizationServer("test"), "'test' is no name for a party"),
    (lambda login: AuthorizationServer("-.test"), "'-.test' is no name for a party"),
    (lambda login: AuthorizationServer("a" * 64 + ".test"), "is no name for a party"),
    (lambda login: AuthorizationServer("a." * 130 + "test"), "is no name for a party"),
    (lambda login: AuthorizationServer(weaknesses=cast("Any", {5, "plain"})), "has no weakness 5"),
    (lambda login: AuthorizationServer(users={"ada": ""}), "the user 'ada' needs a name and a password"),
    (lambda login: AuthorizationServer(access_tokens="jwt"),
     "access_tokens='jwt' means nothing; write 'opaque' or 'JWT'"),
    (lambda login: AuthorizationServer(grace=-1), "grace=-1 is no time"),
    (lambda login: AuthorizationServer(code_seconds=-60), "code_seconds=-60 is no time"),
    (lambda login: AuthorizationServer(access_seconds=cast("Any", "5 min")), "access_seconds='5 min' is no time"),
    (lambda login: login.register("a client", "https://demo.test/cb"), "'a client' is no client_id here; take letters"),
    (lambda login: login.register(cast("Any", None), "https://demo.test/cb"), "None is no client_id here"),
    (lambda login: login.register("demo", "https://["), "'https://[' is no redirect URI; write it whole"),
    (lambda login: login.register("demo", cast("Any", 5)), "5 is no redirect URI"),
    (lambda login: ResourceServer("api.test", login, check="local"),
     "a local check needs tokens to read: AuthorizationServer('login.test', access_tokens='JWT')"),
    (lambda login: ResourceServer("api.test", login, check="by hand"), "check='by hand' means nothing; write "
     "'introspection' or 'local'"),
    (lambda login: Client("shop.test"), "a client needs an authorization server"),
    (lambda login: login.register("demo"), "the client 'demo' needs a redirect URI"),
    (lambda login: Client("shop.test", login).registration, "shop.test has not started; use `with` or .start()"),
    (lambda login: Client("shop.test", login).url, "shop.test does not serve yet; use `with` or .start()"),
    (lambda login: login.start(), "login.test was started before; make another AuthorizationServer"),
])
def test_a_mistake_is_told_with_its_remedy(make: Make, message: str) -> None:
    with AuthorizationServer() as login:
        with pytest.raises(ReaderError) as error:
            make(login)
    assert message in str(error.value)


def test_a_client_is_registered_once() -> None:
    with AuthorizationServer() as login, Client("shop.test", login):
        with pytest.raises(ReaderError, match=r"login\.test knows a client 'shop'; give this one another client_id"):
            Client("shop.test", login).start()
        with Client("shop.test", login, client_id="other") as other:
            assert other.registration.client_id == "other"


def test_a_deployment_that_cannot_start_leaves_nothing_running() -> None:
    parts = Deployment()
    parts.server.register_resource_server("https://api.test", "notes")
    with pytest.raises(ReaderError, match=r"knows a client 'api\.test'"):
        parts.start()
    assert [party.site.running for party in (parts.server, parts.api)] == [False, False]


def test_a_party_serves_from_start_to_close_and_no_longer() -> None:
    login = AuthorizationServer()
    assert repr(login) == "<AuthorizationServer login.test: not started>"
    login.start()
    assert repr(login) == "<AuthorizationServer login.test: running>"
    with UserAgent(login) as agent:
        assert agent.get(login.url + "/jwks").ok
        login.close()
        login.close()
        assert repr(login) == "<AuthorizationServer login.test: stopped>"
        with pytest.raises(ReaderError, match=r"nobody serves https://login\.test:\d+/jwks anymore; start another"):
            agent.get(login.url + "/jwks")


def test_three_parties_are_started_once() -> None:
    with Deployment() as parts:
        with pytest.raises(ReaderError, match=r"login\.test was started before"):
            parts.start()
        assert parts.server.running and parts.client.running


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts what /proc lists")
@pytest.mark.parametrize("end", [Deployment.close, lambda parts: parts.__exit__(None, None, None)])
def test_parties_that_stop_leave_no_connection_open(end: Callable[[Deployment], object]) -> None:
    gc.collect()
    gc.disable()  # the parties have to let go by themselves
    try:
        before = descriptors()
        parts = Deployment().start()
        ada = parts.agent()
        ada.log_in(parts.client, "ada")
        assert ada.post(parts.client.url + "/notes", data={"text": "x"}).ok
        end(parts)
        assert wait_until(lambda: descriptors() <= before)
    finally:
        gc.enable()


def test_a_party_that_never_started_can_be_closed() -> None:
    AuthorizationServer().close()
    Deployment().close()


def test_its_name_is_in_its_url_and_its_exchanges_can_be_forgotten() -> None:
    with AuthorizationServer("sign-in.bank.test") as login, UserAgent(login) as agent:
        assert login.issuer == login.url == f"https://sign-in.bank.test:{login.site.address.port}"
        agent.get(login.url + "/jwks")
        assert [exchange.target for exchange in login.exchanges] == ["/jwks"]
        login.clear()
        assert login.exchanges == login.requests_for("/jwks") == ()


def test_a_user_agent_knows_no_parties_but_those_it_was_given() -> None:
    with AuthorizationServer() as login, Site.secure(hello, name="evil.test") as evil, UserAgent(evil) as agent:
        assert agent.get(evil.url + "/").text == "hello"
        for elsewhere in (login.url, "https://example.com/", "http://127.0.0.1/", evil.url.replace("https", "http")):
            with pytest.raises(ReaderError, match=r"this user agent does not know .*; name who serves it"):
                agent.get(elsewhere)
        agent.reach(login)
        assert agent.get(login.url + "/jwks").ok


def test_a_user_agent_checks_certificates() -> None:
    with Site.secure(hello, name="evil.test") as evil, UserAgent() as agent:
        other = Site.secure(hello, name="other.test")
        agent.reach(cast("Any", SimpleNamespace(url=evil.url, ca_file=other.ca_file)))
        with pytest.raises(requests.exceptions.SSLError):
            agent.get(evil.url + "/")
        other.stop()


def test_a_user_agent_keeps_the_cookies_of_each_site_to_it() -> None:
    with Deployment() as parts, parts.agent() as ada:
        ada.log_in(parts.client, "ada")
        for party, cookie in ((parts.client, "shop_sid"), (parts.server, "login_sid")):
            sent = [value for each in party.exchanges for value in each.request_values("Cookie")]
            assert sent and {value.partition("=")[0] for value in sent} == {cookie}
            assert not any(";" in value for value in sent)
        assert parts.api.exchanges == ()


def test_a_user_agent_gives_up_where_it_is_led_in_circles() -> None:
    def round_and_round(environ: Any, start_response: Any) -> list[bytes]:
        start_response("302 Found", [("Location", "/")])
        return [b""]

    with Site.secure(round_and_round, name="evil.test") as evil, UserAgent(evil) as agent:
        with pytest.raises(ReaderError, match="leads on and on; after 10 steps it was at"):
            agent.authorize(evil.url + "/", "ada")


@pytest.mark.parametrize(("url", "found"), [
    ("https://a.test/?code=x&state=y", {"code": "x", "state": "y"}),
    ("https://a.test/#access_token=x&state=%20", {"access_token": "x", "state": " "}),
    ("https://a.test/?iss=1#token=2", {"iss": "1", "token": "2"}),
    ("https://a.test/", {}), ("", {}),
])
def test_parameters_are_those_of_query_and_fragment(url: str, found: dict[str, str]) -> None:
    assert parameters(url) == found


def test_a_sound_build_is_the_class_itself() -> None:
    class Sound:
        def one(self) -> str:
            return "sound"

        def two(self) -> str:
            return "sound"

    class First(Sound):
        def one(self) -> str:
            return "weak"

    class Second(Sound):
        def two(self) -> str:
            return "weak"

    known: dict[str, type[Sound]] = {"first": First, "second": Second}
    assert weakened(Sound, known, ()) is Sound
    assert weakened(Sound, known, {"of another part"}) is Sound
    for names, told in (({"first"}, ("weak", "sound")), ({"first", "second"}, ("weak", "weak"))):
        build = weakened(Sound, known, names)()
        assert (build.one(), build.two()) == told


def test_each_weakness_has_a_piece_that_changes_something_and_says_what() -> None:
    from labsupport.oauth import bearer, handed_over, protections, server

    known = [*server.WEAKNESSES, protections.WEAKNESSES, handed_over.WEAKNESSES, bearer.WEAKNESSES]
    pieces = [piece for each in known for piece in each.values()]
    assert len(pieces) > 20
    assert all(piece.__doc__ for piece in pieces)
    assert all(set(vars(piece)) - {"__module__", "__doc__", "__qualname__"} for piece in pieces)


def test_there_is_an_api_without_which_a_client_uploads_nothing() -> None:
    with AuthorizationServer() as login, Client("shop.test", login) as shop, UserAgent(login, shop) as ada:
        ada.log_in(shop, "ada")
        assert ada.post(shop.url + "/notes", data={"text": "x"}).status_code == 403
        assert shop.refusals == ["api"]


def test_a_client_does_not_start_with_the_metadata_of_another_server() -> None:
    class Liar(MixUpServer):
        @property
        def metadata(self) -> dict[str, Any]:
            return {**super().metadata, "issuer": self.honest.issuer}

    from labsupport.oauth.provider import Refusal

    with AuthorizationServer() as login, Liar("evil.test", login) as evil:
        client = Client("shop.test", evil)
        with pytest.raises(Refusal, match="has the metadata of another server"):
            client.start()
        client.close()


def test_what_goes_wrong_in_a_route_is_raised_at_the_end() -> None:
    login = AuthorizationServer().start()

    def broken() -> str:
        raise RuntimeError("broken")

    with UserAgent(login) as agent:
        login.app.view_functions["keys"] = broken
        assert agent.get(login.url + "/jwks").status_code == 500
    with pytest.raises(RuntimeError, match="broken"):
        login.close()


def test_importing_the_package_loads_neither_flask_nor_authlib() -> None:
    program = "import sys, labsupport.oauth; print({'flask', 'authlib', 'requests', 'joserfc'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_the_package_has_the_names_it_promises() -> None:
    assert all(getattr(labsupport.oauth, name) for name in labsupport.oauth.__all__)
    assert PageClient.__doc__
    with pytest.raises(AttributeError, match=r"labsupport\.oauth has no 'Server'"):
        labsupport.oauth.Server  # noqa: B018
