"""Shortcuts of the build give what the long way gives."""

from __future__ import annotations

from pathlib import Path

import pytest
from sphinx.search.en import SearchEnglish

from _ext.protocols_on_trial.shortcuts import EnglishOnce, Memory, _ReadOnly

WORDS = ["Handshake", "connections", "connecting", "retransmission", "GET", "", "naïve", "cookies"]


def doubled(text: str, times: str = "2") -> bytes:
    """What a build makes of something."""
    return (text * int(times)).encode()


def tripled(text: str) -> bytes:
    return (text * 3).encode()


def test_stems_are_those_of_sphinx() -> None:
    ours, theirs = EnglishOnce({}), SearchEnglish({})
    assert [ours.stem(word) for word in WORDS] == [theirs.stem(word) for word in WORDS]
    assert [ours.stem(word) for word in WORDS] == [theirs.stem(word) for word in WORDS], "the second time"


def test_what_was_made_is_remembered_by_what_it_was_made_of(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "kept")
    assert memory.of(doubled, "ab", "2") == b"abab"
    assert memory.of(doubled, "ab", "3") == b"ababab"
    assert memory.of(doubled, "ab2") == b"ab2ab2"
    assert memory.of(tripled, "ab") == b"ababab"
    assert len(list(memory.folder.iterdir())) == 4


def test_what_is_remembered_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Memory(tmp_path).of(doubled, "ab")
    monkeypatch.setattr(doubled, "__code__", (lambda text, times="2": pytest.fail("made again")).__code__)
    assert Memory(tmp_path).of(doubled, "ab") == b"abab"


def test_what_nobody_asked_for_is_forgotten(tmp_path: Path) -> None:
    before = Memory(tmp_path)
    before.of(doubled, "a")
    before.of(doubled, "b")
    now = Memory(tmp_path)
    now.of(doubled, "b")
    now.forget_the_rest()
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"bb"]


class Environment:
    """A build that counts how often each page is loaded."""

    config = "as it is"

    def __init__(self) -> None:
        self.loads: list[str] = []

    def get_doctree(self, page: str) -> str:
        self.loads.append(page)
        return f"the doctree of {page}"


def test_a_page_with_figures_is_loaded_once_for_all_that_name_them() -> None:
    env = Environment()
    assert [str(_ReadOnly(env).get_doctree("one")) for _ in range(3)] == ["the doctree of one"] * 3
    assert env.loads == ["one"]
    assert _ReadOnly(env).config == "as it is"
    assert str(_ReadOnly(Environment()).get_doctree("one")) == "the doctree of one", "of another build"
