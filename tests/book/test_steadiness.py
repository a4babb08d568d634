"""Pages hold still: nothing moves when a figure or a font arrives, nor at all for a reader who asked for that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.book.browser import Reader, View
from tests.book.pages import pages

MOST = 0.001
"""The cumulative layout shift that is none: a page with a hundred times as much is still called good."""

VIEWS = (View(1280, "light"), View(390, "light"))

every_page = pytest.mark.parametrize("page", pages())


@pytest.mark.parametrize("view", VIEWS, ids=str)
@every_page
def test_nothing_on_a_page_moves_while_it_loads_and_is_scrolled(
    reader: Reader, record_property: Callable[[str, object], None], page: str, view: View
) -> None:
    reader.visit(f"{page}.html", view)
    reader.driver.execute_async_script(SCROLL_THROUGH)
    moved = reader.driver.execute_async_script(SHIFTS)
    total = sum(shift["value"] for shift in moved)
    record_property("layout shift", round(total, 4))
    assert total < MOST, moved


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_light_or_dark_is_known_before_the_script_of_the_theme_has_come(reader: Reader, theme: str) -> None:
    """Without it a first visit is painted without colors and lines, and moves when they come."""
    reader.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/pydata-sphinx-theme.js"]})
    try:
        reader.visit(f"{pages()[0]}.html", View(1280, theme))
        assert reader.run("return document.documentElement.dataset.theme") == theme
    finally:
        reader.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_icons_keep_their_place_while_their_font_is_on_its_way(reader: Reader, view: View) -> None:
    """A font that comes late, as on a busy machine, must not move what stands beside an icon."""
    there, missing = (icons(reader, view, blocked) for blocked in ([], ["*.woff2"]))
    assert len(there) == len(missing) > 5
    moved = [pair for pair in zip(there, missing, strict=True) if difference(*pair) > 1.2]
    assert moved == []


def icons(reader: Reader, view: View, blocked: list[str]) -> list[list[Any]]:
    """Name, place and size of each icon of a page that comes without some files."""
    reader.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": blocked})
    try:
        reader.visit(f"{pages()[1]}.html", view)
        return list(reader.driver.execute_async_script(ICONS))
    finally:
        reader.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})


def difference(one: list[Any], other: list[Any]) -> float:
    """By how many CSS pixels the place or the size of an icon differs."""
    assert one[0] == other[0]
    return max(abs(float(a) - float(b)) for a, b in zip(one[1:], other[1:], strict=True))


@every_page
def test_nothing_moves_by_itself_for_a_reader_who_wants_less_motion(reader: Reader, page: str) -> None:
    reader.visit(f"{page}.html", VIEWS[0])
    less = {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
    reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", less)
    assert reader.run("return matchMedia('(prefers-reduced-motion: reduce)').matches")
    assert reader.run("return getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    assert reader.run("return document.getAnimations().map(motion => motion.animationName || 'a transition')") == []


def test_what_moves_is_noticed(reader: Reader) -> None:
    """The measure measures: an element that is put in above the text is a shift."""
    reader.visit(f"{pages()[0]}.html", VIEWS[0])
    reader.driver.execute_async_script(PUSH)
    assert sum(shift["value"] for shift in reader.driver.execute_async_script(SHIFTS)) > 0.01


ICONS = """
const done = arguments[arguments.length - 1];
document.fonts.ready.then(() => requestAnimationFrame(() => done(
  [...document.querySelectorAll('[class*="fa-"]')].filter(icon => icon.checkVisibility()).map(icon => {
    const {left, top, width, height} = icon.getBoundingClientRect();
    return [icon.className, left, top, width, height];
  }))));
"""

SHIFTS = """
const done = arguments[arguments.length - 1];
const shifts = [];
const observer = new PerformanceObserver(list => shifts.push(...list.getEntries()));
observer.observe({type: 'layout-shift', buffered: true});
setTimeout(() => done([...shifts, ...observer.takeRecords()].map(shift => ({
  value: shift.value,
  what: shift.sources.map(source => (source.node?.outerHTML || source.node?.textContent || '').slice(0, 100)),
}))), 50);
"""

SCROLL_THROUGH = """
const done = arguments[arguments.length - 1];
const step = () => {
  const before = window.scrollY;
  window.scrollBy({top: 600, behavior: 'instant'});
  if (window.scrollY > before) requestAnimationFrame(step); else requestAnimationFrame(() => done());
};
step();
"""

PUSH = """
const done = arguments[arguments.length - 1];
const block = document.createElement('div');
block.style.height = '300px';
document.querySelector('main').prepend(block);
requestAnimationFrame(() => requestAnimationFrame(() => done()));
"""
