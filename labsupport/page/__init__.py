"""Python in the reader's own tab: what the pages of the book call.

    begin("1-get-and-post/01-safe-and-idempotent")   # a chapter, with a namespace of its own
    run(source, emit)                                # a cell; each output goes to emit as nbformat has it
    call("labsupport.page.token.dissected", "{…}")   # a function of a playground, JSON in and out
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labsupport.page.outputs import Emit

_PLAYGROUNDS = "labsupport.page."


def begin(chapter: str) -> None:
    """Begin a chapter, or begin it again: `chapter` is its path below chapters/, without an ending."""
    from labsupport.page import reading

    reading.begin(chapter)


def run(source: str, emit: Emit, number: int = 0) -> bool:
    """Run a cell of the chapter that was begun; False when it ended in an error. Tracebacks name it by its number."""
    from labsupport.page import reading

    return reading.run(source, emit, number)


def call(name: str, arguments_json: str) -> str:
    """Call a public function of a module below `labsupport.page` with named arguments; its result as JSON.

    Raises what it raises, and ReaderError for a name that is none of these functions.
    """
    import json
    from importlib import import_module

    from labsupport.errors import ReaderError

    module, _, function = name.rpartition(".")
    if not module.startswith(_PLAYGROUNDS) or not function or function.startswith("_"):
        raise ReaderError(f"{name!r} is no function of a page; its modules are below labsupport.page")
    return json.dumps(getattr(import_module(module), function)(**json.loads(arguments_json)), allow_nan=False)
