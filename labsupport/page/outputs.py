"""What a cell shows, as a notebook keeps it (nbformat 4): streams, values in every form they have, errors."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

Output = dict[str, Any]
Emit = Callable[[Output], object]

_FORMS = {
    "_repr_html_": "text/html",
    "_repr_markdown_": "text/markdown",
    "_repr_svg_": "image/svg+xml",
    "_repr_png_": "image/png",
    "_repr_jpeg_": "image/jpeg",
    "_repr_latex_": "text/latex",
    "_repr_json_": "application/json",
}
_WIDTH, _LONGEST = 79, 1000
"""Characters of a line and members of a sequence that IPython shows."""

MOST_CHARACTERS = 100_000
CUT = f"\nA page shows no more than {MOST_CHARACTERS:,} characters of one cell: the rest is left out.\n"


def forms_of(value: object) -> dict[str, Any]:
    """A value in every form it has, by media type; as text always."""
    bundle = getattr(type(value), "_repr_mimebundle_", None)
    forms = dict(_without_metadata(bundle(value)) or {}) if bundle else {}
    for method, media_type in _FORMS.items():
        form = getattr(type(value), method, None)
        shown = _without_metadata(form(value)) if form and media_type not in forms else None
        if shown is not None:
            forms[media_type] = base64.b64encode(shown).decode() if isinstance(shown, bytes) else shown
    forms.setdefault("text/plain", as_text(value))
    return forms


def _without_metadata(form: Any) -> Any:
    """What is shown of a form, which may come with metadata."""
    return form[0] if isinstance(form, tuple) else form


def as_text(value: object) -> str:
    """A value as IPython writes it: its `repr`, long ones on several lines."""
    from IPython.lib.pretty import pretty

    text: str = pretty(value, max_width=_WIDTH, max_seq_length=_LONGEST)
    return text


def displayed(value: object) -> Output:
    """The output of `display`."""
    return {"output_type": "display_data", "data": forms_of(value), "metadata": {}}


def result(value: object, count: int) -> Output:
    """The output of a cell's last expression."""
    return {"output_type": "execute_result", "data": forms_of(value), "metadata": {}, "execution_count": count}


class Bounded:
    """Hands outputs on: of their text what a page can show without standing still, then a line that says so."""

    def __init__(self, emit: Emit) -> None:
        self._emit, self._left = emit, MOST_CHARACTERS

    def __call__(self, output: Output) -> None:
        """Hand an output on."""
        holder, name = _text_in(output)
        text = holder.get(name, "")
        if not text or len(text) <= self._left:
            self._left -= len(text)
            self._emit(output)
        elif self._left >= 0:
            holder[name] = text[: self._left]
            self._emit(output)
            self._emit({"output_type": "stream", "name": "stderr", "text": CUT})
            self._left = -1


def _text_in(output: Output) -> tuple[dict[str, Any], str]:
    """What holds the text that the page shows of an output, and under which name; nothing for pictures and markup."""
    if output["output_type"] == "stream":
        return output, "text"
    data = output.get("data", {})
    return ({}, "") if {"text/html", "image/svg+xml"} & data.keys() else (data, "text/plain")


class Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of a cell: what is written becomes an output when it is flushed."""

    encoding = "utf-8"

    def __init__(self, name: str, emit: Emit) -> None:
        self._name, self._emit = name, emit
        self._written: list[str] = []

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, text: str) -> int:
        """Show what is written line by line, so that a cell that never ends has shown what it printed."""
        self._written.append(text)
        if "\n" in text:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Show what was written."""
        text, self._written = "".join(self._written), []
        if text:
            self._emit({"output_type": "stream", "name": self._name, "text": text})
