"""A site: where it listens, how it starts and stops, what it leaves behind (nothing)."""

from __future__ import annotations

import gc
import socket
import ssl
import subprocess
import sys
import threading
import weakref
from pathlib import Path

import pytest
import requests
from flask import Flask

from labsupport.errors import ReaderError
from labsupport.network import Network, boundary
from labsupport.records import Endpoint
from labsupport.server import Site, serving
from labsupport.server.serving import Connections
from tests.waiting import descriptors, wait_until

app = Flask("shop")
arrived, release, answered = threading.Event(), threading.Event(), threading.Event()


@app.get("/hello")
def hello() -> str:
    return "hello"


@app.get("/busy")
def busy() -> str:
    arrived.set()
    release.wait(60)
    answered.set()
    return "done"


def bound_listener(host="127.0.0.1"):
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind((host, 0))
    return listener


def threads_but(before) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread not in before]


def test_serves_an_app_for_the_length_of_a_with_block():
    with Site(app) as site:
        assert requests.get(site.url + "/hello").text == "hello"
    with pytest.raises(requests.ConnectionError):
        requests.get(site.url + "/hello")


def test_serves_from_start_to_stop():
    site = Site(app).start()
    assert site.running
    assert requests.get(site.url + "/hello").ok
    site.stop()
    assert not site.running


def test_serves_any_wsgi_callable():
    def plain(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"from ", environ["PATH_INFO"].encode()]

    with Site(plain) as site:
        assert requests.get(site.url + "/here").text == "from /here"


def test_listens_on_loopback_and_a_free_port():
    with Site(app) as one, Site(app) as other:
        assert one.address.host == other.address.host == "127.0.0.1"
        assert one.address.port != other.address.port
        assert one.url == f"http://127.0.0.1:{one.address.port}"


def test_another_loopback_address_can_be_asked_for():
    if sys.platform != "linux":
        pytest.skip("only on Linux all of 127.0.0.0/8 answers")
    with Site(app, host="127.0.0.2") as site:
        assert requests.get(site.url + "/hello").ok
        assert site.url.startswith("http://127.0.0.2:")


def test_the_name_stands_in_the_url():
    with Site(app, name="localhost") as site:
        assert site.url == f"http://localhost:{site.address.port}"
        assert requests.get(site.url + "/hello").ok


def test_the_same_site_has_an_origin_under_every_name_below_localhost():
    with Site(app) as site:
        port = site.address.port
        assert site.origin("app.bank.localhost") == f"http://app.bank.localhost:{port}"
        hosts = {"Host": site.origin("evil.localhost").removeprefix("http://")}
        assert requests.get(site.url + "/hello", headers=hosts).ok
    with Site.secure(app, name="shop.example") as site:
        assert site.origin("localhost") == f"https://localhost:{site.address.port}"


def test_a_site_has_no_origin_before_it_serves():
    with pytest.raises(ReaderError, match="no address before it serves"):
        Site(app).origin("evil.localhost")


class _Default(Site):
    """A site whose address is told, for the ports that an ordinary user cannot bind."""

    told = Endpoint("192.0.2.2", 80)

    @property
    def address(self) -> Endpoint:
        return self.told


def test_the_default_port_is_left_out_of_the_url():
    assert _Default(app).url == "http://192.0.2.2"
    assert _Default(app, name="shop.example").url == "http://shop.example"
    assert _Default(app).origin("evil.localhost") == "http://evil.localhost"
    _Default.told = Endpoint("192.0.2.2", 443)
    assert _Default(app).url == "http://192.0.2.2:443"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "", "example.org", "::", "localhost"])
def test_refuses_an_address_that_is_not_the_machine_s_own(host):
    with pytest.raises(ReaderError, match=r"no IPv4 loopback address.*use 127\.0\.0\.1"):
        Site(app, host=host)


@pytest.mark.parametrize("port", [-1, 65536, "http"])
def test_refuses_what_is_no_port(port):
    with pytest.raises(ReaderError, match="not a number between 0 and 65535; 0 takes a free port"):
        Site(app, port=port)


@pytest.mark.parametrize("thing", [None, "app", 42])
def test_refuses_what_is_no_app(thing):
    with pytest.raises(ReaderError, match=f"a Flask app or another WSGI callable, not {thing!r}"):
        Site(thing)


def test_says_that_a_port_is_taken():
    complaint = r"cannot listen on 127\.0\.0\.1:\d+: .*; port=0 takes a free port"
    with Site(app) as site, pytest.raises(ReaderError, match=complaint):
        Site(app, port=site.address.port).start()


def test_a_port_is_free_again_at_once():
    with Site(app) as site:
        requests.get(site.url + "/hello")
    with Site(app, port=site.address.port) as again:
        assert requests.get(again.url + "/hello").ok


def test_refuses_a_second_start_while_it_runs():
    with Site(app) as site:
        with pytest.raises(ReaderError, match=r"is serving http://127\.0\.0\.1:\d+ already"):
            site.start()
        assert requests.get(site.url + "/hello").ok


def test_refuses_a_second_start_after_the_end():
    site = Site(app).start()
    site.stop()
    with pytest.raises(ReaderError, match=r"was stopped and is started once; make another with Site\(app\)"):
        site.start()


def test_a_started_site_can_be_handed_to_with():
    with Site(app).start() as site:
        assert requests.get(site.url + "/hello").ok
    assert not site.running


def test_has_no_address_before_the_start():
    site = Site(app)
    for name in ("address", "url"):
        with pytest.raises(ReaderError, match=r"use `with site:` or site\.start\(\)"):
            getattr(site, name)


def test_stops_again_without_complaint_and_before_the_start_too():
    site = Site(app)
    site.stop()
    site.start()
    site.stop()
    site.stop()


def test_shows_its_state_and_marks_its_port():
    site = Site(app)
    assert repr(site) == "<Site not started>"
    with site:
        assert repr(site) == f"<Site ⟦{site.url}⟧>"
    assert repr(site) == "<Site stopped>"


def test_serves_a_socket_that_somebody_else_bound():
    listener = bound_listener()
    port = listener.getsockname()[1]
    with Site(app, listener=listener, name="localhost") as site:
        assert site.address == Endpoint("127.0.0.1", port)
        assert requests.get(site.url + "/hello").text == "hello"
    assert listener.fileno() == -1, "the site closes the socket it took over"


def test_serves_a_socket_that_listens_already_and_answers_who_came_early():
    listener = socket.create_server(("127.0.0.1", 0))
    early = socket.create_connection(listener.getsockname())
    with Site(app, listener=listener), early:
        early.sendall(b"GET /hello HTTP/1.0\r\n\r\n")
        assert early.makefile("rb").read().endswith(b"hello")


@pytest.mark.parametrize("site", [Site, Site.secure], ids=["plain", "secure"])
def test_refuses_a_listener_that_other_machines_can_reach(site):
    complaint = r"0\.0\.0\.0:\d+ serves more than this machine; bind it to 127\.0\.0\.1, or take one that lives"
    with bound_listener("0.0.0.0") as listener:
        with pytest.raises(ReaderError, match=complaint):
            site(app, listener=listener)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", listener.getsockname()[1]))


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux all of 127.0.0.0/8 answers")
def test_serves_a_listener_on_any_loopback_address():
    with Site(app, listener=bound_listener("127.0.0.2")) as site:
        assert requests.get(site.url + "/hello").ok


@pytest.fixture
def network():
    with Network(rtt_ms=4) as network:
        yield network


def everywhere(host):
    listener = host.socket()
    listener.bind(("0.0.0.0", 7000))
    return listener


@pytest.mark.needs("network")
@pytest.mark.parametrize(
    "listen", [lambda network: network.listen(), lambda network: everywhere(network.server)], ids=["one", "all"]
)
def test_serves_a_listener_of_a_private_network_to_that_network_alone(network, listen):
    with Site(app, listener=listen(network), name=network.server.address) as site:
        with network.client:
            assert requests.get(site.url + "/hello").text == "hello"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", site.address.port))


@pytest.mark.needs("network")
def test_takes_the_process_for_where_it_is_even_inside_a_block_of_a_host(network):
    with network.server, Site(app, listener=network.listen()) as site:
        assert site.running
    with bound_listener("0.0.0.0") as listener, network.client:
        with pytest.raises(ReaderError, match="serves more than this machine"):
            Site(app, listener=listener)


@pytest.mark.needs("network")
def test_refuses_what_it_cannot_tell_apart_where_the_kernel_names_no_namespaces(network, monkeypatch):
    monkeypatch.setattr(boundary, "_SO_NETNS_COOKIE", 9999)
    with pytest.raises(ReaderError, match=r"192\.0\.2\.2:7000 .* \(Linux 5\.14 or later\)"):
        Site(app, listener=network.listen())
    with Site(app, listener=bound_listener()) as site:
        assert requests.get(site.url + "/hello").ok


def test_serves_a_listener_that_does_not_block():
    listener = bound_listener()
    listener.setblocking(False)
    with Site(app, listener=listener) as site:
        assert requests.get(site.url + "/hello").ok


@pytest.mark.parametrize("threads", [1, 12])
def test_answers_as_many_requests_at_once_as_it_has_threads(threads):
    inside, most, let_go = [], [], threading.Event()

    def busy(environ, start_response):
        inside.append(1)
        most.append(len(inside))
        let_go.wait(10)
        inside.pop()
        start_response("204 No Content", [])
        return []

    with Site(busy, threads=threads) as site:
        clients = [threading.Thread(target=requests.get, args=(site.url,)) for _ in range(12)]
        for each in clients:
            each.start()
        assert wait_until(lambda: len(most) >= threads)
        let_go.set()
        for each in clients:
            each.join()
    assert max(most) == threads


def test_a_site_has_a_thread_at_least():
    with pytest.raises(ReaderError, match="threads=0 would answer nobody"):
        Site(app, threads=0)


def closed_listener():
    listener = bound_listener()
    listener.close()
    return listener


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM), "a TCP socket over IPv4"),
        (lambda: socket.socket(socket.AF_INET6, socket.SOCK_STREAM), "a TCP socket over IPv4"),
        (lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM), "bound to a port"),
        (closed_listener, "is open"),
    ],
    ids=["udp", "ipv6", "unbound", "closed"],
)
@pytest.mark.parametrize("site", [Site, Site.secure], ids=["plain", "secure"])
def test_refuses_a_listener_it_cannot_serve(make, complaint, site):
    with make() as listener, pytest.raises(ReaderError, match=complaint):
        site(app, listener=listener)


def test_refuses_a_connection_in_place_of_a_listener():
    with (
        Site(app) as site,
        socket.create_connection(site.address) as connection,
        pytest.raises(ReaderError, match="cannot listen"),
    ):
        Site(app, listener=connection)


def test_refuses_a_listener_beside_an_address():
    with bound_listener() as listener, pytest.raises(ReaderError, match="leave out host and port"):
        Site(app, listener=listener, port=8000)


@pytest.fixture
def stop_at_once(monkeypatch):
    """Stops a site that waits for an hour where there is something to wait for; that is never reached."""
    monkeypatch.setattr(serving, "_STOP_SECONDS", 3600)

    def stop(site: Site) -> None:
        stopping = threading.Thread(target=site.stop, daemon=True)
        stopping.start()
        stopping.join(30)
        assert not stopping.is_alive(), "the site waits"

    return stop


def test_stops_at_once_with_more_silent_connections_than_threads(stop_at_once):
    before = threading.enumerate()
    site = Site(app).start()
    silent = [socket.create_connection(site.address) for _ in range(30)]
    stop_at_once(site)
    assert threads_but(before) == []
    for connection in silent:
        connection.close()


def test_connections_on_which_nothing_comes_take_no_thread():
    """Browsers open some in advance; there are more here than the server has threads."""
    with Site(app) as site:
        silent = [socket.create_connection(site.address) for _ in range(30)]
        assert requests.get(site.url + "/hello", timeout=10).text == "hello"
        silent[0].sendall(b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        assert silent[0].recv(4096).startswith(b"HTTP/1.1 200")
        for connection in silent:
            connection.close()


def test_a_keep_alive_connection_takes_no_thread(sessions=30):
    with Site(app) as site:
        clients = [requests.Session() for _ in range(sessions)]
        for _ in range(2):
            assert all(client.get(site.url + "/hello", timeout=5).ok for client in clients)
        assert len({exchange.client for exchange in site.exchanges}) == sessions
        for client in clients:
            client.close()


def test_stops_at_once_with_a_connection_that_may_be_used_again(stop_at_once):
    site = Site(app).start()
    with socket.create_connection(site.address) as idle:
        idle.sendall(b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        assert idle.recv(4096)
        stop_at_once(site)
        assert idle.recv(1) == b"", "the server closed the connection"


def test_does_not_wait_for_a_route_that_never_ends():
    for event in (arrived, release, answered):
        event.clear()
    site = Site(app).start()
    with socket.create_connection(site.address) as client:
        client.sendall(b"GET /busy HTTP/1.1\r\nHost: a\r\n\r\n")
        assert arrived.wait(30)
        site.stop()
    assert not answered.is_set()
    release.set()


class Accepted:
    """A connection as far as the register of connections knows it."""

    def __init__(self) -> None:
        self.is_open = True

    def shut_down(self) -> None:
        self.is_open = False


@pytest.fixture
def hasty_threads():
    """Threads take turns as often as the interpreter lets them."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.parametrize("attempt", range(10))
def test_no_connection_escapes_that_is_accepted_while_the_site_stops(hasty_threads, attempt):
    connections, accepted, done = Connections(), [Accepted() for _ in range(5000)], threading.Event()
    for connection in accepted:
        connections.add(connection)  # type: ignore[arg-type]

    def accept() -> None:
        while not done.is_set():
            accepted.append(Accepted())
            connections.add(accepted[-1])  # type: ignore[arg-type]

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        connections.shut_down()
    finally:
        done.set()
        accepting.join()
    assert not any(connection.is_open for connection in accepted)


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux /proc lists descriptors")
@pytest.mark.parametrize("make", [Site, Site.secure], ids=["plain", "secure"])
def test_a_hundred_sites_leave_no_thread_no_descriptor_and_no_file(make, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    Site(app).start().stop()
    gc.collect()
    before, threads = descriptors(), threading.enumerate()
    rounds = 100 if make is Site else 20
    for _ in range(rounds):
        with make(app) as site, requests.Session() as session:
            session.get(site.url + "/hello", verify=site.ca_file if make == Site.secure else None)
            left_open = socket.create_connection(site.address)
        left_open.close()
    assert threads_but(threads) == []
    assert descriptors() <= before
    assert list(tmp_path.iterdir()) == []


def test_stops_when_nobody_refers_to_it_anymore():
    before = threading.enumerate()
    site = Site(app).start()
    address = site.address
    del site
    gc.collect()
    assert wait_until(lambda: threads_but(before) == [])
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)


def test_a_secure_site_that_nobody_refers_to_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    site = Site.secure(app).start()
    assert list(tmp_path.iterdir()) != []
    del site
    gc.collect()
    assert wait_until(lambda: list(tmp_path.iterdir()) == [])


def test_an_application_is_free_again_when_its_site_has_stopped():
    shop = Flask("shop")
    with Site(shop) as site:
        requests.get(site.url)
    gone = weakref.ref(shop)
    del shop, site
    gc.collect()
    assert gone() is None


BUSY_PROGRAM = r"""
import sys, time
from labsupport.server import Site

def application(environ, start_response):
    start_response("200 OK", [])
    yield b"begun\n"
    time.sleep(60)

site = Site(application).start()
print(site.address.port, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def busy_process():
    """A process that ends with its input, or here at the latest."""
    with subprocess.Popen(
        [sys.executable, "-c", BUSY_PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        yield process
        process.kill()


def test_ends_with_its_process_in_the_middle_of_an_answer(busy_process):
    with socket.create_connection(("127.0.0.1", int(busy_process.stdout.readline())), timeout=20) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        with client.makefile("rb") as answer:
            assert b"begun\n" in iter(answer.readline, b"")
            _, complaints = busy_process.communicate(timeout=10)
            assert (busy_process.returncode, complaints) == (0, "")
            assert answer.read() == b"", "the process closed the connection"


def test_does_not_keep_the_process_alive():
    program = "from labsupport.server import Site; site = Site(print).start(); print(site.running)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=20,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


def test_writes_nothing_to_the_terminal(capfd):
    with Site(app) as site:
        requests.get(site.url + "/hello")
        requests.get(site.url + "/missing")
        with socket.create_connection(site.address) as client:
            client.sendall(b"\x16\x03\x01 not HTTP\r\n\r\n")
            client.recv(100)
    assert capfd.readouterr() == ("", "")


def test_speaks_tls_with_a_certificate_of_its_own():
    with Site.secure(app, name="localhost") as site:
        assert site.url == f"https://localhost:{site.address.port}"
        for host in ("localhost", "127.0.0.1"):
            url = f"https://{host}:{site.address.port}/hello"
            assert requests.get(url, verify=site.ca_file).text == "hello"
        assert site.exchanges[-1].target == "/hello"
    assert not Path(site.ca_file).exists()


def test_tls_serves_a_listener_under_another_name():
    with Site.secure(app, listener=bound_listener(), name="shop.example") as site:
        context = ssl.create_default_context(cafile=site.ca_file)
        raw = socket.create_connection(site.address)
        with context.wrap_socket(raw, server_hostname="shop.example") as client:
            certificate = client.getpeercert()
    assert certificate and ("DNS", "shop.example") in certificate["subjectAltName"]


def test_no_private_key_is_left_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Site.secure(app):
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert [path.name for path in files] == ["ca.pem"]
        assert b"PRIVATE KEY" not in files[0].read_bytes()


def test_nobody_else_trusts_the_certificate():
    with Site.secure(app) as site:
        with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
            requests.get(site.url)
        assert requests.get(site.url + "/hello", verify=site.ca_file).ok, "the next client is served"


def test_a_client_that_never_begins_the_handshake_delays_nobody(stop_at_once):
    with Site.secure(app) as site, socket.create_connection(site.address) as silent:
        assert requests.get(site.url + "/hello", verify=site.ca_file, timeout=5).ok
        stop_at_once(site)
        assert silent.recv(1) == b""


def test_plain_http_to_a_tls_site_is_refused_without_a_failure():
    with Site.secure(app) as site:
        with pytest.raises(requests.ConnectionError):
            requests.get(site.url.replace("https", "http"))
        assert len(site.failures) == 0
        assert site.exchanges == ()


def test_a_plain_site_has_no_certificate():
    with pytest.raises(ReaderError, match=r"Site\.secure\(app\) makes one with a certificate"):
        _ = Site(app).ca_file
