"""The notice at the head of a chapter: which evidence on the page is live and which is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from labsupport.experiment import BROWSERS, Availability
from labsupport.recordings import this_machine


@dataclass(frozen=True)
class Evidence:
    """Where the evidence of a chapter comes from. The one output that differs between a live and a replayed run."""

    found: Mapping[str, Availability]
    recorded_on: tuple[str, ...]

    def lines(self) -> list[str]:
        """One sentence for each instrument."""
        return [self._line(need, state) for need, state in self.found.items()]

    def _line(self, need: str, state: Availability) -> str:
        if state.live:
            how = "" if state.engine == "program" else f" ({state.engine})"
            return f"{need}: live on this machine{how}"
        source = "; ".join(self._sources(need)) or "nothing recorded yet"
        return f"{need}: replayed from recordings ({source}), because {state.reason}. To see it live: {state.remedy}"

    def _sources(self, need: str) -> list[str]:
        """What a browser saw names it; a capture of what it sent, as of all else, names none."""
        named = [each for each in self.recorded_on if each.lower().startswith(BROWSERS)]
        own = [each for each in named if each.lower().startswith(need)]
        return own or [each for each in self.recorded_on if each not in named]

    def __repr__(self) -> str:
        machine = this_machine()
        head = f"Evidence on {machine['system']}, Python {machine['python']}, {machine['date']}"
        return "\n".join([head, *(f"  {line}" for line in self.lines())])

    def _repr_html_(self) -> str:
        head, *lines = repr(self).splitlines()
        items = "".join(f"<li>{escape(line.strip())}</li>" for line in lines)
        return f'<style>{stylesheet()}</style><div class="trial-evidence"><p>{escape(head)}</p><ul>{items}</ul></div>'


def stylesheet() -> str:
    """The styles of everything labsupport shows: in the book one file, in a notebook part of the notice."""
    from importlib.resources import files

    from labsupport.figures import theme

    return theme.stylesheet() + files("labsupport").joinpath("style.css").read_text(encoding="utf-8")
