"""What a stylesheet keeps of the rules that no page can match."""

from __future__ import annotations

from pathlib import Path

import pytest

from _ext.protocols_on_trial.unused_styles import names_in_page, names_in_script, names_used, without_unused


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".there{color:red}", ".there{color:red}\n"),
        (".gone{color:red}", ""),
        (".there,.gone{color:red}", ".there{color:red}\n"),
        (".there .gone{color:red}", ""),
        ("#place{color:red}#nowhere{color:red}", "#place{color:red}\n"),
        ('p.gone:hover,p::before{content:"x"}', 'p::before{content:"x"}\n'),
        (r".gone\:wide,.md\:wide{color:red}", ".md\\:wide{color:red}\n"),
    ],
)
def test_a_selector_goes_when_it_needs_a_name_that_is_nowhere(css: str, kept: str) -> None:
    assert without_unused(css, {"there", "place", "md:wide"}) == kept


@pytest.mark.parametrize(
    "css",
    [
        ".there:not(.gone){color:red}",
        ":is(.gone,p){color:red}",
        "html[data-theme=dark] a{color:red}",
        ":root{--blue:#0d6efd}",
        ".bs-tooltip-top{color:red}",
        '@charset "UTF-8";',
        "@font-face{font-family:gone}",
        "@keyframes gone{from{color:red}to{color:blue}}",
        "/*! The license of others */",
    ],
)
def test_what_may_match_stays_and_so_does_what_is_no_rule(css: str) -> None:
    assert without_unused(css, {"there", "bs-"}).strip() == css


def test_conditional_rules_are_looked_into_and_go_when_they_become_empty() -> None:
    css = "@media print{.there{color:red}.gone{color:red}}@supports (color:red){.gone{color:red}}"
    assert without_unused(css, {"there"}) == "@media print{.there{color:red}\n}\n"


def test_a_name_is_used_when_a_page_has_it_or_a_script_could_write_it(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text('<p class="a b-c" id=\'d\'>word</p><i class=e>', encoding="utf-8")
    (tmp_path / "theme.js").write_text("icon.className='fa-sun'; tip.id=`bs-${x}`", encoding="utf-8")
    assert names_in_page('<p class="a b-c" id=\'d\'>word</p>') == {"a", "b-c", "d"}
    assert {"fa-sun", "bs-"} <= names_in_script("icon.className='fa-sun'; tip.id=`bs-${x}`")
    assert {"a", "b-c", "d", "e", "fa-sun", "bs-"} <= names_used(tmp_path.iterdir())
    assert "word" not in names_used([tmp_path / "page.html"])
