"""`Network`: the laboratory a chapter builds in one line.

With a round-trip time it is two hosts, each with a kernel network stack of its own, joined by a wire that delays,
loses or duplicates as told. Without one it is a single host's loopback. Cells are the same where neither can run:
the exchange then happens on the machine's own loopback and the packets are replayed from a recording.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import weakref
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from labsupport.errors import ReaderError
from labsupport.experiment import availability
from labsupport.network.addresses import CLIENT, SERVER
from labsupport.network.boundary import guard_the_boundary
from labsupport.network.capture import Capture, Story, stories
from labsupport.network.hosts import Helper, Host, Loopback
from labsupport.network.link import Link
from labsupport.network.packet import decode, encode
from labsupport.network.policy import Policy
from labsupport.network.sniffer import MissedPackets, Sniffer, packet_socket
from labsupport.network.watch import StateWatch
from labsupport.records import Endpoint

if TYPE_CHECKING:
    from labsupport.server import Site

_INTERFACE = "wire0"
_LINGER_FOR_NO_TIME = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class Network:
    """A private network with a client and a server.

    `rtt_ms` is the round-trip time of the wire in milliseconds; without it client and server are one host.
    `policy(segment, index)` returns the one-way delays, in seconds, of the copies that arrive: none for a lost
    segment, two for a duplicated one; it needs a wire, hence an `rtt_ms`. `settings` are kernel settings of the hosts,
    such as `{"net.ipv4.tcp_syncookies": 0}`; where the kernel lacks one, packets are replayed. The network lasts until
    `close`, the end of a `with` block or the last reference to it, and ends with the kernel at the latest.
    """

    def __init__(self, *, rtt_ms: float | None = None, policy: Policy | None = None,
                 settings: Mapping[str, object] = MappingProxyType({})) -> None:
        if rtt_ms is not None and not 0 < rtt_ms <= 10_000:
            raise ReaderError(f"rtt_ms={rtt_ms!r} is no round-trip time; give milliseconds above 0 and at most 10000")
        if policy and rtt_ms is None:
            raise ReaderError("a policy needs a wire to act on; give the network an rtt_ms as well")
        self.rtt_ms = rtt_ms
        instrument = "loopback" if rtt_ms is None and not settings else "network"
        states = [availability(need) for need in (instrument, *settings)]
        self.state = next((state for state in states if not state.live), states[0])
        self.link: Link | None = None
        self.watch: StateWatch | None = None
        self.client: Host | Loopback
        self.server: Host | Loopback
        self._open = contextlib.ExitStack()
        self.capturing = False
        self._sniffers: list[Sniffer] = []
        self._ports: set[int] = set()
        self._listeners: dict[int, socket.socket] = {}
        self._sites: dict[int, Site] = {}
        self._finalizer = weakref.finalize(self, self._open.close)
        if self.state.engine == "namespace":
            try:
                self._open_hosts(policy, settings)
            except BaseException:
                self.close()
                raise
        else:
            self.client = self.server = Loopback()
        if self.state.live:
            self.prepare_to_sniff()
            self._open.callback(_stop_all, self._sniffers)

    def _open_hosts(self, policy: Policy | None, settings: Mapping[str, object]) -> None:
        guard_the_boundary()
        helper = Helper()
        self._open.callback(helper.close)
        addresses = ((CLIENT, SERVER), (SERVER, CLIENT))
        wired = [(_INTERFACE, own, other) for own, other in addresses] if self.rtt_ms else [()]
        hosts = [self._owned(Host(helper, *wire)) for wire in wired]
        self.client, self.server = hosts[0], hosts[-1]
        for host in hosts:
            for key, value in settings.items():
                host.setting(key, value)
        if self.rtt_ms:
            client, server = hosts
            self.watch = self._owned(StateWatch(client.diagnostics(), server.diagnostics(), CLIENT))
            self.link = self._owned(Link((client.tun, server.tun), self.rtt_ms / 2000, policy, self.watch))

    def _owned(self, part: Any) -> Any:
        self._open.callback(part.close)
        return part

    @property
    def policy(self) -> Policy | None:
        """What the wire does to each segment; may be set at any time. Where packets are replayed it has no effect."""
        return self.link.policy if self.link else None

    @policy.setter
    def policy(self, policy: Policy | None) -> None:
        if self.rtt_ms is None:
            raise ReaderError("a policy needs a wire to act on; make the network with an rtt_ms")
        if self.link:
            self.link.policy = policy

    def serve(self, app: Any, port: int = 80) -> Site:
        """Serve a Flask app on the server host from a thread of this kernel.

        The port is that of the private network; on the machine's own loopback it is any free one.
        """
        from labsupport.server import Site

        self._stop_site(port)
        return self._started(port, Site(app, listener=self.listen(port), name=self.server.address))

    def serve_securely(self, app: Any, port: int = 443) -> Site:
        """The same over TLS, with a certificate for the server's address; `site.ca_file` is what signed it."""
        from labsupport.server import Site

        self._stop_site(port)
        return self._started(port, Site.secure(app, listener=self.listen(port), name=self.server.address))

    def _started(self, port: int, site: Site) -> Site:
        self._sites[port] = site
        self._open.callback(site.stop)
        return site.start()

    def _stop_site(self, port: int) -> None:
        if port in self._sites:
            self._sites.pop(port).stop()

    def listen(self, port: int = 7000, backlog: int = 128) -> socket.socket:
        """A listening socket of the server host. It replaces one that listened there before: a cell may run again.

        Raises `ReaderError` when the port is taken by something else.
        """
        if port in self._listeners:
            self._listeners.pop(port).close()
        listener = self.server.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.server.address, port if isinstance(self.server, Host) else 0))
            listener.listen(backlog)
        except OSError as error:
            listener.close()
            told = f"port {port} of the server cannot be listened on: {error.strerror}; give another port"
            raise ReaderError(told) from None
        self._listeners[port] = listener
        self._ports.add(listener.getsockname()[1])
        self._open.callback(listener.close)
        return listener

    def connect(self, listener: socket.socket, *, port: int = 0, timeout: float = 10) -> socket.socket:
        """A socket of the client host, connected to a listening socket of the server.

        `port` is the client's own, 0 for any; where packets are replayed it is any. `timeout` is in seconds.
        Raises what `socket.connect` raises.
        """
        client = self._client_socket(port)
        client.settimeout(timeout)
        try:
            client.connect(listener.getsockname())
        except BaseException:
            client.close()
            raise
        return client

    def begin_to_connect(self, listener: socket.socket, *, port: int = 0) -> socket.socket:
        """The same without waiting for an answer: the SYN is on its way, the socket does not block."""
        client = self._client_socket(port)
        client.setblocking(False)
        client.connect_ex(listener.getsockname())
        return client

    def concerns(self, packet: bytes) -> bool:
        """True for a packet of this network; on the machine's own loopback others pass as well."""
        return isinstance(self.server, Host) or not self._ports.isdisjoint(decode(packet).ports)

    def _client_socket(self, port: int) -> socket.socket:
        client = self.client.socket()
        if port and self.state.live:
            client.bind((self.client.address, port))
        return client

    @staticmethod
    def abort(client: socket.socket) -> None:
        """Close with RST instead of FIN: nothing waits, no TIME-WAIT is left (RFC 9293 §3.10.5)."""
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_FOR_NO_TIME)
        client.close()

    def capture(self, name: str = "", *, story: Story = stories, needs: Iterable[str] = ()) -> Capture:
        """Watch the wire while a `with` block runs, whose sockets live on the client host.

        `name` is what the recording is called; without it the capture is live or nothing. `story` takes out of
        the conversations what a live capture must have in common with its recording. `needs` names the programs that
        the block runs: where one of them is missing, the recording is replayed.
        """
        return Capture(self, name, story, needs)

    def forge(self, flags: Iterable[str], source: Endpoint, destination: Endpoint, *, seq: int, ack: int = 0,
              payload: bytes = b"") -> None:
        """Hand a forged segment to the host it is addressed to, as if it had come over the wire.

        `seq` and `ack` are absolute. Where packets are replayed, the forgery was recorded with the rest.
        Raises `ReaderError` without a wire.
        """
        packet = encode(source, destination, flags, seq=seq, ack=ack, payload=payload)
        if self.rtt_ms is None:
            raise ReaderError("a forged segment needs a wire to come from; make the network with an rtt_ms")
        if self.link:
            target = self.client if destination.host == CLIENT else self.server
            assert isinstance(target, Host)
            self.link.inject(packet, target.tun)

    def sniff(self) -> Sniffer:
        """Start to read packets at each host's interface."""
        _stop_all([sniffer for sniffer in self._sniffers if sniffer.begun])  # what an interrupt left running
        self.prepare_to_sniff()
        (sniffer,) = self._sniffers
        sniffer.begin([end.interface for end in self._ends])
        return sniffer

    def prepare_to_sniff(self) -> None:
        """Have a sniffer at hand, so that the next capture begins at once."""
        self._sniffers[:] = [sniffer for sniffer in self._sniffers if not sniffer.stopped]
        if not self._sniffers:
            sockets = [end.socket(socket.AF_PACKET, socket.SOCK_DGRAM) for end in self._ends]
            self._sniffers.append(Sniffer(list(map(packet_socket, sockets))))

    @property
    def _ends(self) -> tuple[Host | Loopback, ...]:
        return (self.client,) if self.client is self.server else (self.client, self.server)

    def close(self) -> None:
        """Stop the sites, the wire and the helper; nothing is left behind. May be called twice."""
        self._finalizer()

    def __enter__(self) -> Network:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        wire = f"two hosts, {self.rtt_ms:g} ms apart" if self.rtt_ms else "one host, its loopback"
        return f"<Network: {wire}>"


def _stop_all(sniffers: list[Sniffer]) -> None:
    for sniffer in sniffers:
        with contextlib.suppress(MissedPackets):  # a capture that wants to know has asked before
            sniffer.stop()
