"""An error of a cell as the reader sees it: the lines of cells that led to it, without the machinery in between."""

from __future__ import annotations

import traceback

from labsupport.page.outputs import Output

_OF_CELLS = "cell "


def output_of(error: BaseException) -> Output:
    """The output of a cell that ended in an error."""
    return {
        "output_type": "error",
        "ename": type(error).__name__,
        "evalue": str(error),
        "traceback": _lines(error),
    }


def _lines(error: BaseException) -> list[str]:
    """What the error tells of itself, else the reader's own frames and the message."""
    own = getattr(error, "_render_traceback_", None)
    if own:
        return list(own())
    told = traceback.TracebackException.from_exception(error)
    _leave_out_machinery(told)
    return "".join(told.format()).rstrip("\n").split("\n")


def _leave_out_machinery(told: traceback.TracebackException) -> None:
    """Keep the frames of cells; where there are none the last one, which raised."""
    seen: traceback.TracebackException | None = told
    while seen is not None:
        frames = [frame for frame in seen.stack if frame.filename.startswith(_OF_CELLS)]
        seen.stack[:] = frames or ([] if _is_no_python(seen) else seen.stack[-1:])
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


def _is_no_python(told: traceback.TracebackException) -> bool:
    """True for a cell that could not be read: the error itself names the line."""
    return (getattr(told, "filename", None) or "").startswith(_OF_CELLS)
