"""What a user of the machine gets of another's belongings: `python intruder.py BELONGINGS`, which are JSON.

Prints, as JSON, for each attempt what came of it: an empty text where it succeeded, otherwise the refusal. Standard
library only.
"""

import http.client
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

LONGEST_S = 5.0


def main(its: dict[str, Any]) -> dict[str, str]:
    process = Path(f"/proc/{its['process']}")
    attempts: dict[str, Callable[[], object]] = {
        "ask its site on loopback": lambda: ask(its["port"]),
        "connect to its store": lambda: connect(its["store"]),
        "list the folder of its store": lambda: os.listdir(Path(its["store"]).parent),
        "read its session file": lambda: Path(its["sessions"]).read_bytes(),
        "list its browser's profile": lambda: os.listdir(its["profile"]),
        "list its home": lambda: os.listdir(its["home"]),
        "read its kernel's connection file": lambda: Path(its["channels"]).read_bytes(),
        "read its kernel's environment": lambda: (process / "environ").read_bytes(),
        "read its kernel's memory map": lambda: (process / "maps").read_bytes(),
        "list its kernel's open files": lambda: os.listdir(process / "fd"),
        "open its kernel's network": lambda: os.close(os.open(process / "ns" / "net", os.O_RDONLY)),
        "signal its kernel": lambda: os.kill(its["process"], signal.SIGCONT),
        "read its kernel's command line": lambda: (process / "cmdline").read_bytes(),
    }
    return {name: refusal(attempt) for name, attempt in attempts.items()}


def refusal(attempt: Callable[[], object]) -> str:
    try:
        attempt()
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    return ""


def ask(port: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=LONGEST_S)) as connection:
        connection.request("GET", "/")
        if b"secret" not in connection.getresponse().read():
            raise http.client.HTTPException("another server's answer")


def connect(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(LONGEST_S)
        client.connect(path)


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
