"""The API reference, made from the docstrings of `labsupport` and the imports of the chapters when the book is built.

`{reference}` lists every name that a chapter imports, and the records that cells get, by the way of the data: what is
set up, observed, predicted, shown, judged. Each has a link to the cell that first uses it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from .chapters import Chapter, noted_chapters
from .definitions import Definition, Member, find

GROUPS = {
    "Set up": (
        "The parties of an experiment: hosts, sites, stores, services, and those who attack them.",
        (
            *("network.lab", "server", "balancer", "node", "processes"),
            *("stores", "signed_cookies", "tokens", "oauth", "csrf"),
        ),
    ),
    "Observe": (
        "Begin a chapter, and look. Where nothing runs live, the same call replays what was recorded.",
        ("experiment", "browser", "network.tshark", "terminal"),
    ),
    "Record": ("Plain data, which every table, figure and verdict is made from.", ("records",)),
    "Predict": ("What should happen by the standard, without a network or a browser.", ("network.model", "cookies")),
    "Show": ("Tables, figures and octets with their names.", ("tables", "figures", "dissection")),
    "Judge": ("The claim, what was seen, and the card.", ("claims",)),
}
"""The groups of the reference, what each is for, and the modules below `labsupport` that belong to it."""

RECORDS = (
    ("labsupport.records", "Conversation"),
    ("labsupport.records", "Segment"),
    ("labsupport.records", "Exchange"),
)
"""What cells get and look at, and so do not import."""

_CODE = re.compile(r"``([^`]+)``|`([^`]+)`")


class NoGroupError(LookupError):
    """A chapter imports from a module that no group of the reference has; the message names it and the remedy."""


@dataclass(frozen=True)
class Entry:
    """A name of the reference: where it is imported from, its definition, and the cells that use it first."""

    imported_from: str
    definition: Definition
    places: tuple[tuple[Chapter, str], ...]

    @property
    def group(self) -> str:
        """The group it belongs to. Raises `NoGroupError`."""
        home = self.definition.module.removeprefix("labsupport.")
        for group, (_, modules) in GROUPS.items():
            if any(home == module or home.startswith(f"{module}.") for module in modules):
                return group
        raise NoGroupError(f"a chapter imports from labsupport.{home}, which no group has: add it to GROUPS")

    @property
    def anchor(self) -> str:
        """Its id on the page."""
        return nodes.make_id(f"{self.imported_from}-{self.definition.name}")


class ReferenceDirective(SphinxDirective):
    """`{reference}`: one section a group, one entry a name."""

    def run(self) -> list[nodes.Node]:
        """The sections of the reference."""
        entries = entries_of(Path(self.env.srcdir) / "labsupport", noted_chapters(self.env))
        for entry in entries:
            self.env.note_dependency(str(entry.definition.file))
        return [self._group(group, [one for one in entries if one.group == group]) for group in GROUPS]

    def _group(self, group: str, entries: Sequence[Entry]) -> nodes.section:
        section = nodes.section("", nodes.title("", group), ids=[nodes.make_id(f"reference-{group}")])
        section += nodes.paragraph("", GROUPS[group][0])
        section += [self._entry(entry) for entry in entries]
        return section

    def _entry(self, entry: Entry) -> nodes.section:
        found = entry.definition
        section = nodes.section(ids=[entry.anchor], classes=["reference-entry"])
        section += nodes.title("", "", nodes.literal("", found.name))
        section += code("\n".join(filter(None, (import_line(entry), found.signature))))
        section += prose(found.docstring)
        if found.members:
            section += members(found.members)
        if entry.places:
            section += self._places(entry.places)
        return section

    def _places(self, places: Sequence[tuple[Chapter, str]]) -> nodes.paragraph:
        """The chapters that use a name, each as a link to the first cell that does."""
        line = nodes.paragraph("", "In use: ", classes=["reference-places"])
        for number, (chapter, cell) in enumerate(places):
            uri = self.env.app.builder.get_relative_uri(self.env.docname, chapter.page)
            words = f"{chapter.number} {chapter.title}" if len(places) <= 3 else chapter.number
            line += nodes.Text(", " if number else "")
            link = nodes.reference("", words, internal=True, refuri=f"{uri}#cell-{cell}")
            line += link
        return line


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("reference", ReferenceDirective)


def entries_of(package: Path, chapters: Iterable[Chapter]) -> list[Entry]:
    """Every name that a chapter imports from the package in this folder, and the records, by group and name."""
    places: dict[tuple[str, str], list[tuple[Chapter, str]]] = {name: [] for name in RECORDS}
    for chapter in chapters:
        for name, cell in chapter.uses.items():
            places.setdefault(name, []).append((chapter, cell))
    entries = [Entry(name[0], find(package, *name), tuple(used)) for name, used in places.items()]
    return sorted(entries, key=lambda entry: (entry.definition.name.lower(), entry.imported_from))


def import_line(entry: Entry) -> str:
    """How a cell gets the name; a record is not imported."""
    if (entry.definition.module, entry.definition.name) in RECORDS:
        return ""
    return f"from {entry.imported_from} import {entry.definition.name}"


def code(text: str, language: str = "python") -> nodes.literal_block:
    """A block of code."""
    return nodes.literal_block(text, text, language=language)


def example(text: str) -> nodes.literal_block:
    """A block of a docstring: Python, or plain text where it is none."""
    return code(text, "python" if _is_python(text) else "text")


def prose(docstring: str) -> list[nodes.Node]:
    """A docstring as paragraphs, and its indented blocks as code."""
    blocks = re.split(r"\n[ \t]*\n", docstring.strip("\n"))
    found: list[nodes.Node] = []
    for block in blocks:
        if block.startswith("    ") and found and isinstance(found[-1], nodes.literal_block):
            found[-1] = example(f"{found[-1].astext()}\n\n{_without_indent(block)}")
        else:
            found.append(example(_without_indent(block)) if block.startswith("    ") else words(block))
    return found


def words(block: str) -> nodes.paragraph:
    """A paragraph in which what stands between backquotes is code."""
    paragraph = nodes.paragraph()
    text, end = " ".join(block.split()), 0
    for match in _CODE.finditer(text):
        paragraph += [nodes.Text(text[end : match.start()]), nodes.literal("", match[1] or match[2])]
        end = match.end()
    paragraph += nodes.Text(text[end:])
    return paragraph


def members(parts: Iterable[Member]) -> nodes.definition_list:
    """Methods, properties and fields, each with the first paragraph of its docstring."""
    items = nodes.definition_list(classes=["reference-members"])
    for part in parts:
        term = nodes.term("", "", nodes.literal("", " ".join(part.signature.split()) or part.name))
        said = prose(part.docstring)[:1] if part.docstring else []
        items += nodes.definition_list_item("", term, nodes.definition("", *said))
    return items


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _without_indent(block: str) -> str:
    return "\n".join(line[4:] for line in block.splitlines())
