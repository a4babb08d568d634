"""The stylesheet: every color has a light and a dark value, and text can be read in both."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "labsupport"
CSS = (PACKAGE / "style.css").read_text(encoding="utf-8")
_LIGHT, _DARK = re.findall(r"(?:^:root|body\[data-jp-theme-light=\"false\"\]) \{(.*?)\}", CSS, re.M | re.S)


def colors(block: str) -> dict[str, str]:
    return dict(re.findall(r"--trial-([a-z0-9-]+): (#[0-9a-f]{6});", block))


THEMES = {"light": colors(_LIGHT), "dark": colors(_DARK)}


def luminance(color: str) -> float:
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colors (WCAG 2.2, 1.4.3)."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def test_both_themes_have_a_value_for_every_color():
    assert THEMES["light"].keys() == THEMES["dark"].keys()
    assert len(THEMES["light"]) > 20


def test_no_color_stands_outside_the_two_themes():
    rest = CSS.replace(_LIGHT, "").replace(_DARK, "")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsl", rest) == []


def test_every_property_that_is_used_is_defined():
    used = set(re.findall(r"var\((--trial-[a-z0-9-]+)", CSS))
    defined = set(re.findall(r"(--trial-[a-z0-9-]+):", CSS))
    assert used <= defined


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *(
            (text, ground)
            for text in ("ink", "muted", "link", "true", "false")
            for ground in ("paper", "raised")
        ),
        *((f"layer-{layer}", ground) for layer in range(5) for ground in ("paper", "raised")),
        *(("ink", f"layer-{layer}-{parity}") for layer in range(5) for parity in ("even", "odd")),
        *(
            (verdict, f"{verdict}-tint")
            for verdict in ("holds", "qualified", "outdated", "refuted", "unspecified")
        ),
        ("paper", "false"),
    ],
)
def test_text_can_be_read(theme, text, ground):
    assert contrast(THEMES[theme][text], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("layer", range(5))
def test_the_line_under_an_octet_can_be_seen(theme, layer):
    shades = THEMES[theme]
    assert contrast(shades[f"layer-{layer}"], shades["paper"]) >= 3


def test_layers_differ_in_their_line_and_not_by_color_alone():
    rules = re.findall(r"\.trial-layer-\d \{.*?--trial-rule: (\w+);", CSS)
    assert sorted(rules) == ["dashed", "dotted", "double", "groove", "solid"]


def test_every_class_of_the_package_that_is_styled_is_its_own():
    foreign = {"bd-content", "cell_output", "output", "text_html"}
    classes = set(re.findall(r"\.([a-z][a-z0-9_-]*)", re.sub(r"/\*.*?\*/", "", CSS, flags=re.S)))
    assert {name for name in classes if not name.startswith("trial-")} <= foreign


def test_nothing_is_loaded_from_elsewhere():
    assert "url(" not in CSS and "@import" not in CSS
    assert len(CSS) < 24_000
