"""The colors of every figure, each named by the role it plays, for a light and a dark page.

The hues follow Okabe and Ito's palette for color-blind readers. A figure is drawn in the light values; in
its SVG each of them becomes `var(--fig-role, light)`, so the page's theme decides, and a figure that
stands alone stays light.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple


class Color(NamedTuple):
    """One role's value on a light and on a dark page, as `#rrggbb` in lower case."""

    light: str
    dark: str


PALETTE = MappingProxyType({
    "paper": Color("#ffffff", "#14181e"),
    "ink": Color("#1a1c1f", "#e8eaed"),
    "muted": Color("#5b6168", "#a6adb6"),
    "grid": Color("#d9dde2", "#323a43"),
    "cut": Color("#eef0f2", "#232a32"),
    "open": Color("#0072b2", "#56b4e9"),
    "data": Color("#007a5a", "#2fc79a"),
    "close": Color("#b84700", "#f0985a"),
    "reset": Color("#a0337f", "#e39ac9"),
    "ack": Color("#63686f", "#a9b0b8"),
    "client": Color("#0b62a8", "#6cbcf2"),
    "server": Color("#a85208", "#f2a45e"),
    "header": Color("#86bde3", "#2d73a4"),
    "content": Color("#f4b27f", "#a9591b"),
    "octets": Color("#cdd2d8", "#56606b"),
    "scale-0": Color("#e9edf1", "#262d35"),
    "scale-1": Color("#e0e4a4", "#434320"),
    "scale-2": Color("#f3c26e", "#6b4811"),
    "scale-3": Color("#dba3c4", "#82486d"),
    "scale-4": Color("#6facdb", "#246b9f"),
    "state-closed": Color("#e6e8eb", "#2c343d"),
    "state-listen": Color("#e5e7ea", "#2d353e"),
    "state-syn-sent": Color("#9fd0ef", "#1d5d86"),
    "state-syn-received": Color("#9ecfee", "#1e5e87"),
    "state-established": Color("#8fd3bb", "#146b52"),
    "state-fin-wait-1": Color("#f7c59f", "#8a4b16"),
    "state-fin-wait-2": Color("#f3dcc4", "#5c3a1e"),
    "state-close-wait": Color("#f2dbc3", "#5d3b1f"),
    "state-closing": Color("#f5c196", "#86470f"),
    "state-last-ack": Color("#f6c49e", "#8b4c17"),
    "state-time-wait": Color("#dcc1d6", "#6a3a60"),
})
"""Each role's color. The light values are unique, so a role can be found from the color it was painted in."""

TEXT_ROLES = ("ink", "muted", "open", "data", "close", "reset", "ack", "client", "server")
"""Roles that color text: contrast of at least 4.5 with the paper of their theme (WCAG 2.2, 1.4.3)."""

WIDTH = 380.0
"""The width of every figure in points: that of a phone's screen, on which a point is about a CSS pixel."""

SMALLEST_TEXT = 8.7
"""The size in points below which no text of a figure may fall, so that a phone shows it legibly."""

FONT_STACK = '"DejaVu Sans", Verdana, system-ui, sans-serif'
MONO_STACK = '"DejaVu Sans Mono", Menlo, Consolas, monospace'

_DARK_PAGES = 'html[data-theme="dark"], body[data-jp-theme-light="false"]'


def light(role: str) -> str:
    """The color a role is painted in; raises KeyError for a role outside the palette."""
    return PALETTE[role].light


def state_role(state: str) -> str:
    """The role of a TCP state named as in RFC 9293 §3.3.2; `grid` for a name outside the standard."""
    role = f"state-{state.lower()}"
    return role if role in PALETTE else "grid"


def stylesheet() -> str:
    """The palette as CSS custom properties: light, and dark where the book or JupyterLab is dark."""
    day = "".join(f"--fig-{role}:{color.light};" for role, color in PALETTE.items())
    night = "".join(f"--fig-{role}:{color.dark};" for role, color in PALETTE.items())
    return f":root{{{day}}}\n{_DARK_PAGES}{{{night}}}\n"


def matplotlib_style() -> dict[str, object]:
    """Settings for `matplotlib.rc_context`, so that a chapter's own plots match the book's figures."""
    ink, muted, grid = light("ink"), light("muted"), light("grid")
    cycle = ", ".join(repr(light(role)) for role in ("open", "close", "data", "reset", "ack"))
    return {
        "figure.figsize": (WIDTH / 72, 2.9), "figure.constrained_layout.use": True,
        "figure.constrained_layout.h_pad": 0.12, "figure.constrained_layout.w_pad": 0.12,
        "figure.facecolor": light("paper"), "axes.facecolor": light("paper"),
        "font.family": "sans-serif", "font.sans-serif": ["DejaVu Sans"], "font.size": 9.0,
        "text.color": ink, "axes.labelcolor": ink, "axes.titlecolor": ink, "axes.titlesize": 10.5,
        "axes.titlelocation": "left", "axes.edgecolor": muted, "axes.linewidth": 0.8,
        "xtick.color": muted, "ytick.color": muted, "xtick.labelcolor": ink, "ytick.labelcolor": ink,
        "axes.spines.top": False, "axes.spines.right": False,
        "axes.grid": True, "axes.axisbelow": True, "grid.color": grid, "grid.linewidth": 0.7,
        "axes.prop_cycle": f"cycler('color', [{cycle}])", "lines.linewidth": 1.6,
        "patch.edgecolor": ink, "hatch.color": light("paper"),
        "legend.frameon": False, "legend.fontsize": 9.0,
    }
