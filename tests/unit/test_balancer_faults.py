"""Replicas that misbehave: who breaks off, who says nothing, who is not there; and what the client hears of it."""

from __future__ import annotations

import http.client
import socket
import threading

import pytest

from labsupport.balancer import Balancer, Replicas, limits
from tests.balancers import ENGINES, Peer, ask, client, echoing

IDEMPOTENT = ("GET", "PUT", "DELETE", "OPTIONS")


@pytest.fixture(params=ENGINES)
def engine(request):
    return request.param


@pytest.fixture
def good():
    with Replicas(echoing, 1) as replicas:
        yield replicas["r1"]


def before(engine, *urls, policy="round robin"):
    return Balancer({f"r{number}": url for number, url in enumerate(urls, 1)}, policy, engine)


def refusing() -> socket.socket:
    """A socket whose port nobody listens on."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    return bound


def url_of(bound) -> str:
    return "http://{}:{}".format(*bound.getsockname())


@pytest.mark.parametrize("engine", ENGINES[:2])  # HAProxy looks by itself whether it is back
@pytest.mark.parametrize("policy", ["round robin", "sticky"])
def test_who_refused_is_not_asked_for_a_while(engine, policy, good, monkeypatch):
    monkeypatch.setattr(limits, "LEFT_OUT", 1000)
    with refusing() as other:
        with before(engine, url_of(other), good.url, policy=policy) as balancer, client(balancer) as visitor:
            assert ask(visitor, target="/a", Cookie="route=r1").headers["X-Replica"] == "r2"
            other.listen()
            answers = [ask(visitor, target="/a", Cookie="route=r1").headers["X-Replica"] for _ in range(4)]
    assert answers == ["r2"] * 4


@pytest.mark.parametrize("method", [*IDEMPOTENT, "POST", "PATCH"])
def test_a_request_that_was_never_sent_goes_to_the_next(engine, good, method):
    with refusing() as nobody, before(engine, url_of(nobody), good.url) as balancer, client(balancer) as visitor:
        response = ask(visitor, method, "/a", b"body")
        assert (response.status, response.headers["X-Replica"], response.content) == (200, "r2", b"body")
    assert len(good.exchanges) == 1


@pytest.mark.parametrize("method", IDEMPOTENT)
def test_an_idempotent_request_that_got_no_answer_goes_to_the_next(engine, good, method):
    with Peer(b"") as mute, before(engine, mute.url, good.url) as balancer, client(balancer) as visitor:
        response = ask(visitor, method, "/a", b"body")
        assert (response.status, response.headers["X-Replica"], response.content) == (200, "r2", b"body")
        assert len(mute.asked) == 1
    assert len(good.exchanges) == 1


@pytest.mark.parametrize("method", IDEMPOTENT)
def test_content_that_comes_late_is_sent_again_too(engine, good, method):
    with Peer(b"") as mute, before(engine, mute.url, good.url) as balancer, client(balancer) as visitor:
        visitor.putrequest(method, "/a")
        visitor.putheader("Content-Length", "8")
        visitor.endheaders(b"half")
        visitor.sock.settimeout(0.05)
        with pytest.raises(TimeoutError):  # whoever forwards at once has the time to do so
            visitor.sock.recv(1)
        visitor.sock.settimeout(20)
        visitor.send(b"half")
        response = visitor.getresponse()
        assert (response.status, response.read()) == (200, b"halfhalf")
    assert len(good.exchanges) == 1


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_request_that_may_have_had_its_effect_is_never_sent_twice(engine, good, method):
    with Peer(b"") as mute, before(engine, mute.url, good.url) as balancer, client(balancer) as visitor:
        response = ask(visitor, method, "/a", b"body")
        assert (response.status, response.content) == (502, b"502 Bad Gateway\n")
        assert "X-Replica" not in response.headers
        assert len(mute.asked) == 1
    assert good.exchanges == ()


def test_only_python_knows_no_method_but_the_registered_ones_for_idempotent(engine, good):
    with Peer(b"") as mute, before(engine, mute.url, good.url) as balancer, client(balancer) as visitor:
        assert (ask(visitor, "FROB", "/a", b"body").status == 502) == (engine != "nginx")


def test_what_is_no_http_is_answered_for_with_502_and_nginx_takes_it_for_http_0_9(engine):
    with Peer(b"SSH-2.0-OpenSSH_9.2\r\n") as other, before(engine, other.url) as balancer, client(balancer) as visitor:
        if engine == "nginx":
            with pytest.raises(http.client.BadStatusLine, match="SSH"):
                ask(visitor, "POST", "/a", b"body")
        else:
            assert ask(visitor, "POST", "/a", b"body").status == 502


@pytest.mark.parametrize("answer", [
    b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
], ids=["length", "chunks"])
def test_an_answer_that_breaks_off_breaks_off_for_the_client_too(engine, answer):
    with Peer(answer) as peer, before(engine, peer.url) as balancer, client(balancer) as visitor:
        visitor.request("GET", "/a")
        response = visitor.getresponse()
        assert response.headers["X-Replica"] == "r1"
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            response.read()


def test_a_replica_that_breaks_off_is_no_failure_of_the_cell():
    broken = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"
    with Peer(broken) as peer, before("python", peer.url) as balancer, client(balancer) as visitor:
        visitor.request("GET", "/a")
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            visitor.getresponse().read()
        balancer.stop()  # a site raises here what failed


def test_a_replica_that_goes_down_inside_a_request_breaks_it_off(engine):
    inside, over = threading.Event(), threading.Event()

    def make_app(name):
        def waiting(environ, start_response):
            inside.set()
            over.wait(20)
            start_response("200 OK", [("Content-Length", "2")])
            return [b"ok"]

        return waiting

    with Replicas(make_app, 1) as one, before(engine, one["r1"].url) as balancer, client(balancer) as visitor:
        visitor.request("POST", "/", b"body")
        assert inside.wait(20)
        stopping = threading.Thread(target=one.stop, args=["r1"])
        stopping.start()
        assert visitor.getresponse().status == 502
        over.set()
        stopping.join()


@pytest.mark.parametrize("engine", ENGINES[:2])  # HAProxy hangs up on a client that is still sending
def test_a_replica_that_takes_no_body_is_answered_for_with_504(engine, monkeypatch):
    monkeypatch.setattr(limits, "SILENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with before(engine, url_of(listener)) as balancer, client(balancer) as visitor:
            assert ask(visitor, "POST", "/a", b"x" * (16 << 20)).status == 504


def test_a_replica_may_take_longer_to_read_than_to_connect(monkeypatch):
    monkeypatch.setattr(limits, "CONNECT", 0.2)
    answers = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with before("python", url_of(listener)) as balancer, client(balancer) as visitor:
            asking = threading.Thread(target=lambda: answers.append(ask(visitor, "POST", "/a", b"x" * (16 << 20))))
            asking.start()
            replica, _ = listener.accept()
            replica.settimeout(20)
            asking.join(0.5)  # longer than a connection may take
            with replica, replica.makefile("rwb") as stream:
                while stream.readline().strip():
                    pass
                assert len(stream.read(16 << 20)) == 16 << 20
                stream.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            asking.join()
    assert answers[0].status == 200


def test_an_early_hint_is_not_taken_for_the_answer_of_the_next_request(good):
    answer = b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    with Peer(answer) as peer, before("python", peer.url, good.url) as balancer, client(balancer) as visitor:
        assert ask(visitor, "POST", "/a", b"mine").status == 502
        assert ask(visitor, "POST", "/a", b"mine").content == b"mine"


def test_a_dead_replica_costs_no_request_of_fifty(engine):
    with Replicas(echoing, 3) as replicas, Balancer(replicas, "round robin", engine) as balancer:
        with client(balancer) as visitor:
            replicas.stop("r2")
            replicas.stop("r3")
            assert {ask(visitor, "POST", "/a", b"body").status for _ in range(50)} == {200}
        assert len(replicas["r1"].exchanges) == 50
