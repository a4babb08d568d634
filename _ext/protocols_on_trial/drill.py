"""The interview drill: `{interview-drill}` makes its console and, for readers without script, the list of questions."""

from __future__ import annotations

from pathlib import Path
from string import Template

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from labsupport.claims.card import badge
from labsupport.claims.ledger import Standard
from labsupport.markup import Html, element, join

from .bibliography import Bibliography, noted_bibliography
from .filters import topic_options
from .ledger import MEANINGS, Docket, Part, noted_dockets, parts_of
from .questions import Question, questions_of

_CONSOLE = Path(__file__).with_name("drill.html")


class InterviewDrillDirective(SphinxDirective):
    """`{interview-drill}`: where a round is drilled, and below it every question with its answer."""

    def run(self) -> list[nodes.Node]:
        """The console, which an e-book does not have, and the list."""
        dockets = noted_dockets(self.env)
        parts = parts_of(self.env.app, dockets)
        self.bibliography = noted_bibliography(self.env)
        self.env.note_dependency(str(_CONSOLE))
        drill = addnodes.only("", nodes.raw("", console(parts), format="html"), expr="not epub")
        every = nodes.section("", nodes.title("", "Every question"), ids=["every-question"])
        every += [self._part(part) for part in parts]
        return [drill, every]

    def _part(self, part: Part) -> nodes.section:
        section = nodes.section("", nodes.title("", part.title), ids=[f"questions-{part.topic}"])
        section += nodes.raw("", join(*(self._chapter(docket) for docket in part.dockets)), format="html")
        return section

    def _chapter(self, docket: Docket) -> Html:
        uri = self.env.app.builder.get_relative_uri(self.env.docname, docket.page)
        listed = (question_entry(question, uri, self.bibliography) for question in questions_of([docket]))
        number = f" {len(docket.claims)} questions"
        head = element("summary", element("span", docket.title), element("small", number))
        return element("details", head, element("ol", *listed), class_="drill-chapter", id=f"questions-{docket.topic}")


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("interview-drill", InterviewDrillDirective)


def console(parts: list[Part]) -> Html:
    """Where a round is chosen, drilled and summed up."""
    template = Template(_CONSOLE.read_text(encoding="utf-8"))
    choices = join(*(_choice(key, verdict) for key, verdict in enumerate(MEANINGS, 1)))
    return Html(template.substitute(topics=topic_options(parts), choices=choices))


def question_entry(question: Question, uri: str, bibliography: Bibliography) -> Html:
    """A question that opens to its answer, with the evidence and the way to the cell that decides."""
    claim = question.claim
    said = element("summary", element("q", claim.claim))
    answer = element("p", badge(claim), " ", " ".join(question.answer), class_="drill-reason")
    seen = join(
        *_list("What the experiment saw", question.evidence.observed),
        *_list("Its control", question.evidence.control),
    )
    cell = element("a", "The cell that decides it", href=f"{uri}#claim-{claim.id}")
    sources = element("p", _cited(claim.standards[0], bibliography), " · ", cell, class_="drill-sources")
    evidence = element("div", seen, class_="drill-evidence")
    body = element("div", answer, evidence, sources, class_="drill-answer")
    return element("li", element("details", said, body), data_question=claim.id, data_verdict=claim.verdict)


def _choice(key: int, verdict: str) -> Html:
    box = Html(f'<input type="radio" name="verdict" value="{verdict}" required>')
    words = element("span", element("strong", verdict), element("small", MEANINGS[verdict]))
    return element("label", box, element("kbd", str(key)), words, class_=f"drill-choice trial-verdict-{verdict}")


def _list(title: str, seen: tuple[str, ...]) -> tuple[Html, Html]:
    return element("p", title, class_="drill-label"), element("ul", *(element("li", text) for text in seen))


def _cited(standard: Standard, bibliography: Bibliography) -> Html:
    url = bibliography.address(standard.ref)
    name = element("a", standard.ref, href=url) if url else join(standard.ref)
    return join(name, f" ({standard.title})" if standard.title else "")
