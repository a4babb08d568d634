"""HTML by one function that escapes everything it is not told to trust. Pure Python."""

from __future__ import annotations

from html import escape

from labsupport import measured


class Html(str):
    """Text that is HTML already and is not escaped again."""

    __slots__ = ()


def element(name: str, *children: str, **attributes: str | None) -> Html:
    """One HTML element. Children that are not `Html` are escaped; an attribute that is None is left out.

    A trailing underscore frees a Python keyword (`class_`), other underscores become hyphens (`aria_label`).
    """
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{pairs}>{join(*children)}</{name}>")


def join(*children: str) -> Html:
    """Children one after the other, escaped where they are not `Html`."""
    return Html(
        "".join(child if isinstance(child, Html) else escape(child, quote=False) for child in children)
    )


def in_marks(content: str) -> Html:
    """Content marked as measured: it differs from run to run and is not compared."""
    return Html(measured.in_markup(join(content)))
