"""The same packets through other eyes: Wireshark's decoder, run on what a capture holds."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from labsupport.errors import ReaderError
from labsupport.network import pcap
from labsupport.network.pcap import Packet
from labsupport.programs import path_of
from labsupport.records import Segment


def tshark(segments: Iterable[Segment], *fields: str, keys: str = "") -> list[list[str]]:
    """What tshark reads in each segment, one list of field values a segment, as text.

    `fields` are Wireshark's field names, e.g. `tcp.window_size`. `keys` is the text of a TLS key log, as programs write
    it to the file that SSLKEYLOGFILE names; with it tshark reads what the segments hide. Raises `Unavailable` where
    tshark is not installed, `ReaderError` for a field it does not know.
    """
    packets = [Packet(segment.sent_ns, segment.packet) for segment in segments]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "segments.pcap"
        pcap.write(path, packets)
        key_log = Path(folder) / "keys.log"
        key_log.write_text(keys, encoding="ascii")
        return tshark_file(path, *fields, options=("-o", f"tls.keylog_file:{key_log}"))


def tshark_file(path: Path, *fields: str, options: Sequence[str] = ()) -> list[list[str]]:
    """The same for a capture file, with further options of tshark's."""
    chosen = [*options, *(argument for field in fields for argument in ("-e", field))]
    done = subprocess.run(
        [path_of("tshark"), "-n", "-r", str(path), "-T", "fields", *chosen],
        capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL, check=False,
    )
    if done.returncode:
        raise ReaderError(f"tshark did not read {path.name}: {done.stderr.strip().splitlines()[-1]}")
    return [line.split("\t") for line in done.stdout.splitlines()]
