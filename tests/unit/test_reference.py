"""The API reference has every name that a chapter imports, with what its docstring says and a cell that uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from docutils import nodes

import labsupport
from _ext.protocols_on_trial import chapters, definitions, landing, reference
from tools.kernels import ROOT

PACKAGE = ROOT / "labsupport"
PAGES = [path.relative_to(ROOT).as_posix()[: -len(".ipynb")] for path in sorted(ROOT.glob("chapters/*/*.ipynb"))]
CHAPTERS = [chapters.read_chapter(ROOT, page) for page in PAGES]
ENTRIES = reference.entries_of(PACKAGE, CHAPTERS)

MODULE = '''
"""A lab of two hosts."""

from dataclasses import dataclass, field
from typing import NamedTuple

from labsupport.base import Base

FIRST = "192.0.2.1"
"""The address of the first host."""

_SECONDS = 5


class Host(Base):
    """One end of the wire, `eth0`."""

    def __init__(self, name, *names, wait: float = _SECONDS, **fields: str) -> None:
        self.name = name

    @property
    def address(self) -> str:
        """Its address."""

    def _hidden(self): ...


@dataclass(frozen=True)
class Wire:
    """What lies between them."""

    delay: float
    """In seconds."""
    copies: list[int] = field(default_factory=list)


class Pair(NamedTuple):
    """Two numbers."""

    one: int
    two: int = 2


def ping(host: Host, /, count: int = 3, *, every: float = 0.5) -> list[float]:
    """Ask whether it is there."""
'''
BASE = '''
class Base:
    """What all hosts have."""

    def close(self) -> None:
        """Let it go."""
'''


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small package in the place of `labsupport`."""
    package = tmp_path / "labsupport"
    (package / "lab").mkdir(parents=True)
    (package / "lab" / "__init__.py").write_text("from labsupport.lab.hosts import Host as Host\n", encoding="utf-8")
    (package / "lab" / "hosts.py").write_text(MODULE, encoding="utf-8")
    (package / "base.py").write_text(BASE, encoding="utf-8")
    return package


def test_every_name_of_the_package_is_in_the_reference_and_says_what_it_is() -> None:
    found = {entry.definition.name: entry for entry in ENTRIES if entry.imported_from == "labsupport"}
    assert set(labsupport.__all__) <= set(found)
    assert [name for name, entry in found.items() if not entry.definition.docstring] == []


def test_every_name_that_a_chapter_imports_is_in_the_reference_and_says_what_it_is() -> None:
    imported = {name for chapter in CHAPTERS for name in chapter.uses}
    found = {(entry.imported_from, entry.definition.name): entry.definition for entry in ENTRIES}
    assert len(imported) > 50
    assert imported <= set(found)
    assert [name for name in imported if not found[name].docstring] == []


def test_every_public_member_says_what_it_is() -> None:
    silent = [
        f"{entry.definition.name}.{member.name}"
        for entry in ENTRIES
        for member in entry.definition.members
        if not member.docstring
    ]
    assert silent == []


def test_every_entry_has_one_group_and_an_address_of_its_own() -> None:
    assert {entry.group for entry in ENTRIES} == set(reference.GROUPS)
    assert len({entry.anchor for entry in ENTRIES}) == len(ENTRIES)


def test_a_module_without_a_group_is_refused_with_the_remedy() -> None:
    entry = reference.Entry("labsupport.new", definitions.Definition("New", "labsupport.new", PACKAGE, "", ""), ())
    with pytest.raises(reference.NoGroupError, match=r"labsupport\.new.*add it to GROUPS"):
        _ = entry.group


def test_each_use_is_a_cell_of_the_chapter_that_has_the_name() -> None:
    for chapter in CHAPTERS:
        cells = json.loads((ROOT / f"{chapter.page}.ipynb").read_text(encoding="utf-8"))["cells"]
        sources = {cell["id"]: "".join(cell["source"]) for cell in cells}
        assert set(chapter.uses.values()) <= set(sources), chapter.page


def test_a_use_is_the_first_cell_after_the_import_that_has_the_name_as_it_is_known_there() -> None:
    code = [
        ("one", "from labsupport import (\n    table, signed_cookies as cookies,\n)\ntable_of = 3"),
        ("two", "cookies.sign('a')"),
        ("three", "table(['a'], [])"),
    ]
    uses = chapters.uses_of(code)
    assert uses == {("labsupport", "table"): "three", ("labsupport", "signed_cookies"): "two"}


@pytest.mark.parametrize(
    ("call", "needs"),
    [
        ('chapter("a/b")', ("network",)),
        ('chapter("a/b", needs=())', ()),
        ('chapter("a/b", "chromium")', ("chromium",)),
        ('NEW = "net.ipv4.x"\nchapter("a/b", needs=("network", NEW))', ("network", "net.ipv4.x")),
        ("print(1)", ()),
    ],
)
def test_the_needs_of_a_chapter_are_what_its_call_names(call: str, needs: tuple[str, ...]) -> None:
    assert chapters.needs_of([("one", call)]) == needs


def test_a_chapter_opens_with_its_title_and_its_question() -> None:
    assert chapters.opening("Before.\n\n# Why not two?\n\nWhat is the third\nsegment for?\n\nMore.") == (
        "Why not two?",
        "What is the third segment for?",
    )
    assert chapters.opening("## No title") == ("", "")


def test_every_chapter_asks_a_question_under_its_title() -> None:
    assert [chapter.page for chapter in CHAPTERS if not chapter.question.endswith("?")] == []


def test_a_class_is_found_through_the_package_with_its_arguments_and_what_it_inherits(package: Path) -> None:
    found = definitions.find(package, "labsupport.lab", "Host")
    assert (found.module, found.docstring) == ("labsupport.lab.hosts", "One end of the wire, `eth0`.")
    assert found.signature == "Host(name, *names, wait: float = ..., **fields: str)"
    assert found.members == (
        definitions.Member("address", "", "Its address."),
        definitions.Member("close", "close()", "Let it go."),
    )


def test_a_dataclass_and_a_tuple_are_called_with_their_fields(package: Path) -> None:
    wire = definitions.find(package, "labsupport.lab.hosts", "Wire")
    assert wire.signature == "Wire(delay: float, copies: list[int] = ...)"
    assert wire.members == (definitions.Member("delay", "", "In seconds."),)
    assert definitions.find(package, "labsupport.lab.hosts", "Pair").signature == "Pair(one: int, two: int = 2)"


def test_a_function_a_value_and_a_module_are_found_too(package: Path) -> None:
    ping = definitions.find(package, "labsupport.lab.hosts", "ping")
    assert ping.signature == "ping(host: Host, /, count: int = 3, *, every: float = 0.5) -> list[float]"
    first = definitions.find(package, "labsupport.lab.hosts", "FIRST")
    assert (first.signature, first.docstring) == ("", "The address of the first host.")
    module = definitions.find(package, "labsupport.lab", "hosts")
    assert (module.docstring, [one.name for one in module.members]) == ("A lab of two hosts.", ["ping"])


def test_a_name_that_is_not_there_is_told(package: Path) -> None:
    with pytest.raises(definitions.NotDefinedError, match=r"labsupport\.lab has no Router"):
        definitions.find(package, "labsupport.lab", "Router")


def test_a_long_signature_has_a_line_for_each_argument() -> None:
    lines = next(one for one in ENTRIES if one.definition.name == "Network").definition.signature.splitlines()
    assert lines[0] == "Network("
    assert lines[-1] == ")"
    assert all(line.startswith("    ") and line.endswith(",") for line in lines[1:-1])


def test_a_docstring_becomes_paragraphs_code_and_blocks() -> None:
    paragraph, block, more = reference.prose("Send `SYN`.\nWait.\n\n    send()\n\n    wait()\n\nDone.")
    assert [type(one) for one in paragraph.children] == [nodes.Text, nodes.literal, nodes.Text]
    assert (paragraph.astext(), more.astext()) == ("Send SYN. Wait.", "Done.")
    assert isinstance(block, nodes.literal_block)
    assert (block.astext(), block["language"]) == ("send()\n\nwait()", "python")
    assert reference.example("s%3AfZ3…kQ").get("language") == "text"


def test_the_figure_of_the_first_page_is_the_one_a_cell_drew() -> None:
    notebook = ROOT / "chapters/3-tcp/01-three-way-handshake.ipynb"
    picture, alt = landing.drawn_by(notebook, "open-figure")
    assert picture.tag.endswith("svg")
    assert "SYN" in alt
    with pytest.raises(LookupError, match="no figure in a cell 'nowhere'"):
        landing.drawn_by(notebook, "nowhere")
