"""What runs the cell: IPython in a notebook, the page's own in a reader's tab, nothing in a script.

The one place that asks which it is. IPython is never imported for it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, Protocol


class Shell(Protocol):
    """What runs cells and shows what they give."""

    def display(self, value: object) -> None:
        """Show a value among the outputs of the running cell."""

    def at_end_of_cell(self, failures: Callable[[], Iterable[Exception]]) -> None:
        """Ask for errors when the running cell has ended, once; show each, and count the cell as failed."""


_of_the_page: Shell | None = None


def running() -> Shell | None:
    """What runs the cell, or None where none does."""
    if _of_the_page is not None:
        return _of_the_page
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return None if shell is None else _IPython(shell)


def use(shell: Shell | None) -> None:
    """Have a shell run the cells from now on."""
    global _of_the_page
    _of_the_page = shell


class _IPython:
    """IPython with the face of a `Shell`."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def display(self, value: object) -> None:
        from IPython.display import display

        display(value)

    def at_end_of_cell(self, failures: Callable[[], Iterable[Exception]]) -> None:
        events = self._shell.events

        def show(result: Any) -> None:
            events.unregister("post_run_cell", show)
            for error in failures():
                self._show(error)
                if result is not None and result.success:
                    result.error_in_exec = error

        events.register("post_run_cell", show)

    def _show(self, error: Exception) -> None:
        trace = error.__traceback__
        try:
            raise error
        except Exception:
            error.__traceback__ = trace
            self._shell.showtraceback(tb_offset=0)
