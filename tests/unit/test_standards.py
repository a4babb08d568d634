"""References to standards and their addresses; HTML that escapes."""

from __future__ import annotations

import pytest

from labsupport.markup import Html, element, in_marks, join
from labsupport.standards import address, lacks_section, link


@pytest.mark.parametrize(
    ("reference", "url"),
    [
        ("RFC 9293 §3.10.7.4", "https://www.rfc-editor.org/rfc/rfc9293#section-3.10.7.4"),
        ("RFC 8446 §2", "https://www.rfc-editor.org/rfc/rfc8446#section-2"),
        ("RFC 9110 §A.1", "https://www.rfc-editor.org/rfc/rfc9110#appendix-A.1"),
        ("RFC 6265 §C", "https://www.rfc-editor.org/rfc/rfc6265#appendix-C"),
        ("RFC 6528", "https://www.rfc-editor.org/rfc/rfc6528"),
        (
            "draft-ietf-httpbis-rfc6265bis-22 §5.7",
            "https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis-22#section-5.7",
        ),
        ("RFC 6265bis §5.7", "https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis-22#section-5.7"),
        ("document: High Performance Browser Networking, ch. 2", None),
        ("implementation: Linux listen backlog", None),
        ("WHATWG HTML: document.cookie", None),
        ("RFC 9293, section 3", None),
        ("", None),
    ],
)
def test_an_rfc_or_draft_has_an_address_at_its_section_and_nothing_else_has(reference, url):
    assert address(reference) == url


def test_a_reference_is_a_link_where_it_has_an_address():
    assert link("RFC 8446 §2") == '<a href="https://www.rfc-editor.org/rfc/rfc8446#section-2">RFC 8446 §2</a>'
    assert link("document: A & B") == "document: A &amp; B"


@pytest.mark.parametrize(
    ("reference", "lacking"),
    [
        ("RFC 6528", True),
        ("RFC 6528 §3", False),
        ("draft-ietf-oauth-v2-1-15", True),
        ("document: HPBN", False),
    ],
)
def test_an_rfc_or_draft_cited_whole_lacks_its_section(reference, lacking):
    assert lacks_section(reference) is lacking


class TestMarkup:
    def test_children_are_escaped_unless_they_are_html(self):
        assert element("p", "a < b & c", Html("<i>d</i>")) == "<p>a &lt; b &amp; c<i>d</i></p>"

    def test_attributes_are_escaped_and_named_as_in_html(self):
        assert element("p", class_="a", aria_label='"x" & <y>', id=None) == (
            '<p class="a" aria-label="&quot;x&quot; &amp; &lt;y&gt;"></p>'
        )

    def test_an_element_can_be_put_into_another(self):
        assert element("ul", *(element("li", text) for text in "ab")) == "<ul><li>a</li><li>b</li></ul>"

    def test_joined_text_is_escaped(self):
        assert join("<", Html("<br>"), ">") == "&lt;<br>&gt;"

    def test_marked_text_cannot_end_its_mark(self):
        assert in_marks("<!--/measured-->") == "<!--measured-->&lt;!--/measured--&gt;<!--/measured-->"
