"""What passes through a balancer: fields, targets and bodies unchanged; fields of one connection not at all."""

from __future__ import annotations

import gzip
import os
import sys
import threading

import pytest
from flask import Flask, Response

from labsupport.balancer import Balancer, Replicas
from tests.balancers import ENGINES, Peer, ask, client, echoing

BINARY = bytes(range(256)) * 4


@pytest.fixture(params=ENGINES)
def engine(request):
    return request.param


@pytest.fixture
def through(engine):
    """A balancer of one replica, of the policy "sticky", that echoes; both, and a connection to the balancer."""
    with Replicas(echoing, 1) as replicas, Balancer(replicas, "sticky", engine) as balancer:
        with client(balancer) as visitor:
            yield replicas["r1"], visitor


def answering(*arguments, **options):
    """What makes an app that answers everything with one response."""

    def make_app(name):
        app = Flask(name)

        @app.route("/", methods=["GET", "POST"])
        def answer() -> Response:
            return Response(*arguments, **options)

        return app

    return make_app


def answer_of(make_app, engine, method="GET"):
    with Replicas(make_app, 1) as replicas, Balancer(replicas, "round robin", engine) as balancer:
        with client(balancer) as visitor:
            return ask(visitor, method)


def answer_of_peer(answer, engine, **request):
    with Peer(answer) as peer, Balancer({"r1": peer.url}, "round robin", engine) as balancer:
        with client(balancer) as visitor:
            return ask(visitor, **request)


# Requests


def test_a_field_arrives_as_it_was_sent(through):
    site, visitor = through
    sent = {"X_Note": "ä b,  c;d=e", "Authorization": "Basic QTpC", "If_None_Match": 'W/"1"', "Range": "bytes=0-1"}
    ask(visitor, target="/a", **sent)
    [seen] = site.exchanges
    assert {name: seen.request_values(name.replace("_", "-")) for name in sent} == {
        name: (value,) for name, value in sent.items()}


def test_repeated_fields_arrive_one_by_one_and_in_order(through):
    site, visitor = through
    visitor.putrequest("GET", "/a", skip_accept_encoding=True)
    for value in ("1", "2", "3"):
        visitor.putheader("X-Tag", value)
    visitor.endheaders()
    visitor.getresponse().read()
    assert site.exchanges[0].request_values("X-Tag") == ("1", "2", "3")


def test_nothing_is_added_but_where_the_request_comes_from(through):
    site, visitor = through
    visitor.putrequest("GET", "/a", skip_host=True, skip_accept_encoding=True)
    visitor.putheader("Host", "shop.example:8080")
    visitor.endheaders()
    visitor.getresponse().read()
    fields = {name.lower(): value for name, value in site.exchanges[0].request_fields}
    assert fields == {"host": "shop.example:8080", "x-forwarded-for": "127.0.0.1"}


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux all of 127.0.0.0/8 answers")
def test_the_address_of_the_client_is_appended_to_the_list(engine):
    with Replicas(echoing, 1) as replicas, Balancer(replicas, "round robin", engine) as balancer:
        with client(balancer, "127.0.3.4") as visitor:
            ask(visitor, target="/a", X_Forwarded_For="203.0.113.9, 198.51.100.7")
            ask(visitor, target="/a")
        told = [each.request_values("X-Forwarded-For") for each in replicas["r1"].exchanges]
    assert told == [("203.0.113.9, 198.51.100.7, 127.0.3.4",), ("127.0.3.4",)]


@pytest.mark.parametrize("target", ["/a%2fb/./c//d?q=%7e|&r=a+b&r=", "/%C3%A4", "/a/../b", "/a?", "/a;v=1?x=?/"])
def test_a_target_arrives_to_the_letter(through, target):
    site, visitor = through
    ask(visitor, target=target)
    assert site.exchanges[0].target == target


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_method_arrives(through, method):
    site, visitor = through
    ask(visitor, method, target="/a", body=None if method in ("GET", "HEAD") else b"a")
    assert site.exchanges[0].method == method


@pytest.mark.parametrize("body", [b"a", BINARY, b"", os.urandom(1 << 20)], ids=["short", "binary", "empty", "1 MiB"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_body_arrives_and_comes_back_unchanged(through, method, body):
    site, visitor = through
    response = ask(visitor, method, target="/a", body=body, Content_Type="application/x-thing")
    assert response.content == body
    assert site.exchanges[0].request_length == len(body)
    assert site.exchanges[0].request_values("Content-Type") == ("application/x-thing",)


def test_a_get_without_a_body_has_none_behind_the_balancer(through):
    site, visitor = through
    ask(visitor, target="/a")
    assert site.exchanges[0].request_values("Content-Length") == ()
    assert site.exchanges[0].request_values("Transfer-Encoding") == ()


def test_a_post_without_content_says_so(through):
    site, visitor = through
    ask(visitor, "POST", target="/a")
    assert site.exchanges[0].request_values("Content-Length") == ("0",)


def test_a_body_in_chunks_arrives(through):
    site, visitor = through
    visitor.request("POST", "/a", iter([b"one ", BINARY, b" two"]), encode_chunked=True)
    assert visitor.getresponse().read() == b"one " + BINARY + b" two"
    assert site.exchanges[0].request_length == len(BINARY) + 8


def test_fields_of_one_connection_go_no_further(through):
    site, visitor = through
    ask(visitor, target="/a", Keep_Alive="timeout=5", Proxy_Connection="keep-alive", TE="trailers", Trailer="X-A",
        X_Kept="1")
    [seen] = site.exchanges
    assert seen.request_values("X-Kept") == ("1",)
    assert {name.lower() for name, _ in seen.request_fields} & {
        "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"} == set()


def test_the_connection_is_not_upgraded(through):
    site, visitor = through
    ask(visitor, target="/a", Connection="Upgrade", Upgrade="h2c")
    assert site.exchanges[0].request_values("Upgrade") == ()


def test_only_python_drops_a_field_that_connection_names(through, engine):
    site, visitor = through
    ask(visitor, target="/a", Connection="X-Secret", X_Secret="1")
    assert site.exchanges[0].request_values("X-Secret") == (() if engine == "python" else ("1",))


def test_a_connection_carries_one_request_after_another(through):
    site, visitor = through
    for number in range(20):
        assert ask(visitor, "POST", target=f"/{number}", body=str(number)).content == str(number).encode()
    assert len({each.client for each in site.exchanges}) <= 2  # toward the replica too


def test_a_client_that_speaks_http_1_0_is_answered(engine):
    with Replicas(echoing, 1) as replicas, Balancer(replicas, "round robin", engine) as balancer:
        with client(balancer) as visitor:
            vars(visitor).update(_http_vsn=10, _http_vsn_str="HTTP/1.0")
            response = ask(visitor, "POST", target="/a", body=b"old")
    assert response.content == b"old"
    assert response.headers.get("Transfer-Encoding") is None


def test_what_cannot_be_forwarded_is_refused(through, engine):
    _, visitor = through
    visitor.putrequest("GET", "/a", skip_accept_encoding=True)
    visitor._buffer.append(b"X-Odd: a\rb")
    visitor.endheaders()
    assert visitor.getresponse().status == 400


# Responses


def test_several_cookies_stay_several_lines(engine):
    lines = ["sid=A; Path=/; HttpOnly", "theme=dark; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "empty="]
    response = answer_of(answering("", headers=[("Set-Cookie", line) for line in lines]), engine)
    assert response.headers.get_all("Set-Cookie") == lines


def test_the_app_s_cookies_stay_beside_the_balancer_s(engine):
    make_app = answering("", headers=[("Set-Cookie", "sid=A; Path=/")])
    with Replicas(make_app, 1) as replicas, Balancer(replicas, "sticky", engine) as balancer, client(balancer) as each:
        cookies = ask(each).headers.get_all("Set-Cookie")
    assert sorted(cookies) == ["route=r1; Path=/; HttpOnly", "sid=A; Path=/"]


def test_a_response_passes_with_all_its_fields(engine):
    told = {"Cache-Control": "private, max-age=3", "Vary": "Cookie", "ETag": 'W/"a"', "X-Accel-Expires": "3",
            "X-Accel-Redirect": "/elsewhere", "Server": "shop/1", "Date": "Sat, 01 Jan 2000 00:00:00 GMT",
            "Expires": "0", "Last-Modified": "Sat, 01 Jan 2000 00:00:00 GMT", "Content-Type": "text/plain",
            "Location": "http://127.0.0.1:9/relative", "Refresh": "9; url=/a", "X-Repeated": "a"}
    response = answer_of(answering("body", 201, told), engine)
    assert (response.status, response.reason, response.content) == (201, "CREATED", b"body")
    assert {name: response.headers.get_all(name) for name in told} == {name: [value] for name, value in told.items()}


def test_repeated_response_fields_stay_one_by_one(engine):
    response = answer_of(answering("", headers=[("X-Tag", "1"), ("X-Tag", "2")]), engine)
    assert response.headers.get_all("X-Tag") == ["1", "2"]


def test_an_app_cannot_say_that_another_one_answered(engine):
    response = answer_of(answering("", headers=[("X-Replica", "r9")]), engine)
    assert response.headers.get_all("X-Replica") == ["r1"]


@pytest.mark.parametrize("status", [200, 301, 302, 400, 404, 418, 500, 501, 502, 503, 504])
def test_a_status_of_the_app_is_its_own_and_its_content_too(engine, status):
    response = answer_of(answering(f"mine: {status}", status, {"Location": "/there"}), engine)
    assert (response.status, response.content) == (status, f"mine: {status}".encode())
    assert response.headers["X-Replica"] == "r1"


@pytest.mark.parametrize("status", [204, 304])
def test_a_response_without_content_has_none(engine, status):
    with Replicas(answering("", status), 1) as replicas, Balancer(replicas, "round robin", engine) as balancer:
        with client(balancer) as visitor:
            for _ in range(2):  # the connection is still good
                response = ask(visitor)
                assert (response.status, response.content) == (status, b"")
                assert "Transfer-Encoding" not in response.headers


def test_a_response_to_head_has_the_length_and_no_content(engine):
    with Replicas(answering("12345"), 1) as replicas, Balancer(replicas, "round robin", engine) as balancer:
        with client(balancer) as visitor:
            for _ in range(2):
                response = ask(visitor, "HEAD")
                assert (response.status, response.headers["Content-Length"], response.content) == (200, "5", b"")
            assert ask(visitor).content == b"12345"
        assert len({each.client for each in replicas["r1"].exchanges}) <= 2


def test_compressed_content_stays_compressed(engine):
    content = gzip.compress(b"a" * 1000)
    response = answer_of(answering(content, headers={"Content-Encoding": "gzip"}), engine)
    assert (response.headers["Content-Encoding"], response.content) == ("gzip", content)


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 1 << 20])
def test_content_of_any_size_passes(engine, size):
    assert answer_of(answering(b"x" * size), engine).content == b"x" * size


def test_content_without_a_length_passes(engine):
    parts = [b"one", BINARY, b"two"]
    assert answer_of(lambda name: answering(iter(parts))(name), engine).content == b"one" + BINARY + b"two"


def test_a_part_of_the_content_passes_as_soon_as_it_is_there(engine):
    came = [threading.Event(), threading.Event()]

    def parts():
        yield b"first"
        assert came[0].wait(20)
        yield b"second"
        assert came[1].wait(20)
        yield b"third"

    with Replicas(lambda name: answering(parts())(name), 1) as one, Balancer(one, "round robin", engine) as balancer:
        with client(balancer) as visitor:
            visitor.request("GET", "/")
            response = visitor.getresponse()
            assert response.read1() == b"first"
            came[0].set()
            assert response.read1() == b"second"
            came[1].set()
            assert response.read() == b"third"


def test_response_fields_of_one_connection_go_no_further(engine):
    answer = (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nKeep-Alive: timeout=9\r\nProxy-Connection: close\r\n"
              b"Trailer: X-A\r\nUpgrade: h2c\r\nConnection: close\r\nX-Kept: 1\r\n\r\nok")
    response = answer_of_peer(answer, engine)
    assert (response.content, response.headers["X-Kept"]) == (b"ok", "1")
    assert not {"Proxy-Connection", "Trailer", "Upgrade"} & set(map(str.title, response.headers))
    assert response.headers.get("Keep-Alive") != "timeout=9"
    assert response.headers.get("Connection", "keep-alive").lower() == "keep-alive"


def test_content_that_ends_with_the_connection_passes(engine):
    assert answer_of_peer(b"HTTP/1.1 200 OK\r\n\r\nuntil the end", engine).content == b"until the end"


def test_large_fields_pass_both_ways(engine):
    cookie = "sid=" + "A" * 12000
    with Replicas(answering("", headers={"Set-Cookie": cookie}), 1) as one:
        with Balancer(one, "sticky", engine) as balancer, client(balancer) as visitor:
            assert cookie in ask(visitor, Cookie=cookie).headers.get_all("Set-Cookie")
            assert one["r1"].exchanges[0].request_values("Cookie") == (cookie,)


def test_a_client_that_hangs_up_disturbs_nobody(engine):
    with Replicas(answering(b"x" * (4 << 20)), 1) as one, Balancer(one, "round robin", engine) as balancer:
        for _ in range(3):
            with client(balancer) as impatient:
                impatient.request("GET", "/")
                impatient.getresponse().read(10)
        with client(balancer) as visitor:
            assert len(ask(visitor).content) == 4 << 20
