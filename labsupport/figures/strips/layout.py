"""What stands where in wire strips: from blocks of octets to shapes with final coordinates.

Pure Python without I/O. All strips share one scale. A silence takes room of its own, whatever its length.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ...records import Role
from ...story import ENDS
from ..metrics import text_width
from ..placement import Box, Wish, spread
from ..shapes import LINE_HEIGHT, Leader, Text
from ..theme import SMALLEST_TEXT, WIDTH
from ..titles import title_height, title_lines
from .reading import Block, Kind

BLOCK_HEIGHT = 17.0
KINDS: dict[Kind, str] = {"header": "header section", "content": "content", "octets": "other octets"}

_EDGE = 10.0
_LEGEND_LINE = 14.0
_NAME_SIZE = 9.6
_LABEL_SIZE = SMALLEST_TEXT
_LABEL_LINE = _LABEL_SIZE * LINE_HEIGHT + 1.0
_LABEL_OFF = 9.0
_FARTHEST = 16.0
_LARGEST_SCALE = 0.8
_SMALLEST_SCALE = 0.0005
_THINNEST = 4.0
_APART = 6.0
_SWATCH = 12.0


@dataclass(frozen=True, slots=True)
class Area:
    """The octets of one part of a segment; `lost` when they never arrived."""

    box: Box
    kind: Kind
    lost: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A silence between two segments."""

    box: Box
    text: Text


@dataclass(frozen=True, slots=True)
class Strip:
    """What one conversation put on the wire: its line, and along it what each end sent."""

    heading: tuple[Text, ...]
    line: Leader
    areas: tuple[Area, ...]
    segments: tuple[Box, ...]
    gaps: tuple[Gap, ...]
    labels: tuple[Text, ...]
    leaders: tuple[Leader, ...]


@dataclass(frozen=True, slots=True)
class StripsLayout:
    """Wire strips, ready to be painted. `scale` is units an octet; `swatches` are the areas of the legend."""

    width: float
    height: float
    scale: float
    headings: tuple[Text, ...]
    swatches: tuple[Area, ...]
    strips: tuple[Strip, ...]

    @property
    def texts(self) -> tuple[Text, ...]:
        """Every text of the figure."""
        inside = [text for strip in self.strips
                  for text in (*strip.heading, *strip.labels, *(gap.text for gap in strip.gaps))]
        return (*self.headings, *inside)


def layout(strips: Mapping[str, Sequence[Block]], title: str) -> StripsLayout:
    """Lay out one strip for each name. Raises ValueError for one with more segments than fit beside each other."""
    scale = _scale(strips)
    headings, swatches, y = _head(strips, title)
    drawn = []
    for name, blocks in strips.items():
        strip, y = _strip(name, blocks, scale, y)
        drawn.append(strip)
    return StripsLayout(WIDTH, round(y + 2, 1), scale, headings, swatches, tuple(drawn))


def _scale(strips: Mapping[str, Sequence[Block]]) -> float:
    """The largest scale at which every strip fits, to a hundredth."""
    low, high = _SMALLEST_SCALE, _LARGEST_SCALE
    room = WIDTH - 2 * _EDGE
    for name, blocks in strips.items():
        if _extent(blocks, low) > room:
            raise ValueError(
                f"{len(blocks)} segments of {name!r} carry data, more than fit into a strip: "
                "hand over a conversation with those of one exchange, dataclasses.replace(conversation, segments=…)"
            )
    if all(_extent(blocks, high) <= room for blocks in strips.values()):
        return high
    while high / low > 1.01:
        middle = (low * high) ** 0.5
        fits = all(_extent(blocks, middle) <= room for blocks in strips.values())
        low, high = (middle, high) if fits else (low, middle)
    return low


def _extent(blocks: Sequence[Block], scale: float) -> float:
    return _edges(blocks, scale)[-1][1] - _EDGE


def _edges(blocks: Sequence[Block], scale: float) -> list[tuple[float, float]]:
    """Left and right end of each block."""
    edges: list[tuple[float, float]] = []
    x = _EDGE
    for block in blocks:
        x += _before(block) if edges else 0.0
        edges.append((x, x := x + sum(_widths(block, scale))))
    return edges


def _before(block: Block) -> float:
    """The room before a block: more where a silence is written into it."""
    return text_width(_told(block.silence_ns), _LABEL_SIZE) + 2 * _APART + 6.0 if block.silence_ns else _APART


def _widths(block: Block, scale: float) -> list[float]:
    return [max(_THINNEST, part.octets * scale) for part in block.parts]


def _told(ns: int) -> str:
    return f"{ns / 1e6:,.0f} ms" if ns < 10_000_000_000 else f"{ns / 1e9:,.1f} s"


def _head(strips: Mapping[str, Sequence[Block]], title: str) -> tuple[tuple[Text, ...], tuple[Area, ...], float]:
    """Title and legend, and where the strips begin."""
    texts = list(title_lines(title, _EDGE))
    y = _EDGE + 7.0 + title_height(title) + 4.0
    x, swatches = _EDGE, []
    for kind in _kinds(strips.values()):
        swatches.append(Area(Box.around((x + _SWATCH / 2, y), _SWATCH, 9.0), kind, False))
        texts.append(Text(x + _SWATCH + 5, y, KINDS[kind], _LABEL_SIZE, "ink", "regular", "start"))
        x += _SWATCH + 5 + text_width(KINDS[kind], _LABEL_SIZE) + 14
    y += _LEGEND_LINE
    silent = any(block.silence_ns for blocks in strips.values() for block in blocks)
    told = "above the line client → server, below it server → client" + "; gray: silence" * silent
    texts.append(Text(_EDGE, y, told, _LABEL_SIZE, "muted", "regular", "start"))
    return tuple(texts), tuple(swatches), y + 10.0


def _kinds(strips: Iterable[Sequence[Block]]) -> list[Kind]:
    used = {part.kind for blocks in strips for block in blocks for part in block.parts}
    return [kind for kind in KINDS if kind in used]


def _strip(name: str, blocks: Sequence[Block], scale: float, top: float) -> tuple[Strip, float]:
    """A strip whose heading begins at `top`, and where the next begins."""
    edges = _edges(blocks, scale)
    wanted = {end: _labels(blocks, edges, scale, end) for end in ENDS}
    middle = top + 18.0 + _depth(wanted["client"]) + BLOCK_HEIGHT
    areas, segments = [], []
    for block, (left, right) in zip(blocks, edges, strict=True):
        upper = middle - BLOCK_HEIGHT * (block.sender == "client")
        segments.append(_box(left, right, upper, BLOCK_HEIGHT))
        starts = accumulate(_widths(block, scale), initial=left)
        areas += [Area(_box(start, start + width, upper, BLOCK_HEIGHT), part.kind, block.lost)
                  for part, start, width in zip(block.parts, starts, _widths(block, scale), strict=False)]
    gaps = [_gap(block, left, middle) for block, (left, _) in zip(blocks[1:], edges[1:], strict=True)
            if block.silence_ns]
    labels, leaders = [], []
    for end, lines in wanted.items():
        for label in lines:
            text, leader = label.placed(middle, end)
            labels.append(text)
            leaders.append(leader)
    bottom = middle + BLOCK_HEIGHT + _depth(wanted["server"])
    line = Leader((_EDGE - 4, middle), (edges[-1][1] + 4, middle))
    return Strip(_heading(name, blocks, top + 8.0), line, tuple(areas), tuple(segments), tuple(gaps), tuple(labels),
                 tuple(leaders)), bottom + 6.0


def _box(left: float, right: float, top: float, height: float) -> Box:
    return Box.of([(left, top), (right, top), (right, top + height), (left, top + height)])


def _heading(name: str, blocks: Sequence[Block], y: float) -> tuple[Text, ...]:
    sent = [block for block in blocks if block.sender == "client" and not block.again]
    octets = f"{sum(block.octets for block in sent):,} octets"
    told = f"{octets} in {len(sent)} {'segment' if len(sent) == 1 else 'segments'}"
    return (Text(_EDGE, y, name, _NAME_SIZE, "ink", "bold", "start"),
            Text(WIDTH - _EDGE, y, told, _LABEL_SIZE, "muted", "regular", "end"))


def _gap(block: Block, left: float, middle: float) -> Gap:
    start = left - _before(block) + _APART
    box = _box(start, left - _APART, middle - BLOCK_HEIGHT, 2 * BLOCK_HEIGHT)
    return Gap(box, Text((box.left + box.right) / 2, middle, _told(block.silence_ns), _LABEL_SIZE, "muted"))


@dataclass(frozen=True, slots=True)
class _Label:
    """The octets of a part: `x` is its middle, `at` where the label stands, `row` how far off the line, from 0."""

    x: float
    at: float
    row: int
    text: str

    def placed(self, middle: float, end: Role) -> tuple[Text, Leader]:
        """The label above or below the blocks, and a hairline to it."""
        side = -1 if end == "client" else 1
        edge = middle + side * BLOCK_HEIGHT
        y = edge + side * (_LABEL_OFF + self.row * _LABEL_LINE)
        text = Text(self.at, y, self.text, _LABEL_SIZE, "ink")
        return text, Leader((self.x, edge), (self.at, y - side * _LABEL_LINE / 2))


def _labels(blocks: Sequence[Block], edges: Sequence[tuple[float, float]], scale: float, end: Role) -> list[_Label]:
    """The labels of one end, in as few rows as leave each of them near its part."""
    wishes = []
    for block, (left, _) in zip(blocks, edges, strict=True):
        starts = accumulate(_widths(block, scale), initial=left)
        remark = " again" * block.again + " lost" * block.lost
        wishes += [(start + width / 2, f"{part.octets:,} B{remark}")
                   for part, start, width in zip(block.parts, starts, _widths(block, scale), strict=False)
                   if block.sender == end]
    for rows in range(1, len(wishes) + 1):
        placed = [label for row in range(rows) for label in _row(wishes[row::rows], row)]
        if all(abs(label.at - label.x) <= _FARTHEST for label in placed):
            break
    return placed if wishes else []


def _row(wishes: Sequence[tuple[float, str]], row: int) -> list[_Label]:
    """Labels of one row beside each other, between the edges of the canvas."""
    widths = [text_width(text, _LABEL_SIZE) + 5.0 for _, text in wishes]
    places = list(spread([Wish(x, width) for (x, _), width in zip(wishes, widths, strict=True)], 3.0))
    limit = WIDTH - 3.0
    for index in reversed(range(len(places))):
        places[index] = min(places[index], limit - widths[index] / 2)
        limit = places[index] - widths[index] / 2
    return [_Label(x, round(at, 2), row, text) for (x, text), at in zip(wishes, places, strict=True)]


def _depth(labels: Sequence[_Label]) -> float:
    """The height that the labels of one side need."""
    return _LABEL_OFF + _LABEL_LINE * max((label.row + 0.5 for label in labels), default=-0.5)
