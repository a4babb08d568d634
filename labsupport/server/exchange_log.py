"""The exchanges a site has seen, written by its threads and read by the cell."""

from __future__ import annotations

import threading

from labsupport.records import Exchange


class ExchangeLog:
    """A growing list of exchanges that any thread may read, write, or wait on."""

    def __init__(self) -> None:
        self._exchanges: list[Exchange] = []
        self._changed = threading.Condition()

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """The exchanges so far."""
        with self._changed:
            return tuple(self._exchanges)

    def append(self, exchange: Exchange) -> None:
        """Add an exchange and wake who waits for it."""
        with self._changed:
            self._exchanges.append(exchange)
            self._changed.notify_all()

    def clear(self) -> None:
        """Forget the exchanges so far."""
        with self._changed:
            self._exchanges.clear()

    def wait(self, count: int, timeout: float) -> tuple[Exchange, ...]:
        """The exchanges, as soon as there are `count`. Raises TimeoutError after `timeout` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._exchanges) >= count, timeout):
                seen = "; ".join(map(str, self._exchanges)) or "none"
                raise TimeoutError(
                    f"{len(self._exchanges)} of {count} exchanges complete after {timeout:g} s. Seen: {seen}"
                )
            return tuple(self._exchanges)
