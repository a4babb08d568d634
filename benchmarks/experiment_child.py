"""The experiment without labsupport: a script for `unshare -rn python`, which prints what it saw as JSON."""

from __future__ import annotations

import fcntl
import json
import select
import socket
import struct
import threading

import requests
from flask import Flask
from werkzeug.serving import make_server

_SIOCSIFFLAGS, _UP_AND_RUNNING = 0x8914, 0x41
_ETH_P_IP = 0x0800
_QUIET_S = 0.01

app = Flask("shop")


@app.get("/")
def shelf() -> str:
    """What the shop answers."""
    return "Everything must go.\n"


def main() -> None:
    """Serve, capture, request, and print the text and the packets."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", _UP_AND_RUNNING))
    server = make_server("127.0.0.1", 80, app)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0) as sniffer:
        sniffer.bind(("lo", _ETH_P_IP))
        text = requests.get("http://127.0.0.1", timeout=5).text
        packets = captured(sniffer)
    server.shutdown()
    print(json.dumps({"text": text, "packets": [packet.hex() for packet in packets]}))


def captured(sniffer: socket.socket) -> list[bytes]:
    """What is in the kernel's buffer, until nothing comes any more."""
    packets = []
    while select.select([sniffer], [], [], _QUIET_S)[0]:
        packets.append(sniffer.recv(65536))
    return packets


if __name__ == "__main__":
    main()
