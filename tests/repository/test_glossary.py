"""The glossary explains every term that a chapter marks, and gives the Chinese of each."""

from __future__ import annotations

import json
import re

from tools.kernels import ROOT

_TEXT = (ROOT / "chapters" / "appendix" / "glossary.md").read_text(encoding="utf-8").partition("```{glossary}\n")[2]
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_TERM = re.compile(r"\{term\}`([^`]+)`")


def entries() -> list[list[str]]:
    """The names of each entry."""
    blocks = (block.strip("\n").splitlines() for block in _TEXT.partition("\n```")[0].split("\n\n"))
    return [names for lines in blocks if (names := [line for line in lines if line and not line.startswith(" ")])]


def marked() -> set[str]:
    """What the chapters mark as a term, in one line and in small letters."""
    prose = [_TEXT]
    for path in ROOT.glob("chapters/*/*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        prose += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    found = {" ".join(term.split()) for text in prose for term in _TERM.findall(text)}
    return {re.sub(r".*<(.+)>$", r"\1", term).lower() for term in found}


def test_every_term_of_a_chapter_is_in_the_glossary() -> None:
    known = {name.lower() for names in entries() for name in names}
    assert len(marked()) > 100
    assert marked() - known == set()


def test_every_entry_has_an_english_name_and_a_chinese_one() -> None:
    assert [names for names in entries() if not _CHINESE.search("".join(names[1:]))] == []
    assert [names for names in entries() if _CHINESE.search(names[0])] == []


def test_no_name_stands_twice_and_the_entries_are_in_order() -> None:
    names = [name for entry in entries() for name in entry]
    assert len(names) == len(set(names))
    first = [entry[0].casefold() for entry in entries()]
    assert first == sorted(first, key=lambda name: re.sub(r"[^a-z0-9]", " ", name)) or first == sorted(first)
