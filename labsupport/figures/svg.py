"""From the SVG that matplotlib writes to one that can stand in a page.

Ids are unique to the drawing, rules that would leak into the page are gone, the size follows the page, and
the palette's colors follow its theme. The same figure gives the same bytes in every process.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from .drawings import PAPER, SALT, Drawing, opening, prefix, themed
from .theme import FONT_STACK, MONO_STACK, PALETTE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ROLE_OF = {color.light: role for role, color in PALETTE.items()}
_HEX = re.compile(r"#[0-9a-fA-F]{6}\b")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FAMILY = re.compile(r"font-family:\s*([^;]+)")
_NUMBER = re.compile(r"-?\d+\.\d+")


def drawing(figure: Figure) -> Drawing:
    """Write a figure as SVG for a page: scaling, themed, with its own paper behind it."""
    root = _written(figure)
    _strip(root)
    for element in root.iter():
        _restyle(element)
    root.insert(0, ElementTree.fromstring(PAPER))
    _rename(root, prefix(ElementTree.tostring(root, encoding="unicode")))
    body = "".join(ElementTree.tostring(child, encoding="unicode") for child in root)
    return Drawing(opening(root.attrib["viewBox"]), body, "</svg>")


def _written(figure: Figure) -> Element:
    import matplotlib

    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": SALT}):
        figure.savefig(buffer, format="svg", facecolor="none", edgecolor="none",
                       metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return ElementTree.fromstring(buffer.getvalue())


def _strip(element: Element) -> None:
    """Remove metadata, the global style rule, namespaces, and groups that group nothing."""
    element.tag = _local(element.tag)
    element.text = _trimmed(element.text)
    element.tail = None
    for name in list(element.attrib):
        if name.startswith("{"):
            element.attrib[_local(name)] = element.attrib.pop(name)
    children = [child for child in element if _local(child.tag) not in ("metadata", "style")]
    element[:] = []
    for child in children:
        _strip(child)
        element.extend(_unwrapped(child))


def _unwrapped(element: Element) -> list[Element]:
    """The children of a group without meaning, nothing for an empty one, else the element itself."""
    if element.tag not in ("g", "defs"):
        return [element]
    bare = element.tag == "g" and not set(element.attrib) - {"id"}
    return list(element) if bare or not len(element) else [element]


def _trimmed(text: str | None) -> str | None:
    return text if text and text.strip() else None


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _restyle(element: Element) -> None:
    """Themed colors, fonts with fallbacks, numbers no finer than a hundredth of a point."""
    for name in ("fill", "stroke"):
        if _HEX.fullmatch(element.attrib.get(name, "")):
            color = element.attrib.pop(name)
            element.set("style", f"{name}: {color}; {element.get('style', '')}".rstrip("; "))
    if "style" in element.attrib:
        style = _HEX.sub(_themed, element.attrib["style"])
        style = _FAMILY.sub(_with_fallbacks, style)
        element.set("style", style.replace("; ", ";").replace(": ", ":"))
    for name in ("d", "x", "y", "transform", "width", "height", "points"):
        if name in element.attrib:
            element.set(name, _compact(element.attrib[name]))


def _themed(match: re.Match[str]) -> str:
    color = match.group().lower()
    role = _ROLE_OF.get(color)
    return themed(role) if role else color


def _with_fallbacks(match: re.Match[str]) -> str:
    families = match.group(1)
    if "DejaVu Sans Mono" in families:
        return f"font-family: {MONO_STACK}"
    return f"font-family: {FONT_STACK}" if "DejaVu Sans" in families else match.group()


def _compact(numbers: str) -> str:
    shorter = _NUMBER.sub(lambda match: f"{float(match.group()):.2f}".rstrip("0").rstrip("."), numbers)
    return " ".join(shorter.split())


def _rename(root: Element, prefix: str) -> None:
    """Keep the ids that something refers to, and make them the drawing's own."""
    wanted = set(_references(root))
    for element in root.iter():
        if element.attrib.get("id") in wanted:
            element.set("id", prefix + element.attrib["id"])
        else:
            element.attrib.pop("id", None)
        for name, value in element.attrib.items():
            if name == "href" and value.startswith("#"):
                element.set(name, f"#{prefix}{value[1:]}")
            else:
                element.set(name, _REFERENCE.sub(rf"url(#{prefix}\1)", value))


def _references(root: Element) -> Iterator[str]:
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "href" and value.startswith("#"):
                yield value[1:]
            yield from _REFERENCE.findall(value)
