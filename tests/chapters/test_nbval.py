"""nbval compares what it should: every change outside the marks fails, a change inside them passes."""

from __future__ import annotations

import os
import subprocess
import xml.etree.ElementTree

import pytest

from tests.chapters.small_notebook import code_cell, printed, shown, stored
from tools import kernels
from tools.compare import command
from tools.kernel_channels import PORTS_ONLY
from tools.kernels import ROOT
from tools.notebooks import Cell

TEXT = 'print("the reply took ⟦81 ms⟧")'
MARKUP = (
    "class Page:\n    def __repr__(self): return 'a page'\n"
    "    def _repr_html_(self): return '<p>took <!--measured-->81<!--/measured--> ms</p>'\nPage()"
)
DRAWING = (
    "class Drawing:\n    def __repr__(self): return 'a drawing'\n    def _repr_svg_(self):\n"
    "        return '<!--measured--><svg x=\"1\">\\n<!--/measured--><desc>one arrow</desc></svg>'\nDrawing()"
)
NOTICE = "print('Linux')"
TRANSPORT = "from ipykernel.kernelapp import IPKernelApp\nprint(IPKernelApp.instance().transport)"


def page(text: str) -> dict[str, str]:
    return {"text/html": text}


def drawing(text: str) -> dict[str, str]:
    return {"image/svg+xml": text}


CELLS: dict[str, tuple[Cell, str]] = {
    "text as stored": (code_cell("c", TEXT, printed("the reply took ⟦81 ms⟧\n")), "passed"),
    "text, measured part": (code_cell("c", TEXT, printed("the reply took ⟦9 ms⟧\n")), "passed"),
    "text, other words": (code_cell("c", TEXT, printed("the request took ⟦81 ms⟧\n")), "failed"),
    "text, a mark less": (code_cell("c", TEXT, printed("the reply took 81 ms\n")), "failed"),
    "text, output missing": (code_cell("c", TEXT), "failed"),
    "page, measured part": (
        code_cell("c", MARKUP, shown("a page", page("<p>took <!--measured-->9<!--/measured--> ms</p>"))),
        "passed",
    ),
    "page, other words": (
        code_cell("c", MARKUP, shown("a page", page("<p>lost <!--measured-->81<!--/measured--> ms</p>"))),
        "failed",
    ),
    "drawing, measured lines": (
        code_cell(
            "c",
            DRAWING,
            shown(
                "a drawing",
                drawing('<!--measured--><svg x="2">\n\n<!--/measured--><desc>one arrow</desc></svg>'),
            ),
        ),
        "passed",
    ),
    "drawing, other description": (
        code_cell(
            "c",
            DRAWING,
            shown(
                "a drawing",
                drawing('<!--measured--><svg x="1">\n<!--/measured--><desc>two arrows</desc></svg>'),
            ),
        ),
        "failed",
    ),
    "the notice": (
        code_cell("c", NOTICE, printed("macOS\n"), tags=["evidence", "nbval-ignore-output"]),
        "passed",
    ),
    "a kernel whose ports nobody else can take": (
        code_cell("c", TRANSPORT, printed("tcp\n" if PORTS_ONLY else "ipc\n")),
        "passed",
    ),
    "an error instead of the value": (code_cell("c", "1 / 0", shown("0.5")), "failed"),
    "a recording that was asked for elsewhere": (
        code_cell("c", "import os\nprint(os.environ.get('LAB_RECORD'))", printed("None\n")),
        "passed",
    ),
    "another machine": (
        code_cell("c", "import socket\nsocket.create_connection(('198.51.100.1', 9), 1)"),
        "failed",
    ),
}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What nbval says of each cell, all in one notebook: a cell that fails does not stop the next."""
    folder = tmp_path_factory.mktemp("compared")
    cells = [cell | {"id": f"cell-{number}"} for number, (cell, _) in enumerate(CELLS.values())]
    stored({"cells": cells, "metadata": {}}, folder)
    report = folder / "report.xml"
    compare = command(folder, f"--junitxml={report}", at_once=1)
    variables = kernels.environment(base={**os.environ, "LAB_RECORD": "all"})
    subprocess.run(compare, cwd=ROOT, env=variables, check=False, capture_output=True)
    cases = xml.etree.ElementTree.parse(report).iter("testcase")
    found = {case.attrib["name"]: "failed" if len(case) else "passed" for case in cases}
    return {name: found.get(f"Cell {number}", "not run") for number, name in enumerate(CELLS)}


@pytest.mark.parametrize("name", CELLS)
def test_nbval(name: str, verdicts: dict[str, str]) -> None:
    assert verdicts[name] == CELLS[name][1]
