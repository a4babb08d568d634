"""Every page can be used without a mouse: what can be operated can be reached, in order, and shows where one is."""

from __future__ import annotations

import pytest
from selenium.webdriver import ActionChains, Keys

from tests.book.browser import Reader, View
from tests.book.pages import pages

DESKTOP = View(1280, "light")
STEPS = 25
"""How often Tab is pressed; enough to come from the head of a page into its text or past its navigation."""

every_page = pytest.mark.parametrize("page", pages())


@every_page
def test_the_first_tab_offers_the_way_past_the_navigation(reader: Reader, page: str) -> None:
    reader.visit(f"{page}.html", DESKTOP)
    press(reader, Keys.TAB)
    assert reader.run("return document.activeElement.textContent.trim()") == "Skip to main content"
    press(reader, Keys.ENTER)
    assert reader.run("return location.hash") == "#main-content"


@every_page
def test_each_tab_goes_on_to_something_that_can_be_seen(reader: Reader, page: str) -> None:
    reader.visit(f"{page}.html", DESKTOP)
    seen: list[str] = []
    for _ in range(STEPS):
        press(reader, Keys.TAB)
        place = reader.run(FOCUSED)
        if place["path"] == "BODY" or place["path"] in seen:
            break  # the page is through
        assert place["shown"], f"the focus is on what nobody can see: {place['html']}"
        assert place["marked"], f"nothing shows that the focus is on {place['html']}"
        seen.append(place["path"])
    assert len(seen) > 5


@every_page
def test_no_element_jumps_the_queue_and_no_control_is_left_out(reader: Reader, page: str) -> None:
    reader.visit(f"{page}.html", DESKTOP)
    assert reader.run(JUMPING) == []
    assert reader.run(OUT_OF_REACH) == []


def press(reader: Reader, key: str) -> None:
    """Press a key in the page, whatever has the focus."""
    ActionChains(reader.driver, duration=0).send_keys(key).perform()


FOCUSED = """
const one = document.activeElement;
const path = node => node.parentElement
  ? path(node.parentElement) + '/' + [...node.parentElement.children].indexOf(node) : node.tagName;
const style = getComputedStyle(one);
const box = one.getBoundingClientRect();
const near = [one, one.parentElement, ...one.querySelectorAll('*')].filter(Boolean).map(each => getComputedStyle(each));
return {
  path: one === document.body ? 'BODY' : path(one),
  html: one.outerHTML.slice(0, 150),
  shown: box.width > 0 && box.height > 0 && style.visibility === 'visible',
  marked: near.some(each => each.outlineStyle !== 'none' && parseFloat(each.outlineWidth) > 0
    || each.boxShadow !== 'none') || style.textDecorationLine.includes('underline'),
};
"""

JUMPING = """
return [...document.querySelectorAll('[tabindex]')].filter(one => one.tabIndex > 0).map(one => one.outerHTML);
"""

OUT_OF_REACH = """
const controls = ['button', '[role=button]', 'input', 'select', 'textarea', 'summary', 'a[href]'];
return [...document.querySelectorAll(controls.map(each => 'main ' + each).join(','))]
  .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.disabled)
  .filter(one => one.tabIndex < 0 && !one.closest('[role=tablist], [role=grid], [role=listbox], [role=radiogroup]')
    && !one.classList.contains('headerlink'))
  .map(one => one.outerHTML.slice(0, 150));
"""
