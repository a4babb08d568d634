"""Cells of a chapter, run as a notebook runs them: in one namespace, with outputs in order and short errors."""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import linecache
from collections.abc import Callable, Iterable, Iterator
from types import CodeType
from typing import NoReturn

from labsupport import shell
from labsupport.errors import ReaderError, Unavailable
from labsupport.page.errors import output_of
from labsupport.page.imports import cells_import
from labsupport.page.outputs import Bounded, Emit, Output, Stream, displayed, result
from labsupport.page.turns import turns

GIVEN_UP = "A thread of this cell was given up: it waited for what comes later, and Python in this page has one thread."


class Cells:
    """The cells of one chapter so far: their names, and how many have run."""

    def __init__(self) -> None:
        known = {**vars(builtins), "__import__": cells_import, "display": self.display, "input": _nobody_asked}
        self._names: dict[str, object] = {"__name__": "__main__", "__builtins__": known}
        self._count = 0
        self._streams: list[Stream] = []
        self._emit: Emit = lambda output: None
        self._endings: list[Callable[[], Iterable[Exception]]] = []
        self._sound = True

    def run(self, source: str, emit: Emit, number: int = 0) -> bool:
        """Run a cell and hand each output to `emit` as it comes; False when the cell ended in an error.

        `number` is what tracebacks call the cell by, where it is not to be how many have run.
        """
        self._count += 1
        self._emit, self._sound, turns.given_up = Bounded(emit), True, 0
        with self._shown():
            self._tried(lambda: self._execute(source, f"cell {number or self._count}"))
            while self._endings:
                for failure in self._endings.pop(0)():
                    self._fail(failure)
        return self._sound

    def display(self, *values: object) -> None:
        """Show values among the outputs of the cell."""
        for value in values:
            self._show(displayed(value))

    def at_end_of_cell(self, failures: Callable[[], Iterable[Exception]]) -> None:
        """Ask for errors when the cell has ended."""
        self._endings.append(failures)

    @contextlib.contextmanager
    def _shown(self) -> Iterator[None]:
        """What is printed and displayed inside becomes an output of the cell."""
        out, err = self._streams = [Stream("stdout", self._emit), Stream("stderr", self._emit)]
        shell.use(self)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                yield
        finally:
            self._flush()

    def _execute(self, source: str, name: str) -> None:
        lines = source.splitlines(keepends=True)
        linecache.cache[name] = (len(source), None, lines, name)
        body, last = _parts(source, name)
        exec(body, self._names)
        value = eval(last, self._names) if last else None
        if value is not None:
            self._names["_"] = value
            self._show(result(value, self._count))

    def _tried(self, run: Callable[[], None]) -> None:
        try:
            run()
        except BaseException as error:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        self._sound = False
        if turns.given_up and not isinstance(error, ReaderError):
            error.add_note(GIVEN_UP)
        self._show(output_of(error))

    def _show(self, output: Output) -> None:
        self._flush()
        self._emit(output)

    def _flush(self) -> None:
        for stream in self._streams:
            stream.flush()


def _nobody_asked(prompt: object = "", /) -> NoReturn:
    """`input` of the cells."""
    raise Unavailable("input()", "a cell of a page cannot wait for what you type", "write the answer into the cell")


def _parts(source: str, name: str) -> tuple[CodeType, CodeType | None]:
    """The statements of a cell, and its last expression where its value is shown."""
    tree = ast.parse(source, name)
    last = tree.body[-1] if tree.body else None
    shown = isinstance(last, ast.Expr) and not _silenced(source)
    value = compile(ast.Expression(tree.body.pop().value), name, "eval") if shown else None  # type: ignore[attr-defined]
    return compile(tree, name, "exec"), value


def _silenced(source: str) -> bool:
    """True when a semicolon ends the cell."""
    import tokenize

    skipped = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENDMARKER, tokenize.DEDENT)
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    words = [token.string for token in tokens if token.type not in skipped]
    return bool(words) and words[-1] == ";"
