"""What runs where: `{platforms}` by platform, `{chapter-needs}` by chapter, `{doctor}` why not and what helps.

All three list tables of `labsupport` and what the chapters' first cells name; nothing is written twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from labsupport import doctor, platforms, troubles

from .chapters import Chapter, noted_chapters

LIVE, RECORDED = "live", "recorded"

_COMMAND = re.compile(
    r"(sudo [\w.=/+ -]+|--[\w-]+(?:[= ][\w=/.-]+)*|LAB_\w+=\w+|unset \w+|make (?:lab|doctor)\b|/dev/[\w/]+"
    r"|(?:kernel|user)\.\w+|<python> -m pip install -r <requirements>|python -m [\w.]+|python tasks\.py \w+)"
)
_MANAGERS = ("apt", "brew", "winget")


class PlatformsDirective(SphinxDirective):
    """`{platforms}`: which instruments run live on which platform, and what to do for the rest."""

    def run(self) -> list[nodes.Node]:
        """A table with a line for each platform, and a list of the remedies."""
        self.env.note_dependency(str(platforms.__file__))
        lines = table(["Platform", *platforms.INSTRUMENTS], map(_platform_line, platforms.PLATFORMS))
        lines["classes"].append("platforms")
        remedies = nodes.bullet_list()
        remedies += [_remedy_item(one) for one in platforms.PLATFORMS if one.remedy]
        return [lines, nodes.paragraph("", "What to do for the rest:"), remedies]


class NeedsDirective(SphinxDirective):
    """`{chapter-needs}`: what each chapter asks for beyond Python."""

    def run(self) -> list[nodes.Node]:
        """One table, a line for each chapter."""
        return [table(["Chapter", "Asks for"], map(self._line, noted_chapters(self.env)))]

    def _line(self, chapter: Chapter) -> list[nodes.Node]:
        uri = self.env.app.builder.get_relative_uri(self.env.docname, chapter.page)
        link = nodes.reference("", f"{chapter.number} {chapter.title}", internal=True, refuri=uri)
        needs = nodes.inline()
        for number, need in enumerate(chapter.needs):
            needs += [nodes.Text(", " if number else ""), nodes.literal("", need)]
        return [link, needs if chapter.needs else nodes.Text("nothing but Python")]


class DoctorDirective(SphinxDirective):
    """`{doctor}`: every reason why something does not run live, with its remedy, as the doctor tells them."""

    def run(self) -> list[nodes.Node]:
        """One section an instrument, and one for the packages that have the programs."""
        for module in (troubles, doctor):
            self.env.note_dependency(str(module.__file__))
        groups = [_group(what, list(of_one)) for what, of_one in groupby(troubles.TROUBLES, lambda one: one.what)]
        return [*groups, _programs()]


def setup(app: Sphinx) -> None:
    """Register the directives."""
    app.add_directive("platforms", PlatformsDirective)
    app.add_directive("chapter-needs", NeedsDirective)
    app.add_directive("doctor", DoctorDirective)


def _platform_line(platform: platforms.Platform) -> list[nodes.Node]:
    cells: list[nodes.Node] = [nodes.strong("", platform.name)]
    for needs in platforms.INSTRUMENTS.values():
        word = LIVE if platform.runs_all(needs) else RECORDED
        cells.append(nodes.inline("", word, classes=[f"runs-{word}"]))
    return cells


def _remedy_item(platform: platforms.Platform) -> nodes.list_item:
    name = nodes.strong("", platform.name)
    return nodes.list_item("", nodes.paragraph("", "", name, nodes.Text(": "), with_commands(platform.remedy)))


def _group(what: str, found: Sequence[troubles.Trouble]) -> nodes.section:
    section = _section(what[0].upper() + what[1:], f"trouble-{what}")
    lines = [[_told(one), with_commands(_open(one.remedy))] for one in found]
    section += table(["It says", "What to do"], lines)
    return section


def _told(trouble: troubles.Trouble) -> nodes.Node:
    """The reason as it is told, and under which circumstances."""
    words = nodes.inline("", "", nodes.literal("", _open(trouble.reason)))
    if trouble.sign:
        words += [nodes.Text(", when "), *with_commands(trouble.sign).children]
    return words


def _open(text: str) -> str:
    """The text with what the machine fills in as a name between angle brackets."""
    return re.sub(r"\{(\w+)\}", r"<\1>", text)


def _programs() -> nodes.section:
    section = _section("Where the programs come from", "trouble-programs")
    section += nodes.paragraph(
        "", "A program that is missing is installed by its package. A dash means that there is none, and that the book "
        "replays what it would show."
    )  # fmt: skip
    programs = [doctor.CHROMIUM, doctor.FIREFOX, doctor.GECKODRIVER, *doctor.PROGRAMS]
    heads = ["Program", "What it is for", "Debian, Ubuntu", "macOS", "Windows"]
    section += table(heads, (_program_line(one) for one in programs))
    return section


def _program_line(program: doctor.Program) -> list[nodes.Node]:
    packages = (program.packages.get(manager, "") for manager in _MANAGERS)
    told = (nodes.literal("", package) if package else nodes.Text("–") for package in packages)
    return [nodes.literal("", program.name), nodes.Text(program.purpose), *told]


def _section(title: str, name: str) -> nodes.section:
    return nodes.section("", nodes.title("", title), ids=[nodes.make_id(name)])


def with_commands(text: str) -> nodes.inline:
    """The words with the commands and options among them as code."""
    line, end = nodes.inline(), 0
    for match in _COMMAND.finditer(text):
        line += [nodes.Text(text[end : match.start()]), nodes.literal("", match[0].strip())]
        end = match.start() + len(match[0].rstrip())
    line += nodes.Text(text[end:])
    return line


def table(heads: Sequence[str], lines: Iterable[Sequence[nodes.Node]]) -> nodes.table:
    """A table with one head; the first cell of each line names it."""
    group = nodes.tgroup(cols=len(heads))
    group += [nodes.colspec(colwidth=1) for _ in heads]
    group += nodes.thead("", _row([nodes.Text(head) for head in heads]))
    group += nodes.tbody("", *(_row(line) for line in lines))
    return nodes.table("", group, classes=["reference-table"])


def _row(cells: Sequence[nodes.Node]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))
