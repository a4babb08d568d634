"""What a browser keeps on disk: the history of its visits, and the stores that hold a string."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import lz4.block
import pytest

from labsupport.browser import Browser, profile
from labsupport.browser.products import PRODUCTS
from labsupport.errors import ReaderError
from labsupport.server import Site

chromium, firefox = PRODUCTS["chromium"], PRODUCTS["firefox"]


@pytest.mark.needs("chromium")
def test_history_has_each_visit_with_its_query_oldest_first(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    browser.fill("[name=q]", "milk and honey")
    browser.follow("#find")
    browser.back()
    browser.fill("[name=item]", "bread")
    browser.follow("#order")
    assert [each for each in browser.history() if each != "/"] == ["/find?q=milk+and+honey", "/order"]
    assert browser.history()[0] == "/"
    browser.open(site.url + "/next")
    assert browser.history()[-2:] == ["/order", "/next"]


@pytest.mark.needs("chromium")
def test_history_is_that_since_the_clean_state(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/next?first")
    browser.clean()
    browser.open(site.url + "/next?second")
    assert browser.history() == ["/next?second"]


@pytest.mark.needs("chromium")
def test_traces_names_the_stores_that_hold_a_string(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    browser.fill("[name=q]", "InTheQuery")
    browser.follow("#find")
    browser.run("localStorage.kept = 'InTheStorage'")
    browser.open(site.url + "/next?set=kept=InTheCookie;Max-Age=600")
    assert {"Cache", "History"} <= set(browser.traces("InTheQuery"))
    assert browser.traces("InTheStorage") == ["Local Storage"]
    assert browser.traces("NowhereAtAll") == []


@pytest.mark.needs("chromium")
def test_traces_finds_what_a_form_sent(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/")
    browser.fill("[name=item]", "InTheBody")
    browser.follow("#order")
    assert "Sessions" in browser.traces("InTheBody")
    assert "History" not in browser.traces("InTheBody")


@pytest.mark.needs("chromium")
def test_a_look_at_the_disk_ends_the_browser_and_its_next_use_starts_it_again(browser: Browser, site: Site) -> None:
    browser.open(site.url + "/next?set=kept=1;Max-Age=600")
    assert browser.history() == ["/next?set=kept=1;Max-Age=600"]
    assert repr(browser) == "<Chromium: not running>"
    assert [each["name"] for each in browser.cookies()] == ["kept"]


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("look", [lambda browser: browser.history(), lambda browser: browser.traces("x")])
def test_a_browser_that_has_been_nowhere_has_no_disk_to_look_at(look: Callable[[Browser], object]) -> None:
    with pytest.raises(ReaderError, match="this browser has not been anywhere yet; open a page first"):
        look(Browser())


# The files by themselves --------------------------------------------------------------------------------------------


def places(folder: Path, *visits: tuple[str, int]) -> Path:
    """A history database as Firefox has it."""
    with closing(sqlite3.connect(folder / "places.sqlite")) as database:
        database.execute("CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url TEXT)")
        database.execute("CREATE TABLE moz_historyvisits (id INTEGER PRIMARY KEY, place_id INTEGER, visit_date)")
        for number, (url, at) in enumerate(visits):
            database.execute("INSERT INTO moz_places VALUES (?, ?)", (number, url))
            database.execute("INSERT INTO moz_historyvisits VALUES (?, ?, ?)", (number, number, at))
        database.commit()
    return folder


def urls(folder: Path, *visits: tuple[str, int]) -> Path:
    """A history database as Chromium has it, whose time begins in 1601."""
    (folder / "Default").mkdir()
    with closing(sqlite3.connect(folder / "Default" / "History")) as database:
        database.execute("CREATE TABLE urls (id INTEGER PRIMARY KEY, url TEXT)")
        database.execute("CREATE TABLE visits (id INTEGER PRIMARY KEY, url INTEGER, visit_time INTEGER)")
        for number, (url, at) in enumerate(visits):
            database.execute("INSERT INTO urls VALUES (?, ?)", (number, url))
            database.execute("INSERT INTO visits VALUES (?, ?, ?)", (number, number, at + 11_644_473_600_000_000))
        database.commit()
    return folder


VISITS = (("http://a/early?x", 99), ("http://a/", 100), ("about:blank", 101), ("https://b:80/p?q=1#f", 102))


def test_visits_of_firefox_are_read_from_its_database(tmp_path: Path) -> None:
    assert profile.history(firefox, places(tmp_path, *VISITS), 100) == ["/", "/p?q=1"]


def test_visits_of_chromium_are_read_from_its_database(tmp_path: Path) -> None:
    assert profile.history(chromium, urls(tmp_path, *VISITS), 100) == ["/", "/p?q=1"]


@pytest.mark.parametrize(
    ("path", "store"),
    [
        ("Default/History", "History"),
        ("Default/History-journal", "History"),
        ("Default/Cache/Cache_Data/data_1", "Cache"),
        ("Default/Local Storage/leveldb/000003.log", "Local Storage"),
        ("Local State", "Local State"),
        ("segmentation_platform/ukm_db-wal", "segmentation_platform"),
    ],
)
def test_a_store_of_chromium_has_the_name_of_its_file_or_folder(path: str, store: str) -> None:
    assert chromium.store_of(Path(path)) == store


@pytest.mark.parametrize(
    ("path", "store"),
    [
        ("cache2/entries/00FF", "Cache"),
        ("places.sqlite-wal", "History"),
        ("sessionstore.jsonlz4", "Sessions"),
        ("sessionstore-backups/recovery.jsonlz4", "Sessions"),
        ("formhistory.sqlite", "Form history"),
        ("cookies.sqlite-shm", "cookies.sqlite"),
    ],
)
def test_a_store_of_firefox_has_chromium_s_name_where_both_have_it(path: str, store: str) -> None:
    assert firefox.store_of(Path(path)) == store


def test_a_string_is_found_in_utf_8_in_utf_16_and_in_what_firefox_packed(tmp_path: Path) -> None:
    packed = b"mozLz40\0" + lz4.block.compress(b"many words: " + "Schlüssel".encode() * 50)
    stores = {"plain": "Schlüssel".encode(), "wide": "Schlüssel".encode("utf-16-le"), "sessionstore.jsonlz4": packed,
              "other": b"Schl?ssel"}
    for name, content in stores.items():
        (tmp_path / name).write_bytes(b"\xff" + content if name != "sessionstore.jsonlz4" else content)
    assert "Schlüssel".encode() * 2 not in packed
    assert profile.traces(firefox, tmp_path, "Schlüssel") == ["Sessions", "plain", "wide"]


def test_what_is_no_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "lock").symlink_to("127.0.0.1:4711")
    assert profile.traces(firefox, tmp_path, "x") == []
