"""The ledger in a real browser: what is listed, filtered, linked and cited; and its JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from selenium.webdriver.common.keys import Keys

from tests.book.browser import VIEWS, Reader, View
from tests.book.ledgers import entries
from tests.book.seeing import (
    forget_requests,
    open_without_script,
    press,
    requests_since,
    violations,
    visit,
    without_script,
)

LEDGER = "chapters/appendix/ledger.html"
LAST_LOOK = "return document.querySelector('.filter [role=status]').textContent"
SHOWN = """
return [...document.querySelectorAll('.ledger > li')].filter(entry => entry.checkVisibility()).map(entry => entry.id);
"""


def ids(wanted: Callable[[dict], bool]) -> list[str]:  # type: ignore[type-arg]
    """The anchors of the claims whose fields are as wanted, in the order of the book."""
    return [f"claim-{entry.fields['id']}" for entry in entries() if wanted(entry.fields)]


# The ledger


def test_every_claim_of_the_book_has_its_entry(reader: Reader) -> None:
    visit(reader, LEDGER)
    assert reader.run(SHOWN) == ids(lambda fields: True)
    assert reader.run(LAST_LOOK) == f"{len(entries())} claims"


def test_the_verdicts_are_counted_as_in_the_claims_files(reader: Reader) -> None:
    visit(reader, LEDGER)
    shown = reader.run(
        "return [...document.querySelectorAll('.filter-chip')].map(chip => "
        "[chip.querySelector('input').value, Number(chip.querySelector('.filter-count').textContent)])"
    )
    assert dict(shown) == Counter(entry.fields["verdict"] for entry in entries())


def test_verdicts_filter_and_two_of_them_show_both(reader: Reader) -> None:
    visit(reader, LEDGER)
    reader.run("document.querySelector('[value=refuted]').click()")
    assert reader.run(SHOWN) == ids(lambda fields: fields["verdict"] == "refuted")
    reader.run("document.querySelector('[value=outdated]').click()")
    both = ids(lambda fields: fields["verdict"] in ("refuted", "outdated"))
    assert reader.run(SHOWN) == both
    assert reader.run(LAST_LOOK) == f"{len(both)} of {len(entries())} claims"


def test_words_are_searched_in_claim_reason_id_and_standard(reader: Reader) -> None:
    visit(reader, LEDGER)
    for words in ("retransmission", "step2-syn-ack", "RFC 7636", "samesite lax"):
        reader.run("const q = document.querySelector('.filter [name=q]'); q.value = ''; q.focus()")
        press(reader, words)

        def has_all(fields: dict, words: str = words) -> bool:  # type: ignore[type-arg]
            cited = " ".join(f"{one['ref']} {one.get('title', '')}" for one in fields["standards"])
            text = f"{fields['id']} {fields['claim']} {fields['because']} {cited}".lower()
            return all(word in text for word in words.lower().split())

        found = reader.run(SHOWN)
        assert found
        assert set(ids(has_all)) <= set(found), words
        assert len(found) < len(entries()) / 2, "headings alone would find half the book"


def test_chapters_without_an_entry_left_are_hidden_and_the_prose_stays(reader: Reader) -> None:
    visit(reader, f"{LEDGER}#topic=three-way-handshake")
    seen = reader.run(
        "return [...document.querySelectorAll('article h2, article h3')]"
        ".filter(title => title.checkVisibility()).map(title => title.firstChild.textContent)"
    )
    assert seen == ["TCP", "The three-way handshake", "The ledger as JSON"]


def test_the_counts_of_the_verdicts_follow_topic_and_text(reader: Reader) -> None:
    visit(reader, f"{LEDGER}#topic=tcp")
    counted = reader.run("return document.querySelector('.filter-chip:has([value=holds]) .filter-count').textContent")
    in_tcp = [entry for entry in entries() if "/3-tcp/" in entry.page]
    assert int(counted) == sum(entry.fields["verdict"] == "holds" for entry in in_tcp)


def test_a_filtered_view_has_an_address_that_shows_it_again(reader: Reader) -> None:
    visit(reader, LEDGER)
    reader.run("document.querySelector('[value=refuted]').click(); document.querySelector('.filter [name=q]').focus()")
    press(reader, "syn")
    reader.run(
        "const topic = document.querySelector('[name=topic]'); topic.value = 'tcp';"
        "topic.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    address, shown = reader.driver.current_url, reader.run(SHOWN)
    assert urlsplit(address).fragment == "verdict=refuted&topic=tcp&q=syn"
    assert 0 < len(shown) < 10
    visit(reader, address.removeprefix(f"{reader.site}/"))
    assert reader.run(SHOWN) == shown
    assert reader.run("return document.querySelector('.filter [name=q]').value") == "syn"


def test_filters_are_cleared_by_one_button_and_the_address_with_them(reader: Reader) -> None:
    visit(reader, f"{LEDGER}#verdict=refuted&q=nowhere-to-be-found")
    assert reader.run(LAST_LOOK).startswith("0 of ")
    reader.run("document.querySelector('.filter [type=reset]').click()")
    reader.wait_for("return document.querySelectorAll('.ledger > li[hidden]').length === 0")
    assert urlsplit(reader.driver.current_url).fragment == ""


def test_a_link_to_a_claim_finds_it_also_behind_a_filter(reader: Reader) -> None:
    visit(reader, f"{LEDGER}#verdict=refuted")
    reader.run("location.hash = '#claim-step1-syn'")
    reader.wait_for("return document.querySelector('#claim-step1-syn').checkVisibility()")
    reader.wait_for(
        "const {top, bottom} = document.querySelector('#claim-step1-syn').getBoundingClientRect();"
        "return bottom > 0 && top < innerHeight"
    )


@pytest.mark.parametrize("fragment", ["verdict=perhaps&topic=nowhere", "%E0%A4%A", "q=%22%3Cb%3E"])
def test_an_address_that_means_nothing_does_no_harm(reader: Reader, fragment: str) -> None:
    reader.driver.get("about:blank")
    seen = reader.visit(f"{LEDGER}#{fragment}")
    reader.run("location.hash = ''")
    reader.wait_for("return document.querySelectorAll('.ledger > li[hidden]').length === 0")
    assert seen.errors == ()


def test_the_filter_is_worked_by_the_keyboard_alone(reader: Reader) -> None:
    visit(reader, LEDGER)
    reader.run("document.querySelector('[value=holds]').focus()")
    press(reader, Keys.TAB, Keys.TAB, Keys.TAB, Keys.SPACE, Keys.TAB, Keys.TAB, Keys.TAB, "redirect", Keys.ENTER)
    assert urlsplit(reader.driver.current_url).fragment == "verdict=refuted&q=redirect"


def test_filtering_asks_no_server(reader: Reader) -> None:
    visit(reader, LEDGER)
    forget_requests(reader)
    reader.run("document.querySelector('.filter [name=q]').focus()")
    press(reader, "cookie")
    assert reader.run(SHOWN)
    assert requests_since(reader) == ()


def test_cite_gives_the_claim_its_verdict_and_its_permanent_address(reader: Reader) -> None:
    visit(reader, f"{LEDGER}#q=step1-syn")
    reader.run("document.querySelector('#claim-step1-syn .ledger-cite').focus()")
    press(reader, Keys.ENTER)
    words = reader.run("return document.querySelector('#claim-step1-syn .ledger-citation p').textContent")
    claim = next(entry.fields for entry in entries() if entry.fields["id"] == "step1-syn")
    assert words == (
        f"“{claim['claim']}” Verdict: {claim['verdict']}. Protocols on Trial, claim step1-syn, "
        f"{reader.site}/{LEDGER}#claim-step1-syn"
    )
    press(reader, Keys.ENTER)
    reader.wait_for("return document.querySelector('.ledger-citation [role=status]').textContent !== ''")


def test_without_script_the_whole_list_is_there_and_no_dead_control(reader: Reader) -> None:
    with without_script(reader):
        open_without_script(reader, f"{LEDGER}#verdict=refuted")
        assert len(reader.run(SHOWN)) == len(entries())
        dead = (
            "return [...document.querySelectorAll('.filter, .ledger-cite')].filter(one => one.checkVisibility()).length"
        )
        assert reader.run(dead) == 0


def test_a_page_opened_as_a_file_has_the_whole_list_and_no_dead_control(reader: Reader, html: Path) -> None:
    reader.driver.get((html / LEDGER).as_uri())
    assert len(reader.run(SHOWN)) == len(entries())
    seen = "return [...document.querySelectorAll('.filter, .ledger-cite')].map(one => getComputedStyle(one).visibility)"
    assert set(reader.run(seen)) == {"hidden"}


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_axe_finds_no_violation_in_a_filtered_ledger_with_a_citation(reader: Reader, axe: str, view: View) -> None:
    visit(reader, f"{LEDGER}#verdict=refuted&topic=tcp", view)
    reader.run("document.querySelector('.ledger > li:not([hidden]) .ledger-cite').click()")
    assert violations(reader, axe, "article") == []
    assert reader.run("return document.documentElement.scrollWidth") <= view.width


# JSON


def test_the_json_has_every_claim_of_the_claims_files_word_for_word(html: Path) -> None:
    ledger = json.loads((html / "chapters/appendix/ledger.json").read_text(encoding="utf-8"))
    same = ("id", "claim", "verdict", "because", "origin", "tier")
    told = [
        ({key: one[key] for key in same}, one["chapter"], [cited["ref"] for cited in one["standards"]])
        for one in ledger["claims"]
    ]
    assert told == [
        (
            {key: str(entry.fields[key]).strip() for key in same},
            entry.page.removeprefix("chapters/"),
            [cited["ref"] for cited in entry.fields["standards"]],
        )
        for entry in entries()
    ]


def test_the_json_is_of_its_schema(html: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    folder = html / "chapters/appendix"
    ledger, schema = (json.loads((folder / name).read_text(encoding="utf-8")) for name in NAMES)
    jsonschema.validate(ledger, schema)


def test_every_address_in_the_json_leads_to_the_claim(html: Path) -> None:
    folder = html / "chapters/appendix"
    ledger = json.loads((folder / "ledger.json").read_text(encoding="utf-8"))
    texts = {file: (folder / file).resolve().read_text(encoding="utf-8") for file in _files(ledger["claims"])}
    for claim in ledger["claims"]:
        for address in (claim["url"], claim["permalink"]):
            file, anchor = address.split("#")
            assert f'id="{anchor}"' in texts[file], address


def test_the_page_names_the_json_as_another_form_of_itself(reader: Reader) -> None:
    visit(reader, LEDGER)
    link = reader.run("return document.querySelector('link[rel=alternate][type=\"application/json\"]').href")
    assert link == f"{reader.site}/chapters/appendix/ledger.json"


def test_the_landing_page_counts_as_the_ledger_does(reader: Reader) -> None:
    visit(reader, "chapters/index.html")
    shown = reader.run("return [...document.querySelectorAll('.verdict-counts li')].map(item => item.innerText)")
    counts = Counter(entry.fields["verdict"] for entry in entries())
    assert {tuple(item.split()[::-1]) for item in shown} == {(verdict, str(n)) for verdict, n in counts.items()}


NAMES = ("ledger.json", "ledger.schema.json")


def _files(claims: list[dict[str, str]]) -> set[str]:
    return {address.split("#")[0] for claim in claims for address in (claim["url"], claim["permalink"])}
