"""A test cannot reach another machine, and cannot overlook that it tried."""

from __future__ import annotations

import socket
import sys

import pytest

from tools.offline import OffMachineError, stays_here


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.8.9.10",
        "::1",
        "0.0.0.0",
        "",
        "localhost",
        "shop.localhost",
        "LOCALHOST.",
        "192.0.2.7",
        "::ffff:127.0.0.1",
    ],
)
def test_this_machine_and_the_private_network_are_allowed(host: str) -> None:
    assert stays_here(host)


@pytest.mark.parametrize(
    "host",
    [
        "198.51.100.1",
        "10.0.0.1",
        "192.0.3.1",
        "2001:db8::1",
        "example.org",
        "localhost.example.org",
        "::ffff:198.51.100.1",
    ],
)
def test_every_other_machine_is_refused(host: str) -> None:
    assert not stays_here(host)


def test_a_connection_to_another_machine_is_refused() -> None:
    with socket.socket() as sock, pytest.raises(OffMachineError, match=r"198\.51\.100\.1"):
        sock.connect(("198.51.100.1", 80))


def test_a_datagram_to_another_machine_is_refused() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(OffMachineError):
        sock.sendto(b"?", ("198.51.100.1", 53))


def test_asking_a_name_server_is_refused() -> None:
    with pytest.raises(OffMachineError, match=r"example\.org"):
        socket.getaddrinfo("example.org", 80)


def test_reading_an_address_asks_nobody() -> None:
    assert socket.getaddrinfo("198.51.100.1", 80)


def test_code_that_survives_a_failed_connection_does_not_survive_this() -> None:
    assert not issubclass(OffMachineError, OSError)


def test_loopback_works() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as sock,
    ):
        assert sock.getpeername() == server.getsockname()


@pytest.mark.skipif(sys.platform == "win32", reason="only on Linux and macOS there are Unix sockets for certain")
def test_sockets_that_are_no_network_are_left_alone() -> None:
    near, far = socket.socketpair()
    with near, far:
        near.sendall(b"x")
        assert far.recv(1) == b"x"
