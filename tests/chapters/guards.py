"""The holes of a comparison by nbval, and what else a stored notebook must not have.

A guard reads one notebook and gives a sentence for each fault, with its cell; a sound notebook has none.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import yaml

from labsupport.measured import without_measured
from tools.kernels import ROOT
from tools.notebooks import (
    CHAPTERS,
    EVIDENCE,
    Cell,
    Notebook,
    canonical,
    code_cells,
    compared,
    digest,
    read,
    tags,
    text,
)

Guard = Callable[[Notebook, Path], Iterator[str]]

LONGEST_CELL = 25
LONGEST_LINE = 84
"""Characters of code that a page 1280 pixels wide shows at once."""

UNCOMPARED = "nbval-ignore-output"

_NOT_ALLOWED_TAGS = ("nbval-skip", "nbval-check-output", "nbval-raises-exception")
_NBVAL_COMMENT = re.compile(r"(?m)^\s*#\s*(NBVAL_\w+|PYTEST_VALIDATE_\w+)")
_RASTER = ("image/png", "image/jpeg", "image/gif")
_MARKUP = re.compile(r"(?s)<style.*?</style>|<!--.*?-->|<[^>]*>|⟦[^⟧]*⟧")
_ENDINGS_OF_RECORDINGS = (".firefox.json", ".json", ".client.pcap", ".server.pcap")
_OBSERVERS = ("capture", "observe", "testimony", "screenshot")
_DIFFERS_BY_MACHINE = {
    "a path of one machine": re.compile(r"(?<![\w.])/(?:home|root|tmp|Users|work)/\w|\b[A-Z]:\\\w"),
    "a date": re.compile(r"\b20\d\d-[01]\d-[0-3]\d\b|\b\d{1,2} [A-Z][a-z]{2} 20\d\d\b"),
    "a port chosen by the kernel": re.compile(r"(?:[\d.]{7,}|localhost):(?:3[2-9]|[45]\d|6[0-5])\d{3}\b"),
    "a memory address": re.compile(r"\bat 0x[0-9a-f]{6,}"),
}


def every_cell_ran(notebook: Notebook, path: Path) -> Iterator[str]:
    """nbval passes a cell that has neither a count nor an output."""
    for expected, cell in enumerate(code_cells(notebook), start=1):
        if not cell["source"].strip():
            yield f"{cell['id']}: an empty cell"
        if cell["execution_count"] != expected:
            yield f"{cell['id']}: its count is {cell['execution_count']}, not {expected}; run `make refresh`"


def no_error_is_stored(notebook: Notebook, path: Path) -> Iterator[str]:
    """An error that was stored is compared like any output, so it would pass for ever."""
    for cell in code_cells(notebook):
        raised = any(output["output_type"] == "error" for output in cell["outputs"])
        expected = "raises-exception" in tags(cell)
        if raised and not expected:
            yield f"{cell['id']}: a stored error; where it is the lesson, tag the cell raises-exception"
        if expected and not raised:
            yield f"{cell['id']}: tagged raises-exception, but it raised nothing"


def only_the_notice_is_uncompared(notebook: Notebook, path: Path) -> Iterator[str]:
    """One cell, tagged `evidence`, says where the evidence comes from; every other is compared."""
    notices = [cell for cell in code_cells(notebook) if EVIDENCE in tags(cell)]
    for cell in notices[1:]:
        yield f"{cell['id']}: a second cell tagged {EVIDENCE}"
    for cell in code_cells(notebook):
        if (EVIDENCE in tags(cell)) != (UNCOMPARED in tags(cell)):
            yield f"{cell['id']}: the tags {EVIDENCE} and {UNCOMPARED} go together"
        if _NBVAL_COMMENT.search(cell["source"]) or set(tags(cell)) & set(_NOT_ALLOWED_TAGS):
            yield f"{cell['id']}: an instruction to nbval; only the tag {EVIDENCE} ends the comparison"
        if EVIDENCE in tags(cell) and not _is_the_notice(cell):
            yield f"{cell['id']}: tagged {EVIDENCE}, but its output is not the notice alone"


def every_picture_is_compared(notebook: Notebook, path: Path) -> Iterator[str]:
    """nbval skips PNG and JPEG, and a picture measured through and through is compared with nothing."""
    for cell in code_cells(notebook):
        for output in cell["outputs"]:
            for kind in set(output.get("data", {})) & set(_RASTER):
                yield f"{cell['id']}: {kind} is never compared; draw SVG"
        if EVIDENCE not in tags(cell) and _is_measured(cell) and not _words(cell):
            yield f"{cell['id']}: everything in the output is measured; give it words that hold on every run"


def every_figure_is_described(notebook: Notebook, path: Path) -> Iterator[str]:
    """A figure has an alternative text in its cell's metadata, for readers who do not see it."""
    for cell in code_cells(notebook):
        drawn = any("image/svg+xml" in output.get("data", {}) for output in cell["outputs"])
        if drawn and not str(cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")).strip():
            yield f"{cell['id']}: a figure without mystnb.image.alt in the cell's metadata"


def ids_are_unique(notebook: Notebook, path: Path) -> Iterator[str]:
    """Links and reviews name a cell by its id."""
    for identity, count in Counter(cell.get("id") for cell in notebook["cells"]).items():
        if count > 1 or not identity:
            yield f"{identity}: the id of {count} cells"


def the_form_is_canonical(notebook: Notebook, path: Path) -> Iterator[str]:
    """A file that differs from its canonical form was saved by hand."""
    if path.read_text(encoding="utf-8") != text(canonical(notebook, _stored_digest(notebook))):
        yield "not in canonical form; run `make refresh`"


def the_outputs_are_current(notebook: Notebook, path: Path) -> Iterator[str]:
    """The package or the claims were edited after the outputs were stored."""
    if _stored_digest(notebook) != digest(path):
        yield "labsupport or the claims changed after the outputs were stored; run `make refresh`"


def outputs_fit_every_machine(notebook: Notebook, path: Path) -> Iterator[str]:
    """What differs between machines and days stands inside the marks of `labsupport.measured`."""
    for cell in code_cells(notebook):
        shown = "" if EVIDENCE in tags(cell) else "\n".join(_strings(compared(cell)))
        for what, pattern in _DIFFERS_BY_MACHINE.items():
            if found := pattern.search(shown):
                yield f"{cell['id']}: {what} in the output: {found.group()!r}; mark it as measured"


def cells_are_short(notebook: Notebook, path: Path) -> Iterator[str]:
    """A longer cell is a listing, and a longer line has an end that is not seen.

    A semicolon at the end hides the value in Jupyter, and not from nbval.
    """
    for cell in code_cells(notebook):
        lines = cell["source"].strip().splitlines()
        if len(lines) > LONGEST_CELL:
            yield f"{cell['id']}: {len(lines)} lines, more than {LONGEST_CELL}"
        for line in lines:
            if len(line) > LONGEST_LINE:
                yield f"{cell['id']}: {len(line)} characters, more than {LONGEST_LINE}: {line.strip()}"
        if lines and lines[-1].rstrip().endswith(";"):
            yield f"{cell['id']}: ends in a semicolon, which nbval does not heed; assign the value to _"


def it_is_in_the_book(notebook: Notebook, path: Path) -> Iterator[str]:
    """A notebook that `_toc.yml` does not name has no page."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    page = path.relative_to(ROOT).with_suffix("").as_posix() if path.is_relative_to(CHAPTERS) else path.name
    if page not in set(_strings(contents)):
        yield f"_toc.yml does not name {page}"


def observations_have_names_of_their_own(notebook: Notebook, path: Path) -> Iterator[str]:
    """Two observations of one name are kept in one file; on some systems, so are two that differ in case."""
    named = [
        (cell["id"], str(name.value))
        for cell in code_cells(notebook)
        for name in _names(cell)
        if isinstance(name, ast.Constant)
    ]
    counts = Counter(name.casefold() for _, name in named)
    for identity, name in named:
        if counts[name.casefold()] > 1:
            yield f"{identity}: {name!r} is the name of {counts[name.casefold()]} observations"


def every_recording_is_named(notebook: Notebook, path: Path) -> Iterator[str]:
    """A recording that no cell names is never replayed, and compared with nothing."""
    patterns = list(_patterns(notebook))
    for file in sorted(recordings(path).glob("*")):
        ending = next(filter(file.name.endswith, _ENDINGS_OF_RECORDINGS), "")
        name = file.name.removesuffix(ending)
        if not ending or not any(re.fullmatch(pattern, name) for pattern in patterns):
            yield f"no cell names the recording {file.name}; delete it, or name it in the cell that observes it"


GUARDS: tuple[Guard, ...] = (
    every_cell_ran,
    no_error_is_stored,
    only_the_notice_is_uncompared,
    every_picture_is_compared,
    every_figure_is_described,
    ids_are_unique,
    observations_have_names_of_their_own,
    every_recording_is_named,
    the_form_is_canonical,
    the_outputs_are_current,
    outputs_fit_every_machine,
    cells_are_short,
    it_is_in_the_book,
)


def faults(guard: Guard, path: Path) -> list[str]:
    """What a guard finds in the notebook of a file."""
    return list(guard(read(path), path))


def recordings(path: Path) -> Path:
    """The folder of what was recorded for a notebook."""
    book = CHAPTERS if path.is_relative_to(CHAPTERS) else path.parent
    return book / "recordings" / path.relative_to(book).with_suffix("")


def _names(cell: Cell) -> Iterator[ast.expr]:
    """The first argument of each `….capture(…)`, `observe(…)`, `testimony(…)` and `….screenshot(…)` in a cell."""
    for node in ast.walk(_syntax(cell)):
        match node:
            case ast.Call(func=ast.Attribute(attr=call) | ast.Name(id=call), args=[name, *_]) if call in _OBSERVERS:
                yield name


def _patterns(notebook: Notebook) -> Iterator[str]:
    """A regular expression for each name; a name that a cell computes may be any string of the notebook's code."""
    for cell in code_cells(notebook):
        for name in _names(cell):
            match name:
                case ast.Constant(value=literal):
                    yield re.escape(str(literal))
                case ast.JoinedStr(values=parts):
                    yield "".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".+" for p in parts)
                case _:
                    yield from map(re.escape, _literals(notebook))


def _literals(notebook: Notebook) -> Iterator[str]:
    for cell in code_cells(notebook):
        for node in ast.walk(_syntax(cell)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def _syntax(cell: Cell) -> ast.Module:
    """The cell as Python; what only IPython understands is a call of it."""
    from IPython.core.inputtransformer2 import TransformerManager

    return ast.parse(TransformerManager().transform_cell(cell["source"]))


def _is_the_notice(cell: Cell) -> bool:
    return [sorted(output.get("data", {})) for output in cell["outputs"]] == [
        ["text/html", "text/plain"]
    ] and ('class="trial-evidence"' in cell["outputs"][0]["data"]["text/html"])


def _is_measured(cell: Cell) -> bool:
    return any(string != without_measured(string) or "⟦" in string for string in _strings(cell["outputs"]))


def _words(cell: Cell) -> str:
    """The words that are compared, without tags, marks and the names of objects."""
    shown = [
        string for output in compared(cell) for string in _strings(output.get("data", output.get("text", "")))
    ]
    plain = " ".join(unescape(_MARKUP.sub(" ", string)) for string in shown)
    return " ".join(re.findall(r"[^\W\d_]{2,}", plain))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _stored_digest(notebook: Notebook) -> str:
    return str(notebook["metadata"].get("labsupport", ""))
