"""With a TLS key log tshark reads what the segments hide; without, or with another's, it does not."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from labsupport.errors import ReaderError
from labsupport.network import Network
from labsupport.network.tshark import tshark
from labsupport.records import Segment
from labsupport.server import Site

pytestmark = pytest.mark.needs("network", "tshark")

BODY = b'{"password": "swordfish"}'


class Visit(NamedTuple):
    """The segments of a visit over TLS, and its keys."""

    segments: tuple[Segment, ...]
    keys: str


def app(environ: object, start_response: object) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])  # type: ignore[operator]
    return [BODY]


def visit(network: Network, site: Site, key_log: Path) -> Visit:
    """One request and its response, from the private network's client."""
    context = ssl.create_default_context(cafile=site.ca_file)
    context.keylog_filename = str(key_log)
    with network.capture() as wire, network.client:
        with context.wrap_socket(network.client.socket(), server_hostname="shop.example") as connection:
            connection.connect(site.address)
            connection.sendall(b"GET /secret?user=ada HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n")
            while connection.recv(4096):
                pass
    return Visit(tuple(wire.conversation), key_log.read_text())


@pytest.fixture(scope="module")
def visits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Visit, Visit]]:
    """Two visits of the same page, with different keys."""
    folder = tmp_path_factory.mktemp("keys")
    with Network(rtt_ms=10) as network:
        with Site.secure(app, listener=network.listen(port=443), name="shop.example") as site:
            yield visit(network, site, folder / "first"), visit(network, site, folder / "second")


def read(segments: tuple[Segment, ...], keys: str = "") -> list[str]:
    """The request targets that tshark reads, and the status codes."""
    rows = tshark(segments, "http.request.uri", "http.response.code", keys=keys)
    return [value for row in rows for value in row if value]


def test_the_holder_of_the_keys_reads_the_exchange(visits: tuple[Visit, Visit]) -> None:
    assert read(*visits[0]) == ["/secret?user=ada", "200"]


def test_the_content_too(visits: tuple[Visit, Visit]) -> None:
    contents = [value for [value] in tshark(visits[0].segments, "http.file_data", keys=visits[0].keys) if value]
    [shown] = contents
    octets = shown if shown.startswith("{") else bytes.fromhex(shown.replace(":", "")).decode()
    assert json.loads(octets) == json.loads(BODY)


def test_without_the_keys_nothing_is_read(visits: tuple[Visit, Visit]) -> None:
    assert read(visits[0].segments) == []


def test_the_keys_of_another_connection_open_nothing(visits: tuple[Visit, Visit]) -> None:
    assert read(visits[0].segments, visits[1].keys) == []


def test_the_keys_of_many_connections_may_stand_in_one_log(visits: tuple[Visit, Visit]) -> None:
    assert read(visits[0].segments, visits[1].keys + visits[0].keys) == ["/secret?user=ada", "200"]


def test_what_is_no_key_log_opens_nothing(visits: tuple[Visit, Visit]) -> None:
    assert read(visits[0].segments, "CLIENT_RANDOM but no keys\n") == []


def test_a_field_that_tshark_does_not_know_is_told(visits: tuple[Visit, Visit]) -> None:
    with pytest.raises(ReaderError, match=r"tshark did not read segments\.pcap"):
        tshark(visits[0].segments, "http.no_such_field", keys=visits[0].keys)
