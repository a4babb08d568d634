"""Figures stand in the page itself, so that their colors follow the theme and their text can be found.

A picture drawn by `labsupport.figures` takes its colors from the page's custom properties. An `<img>` cannot
see the page; inline SVG can.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

PALETTE_MARK = "var(--fig-"
"""What the SVG of a picture in the book's palette contains."""

_SVG = "http://www.w3.org/2000/svg"

logger = logging.getLogger(__name__)


def setup(app: Sphinx) -> None:
    """Replace the book's pictures by inline SVG when HTML is written."""
    app.add_post_transform(InlineFigures)


class InlineFigures(SphinxPostTransform):
    """Put the SVG of every picture in the book's palette in the place of its image node, for HTML only."""

    # Before Sphinx's own image transforms, which copy the files of the images that are left.
    default_priority = 5
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Replace each image of the document that is a picture of the book."""
        for image in list(self.document.findall(nodes.image)):
            path = Path(self.app.srcdir) / str(image.get("uri", ""))
            picture = parse_picture(path.read_text(encoding="utf-8")) if path.suffix == ".svg" else None
            if picture is not None:
                alt = str(image.get("alt") or "")
                if not alt:
                    logger.warning("a figure lacks alt text: mystnb.image.alt in its cell", location=image)
                frame = f'<div class="trial-figure-frame">{inline_svg(picture, alt)}</div>'
                image.replace_self(nodes.raw("", frame, format="html"))


def parse_picture(text: str) -> ElementTree.Element | None:
    """The root of an SVG in the book's palette, without comments and prolog; None for any other image."""
    if PALETTE_MARK not in text:
        return None
    root = ElementTree.fromstring(text)
    return root if root.tag == f"{{{_SVG}}}svg" else None


def inline_svg(root: ElementTree.Element, alt: str) -> str:
    """The picture as markup for the body of a page: one image, named by the alt text where there is one."""
    root.set("role", "img")
    if alt:
        root.set("aria-label", alt)
    ElementTree.register_namespace("", _SVG)
    return ElementTree.tostring(root, encoding="unicode")
