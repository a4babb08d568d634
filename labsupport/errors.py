"""What the reader can do something about, told as a message and not as a traceback."""

from __future__ import annotations


class ReaderError(Exception):
    """A mistake or a limit that the reader can do something about: shown as its message, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class Unavailable(ReaderError):
    """An instrument cannot run on this machine; says what, why, and what to do about it."""

    def __init__(self, what: str, why: str, remedy: str) -> None:
        super().__init__(f"{what} cannot run here: {why}. Remedy: {remedy}")
        self.what, self.why, self.remedy = what, why, remedy


class DiffersFromRecording(ReaderError):
    """A live observation tells another story than its recording: one of the two is wrong."""
