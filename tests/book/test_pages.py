"""Every built page, seen by a real Chromium: quiet, light, self-contained, readable by everybody."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.book.browser import VIEWS, Reader, View
from tests.book.pages import pages

DESKTOP = View(1280, "light")
DESKTOP_AT_NIGHT = View(1280, "dark")
PHONE = View(390, "light")

MOST_OCTETS = 1_000_000
"""What one load of a page may weigh before compression."""

every_page = pytest.mark.parametrize("page", pages())
every_view = pytest.mark.parametrize("view", VIEWS, ids=str)


@every_page
def test_a_page_says_nothing_to_the_console_and_finds_all_it_asks_for(reader: Reader, page: str) -> None:
    visit = reader.visit(f"{page}.html", DESKTOP)
    assert visit.errors == ()
    assert visit.failures == ()


@every_page
def test_a_page_asks_no_other_machine(reader: Reader, page: str) -> None:
    assert reader.visit(f"{page}.html", DESKTOP).hosts == {"127.0.0.1"}


@every_page
def test_a_page_weighs_less_than_a_megabyte(reader: Reader, page: str) -> None:
    assert 50_000 < reader.visit(f"{page}.html", DESKTOP).octets < MOST_OCTETS


@every_view
@every_page
def test_axe_finds_no_violation(reader: Reader, axe: str, page: str, view: View) -> None:
    reader.visit(f"{page}.html", view)
    reader.run(axe)
    report = reader.driver.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
    assert len(report["passes"]) > 10
    assert [_in_words(violation) for violation in report["violations"]] == []


@every_page
def test_a_phone_never_scrolls_a_page_sideways(reader: Reader, page: str) -> None:
    reader.visit(f"{page}.html", PHONE)
    widest = reader.run("return [document.documentElement.scrollWidth, document.body.scrollWidth]")
    assert max(widest) <= 390, reader.run(WIDER_THAN_THE_WINDOW)


@every_page
def test_every_picture_has_a_name(reader: Reader, page: str) -> None:
    reader.visit(f"{page}.html", DESKTOP)
    assert reader.run(PICTURES_WITHOUT_NAME) == []


@every_page
def test_no_light_box_stands_on_the_dark_page(reader: Reader, page: str) -> None:
    reader.visit(f"{page}.html", DESKTOP_AT_NIGHT)
    assert reader.run("return document.documentElement.dataset.theme") == "dark"
    assert reader.run(LIGHT_BOXES) == []


@every_page
def test_a_page_describes_itself(reader: Reader, page: str) -> None:
    reader.visit(f"{page}.html", DESKTOP)
    words = reader.run("return document.querySelector('meta[name=description]').content")
    assert 40 <= len(words) <= 200
    assert reader.run("return document.title.length") > 8


@every_page
def test_every_link_within_the_book_leads_somewhere(reader: Reader, html: Path, page: str) -> None:
    reader.visit(f"{page}.html", DESKTOP)
    links = [urlsplit(link) for link in reader.run("return [...document.links].map(link => link.href)")]
    inside = [link for link in links if link.netloc == urlsplit(reader.site).netloc]
    assert inside
    assert [link.geturl() for link in inside if not _leads_somewhere(html, link.path, link.fragment)] == []


def test_figures_follow_the_theme(reader: Reader, html: Path) -> None:
    texts = {page: (html / f"{page}.html").read_text(encoding="utf-8") for page in pages()}
    page = next((page for page, text in texts.items() if "trial-figure-frame" in text), None)
    assert page, "no page of the book shows a figure as inline SVG"
    inks = []
    for view in (DESKTOP, DESKTOP_AT_NIGHT):
        reader.visit(f"{page}.html", view)
        inks.append(reader.run("return getComputedStyle(document.body).getPropertyValue('--fig-ink')"))
    assert all(inks)
    assert inks[0] != inks[1]


def test_the_first_address_of_the_book_leads_to_the_landing_page(reader: Reader) -> None:
    reader.visit("index.html", DESKTOP)
    assert urlsplit(reader.driver.current_url).path == f"/{pages()[0]}.html"


def test_the_search_finds_a_word_of_a_chapter(reader: Reader) -> None:
    reader.visit("search.html?q=handshake", DESKTOP)
    reader.wait_for("return document.querySelectorAll('#search-results li a').length > 0")
    found = reader.run("return [...document.querySelectorAll('#search-results li a')].map(link => link.href)")
    assert any("three-way-handshake" in link for link in found)


def test_the_search_button_opens_the_search_field(reader: Reader) -> None:
    reader.visit(f"{pages()[0]}.html", DESKTOP)
    reader.run("document.querySelector('.search-button-field').click()")
    assert reader.run("return document.querySelector('#pst-search-dialog').open")


def _in_words(violation: dict) -> str:  # type: ignore[type-arg]
    places = [" ".join(map(str, node["target"])) for node in violation["nodes"][:3]]
    return f"{violation['id']} ({violation['impact']}): {violation['help']}: {places}"


def _leads_somewhere(html: Path, path: str, fragment: str) -> bool:
    file = html / path.lstrip("/")
    if not file.is_file():
        return False
    return not fragment or f'id="{fragment}"' in file.read_text(encoding="utf-8")


WIDER_THAN_THE_WINDOW = """
return [...document.querySelectorAll('main *')]
  .filter(element => element.getBoundingClientRect().right > window.innerWidth + 1)
  .slice(0, 5).map(element => element.outerHTML.slice(0, 120));
"""

PICTURES_WITHOUT_NAME = """
return [...document.querySelectorAll('main img, main svg')]
  .filter(picture => picture.closest('button, [aria-hidden=true]') === null)
  .filter(picture => (picture.getAttribute('alt') || picture.getAttribute('aria-label') || '').length < 20)
  .map(picture => picture.outerHTML.slice(0, 120));
"""

LIGHT_BOXES = """
const light = color => {
  const [red, green, blue, alpha = 1] = color.match(/[\\d.]+/g).map(Number);
  return alpha > 0.5 && (red + green + blue) / 3 > 150;
};
return [...document.querySelectorAll('article *')]
  .filter(element => element.offsetWidth > 200 && element.offsetHeight > 60 || element.tagName === 'svg')
  .filter(element => light(getComputedStyle(element).backgroundColor))
  .map(element => element.outerHTML.slice(0, 120));
"""
