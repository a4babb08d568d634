"""A connection in the hands of a program: what it can ask of its end, and what it sees."""

from __future__ import annotations

from labsupport.errors import ReaderError
from labsupport.network.model.receiving import WINDOW
from labsupport.network.model.tcb import MAY_SEND, NOWHERE, Tcb
from labsupport.records import Endpoint

_NOT_YET = ("SYN-SENT", "SYN-RECEIVED")


def check_data(data: object) -> None:
    """Raise `ReaderError` for what is not bytes."""
    if not isinstance(data, bytes):
        raise ReaderError(f"{data!r} cannot be sent; give bytes, like b'hello' or text.encode()")


class Connection:
    """One end of a connection, as its program has it. Nothing here waits: time passes in `Model.run` alone."""

    def __init__(self, tcb: Tcb) -> None:
        self._tcb = tcb

    @property
    def local(self) -> Endpoint:
        """This end's address and port."""
        return self._tcb.local

    @property
    def remote(self) -> Endpoint:
        """The other end's address and port."""
        return self._tcb.remote

    @property
    def state(self) -> str:
        """The state of this end, by its name in RFC 9293 §3.3.2."""
        return self._tcb.state

    @property
    def received(self) -> bytes:
        """All that the program has read."""
        return self._tcb.received

    @property
    def unread(self) -> bytes:
        """What has arrived and the program has not read."""
        return self._tcb.receiver.unread

    @property
    def ended(self) -> bool:
        """True when the peer has said, with its FIN, that nothing more will come."""
        return self._tcb.ended

    @property
    def failed(self) -> str:
        """What the program is told when its connection fails: `refused`, `reset`, `timed out`; else empty."""
        return self._tcb.failed

    @property
    def accepted_s(self) -> float | None:
        """When `accept()` returned this connection, in seconds of the model; None for one that began to connect."""
        return self._tcb.accepted_s

    @property
    def reading(self) -> bool:
        """Whether the program reads what arrives, at once. Set it to False for one that does not get round to it."""
        return self._tcb.reading

    @reading.setter
    def reading(self, reading: bool) -> None:
        self._tcb.reading = reading
        self._tcb.hand_over()

    def send(self, data: bytes) -> None:
        """Send data; before the connection is established it waits until then (RFC 9293 §3.10.2).

        Raises `ReaderError` when this end cannot send, for more than a window that is not acknowledged, and for what
        is not bytes.
        """
        tcb = self._tcb
        check_data(data)
        if tcb.close_later or tcb.state not in _NOT_YET + MAY_SEND:
            raise ReaderError(f"this end cannot send: it is {self._condition}; send before shutdown() or close()")
        if tcb.sender.outstanding + len(tcb.queued) + len(data) > WINDOW:
            raise ReaderError(f"the model sends {WINDOW} octets at most before they are acknowledged; run() in between")
        tcb.queued += data
        tcb.send_queued()

    def shutdown(self) -> None:
        """Half-close: nothing more will be sent, what the peer sends is still read (RFC 9293 §3.6).

        May be called again. Raises `ReaderError` when there is no connection any more.
        """
        if self.state in NOWHERE:
            raise ReaderError(f"there is no connection to shut down: it is {self._condition}")
        self._tcb.close()

    def close(self) -> None:
        """Close for sending and reading. May be called again.

        What arrived and was not read is answered with RST in place of FIN, and so is data that arrives later (RFC
        9293 §3.6.1).
        """
        self._tcb.abandoned = True
        if self.unread and self.state not in _NOT_YET:
            self.abort()
        elif self.state not in NOWHERE:
            self._tcb.close()

    def abort(self) -> None:
        """Close with RST: what is on its way is given up, and there is no TIME-WAIT (RFC 9293 §3.10.5)."""
        self._tcb.abandoned = True
        self._tcb.abort()

    @property
    def _condition(self) -> str:
        return self.failed or ("closed" if self.state in NOWHERE else f"in {self.state}")

    def __repr__(self) -> str:
        return f"<Connection {self.local} to {self.remote}: {self._condition}>"
