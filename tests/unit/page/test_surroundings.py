"""In the surroundings of a page sites, clients and threads work as on a machine; each test is a program of its own.

The surroundings replace what the test runner itself waits with, so no test enters them in its process.
"""

from __future__ import annotations

import json
import subprocess
import sys
from textwrap import dedent

IN_A_PAGE = "from labsupport.page import surroundings\nsurroundings.enter()\n"

SITE = """
    import json, requests
    from flask import Flask, Response, redirect, request
    from labsupport import Site

    app = Flask("shop")

    @app.get("/")
    def home():
        return "hello " + request.cookies.get("sid", "stranger"), {"Set-Cookie": "sid=7; Path=/"}

    @app.post("/form")
    def form():
        return request.form["a"], 201

    @app.get("/away")
    def away():
        return redirect("/")

    @app.get("/parts")
    def parts():
        return Response(iter(["one,", "two"]))

    @app.get("/fails")
    def fails():
        raise KeyError("lost")

    def told(each):
        own = [str(line) for line in each.request_fields if line.name != "Host"]
        sent = [str(line) for line in each.response_fields if line.name != "Date"]
        body = [each.request_body.decode(), each.response_body.decode()]
        return [each.method, each.target, each.version, own, each.status, each.reason, sent, body]
"""

VISIT = """
    site = Site(app).start()
    with requests.Session() as session:
        session.get(site.url)
        session.post(site.url + "/form", data={"a": "b"})
        session.get(site.url + "/away")
        session.post(site.url + "/form", data=iter([b"a=", b"chunks"]),
                     headers={"Content-Type": "application/x-www-form-urlencoded"})
        streamed = session.get(site.url + "/parts", stream=True).text
    ports = len({each.client.port for each in site.exchanges})
    print(json.dumps([streamed, ports, [told(each) for each in site.wait(5)]]))
    site.stop()
"""


def printed(*parts, surroundings=IN_A_PAGE):
    """What a program prints that runs with one thread and no sockets; as JSON."""
    program = surroundings + "".join(dedent(part) for part in parts)
    done = subprocess.run([sys.executable, "-W", "error::ResourceWarning", "-c", program], text=True,
                          capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "Exception ignored" not in done.stderr, done.stderr
    return json.loads(done.stdout)


def test_a_site_of_a_page_sees_and_says_what_one_on_sockets_does():
    assert printed(SITE, VISIT) == printed(SITE, VISIT, surroundings="")


def test_a_route_that_fails_is_told_when_the_site_stops():
    assert printed(SITE, """
        site = Site(app).start()
        status = requests.get(site.url + "/fails").status_code
        try:
            site.stop()
        except KeyError as error:
            print(json.dumps([status, str(error)]))
    """) == [500, "'lost'"]


def test_what_cells_left_running_is_shut_down_when_the_page_is_reset():
    assert printed(SITE, """
        import socketserver, threading, time
        from labsupport.page.turns import turns

        site = Site(app).start()
        server = socketserver.TCPServer(("127.0.0.1", 0), socketserver.StreamRequestHandler)
        threading.Thread(target=server.serve_forever).start()
        time.sleep(0.01)
        requests.get(site.url)
        turns.forget()
        reached = []
        for address in (site.address, server.server_address):
            try:
                reached.append(requests.get("http://%s:%d" % address).status_code)
            except requests.ConnectionError:
                reached.append("nobody")
        print(json.dumps(reached))
    """) == ["nobody", "nobody"]


def test_nobody_answers_where_no_site_is():
    assert printed(SITE, """
        site = Site(app).start()
        url = site.url
        site.stop()
        try:
            requests.get(url)
        except requests.ConnectionError as error:
            print(json.dumps("refused" in str(error)))
    """) is True


def test_other_clients_reach_a_site_too():
    assert printed(SITE, """
        import httpx
        from http.client import HTTPConnection
        from urllib.request import urlopen

        with Site(app) as site:
            connection = HTTPConnection(*site.address)
            connection.request("GET", "/")
            seen = [urlopen(site.url).read().decode(), httpx.get(site.url).text,
                    connection.getresponse().read().decode()]
            connection.close()
        print(json.dumps(seen))
    """) == ["hello stranger"] * 3


def test_a_server_goes_on_reading_a_request_that_comes_in_pieces():
    assert printed(SITE, """
        import socket

        with Site(app) as site, socket.create_connection(site.address) as client:
            client.sendall(b"POST /form HTTP/1.1\\r\\nHost: a\\r\\nExpect: 100-continue\\r\\n"
                           b"Content-Type: application/x-www-form-urlencoded\\r\\nContent-Length: 3\\r\\n\\r\\n")
            first = client.recv(1000)
            client.sendall(b"a=")
            client.sendall(b"z")
            seen = client.recv(4000)
        print(json.dumps([first.decode(), seen.decode().split("\\r\\n")[0], seen.decode()[-1]]))
    """) == ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 201 CREATED", "z"]


def test_sockets_of_one_thread_talk_half_close_and_reset():
    assert printed("""
        import json, socket, struct
        with socket.create_server(("127.0.0.1", 0)) as door:
            client = socket.create_connection(door.getsockname())
            server, _ = door.accept()
            client.sendall(b"hi")
            client.shutdown(socket.SHUT_WR)
            seen = [server.recv(9).decode(), server.recv(9).decode()]
            server.sendall(b"back")
            seen.append(client.recv(9).decode())
            server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            server.close()
            try:
                client.recv(1)
            except ConnectionResetError:
                seen.append("reset")
            client.close()
        print(json.dumps(seen))
    """) == ["hi", "", "back", "reset"]


def test_a_read_with_a_timeout_ends_and_one_without_names_the_remedy():
    assert printed("""
        import json, socket
        from labsupport.errors import Unavailable
        with socket.create_server(("127.0.0.1", 0)) as door, socket.create_connection(door.getsockname()) as client:
            client.settimeout(0.01)
            try:
                client.recv(1)
            except TimeoutError as error:
                seen = [str(error)]
            client.settimeout(None)
            try:
                client.recv(1)
            except Unavailable as error:
                seen.append("make lab" in str(error))
        print(json.dumps(seen))
    """) == ["timed out", True]


def test_threads_run_when_the_first_one_waits():
    assert printed("""
        import json, queue, threading
        from concurrent.futures import ThreadPoolExecutor
        order, box = [], queue.Queue()
        thread = threading.Thread(target=lambda: (order.append("thread"), box.put("gift")))
        thread.start()
        order.append("main")
        order.append(box.get())
        thread.join()
        with ThreadPoolExecutor(2) as pool:
            order += pool.map(str, [1, 2])
        print(json.dumps([order, thread.is_alive()]))
    """) == [["main", "thread", "gift", "1", "2"], False]


def test_a_thread_that_waits_for_what_comes_later_is_given_up():
    assert printed("""
        import json, threading
        from labsupport.page.turns import turns
        never, done = threading.Event(), threading.Event()
        threading.Thread(target=lambda: (done.set(), never.wait())).start()
        print(json.dumps([done.wait(), turns.given_up]))
    """) == [True, 1]
