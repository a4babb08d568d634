"""The playgrounds: a form, and below it an example that Python made when the book was built.

`{playground} token` (or `cookie`, `tcp`) has no content of its own. The example comes from the function that the page
calls once its reader types something, so it is true before any script has run.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from labsupport.page import cookie, tcp, token

BUILT_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""The clock of the examples, so that a page is the same whenever it is built."""


class _Kind(NamedTuple):
    """A playground: its examples, and what Python answers to the first of them."""

    examples: tuple[Any, ...]
    answer: Callable[[Any], dict[str, Any]]


class PlaygroundDirective(SphinxDirective):
    """`{playground} token`: the playground of that name."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The form and the example, as HTML."""
        name = self.arguments[0]
        if name not in KINDS:
            raise self.error(f"no playground is called {name!r}; there are {', '.join(KINDS)}")
        templates = Path(self.env.srcdir) / "_templates"
        for used in (f"playground-{name}.html", "playground-foot.html"):
            self.env.note_dependency(str(templates / used))
        return [nodes.raw("", rendered(name, templates), format="html")]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("playground", PlaygroundDirective)


def rendered(name: str, templates: Path) -> str:
    """The HTML of a playground, by its template."""
    kind = KINDS[name]
    first = kind.examples[0]
    answer = kind.answer(first)
    answer["parts"] = {part: Markup(html) for part, html in answer["parts"].items()}
    environment = Environment(loader=FileSystemLoader(templates), autoescape=True, trim_blocks=True)
    page = environment.get_template(f"playground-{name}.html")
    return page.render(examples=kind.examples, first=first, answer=answer, data=_data(kind.examples))


def token_answer(example: token.Example) -> dict[str, Any]:
    """What the page of tokens shows of an example."""
    clock = datetime.fromisoformat(f"{example.at}:00+00:00") if example.at else BUILT_AT
    return token.dissected(example.text, example.key, example.form, example.audience, clock.timestamp())


def cookie_answer(example: cookie.Example) -> dict[str, Any]:
    """What the page of cookies shows of an example."""
    return cookie.answered(example.lines, example.url, example.source, BUILT_AT.timestamp(), example.forward_s,
                           example.ended)


def tcp_answer(preset: tcp.Preset) -> dict[str, Any]:
    """What the page of TCP shows of a preset: its end."""
    return tcp.driven(preset.scenario)


def _data(examples: tuple[Any, ...]) -> Markup:
    """The examples for the script of the page; `<` is escaped, so that no text can end the element."""
    text = json.dumps([each._asdict() for each in examples], ensure_ascii=False).replace("<", "\\u003c")
    return Markup(f'<script type="application/json" data-examples>{text}</script>')


KINDS: Mapping[str, _Kind] = {
    "token": _Kind(token.EXAMPLES, token_answer),
    "cookie": _Kind(cookie.EXAMPLES, cookie_answer),
    "tcp": _Kind(tcp.PRESETS, tcp_answer),
}
"""The playgrounds by name."""
