"""What a site puts on the wire, and the exchange it keeps of it."""

from __future__ import annotations

import http.client
import io
import socket
import threading
import time

import pytest
import requests
from flask import Flask, Response, request

from labsupport.records import Endpoint, FieldLine
from labsupport.server import Site
from labsupport.server.request import BODY_LIMIT

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
    for target in ("/a%2Fb/../c?x=%20", "http://shop.example/echo", "//double"):
        talk(site, f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    assert [exchange.target for exchange in site.exchanges] == [
        "/a%2Fb/../c?x=%20",
        "http://shop.example/echo",
        "//double",
    ]


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


def test_an_http_1_0_client_gets_content_that_ends_with_the_connection(site):
    octets = talk(site, b"GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    assert octets.endswith(b"Connection: close\r\n\r\n0;1;2;")
    assert b"chunked" not in octets


def test_content_of_unknown_length_goes_out_in_chunks(site):
    octets = talk(site, GET.replace(b"/ ", b"/stream "))
    assert octets.endswith(b"\r\n\r\n2\r\n0;\r\n2\r\n1;\r\n2\r\n2;\r\n0\r\n\r\n")
    assert site.exchanges[0].response_body == b"0;1;2;"


def test_an_empty_response_has_content_length_0():
    octets = answer(of("200 OK", []), GET)
    assert b"Content-Length: 0\r\n" in octets
    assert octets.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_a_status_without_content_gets_none(status):
    octets = answer(of(status, [], b"ignored"), GET)
    assert octets.endswith(b"\r\n\r\n")
    assert b"Transfer-Encoding" not in octets


def test_head_gets_the_header_section_alone(site):
    head = GET.replace(b"GET", b"HEAD")
    assert talk(site, head.replace(b"/ ", b"/two-cookies ")).endswith(b"\r\n\r\n")
    assert answer(of("200 OK", [("Content-Length", "4")], b"milk"), head).endswith(b"\r\n\r\n")


@pytest.mark.parametrize("declared", ["3", "5"])
def test_a_wrong_content_length_goes_out_as_it_is_and_ends_the_connection(declared):
    stays_open = GET.replace(b"Connection: close\r\n", b"")
    octets = answer(of("200 OK", [("Content-Length", declared)], b"milk"), stays_open)
    assert octets.endswith(b"\r\n\r\nmilk")


def test_no_version_is_told_so_that_lengths_are_the_same_everywhere(site):
    assert "Server" not in requests.get(site.url).headers


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


def test_a_chunked_request_is_decoded(site):
    assert requests.post(site.url + "/echo", data=iter([b"mi", b"lk"])).content == b"milk"
    assert site.exchanges[0].request_body == b"milk"


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
    ("octets", "status", "method"),
    [
        (b"\x16\x03\x01\x02\x00\r\n\r\n", 400, "\x16\x03\x01\x02\x00"),
        (b"GET\r\n\r\n", 400, "GET"),
        (b"GET / HTTP/2.0\r\n\r\n", 505, "GET"),
        (b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\n\r\n", 414, ""),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431, "GET"),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400, "POST"),
        (b"POST / HTTP/1.1\r\nContent-Length: four\r\n\r\n", 400, "POST"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "POST"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "POST"),
        (b"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nnot hex\r\n", 400, "POST"),
    ],
)
def test_what_is_not_http_is_refused_logged_and_the_connection_closed(site, octets, status, method):
    with socket.create_connection(site.address, timeout=5) as client:
        client.sendall(octets)
        assert client.recv(12) == f"HTTP/1.1 {status}".encode()
    (exchange,) = site.wait(1)
    assert (exchange.status, exchange.method) == (status, method)
    assert len(site.failures) == 0


def test_nothing_of_a_request_is_left_for_a_broken_one_after_it(site):
    talk(site, b"GET /echo HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n")
    assert [exchange.status for exchange in site.exchanges] == [200, 400]
    assert site.exchanges[1].request_fields == ()


def test_length_and_chunks_together_end_the_connection(site):
    smuggled = (b"POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
    talk(site, smuggled)
    assert [exchange.target for exchange in site.exchanges] == ["/ignore"]


def test_a_client_that_leaves_in_the_middle_of_its_body_is_no_failure(site):
    with socket.create_connection(site.address) as client:
        client.sendall(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nonly this")
    requests.get(site.url + "/echo")
    assert len(site.failures) == 0


def test_wait_returns_when_the_exchanges_are_complete(site):
    threading.Timer(0.05, requests.get, (site.url + "/echo",)).start()
    assert [exchange.target for exchange in site.wait(1)] == ["/echo"]


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

    clients = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert len(site.exchanges) == len({exchange.request_body for exchange in site.exchanges}) == 160
    assert all(exchange.request_body == exchange.response_body for exchange in site.exchanges)
