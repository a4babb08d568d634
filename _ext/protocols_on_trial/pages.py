"""What stands in the head of a page: only scripts and styles the page uses, and a description of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

DESCRIPTION_LENGTH = 155
"""Characters of a description; search engines cut longer ones."""

_NEEDED_BY = {
    "sphinx-design": "sd-",
    "design-tabs": "sd-",
    "togglebutton": "toggle",
    "copybutton": "highlight",
    "clipboard": "highlight",
}
"""Assets that serve one kind of content, by a part of their name, and the markup that content leaves."""

_OF_FEATURES = {
    "run-cells.js": 'id="run-cells"',
    "run-cells.css": 'id="run-cells"',
    "filter.js": "data-entries=",
    "filter.css": "data-entries=",
    "cite.js": "ledger-cite",
    "drill.js": "drill-console",
    "drill.css": "drill-console",
    "playground.css": "data-playground=",
    "playground-token.js": 'data-playground="token"',
    "playground-cookie.js": 'data-playground="cookie"',
    "playground-tcp.js": 'data-playground="tcp"',
}
"""The book's own scripts and styles that a page loads for a feature, and the markup of that feature.

Scripts in `_static` that are not named here are modules that others import, so no page names them in its head.
"""


_MISNAMED = {'<summary aria-label="Toggle hidden content">': "<summary>"}
"""Markup with a name for assistive technology that hides the text all others read, and what it becomes."""

_STORED_STYLES = re.compile(r"<style>:root\{--fig-.*?</style>", re.DOTALL)


def setup(app: Sphinx) -> None:
    """Trim every page after all other extensions have added to it."""
    app.connect("html-page-context", trim_page, priority=900)


def trim_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Take needless assets out of a page's head and describe the page (handler of `html-page-context`)."""
    body = context["body"] = named_by_its_text(without_stored_styles(str(context.get("body", ""))))
    source = Path(app.srcdir)
    for kind in ("script_files", "css_files"):
        context[kind] = [asset for asset in context[kind] if wanted(asset, body) and for_a_feature(asset, body, source)]
    for script in context["script_files"]:
        as_module(script, source)
    metatags = context.get("metatags", "")
    if 'name="description"' not in metatags:
        text = description(doctree) or f"{context.get('title', pagename)} · {app.config.project}"
        context["metatags"] = f'{metatags}<meta name="description" content="{escape(text)}" />'


def wanted(asset: object, body: str) -> bool:
    """Whether a page with this body uses the asset, and has it on its own machine."""
    name = str(getattr(asset, "filename", None) or asset)
    inline = str(getattr(asset, "attributes", {}).get("body") or "")
    if name.startswith(("http:", "https:", "//")) or "thebe" in (name + inline).lower():
        return False
    return all(mark in body for part, mark in _NEEDED_BY.items() if part in name)


def for_a_feature(asset: object, body: str, source: Path) -> bool:
    """Whether the page has what a file of the book's own `_static` is for; true for any other asset."""
    name = own_name(asset, source)
    if name in _OF_FEATURES:
        return _OF_FEATURES[name] in body
    return not name.endswith(".js")


def as_module(script: object, source: Path) -> None:
    """Load a script of the book's own as a module, which may import others."""
    if own_name(script, source):
        script.attributes["type"] = "module"  # type: ignore[attr-defined]


def own_name(asset: object, source: Path) -> str:
    """The name of a file in the folder `_static` of the book at `source`; empty for any other asset."""
    name = str(getattr(asset, "filename", None) or asset).partition("?")[0].removeprefix("_static/")
    return name if name and (source / "_static" / name).is_file() else ""


def without_stored_styles(body: str) -> str:
    """The body without the stylesheet that a notebook shows for JupyterLab: the page loads the current one."""
    return _STORED_STYLES.sub("", body)


def named_by_its_text(body: str) -> str:
    """The body with the markup of `_MISNAMED` replaced, so that what is seen is what is read out."""
    for misnamed, plain in _MISNAMED.items():
        body = body.replace(misnamed, plain)
    return body


def description(doctree: nodes.document | None) -> str:
    """The first paragraph of the page, cut at a word to `DESCRIPTION_LENGTH`; empty where there is none."""
    if doctree is None:
        return ""
    return shorten(" ".join(_first_paragraph(doctree.findall(nodes.paragraph)).split()))


def shorten(text: str, length: int = DESCRIPTION_LENGTH) -> str:
    """The text in at most `length` characters, cut after a whole word and marked with an ellipsis."""
    if len(text) <= length:
        return text
    return text[: length - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def _first_paragraph(paragraphs: Iterable[nodes.paragraph]) -> str:
    return next((paragraph.astext() for paragraph in paragraphs), "")
