"""What a site puts on the wire, and the exchange it keeps of it."""

from __future__ import annotations

import http.client
import io
import socket
import threading
import time
from functools import partial

import pytest
import requests
from flask import Flask, Response, request

from labsupport.network import Network
from labsupport.records import Endpoint, FieldLine
from labsupport.server import Site
from labsupport.server.request import BODY_LIMIT
from labsupport.server.serving import Server
from tests.waiting import at_once

app = Flask("shop")


@app.route("/echo", methods=["GET", "POST", "PUT", "DELETE"])
def echo() -> bytes:
    return request.get_data()


@app.route("/ignore", methods=["GET", "POST"])
def ignore() -> str:
    return "not read"


@app.get("/two-cookies")
def two_cookies() -> Response:
    response = Response("set")
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response


@app.get("/stream")
def stream() -> Response:
    return Response(f"{number};" for number in range(3))


@app.get("/nothing")
def nothing() -> tuple[str, int]:
    return "", 204


@app.get("/last")
def last() -> Response:
    return Response("bye", headers={"Connection": "close"})


@pytest.fixture
def site():
    with Site(app) as site:
        yield site


def talk(site, octets) -> bytes:
    """Send octets, and read until the server closes."""
    with socket.create_connection(site.address, timeout=5) as client:
        client.sendall(octets)
        return client.makefile("rb").read()


def answer(application, octets) -> bytes:
    with Site(application) as site:
        return talk(site, octets)


def of(status, fields, *parts):
    """A WSGI application that always answers the same."""

    def application(environ, start_response):
        start_response(status, fields)
        return list(parts)

    return application


GET = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


def test_keeps_what_the_client_sent_and_what_it_got(site):
    before = time.time_ns()
    requests.post(site.url + "/echo?a=1&a=%C3%A4", data="milk", headers={"X-Shop": "corner"})
    (exchange,) = site.exchanges
    assert (exchange.method, exchange.target, exchange.version) == ("POST", "/echo?a=1&a=%C3%A4", "HTTP/1.1")
    assert exchange.request_values("x-shop") == ("corner",)
    assert (exchange.request_body, exchange.request_length) == (b"milk", 4)
    assert (exchange.status, exchange.reason) == (200, "OK")
    assert exchange.response_values("CONTENT-LENGTH") == ("4",)
    assert (exchange.response_body, exchange.response_length) == (b"milk", 4)
    assert before <= exchange.when_ns <= time.time_ns()
    assert str(exchange) == "POST /echo?a=1&a=%C3%A4 → 200 OK"


def test_an_exchange_shows_nothing_that_differs_from_run_to_run_by_itself(site):
    requests.get(site.url + "/echo")
    assert "when_ns" not in repr(site.exchanges[0])
    assert "client" not in repr(site.exchanges[0])


def test_an_exchange_names_the_client_s_end_of_the_connection(site):
    with socket.create_connection(site.address) as client:
        client.sendall(b"GET /echo HTTP/1.0\r\n\r\n")
        (exchange,) = site.wait(1)
        assert exchange.client == Endpoint(*client.getsockname())


def test_field_lines_keep_order_case_and_duplicates(site):
    fields = b"host: a\r\nX-B: 1\r\nx-a:  2 \r\nX-B: 3\r\nConnection: close\r\n"
    talk(site, b"GET /two-cookies HTTP/1.1\r\n" + fields + b"\r\n")
    exchange = site.exchanges[0]
    assert exchange.request_fields == (
        FieldLine("host", "a"),
        FieldLine("X-B", "1"),
        FieldLine("x-a", "2"),
        FieldLine("X-B", "3"),
        FieldLine("Connection", "close"),
    )
    assert exchange.request_values("X-B") == ("1", "3")
    assert exchange.response_values("Set-Cookie") == ("a=1; Path=/", "b=2; Path=/")
    assert str(exchange.request_fields[0]) == "host: a"


def test_the_logged_response_is_the_one_on_the_wire(site):
    head = talk(site, GET.replace(b"/ ", b"/two-cookies ")).partition(b"\r\n\r\n")[0].decode().split("\r\n")
    exchange = site.exchanges[0]
    assert head == [f"HTTP/1.1 {exchange.status} {exchange.reason}", *map(str, exchange.response_fields)]


def test_the_request_target_is_kept_to_the_letter(site):
    targets = ["/a%2Fb/../c?x=%20", "/echo?next=http://shop.example/", "/%C3%A4//"]
    for target in targets:
        talk(site, f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    assert [exchange.target for exchange in site.exchanges] == targets


def test_a_client_with_its_response_finds_the_exchange_in_the_log(site):
    connection = http.client.HTTPConnection(*site.address)
    for number in range(300):
        connection.request("GET", ("/stream", "/echo", "/nothing")[number % 3])
        connection.getresponse().read()
        assert len(site.exchanges) == number + 1
    connection.close()


def test_a_connection_stays_open(site):
    with requests.Session() as session:
        for path in ("/echo", "/stream", "/nothing", "/missing"):
            session.get(site.url + path)
        session.post(site.url + "/ignore", data="unread " * 10000)
        session.head(site.url + "/echo")
        session.post(site.url + "/echo", data=iter([b"in ", b"chunks"]))
        session.get(site.url + "/last")
    assert len({exchange.client for exchange in site.exchanges}) == 1
    assert [exchange.status for exchange in site.exchanges] == [200, 200, 204, 404, 200, 200, 200, 200]


def test_the_app_may_close_the_connection(site):
    octets = talk(site, b"GET /last HTTP/1.1\r\nHost: a\r\n\r\n")
    assert octets.count(b"Connection: close") == 1


def test_the_client_may_close_the_connection(site):
    assert b"\r\nConnection: close\r\n" in talk(site, GET)


def test_three_requests_of_a_session_are_one_connection(site):
    with requests.Session() as session:
        for _ in range(3):
            session.get(site.url + "/echo")
    assert len(site.exchanges) == 3
    assert len({exchange.client for exchange in site.exchanges}) == 1


@pytest.mark.needs("network")
@pytest.mark.parametrize("serve", [Network.serve, Network.serve_securely], ids=["http", "https"])
def test_on_the_wire_the_client_s_fin_comes_first_and_nothing_is_reset(serve):
    with Network(rtt_ms=80) as network:
        site = serve(network, app)
        trust = site.ca_file if site.url.startswith("https") else None
        with network.capture() as wire:
            requests.get(site.url + "/two-cookies", verify=trust, timeout=5)
        seen = wire.conversation
    ends = [(seen.sender(segment), segment.flag_names) for segment in seen if segment.flags & {"FIN", "RST"}]
    assert ends == [("client", "FIN·ACK"), ("server", "FIN·ACK")]


@pytest.mark.needs("network")
def test_on_the_wire_a_small_response_is_one_segment():
    with Network(rtt_ms=80) as network:
        site = network.serve(app)
        with network.capture() as wire:
            requests.get(site.url + "/two-cookies", timeout=5)
        assert [wire.conversation.sender(segment) for segment in wire.conversation.data] == ["client", "server"]


@pytest.mark.parametrize("path", ["/echo", "/stream", "/nothing", "/missing"])
def test_the_server_names_itself_without_a_version_so_that_lengths_are_the_same_everywhere(site, path):
    assert requests.get(site.url + path).headers["Server"] == "cheroot"
    assert site.exchanges[0].response_values("Server") == ("cheroot",)


def test_the_application_is_told_the_address_it_is_served_on():
    def application(environ, start_response):
        start_response("200 OK", [])
        return [f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}".encode()]

    with Site(application) as site:
        assert requests.get(site.url).text == str(site.address)


def test_less_content_than_declared_ends_with_the_connection():
    stays_open = GET.replace(b"Connection: close\r\n", b"")
    with Site(of("200 OK", [("Content-Length", "5")], b"milk")) as site:
        assert talk(site, stays_open).endswith(b"\r\n\r\nmilk")
        assert site.exchanges[0].response_body == b"milk"


def test_header_section_and_content_leave_in_one_write(site):
    with socket.create_connection(site.address) as client:
        client.sendall(b"GET /two-cookies HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.recv(4096).endswith(b"\r\n\r\nset")


def test_a_stream_reaches_the_client_part_by_part():
    go_on = threading.Event()

    def application(environ, start_response):
        start_response("200 OK", [])
        yield b"first"
        assert go_on.wait(5)
        yield b"second"

    with Site(application) as site, requests.get(site.url, stream=True) as response:
        parts = response.iter_content(None)
        assert next(parts) == b"first"
        assert site.exchanges == (), "an exchange is logged when it is complete"
        go_on.set()
        assert next(parts) == b"second"


def test_an_endless_stream_ends_with_its_client_or_its_site():
    def application(environ, start_response):
        start_response("200 OK", [])
        while True:
            yield b"x" * 10000

    with Site(application) as site:
        with requests.get(site.url, stream=True) as response:
            assert len(response.raw.read(2 * BODY_LIMIT)) == 2 * BODY_LIMIT
        (exchange,) = site.wait(1)
        assert len(exchange.response_body) == BODY_LIMIT < exchange.response_length
        endless = requests.get(site.url, stream=True)
    endless.close()


def test_of_a_long_body_the_log_keeps_the_beginning_and_the_length(site):
    long = bytes(range(256)) * 4096
    assert requests.post(site.url + "/echo", data=long).content == long
    exchange = site.exchanges[0]
    assert exchange.request_body == exchange.response_body == long[:BODY_LIMIT]
    assert exchange.request_length == exchange.response_length == len(long)


def test_a_body_that_the_app_did_not_read_is_in_the_log_too(site):
    requests.post(site.url + "/ignore", data="milk")
    assert site.exchanges[0].request_body == b"milk"


def test_the_log_has_bodies_without_their_chunks(site):
    assert requests.post(site.url + "/echo", data=iter([b"mi", b"lk"])).content == b"milk"
    requests.get(site.url + "/stream")
    assert site.exchanges[0].request_body == b"milk"
    assert site.exchanges[1].response_values("Transfer-Encoding") == ("chunked",)
    assert site.exchanges[1].response_body == b"0;1;2;"


def test_trailers_do_not_disturb_the_next_request(site):
    post = (b"POST /ignore HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"4\r\nmilk\r\n0\r\nX-Sum: 1\r\n\r\n")
    talk(site, post + b"GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert [(exchange.target, exchange.status) for exchange in site.exchanges] == [("/ignore", 200), ("/echo", 200)]


def test_a_file_is_uploaded_and_read_line_by_line():
    def application(environ, start_response):
        start_response("200 OK", [])
        return [line.upper() for line in environ["wsgi.input"]]

    with Site(application) as site:
        assert requests.post(site.url, data=io.BytesIO(b"a\nb\n")).content == b"A\nB\n"


def test_expect_100_continue_is_answered_once(site):
    with socket.create_connection(site.address, timeout=5) as client:
        client.sendall(b"POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n"
                       b"Connection: close\r\n\r\n")
        assert client.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"milk")
        rest = client.makefile("rb").read()
    assert rest.startswith(b"HTTP/1.1 200 OK\r\n")
    assert rest.endswith(b"milk")


def test_pipelined_requests_are_answered_in_order(site):
    post = b"POST /%b HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n%b\r\n%b"
    octets = talk(site, post % (b"ignore", b"", b"1") + post % (b"echo", b"Connection: close\r\n", b"2"))
    assert octets.count(b"HTTP/1.1 200 OK") == 2
    assert octets.endswith(b"\r\n\r\n2")


@pytest.mark.parametrize(
    ("octets", "status"),
    [
        (b"\x16\x03\x01\x02\x00\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 505),
        (b"POST /echo HTTP/1.1\r\nContent-Length: four\r\n\r\n", 400),
        (b"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnot hex\r\n", 400),
    ],
)
def test_what_is_no_http_is_refused_and_neither_an_exchange_nor_a_failure(site, octets, status):
    assert talk(site, octets).startswith(f"HTTP/1.1 {status} ".encode())
    assert site.exchanges == ()
    assert len(site.failures) == 0


def test_the_requests_for_a_path_are_those_with_any_query(site):
    for target in ("/echo?b=2", "/ignore", "/echo", "/echo/more", "/ignore?from=/echo"):
        requests.get(site.url + target)
    assert [each.target for each in site.requests_for("/echo")] == ["/echo?b=2", "/echo"]
    assert site.requests_for("/none") == ()
    site.clear()
    assert site.requests_for("/echo") == ()


TOO_LONG = 1 << 28

HEADER = b"POST /echo HTTP/1.1\r\nHost: a\r\n"


@pytest.mark.parametrize("length", [TOO_LONG + 1, 10**12, 10**25])
def test_a_body_that_is_declared_too_long_is_refused_before_it_is_sent(site, length):
    octets = answer_to(site, HEADER + b"Content-Length: %d\r\n\r\n" % length)
    assert octets.startswith(b"HTTP/1.1 413 ")
    assert b"longer than this server takes" in octets or b"exceeds the maximum" in octets
    assert site.exchanges == ()
    assert len(site.failures) == 0
    assert requests.get(site.url + "/nothing").status_code == 204


@pytest.mark.parametrize("size", [TOO_LONG + 1, 10**12, 10**25])
def test_a_chunk_that_is_declared_too_long_is_refused_before_it_is_sent(site, size):
    octets = answer_to(site, HEADER + b"Transfer-Encoding: chunked\r\n\r\n4\r\nmilk\r\n%x\r\n" % size)
    assert octets.startswith(b"HTTP/1.1 413 ")
    assert site.exchanges == ()
    assert len(site.failures) == 0
    assert requests.get(site.url + "/nothing").status_code == 204


def test_chunks_that_are_too_long_together_are_refused(monkeypatch):
    monkeypatch.setattr(Server, "max_request_body_size", 10)
    with Site(app) as site:
        chunks = HEADER + b"Transfer-Encoding: chunked\r\n\r\n" + b"6\r\nbutter\r\n" * 2 + b"0\r\n\r\n"
        assert answer_to(site, chunks).startswith(b"HTTP/1.1 413 ")
        assert requests.post(site.url + "/echo", data=b"butter").text == "butter"
        assert [each.request_length for each in site.exchanges] == [6]


def test_a_body_of_the_greatest_length_is_taken(monkeypatch):
    monkeypatch.setattr(Server, "max_request_body_size", 10)
    with Site(app) as site:
        assert requests.post(site.url + "/echo", data=b"0123456789").text == "0123456789"
        assert requests.post(site.url + "/echo", data=b"0123456789+").status_code == 413


def answer_to(site, octets) -> bytes:
    """What the site sends until it closes; the client leaves its own side open."""
    with socket.create_connection(site.address, timeout=20) as client:
        client.sendall(octets)
        return client.makefile("rb").read()


def test_a_client_that_leaves_in_the_middle_of_its_body_is_no_failure(site):
    with socket.create_connection(site.address) as client:
        client.sendall(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nonly this")
    requests.get(site.url + "/echo")
    assert len(site.failures) == 0
    assert len(site.exchanges) == 1, "the application never saw half a body"


def test_wait_returns_when_the_exchanges_are_complete(site):
    client = threading.Timer(0.05, requests.get, (site.url + "/echo",))
    client.start()
    assert [exchange.target for exchange in site.wait(1)] == ["/echo"]
    client.join()


def test_wait_says_what_it_has_seen_instead(site):
    requests.get(site.url + "/echo")
    complaint = r"1 of 2 exchanges complete after 0\.05 s\. Seen: GET /echo → 200 OK"
    with pytest.raises(TimeoutError, match=complaint):
        site.wait(2, timeout=0.05)


def test_clear_forgets(site):
    requests.get(site.url + "/echo")
    site.clear()
    assert site.exchanges == ()


def test_the_log_survives_the_site():
    with Site(app) as site:
        requests.get(site.url + "/echo")
    assert site.exchanges[0].target == "/echo"


def test_many_clients_at_once_lose_no_exchange(site):
    def ask(number):
        with requests.Session() as session:
            for turn in range(20):
                assert session.post(site.url + "/echo", data=f"{number}-{turn}").text == f"{number}-{turn}"

    at_once([partial(ask, number) for number in range(8)])
    assert len(site.exchanges) == len({exchange.request_body for exchange in site.exchanges}) == 160
    assert all(exchange.request_body == exchange.response_body for exchange in site.exchanges)
