"""What stands in the head of a page: only scripts and styles the page uses, and a description of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
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
    for kind in ("script_files", "css_files"):
        context[kind] = [asset for asset in context[kind] if wanted(asset, body)]
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
