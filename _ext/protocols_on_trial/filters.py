"""The bar above a long list by which a reader filters it; `_static/filter.js` does so in the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from docutils import nodes
from sphinx import addnodes

from labsupport.markup import Html, element, join

from .ledger import Part


def filter_bar(
    entries: str, noun: str, searched: str, verdicts: Mapping[str, int] | None = None, parts: Sequence[Part] = ()
) -> addnodes.only:
    """A form that filters what the CSS selector `entries` finds on its page.

    `noun` names one entry, `searched` says what its text field searches. Verdicts come with their counts and
    parts with their chapters; without them the list is filtered by text alone. An e-book has no such bar.
    """
    form = element(
        "form",
        *([_verdicts(verdicts)] if verdicts else []),
        element("div", *([_topics(parts)] if parts else []), _text(searched), class_="filter-row"),
        element("div", _result(), element("button", "Clear", type="reset"), class_="filter-row"),
        class_="filter needs-script",
        role="search",
        aria_label="Filter the list",
        data_entries=entries,
        data_noun=noun,
    )
    return addnodes.only("", nodes.raw("", form, format="html"), expr="not epub")


def topic_options(parts: Sequence[Part]) -> Html:
    """The options of a select: everything, each part, and in it each chapter, with the number of claims."""
    everything = element("option", f"All topics ({sum(part.claims for part in parts)})", value="")
    return join(everything, *(_part_options(part) for part in parts))


def _part_options(part: Part) -> Html:
    whole = element("option", f"All of {part.title} ({part.claims})", value=part.topic)
    chapters = (
        element("option", f"{docket.title} ({len(docket.claims)})", value=docket.topic) for docket in part.dockets
    )
    return element("optgroup", whole, *chapters, label=part.title)


def _verdicts(counts: Mapping[str, int]) -> Html:
    chips = (_chip(verdict, number) for verdict, number in counts.items())
    return element("fieldset", element("legend", "Verdict"), *chips, class_="filter-verdicts")


def _chip(verdict: str, number: int) -> Html:
    box = Html(f'<input type="checkbox" name="verdict" value="{verdict}">')
    count = element("span", str(number), class_="filter-count")
    return element("label", box, element("span", verdict), count, class_=f"filter-chip trial-verdict-{verdict}")


def _topics(parts: Sequence[Part]) -> Html:
    return element("label", element("span", "Topic"), element("select", topic_options(parts), name_="topic"))


def _text(searched: str) -> Html:
    field = Html(f'<input type="search" name="q" placeholder="{searched}" autocomplete="off" spellcheck="false">')
    return element("label", element("span", "Search"), field, class_="filter-text")


def _result() -> Html:
    return element("p", "", role="status", class_="filter-result")
