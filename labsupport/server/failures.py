"""What went wrong inside a route, brought to the reader: as the error of the cell, or raised at the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import TracebackType

from labsupport.shell import running

_PLUMBING = ("labsupport.server.", "flask.", "werkzeug.")


class Failures:
    """The exceptions of an application that nobody has seen yet.

    In a notebook they become the error of the running cell when it ends. Elsewhere they wait until somebody
    takes them, as a test does that expects one; the site raises the rest when it stops.
    """

    def __init__(self) -> None:
        self._errors: list[Exception] = []
        self._lock = threading.Lock()

    def add(self, error: Exception) -> None:
        """Keep an exception; its traceback is cut down to the application's own frames."""
        error.__traceback__ = _own_frames(error.__traceback__)
        with self._lock:
            # Flask announces an exception before it lets it out, if it does: the same one comes twice.
            if not any(known is error for known in self._errors):
                self._errors.append(error)
        shell = running()
        if shell:
            shell.at_end_of_cell(self.take)

    def take(self) -> tuple[Exception, ...]:
        """Hand over the exceptions, oldest first. They count as seen."""
        with self._lock:
            errors, self._errors = tuple(self._errors), []
        return errors

    def raise_first(self) -> None:
        """Raise the oldest exception, if there is one, with a note on the others. All count as seen."""
        first, *others = self.take() or (None,)
        if first is None:
            return
        for other in others:
            first.add_note(f"The site failed once more: {other!r}")
        raise first

    def __len__(self) -> int:
        return len(self._errors)

    def __iter__(self) -> Iterator[Exception]:
        return iter(tuple(self._errors))

    def __repr__(self) -> str:
        return f"<Failures {list(self._errors)!r}>"


def _own_frames(trace: TracebackType | None) -> TracebackType | None:
    """The traceback from the first frame that is the application's own; all of it where no frame is."""
    own = trace
    while own is not None and _is_plumbing(own):
        own = own.tb_next
    return own or trace


def _is_plumbing(trace: TracebackType) -> bool:
    module = str(trace.tb_frame.f_globals.get("__name__", ""))
    return f"{module}.".startswith(_PLUMBING)
