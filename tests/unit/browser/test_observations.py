"""Observations of a browser: live where it runs, else replayed, and never silently so."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from labsupport import experiment
from labsupport.browser import Browser, witnesses
from labsupport.browser.products import PRODUCTS
from labsupport.browser.screenshot import Screenshot
from labsupport.errors import DiffersFromRecording, ReaderError, Unavailable
from labsupport.experiment import chapter
from labsupport.measured import without_measured
from labsupport.network import availability
from labsupport.server import Site

NAME = "1-get-and-post/01-safe"
NEEDS = ("chromium", "firefox")
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A book with one chapter, where everything may be replayed."""
    (tmp_path / "chapters" / "1-get-and-post").mkdir(parents=True)
    (tmp_path / "chapters" / f"{NAME}.claims.yml").write_text("[]")
    monkeypatch.chdir(tmp_path)
    for variable in ("LAB_REQUIRE", "LAB_RECORD", "LAB_ENGINE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(experiment, "_current", None)
    availability.cache_clear()
    yield tmp_path / "chapters"
    availability.cache_clear()


@pytest.fixture
def recordings(book: Path) -> Path:
    return book / "recordings" / NAME


@pytest.fixture
def set_to(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets what the environment asks of the instruments, such as `set_to(LAB_RECORD="missing")`, and nothing else."""
    def set_to(**settings: str) -> None:
        for variable in ("LAB_REQUIRE", "LAB_RECORD", "LAB_ENGINE"):
            monkeypatch.delenv(variable, raising=False)
        for variable, value in settings.items():
            monkeypatch.setenv(variable, value)
        availability.cache_clear()

    return set_to


def must_not_look(browser: Browser) -> Any:
    pytest.fail("a replay looks at no browser")


def recorded(folder: Path, name: str, observation: Any, **by: str) -> None:
    """Keep a recording by hand."""
    folder.mkdir(parents=True, exist_ok=True)
    machine = {"system": "Linux 6.1", "date": "2026-11-22", **by}
    (folder / f"{name}.json").write_text(json.dumps({"recorded": machine, "observation": observation}))


# One browser --------------------------------------------------------------------------------------------------------


@pytest.mark.needs("chromium")
def test_an_observation_is_live_and_from_a_clean_state(book: Path, browser: Browser, site: Site) -> None:
    chapter(NAME, needs=NEEDS)

    def look(browser: Browser) -> list[Any]:
        before = browser.cookies()
        browser.open(site.url + "/next?set=a=1")
        return [len(before), browser.title]

    assert browser.observe("one", look) == browser.observe("two", look) == [0, "next"]
    assert not (book / "recordings").exists()


@pytest.mark.needs("chromium")
def test_what_was_recorded_is_replayed_where_nothing_runs(
    recordings: Path, browser: Browser, site: Site, set_to: Callable[..., None]
) -> None:
    chapter(NAME, needs=NEEDS)

    def look(browser: Browser) -> tuple[str, int]:
        browser.open(site.url + "/next")
        return browser.title, len(site.requests_for("/next"))

    set_to(LAB_RECORD="missing")
    live = browser.observe("next", look, story=lambda seen: seen[0])
    assert [path.name for path in recordings.iterdir()] == ["next.json"]
    assert json.loads((recordings / "next.json").read_text())["recorded"]["browser"] == browser.version
    set_to(LAB_ENGINE="recorded")
    assert Browser().observe("next", must_not_look) == live == ["next", live[1]]


def test_a_replay_says_so_in_the_notice_and_names_the_browser(recordings: Path, set_to: Callable[..., None]) -> None:
    recorded(recordings, "next", 1, browser="Chromium 156.0.8078.79")
    recorded(recordings, "next.firefox", 1, browser="Firefox 153.7.0")
    recorded(recordings, "wire", 1)
    set_to(LAB_ENGINE="recorded")
    lines = chapter(NAME, needs=("chromium", "firefox", "network")).lines()
    assert [line.partition(", because")[0] for line in lines] == [
        "chromium: replayed from recordings (Chromium 156.0.8078.79, Linux 6.1, 2026-11-22)",
        "firefox: replayed from recordings (Firefox 153.7.0, Linux 6.1, 2026-11-22)",
        "network: replayed from recordings (Linux 6.1, 2026-11-22)",
    ]
    assert all("To see it live: unset LAB_ENGINE" in line for line in lines)


def test_without_a_recording_nothing_can_be_replayed(book: Path, set_to: Callable[..., None]) -> None:
    set_to(LAB_ENGINE="recorded")
    chapter(NAME, needs=NEEDS)
    with pytest.raises(Unavailable, match=r"chromium instrument .* and nothing was recorded as next"):
        Browser().observe("next", must_not_look)


def test_where_all_must_be_live_the_chapter_fails_with_the_remedy(
    book: Path, set_to: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    set_to(LAB_REQUIRE="all")
    monkeypatch.setattr("labsupport.programs.SYSTEM_FOLDERS", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="chromium instrument cannot run here: the program chromium is not") as caught:
        chapter(NAME, needs=("firefox", "chromium"))
    assert caught.value.remedy.startswith("install chromium and chromedriver of the same version")
    assert "Remedy: firefox" not in repr(chapter(NAME, needs=("firefox",))), "the second witness is heard where it is"


def test_the_second_witness_may_be_demanded_by_its_name(book: Path, set_to: Callable[..., None],
                                                        monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    set_to(LAB_REQUIRE="firefox")
    monkeypatch.setattr("labsupport.programs.SYSTEM_FOLDERS", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="firefox instrument cannot run here"):
        chapter(NAME, needs=NEEDS)


@pytest.mark.needs("chromium")
def test_a_recording_that_was_tampered_with_fails_where_all_must_be_live(
    recordings: Path, browser: Browser, site: Site, set_to: Callable[..., None]
) -> None:
    chapter(NAME, needs=NEEDS)

    def look(browser: Browser) -> list[str]:
        browser.open(site.url + "/next")
        return [browser.title]

    recorded(recordings, "next", ["next"])
    set_to(LAB_REQUIRE="all")
    assert browser.observe("next", look) == ["next"]
    recorded(recordings, "next", ["another"])
    with pytest.raises(DiffersFromRecording, match=r"next: recorded was \['another'\], seen was \['next'\]"):
        browser.observe("next", look)
    set_to()
    assert browser.observe("next", look) == ["next"], "for a reader the live observation is the one that counts"


def test_a_browser_that_the_chapter_did_not_name_is_refused(book: Path) -> None:
    chapter(NAME, needs=("firefox",))
    with pytest.raises(ReaderError, match=r"'next' needs 'chromium'; name it in the chapter's first cell"):
        Browser().observe("next", must_not_look)


def test_before_the_first_cell_nothing_is_observed(book: Path) -> None:
    with pytest.raises(ReaderError, match="no chapter was named"):
        Browser().observe("next", must_not_look)


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("kind", [ReaderError, ValueError])
def test_what_the_experiment_raises_is_the_cell_s_and_nothing_is_kept(
    kind: type[Exception], recordings: Path, browser: Browser, set_to: Callable[..., None]
) -> None:
    chapter(NAME, needs=NEEDS)
    set_to(LAB_RECORD="all")

    def look(browser: Browser) -> None:
        raise kind("the experiment's own")

    with pytest.raises(kind, match="the experiment's own"):
        browser.observe("next", look)
    assert not recordings.exists()


# Two witnesses ------------------------------------------------------------------------------------------------------


def test_a_testimony_is_replayed_of_each_browser_by_its_name(recordings: Path, set_to: Callable[..., None]) -> None:
    recorded(recordings, "back", 0)
    recorded(recordings, "back.firefox", 1)
    set_to(LAB_ENGINE="recorded")
    chapter(NAME, needs=NEEDS)
    assert witnesses.testimony("back", must_not_look) == {"Chromium": 0, "Firefox": 1}


@pytest.fixture
def new_witnesses() -> Iterator[None]:
    """Witnesses of this test alone, which end with it."""
    witnesses.one_of_each.cache_clear()
    yield
    for browser in witnesses.one_of_each():
        browser.close()
    witnesses.one_of_each.cache_clear()


@pytest.mark.needs("chromium")
def test_where_firefox_is_not_its_recording_is_heard_beside_the_live_chromium(
    recordings: Path, site: Site, set_to: Callable[..., None], monkeypatch: pytest.MonkeyPatch,
    new_witnesses: None,
) -> None:
    recorded(recordings, "next", ["next"])
    recorded(recordings, "next.firefox", ["as Firefox had it"])
    set_to(LAB_REQUIRE="all")
    monkeypatch.setattr(PRODUCTS["firefox"], "driver", "no-such-driver", raising=False)
    chapter(NAME, needs=NEEDS)

    looked_at = []

    def look(browser: Browser) -> list[str]:
        looked_at.append(browser)
        browser.open(site.url + "/next")
        return [browser.title]

    assert witnesses.testimony("next", look) == {"Chromium": ["next"], "Firefox": ["as Firefox had it"]}
    assert witnesses.testimony("next", look)["Chromium"] == ["next"]
    assert looked_at[0] is looked_at[1], "a kernel has one browser of each product for all its testimonies"


@pytest.mark.needs("chromium")
def test_a_chapter_may_choose_the_browsers_that_bear_witness(
    recordings: Path, site: Site, browser: Browser, set_to: Callable[..., None],
) -> None:
    recorded(recordings, "next", "next")
    set_to(LAB_REQUIRE="chromium")
    chapter(NAME, needs=NEEDS)

    def look(each: Browser) -> str:
        assert each is browser
        each.open(site.url + "/next")
        return each.title

    assert witnesses.testimony("next", look, browsers=[browser]) == {"Chromium": "next"}


# Pictures of pages --------------------------------------------------------------------------------------------------


@pytest.mark.needs("chromium")
def test_a_screenshot_shows_the_page_and_its_words(recordings: Path, browser: Browser, site: Site,
                                                    set_to: Callable[..., None]) -> None:
    chapter(NAME, needs=NEEDS)
    set_to(LAB_RECORD="missing")
    shot = browser.screenshot("found", lambda browser: browser.open(site.url + "/find?q=milk"), of="the page found")
    assert repr(shot) == "the page found: “milk”"
    assert base64.b64decode(shot.png).startswith(PNG)
    set_to(LAB_ENGINE="recorded")
    assert Browser().screenshot("found", must_not_look, of="the page found") == shot


@pytest.mark.needs("chromium")
def test_pictures_may_differ_but_words_are_compared(recordings: Path, browser: Browser, site: Site,
                                                    set_to: Callable[..., None]) -> None:
    chapter(NAME, needs=NEEDS)
    set_to(LAB_REQUIRE="all")
    recorded(recordings, "found", {"text": "milk", "png": "another picture"})
    browser.screenshot("found", lambda browser: browser.open(site.url + "/find?q=milk"), of="the page")
    with pytest.raises(DiffersFromRecording, match="found: recorded was milk, seen was honey"):
        browser.screenshot("found", lambda browser: browser.open(site.url + "/find?q=honey"), of="the page")


def test_the_picture_is_measured_and_the_words_are_not() -> None:
    html = Screenshot("the page", "milk & <honey>", "aGVsbG8=")._repr_html_()
    assert "data:image/png;base64,aGVsbG8=" in html
    assert "data:image/png" not in without_measured(html)
    assert "the page: “milk &amp; &lt;honey&gt;”" in without_measured(html)


def test_the_picture_has_its_words_as_alternative_text() -> None:
    assert 'alt="the page: “milk”"' in Screenshot("the page", "milk", "")._repr_html_()
