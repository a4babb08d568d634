"""The index of standards: `{standards-index}` lists each section that the book cites with the claims that cite it."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from .bibliography import noted_bibliography
from .filters import filter_bar
from .ledger import noted_dockets
from .ledger_page import verdict_and_link
from .standards_index import Citation, Cited, Section, Shelf, shelves


class StandardsIndexDirective(SphinxDirective):
    """`{standards-index}`: documents by kind, in each the cited sections in order, under each its claims."""

    def run(self) -> list[nodes.Node]:
        """The filter and one section for each kind of document."""
        found = shelves(noted_dockets(self.env), noted_bibliography(self.env))
        bar = filter_bar(".standards-claims > li", "citation", "number, section, claim")
        return [bar, *(self._shelf(shelf) for shelf in found)]

    def _shelf(self, shelf: Shelf) -> nodes.section:
        section = nodes.section("", nodes.title("", shelf.name), ids=[nodes.make_id(f"standards-{shelf.name}")])
        section += [self._document(document) for document in shelf.documents]
        return section

    def _document(self, document: Cited) -> nodes.section:
        section = nodes.section("", nodes.title("", document.name), ids=[nodes.make_id(f"standard-{document.name}")])
        if document.title and document.title != document.name:
            title = nodes.emphasis("", document.title)
            link = nodes.reference("", "", title, refuri=document.url) if document.url else title
            section += nodes.paragraph("", "", link, nodes.Text(f", {_claims(document.claims)}"))
        section += nodes.bullet_list("", *map(self._section, document.sections), classes=["standards-sections"])
        return section

    def _section(self, cited: Section) -> nodes.list_item:
        claims = nodes.bullet_list("", *map(self._claim, cited.citations), classes=["standards-claims"])
        return nodes.list_item("", _place(cited), claims, classes=["standards-section"])

    def _claim(self, citation: Citation) -> nodes.list_item:
        uri = self.env.app.builder.get_relative_uri(self.env.docname, citation.page)
        return nodes.list_item("", verdict_and_link(citation.claim, uri))


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("standards-index", StandardsIndexDirective)


def _place(cited: Section) -> nodes.paragraph:
    numbered = f"§{cited.place}" if cited.place[:1].isdecimal() else cited.place
    words = numbered.removeprefix("#") if cited.title == "" or not numbered.startswith("#") else ""
    named = " ".join(filter(None, (words, cited.title))) or "The whole document"
    text = nodes.reference("", named, refuri=cited.url) if cited.url else nodes.Text(named)
    return nodes.paragraph("", "", text, classes=["standards-place"])


def _claims(number: int) -> str:
    return f"{number} {'claim' if number == 1 else 'claims'}"
