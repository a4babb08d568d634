"""Paints a laid-out state diagram with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..brushes import area, canvas, head, line, rounded, text
from ..theme import state_role
from .shapes import Badge, Node, Pill, StateLayout, Stroke

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NODE_RADIUS = 5.0
_OUTLINES = {"plain": ("muted", 0.9), "visited": ("ink", 1.6), "receding": ("", 1.2)}


def paint(layout: StateLayout) -> Figure:
    """A matplotlib figure of the layout, one point a unit."""
    figure, axes = canvas(layout.width, layout.top, layout.bottom)
    for zone in layout.zones:
        rounded(axes, zone.box, 8.0, "cut")
    for stroke in layout.strokes + layout.samples:
        _paint_stroke(axes, stroke)
    for node in layout.nodes:
        _paint_node(axes, node)
    for pill in layout.pills:
        _paint_pill(axes, pill)
    for badge in layout.badges:
        _paint_badge(axes, badge)
    for words in layout.texts:
        text(axes, words)
    return figure


def _paint_stroke(axes: Axes, stroke: Stroke) -> None:
    left, right, neck = head(stroke.points[-2], stroke.points[-1], *_head_size(stroke))
    line(axes, [*stroke.points[:-1], neck], stroke.role, stroke.weight, stroke.dash)
    area(axes, [stroke.points[-1], left, right], stroke.role)


def _head_size(stroke: Stroke) -> tuple[float, float]:
    """Length and half width of an arrowhead: small on a fine line."""
    return (6.5, 2.7) if stroke.weight > 1.5 else (5.5, 2.2)


def _paint_node(axes: Axes, node: Node) -> None:
    role, (edge, weight) = state_role(node.state), _OUTLINES[node.standing]
    if node.standing == "receding":
        rounded(axes, node.box, _NODE_RADIUS, "paper", role, weight)
    else:
        rounded(axes, node.box, _NODE_RADIUS, role, edge, weight)


def _paint_pill(axes: Axes, pill: Pill) -> None:
    rounded(axes, pill.box, _NODE_RADIUS, state_role("CLOSED"), "reset", 1.2)


def _paint_badge(axes: Axes, badge: Badge) -> None:
    radius = (badge.box.bottom - badge.box.top) / 2 if badge.end == "client" else 1.5
    rounded(axes, badge.box, radius, badge.end)
