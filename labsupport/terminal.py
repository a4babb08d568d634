"""A command and what it printed, as a terminal shows it."""

from __future__ import annotations

from dataclasses import dataclass

from labsupport import measured
from labsupport.markup import element, in_marks


@dataclass(frozen=True)
class Terminal:
    """One command line and its output. The output is taken as measured: shown, and not compared."""

    command: str
    output: str

    def _repr_html_(self) -> str:
        prompt = element("span", f"$ {self.command}", class_="trial-prompt")
        return element("pre", prompt, "\n", in_marks(self.output.rstrip()), class_="trial-terminal", tabindex="0")

    def __repr__(self) -> str:
        return f"$ {self.command}\n{measured.in_text(self.output.rstrip())}"
