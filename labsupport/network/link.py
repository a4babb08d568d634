"""The wire between the two hosts: a thread that carries IP packets from one TUN device to the other."""

from __future__ import annotations

import heapq
import os
import select
import threading
import time
from collections.abc import Iterable

from labsupport.network.packet import carries_tcp, decode
from labsupport.network.policy import Policy, delays
from labsupport.network.watch import StateWatch

_IDLE_LOOK_MS = 5.0


class Link:
    """Carries packets between two TUN devices until it is closed.

    The watch is told of a packet after it was read from a host and after it was handed to one, the moments at which
    a connection's state may have changed, and of none when a while passed without either.
    `failure` is what went wrong in the thread, if anything did: what the policy raised, or why the wire broke. A packet
    on which the policy fails arrives as if there were none.
    """

    def __init__(self, tuns: tuple[int, int], delay_s: float, policy: Policy | None,
                 watch: StateWatch) -> None:
        self.delay_s = delay_s
        self.policy = policy
        self.failure: Exception | None = None
        self._watch = watch
        self._other = {tuns[0]: tuns[1], tuns[1]: tuns[0]}
        self._due: list[tuple[int, int, int, bytes]] = []
        self._carried = self._seen = 0
        self._lock = threading.Lock()
        self._woken, self._wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        for tun in tuns:
            os.set_blocking(tun, False)
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="link", daemon=True)
        self._thread.start()

    @property
    def idle(self) -> bool:
        """True when no packet is on its way."""
        return not self._due

    def inject(self, packet: bytes, tun: int, delay_s: float = 0.0) -> None:
        """Hand a forged packet to the host behind a TUN device."""
        self._schedule(packet, tun, time.monotonic_ns(), [delay_s])
        os.write(self._wake, b"x")

    def begin(self) -> None:
        """Begin an experiment: the policy's numbers start at 0 again, earlier failures are forgotten."""
        self._seen, self.failure = 0, None
        os.write(self._wake, b"x")

    def close(self) -> None:
        """Stop carrying; packets on their way are lost."""
        self._closing = True
        os.write(self._wake, b"x")
        if self._thread is not threading.current_thread():  # the garbage collector may run in any thread
            self._thread.join()
        os.close(self._wake)
        os.close(self._woken)

    def _run(self) -> None:
        try:
            self._carry()
        except Exception as error:  # told to the cell by the capture, which would wait in vain
            self.failure = self.failure or error

    def _carry(self) -> None:
        poll = select.poll()
        for descriptor in (*self._other, self._woken):
            poll.register(descriptor, select.POLLIN)
        while not self._closing:
            self._deliver_what_is_due()
            ready = poll.poll(self._milliseconds_to_wait())
            if not ready:
                self._watch.look(None)
            for descriptor, _ in ready:
                if descriptor == self._woken:
                    os.read(self._woken, 64)
                else:
                    self._read_all(descriptor)

    def _milliseconds_to_wait(self) -> float | None:
        waits = [_IDLE_LOOK_MS] if self._watch.active else []
        if self._due:
            waits.append(max(0.0, (self._due[0][0] - time.monotonic_ns()) / 1e6))
        return min(waits, default=None)

    def _deliver_what_is_due(self) -> None:
        while self._due and self._due[0][0] <= time.monotonic_ns():
            with self._lock:
                _, _, tun, packet = heapq.heappop(self._due)
            os.write(tun, packet)
            self._watch.look(packet)

    def _read_all(self, tun: int) -> None:
        while True:
            try:
                packet = os.read(tun, 65536)
            except BlockingIOError:
                return
            now = time.monotonic_ns()
            if carries_tcp(packet):
                self._watch.look(packet)
                self._schedule(packet, self._other[tun], now, self._delays(packet))

    def _delays(self, packet: bytes) -> Iterable[float]:
        index, self._seen = self._seen, self._seen + 1
        if self.policy is None:
            return [self.delay_s]
        try:
            return delays(self.policy, decode(packet), index)
        except Exception as error:  # the policy is the reader's code; the capture shows what it raised
            self.failure = error
            return [self.delay_s]

    def _schedule(self, packet: bytes, tun: int, now: int, delays: Iterable[float]) -> None:
        with self._lock:
            for delay in delays:
                self._carried += 1
                heapq.heappush(self._due, (now + round(delay * 1e9), self._carried, tun, packet))
