"""The palette: readable on both pages, and recoverable from the colors a figure was painted in."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from labsupport.figures.theme import PALETTE, TEXT_ROLES, light, matplotlib_style, state_role, stylesheet

STATES = (
    "CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT",
    "CLOSING", "LAST-ACK", "TIME-WAIT",
)
THEMES = ("light", "dark")


def luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(color[index:index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("role", TEXT_ROLES)
def test_text_is_readable_on_paper(role: str, theme: str) -> None:
    assert contrast(getattr(PALETTE[role], theme), getattr(PALETTE["paper"], theme)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_the_length_of_a_silence_is_readable_on_its_strip(theme: str) -> None:
    assert contrast(getattr(PALETTE["muted"], theme), getattr(PALETTE["cut"], theme)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_neighboring_states_of_one_path_have_different_colors(theme: str) -> None:
    path = ("CLOSED", "SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSED")
    colors = [getattr(PALETTE[state_role(state)], theme) for state in path]
    assert all(one != other for one, other in pairwise(colors))


def test_light_values_are_unique_so_that_each_leads_back_to_its_role() -> None:
    values = [color.light for color in PALETTE.values()]
    assert len(set(values)) == len(values)


def test_values_are_written_as_matplotlib_writes_them() -> None:
    assert all(re.fullmatch("#[0-9a-f]{6}", value) for color in PALETTE.values() for value in color)


def test_no_value_is_black_which_matplotlib_leaves_out_of_an_svg() -> None:
    assert "#000000" not in {value for color in PALETTE.values() for value in color}


def test_each_state_of_the_standard_has_a_role_of_its_own() -> None:
    assert len({state_role(state) for state in STATES}) == len(STATES)
    assert all(state_role(state) in PALETTE for state in STATES)


def test_a_state_outside_the_standard_is_painted_as_grid() -> None:
    assert state_role("NEW-SYN-RECV") == "grid"


def test_a_role_outside_the_palette_is_an_error() -> None:
    with pytest.raises(KeyError, match="magenta"):
        light("magenta")


def test_the_stylesheet_sets_every_role_for_both_themes() -> None:
    day, night = stylesheet().split("\n")[:2]
    assert day.startswith(":root{") and day.endswith("}")
    assert night.startswith('html[data-theme="dark"], body[data-jp-theme-light="false"]{')
    for role, color in PALETTE.items():
        assert f"--fig-{role}:{color.light};" in day
        assert f"--fig-{role}:{color.dark};" in night


def test_matplotlib_accepts_every_setting() -> None:
    import matplotlib

    with matplotlib.rc_context(matplotlib_style()):  # type: ignore[arg-type]
        assert matplotlib.rcParams["text.color"] == light("ink")
        assert matplotlib.rcParams["axes.prop_cycle"].by_key()["color"][0] == light("open")


def test_the_settings_hold_only_colors_of_the_palette() -> None:
    values = re.findall("#[0-9a-fA-F]{6}", " ".join(map(str, matplotlib_style().values())))
    assert set(values) <= {color.light for color in PALETTE.values()}
