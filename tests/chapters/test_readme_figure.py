"""The README shows a figure of the book as it is stored, in a file that needs no page around it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

from tests.chapters.small_notebook import code_cell, printed, shown
from tools import readme_figure
from tools.kernels import ROOT
from tools.notebooks import code_cells, read

SVG = "{http://www.w3.org/2000/svg}"


def test_it_is_the_stored_figure_of_the_chapter() -> None:
    assert readme_figure.FILE.read_text(encoding="utf-8") == readme_figure.drawn(read(readme_figure.NOTEBOOK))


def test_it_says_what_the_notebook_says() -> None:
    cell = next(cell for cell in code_cells(read(readme_figure.NOTEBOOK)) if cell["id"] == readme_figure.CELL)
    description = ElementTree.parse(readme_figure.FILE).findtext(f"{SVG}desc")
    assert description == "".join(cell["outputs"][0]["data"]["text/plain"])


def test_the_readme_shows_it_with_an_alternative_text() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [(alt, target)] = re.findall(r"!\[([^]]*)\]\(([^)]*)\)", readme)
    assert ROOT / target == readme_figure.FILE
    assert len(alt) > 40


def test_an_image_element_can_show_it() -> None:
    drawing = readme_figure.FILE.read_text(encoding="utf-8")
    root = ElementTree.fromstring(drawing)
    assert root.tag == f"{SVG}svg"
    assert {"viewBox", "width"} <= root.attrib.keys()
    assert "var(" not in drawing
    assert "<!--" not in drawing
    assert re.findall(r"(?:href|src|url)\W", drawing) == []


def test_its_colors_are_those_of_a_light_page() -> None:
    drawing = '<svg><!--measured--><path style="fill:var(--fig-open, #0072b2);stroke:#ffffff"/><!--/measured--></svg>'
    notebook = {"cells": [code_cell(readme_figure.CELL, "it", shown("it", {"image/svg+xml": drawing}))]}
    assert readme_figure.drawn(notebook) == '<svg><path style="fill:#0072b2;stroke:#ffffff"/></svg>\n'


@pytest.mark.parametrize("identity", ["another", readme_figure.CELL])
def test_a_notebook_without_the_figure_is_refused_with_the_remedy(identity: str) -> None:
    notebook = {"cells": [code_cell(identity, "print('it')", printed("it\n"))]}
    with pytest.raises(ValueError, match=r"no figure in a cell 'open-figure'; name another in tools/readme_figure"):
        readme_figure.drawn(notebook)
