"""Paints a laid-out state diagram."""

from __future__ import annotations

from ..canvas import Blank, Canvas, Painted, head
from ..theme import state_role
from .shapes import Badge, Node, Pill, StateLayout, Stroke

_NODE_RADIUS = 5.0
_OUTLINES = {"plain": ("muted", 0.9), "visited": ("ink", 1.6), "receding": ("", 1.2)}


def paint(layout: StateLayout, blank: Blank[Painted]) -> Painted:
    """The layout on a blank canvas, one point a unit."""
    canvas = blank(layout.width, layout.top, layout.bottom)
    for zone in layout.zones:
        canvas.rounded(zone.box, 8.0, "cut")
    for stroke in layout.strokes + layout.samples:
        _paint_stroke(canvas, stroke)
    for node in layout.nodes:
        _paint_node(canvas, node)
    for pill in layout.pills:
        _paint_pill(canvas, pill)
    for badge in layout.badges:
        _paint_badge(canvas, badge)
    for words in layout.texts:
        canvas.text(words)
    return canvas


def _paint_stroke(canvas: Canvas, stroke: Stroke) -> None:
    left, right, neck = head(stroke.points[-2], stroke.points[-1], *_head_size(stroke))
    canvas.line([*stroke.points[:-1], neck], stroke.role, stroke.weight, stroke.dash)
    canvas.area([stroke.points[-1], left, right], stroke.role)


def _head_size(stroke: Stroke) -> tuple[float, float]:
    """Length and half width of an arrowhead: small on a fine line."""
    return (6.5, 2.7) if stroke.weight > 1.5 else (5.5, 2.2)


def _paint_node(canvas: Canvas, node: Node) -> None:
    role, (edge, weight) = state_role(node.state), _OUTLINES[node.standing]
    if node.standing == "receding":
        canvas.rounded(node.box, _NODE_RADIUS, "paper", role, weight)
    else:
        canvas.rounded(node.box, _NODE_RADIUS, role, edge, weight)


def _paint_pill(canvas: Canvas, pill: Pill) -> None:
    canvas.rounded(pill.box, _NODE_RADIUS, state_role("CLOSED"), "reset", 1.2)


def _paint_badge(canvas: Canvas, badge: Badge) -> None:
    radius = (badge.box.bottom - badge.box.top) / 2 if badge.end == "client" else 1.5
    canvas.rounded(badge.box, radius, badge.end)
