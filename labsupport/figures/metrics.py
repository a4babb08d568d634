"""How wide a text is, without a font engine.

The advance widths are facts of the DejaVu fonts, which matplotlib carries and figures ask for first. A
layout that relies on them needs no matplotlib and comes out the same on every machine.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Literal

Face = Literal["regular", "bold", "mono"]

_UNITS_PER_EM = 2048
_MONO_ADVANCE = 1233
_FIRST = " "
_AFTER_PARTS = frozenset("&;,?")
_AFTER = frozenset("-/=:;,._&?)")
_REGULAR = (
    651, 821, 942, 1716, 1303, 1946, 1597, 563, 799, 799, 1024, 1716, 651, 739, 651, 690,
    1303, 1303, 1303, 1303, 1303, 1303, 1303, 1303, 1303, 1303, 690, 690, 1716, 1716, 1716, 1087,
    2048, 1401, 1405, 1430, 1577, 1294, 1178, 1587, 1540, 604, 604, 1343, 1141, 1767, 1532, 1612,
    1235, 1612, 1423, 1300, 1251, 1499, 1401, 2025, 1403, 1251, 1403, 799, 690, 799, 1716, 1024,
    1024, 1255, 1300, 1126, 1300, 1260, 721, 1300, 1298, 569, 569, 1186, 569, 1995, 1298, 1253,
    1300, 1300, 842, 1067, 803, 1298, 1212, 1675, 1212, 1212, 1075, 1303, 690, 1303, 1716,
)
_BOLD = (
    713, 934, 1067, 1716, 1425, 2052, 1786, 627, 936, 936, 1071, 1716, 778, 850, 778, 748,
    1425, 1425, 1425, 1425, 1425, 1425, 1425, 1425, 1425, 1425, 819, 819, 1716, 1716, 1716, 1188,
    2048, 1585, 1561, 1503, 1700, 1399, 1399, 1681, 1714, 762, 762, 1587, 1305, 2038, 1714, 1741,
    1501, 1741, 1577, 1475, 1397, 1663, 1585, 2259, 1579, 1483, 1485, 936, 748, 936, 1716, 1024,
    1024, 1382, 1466, 1214, 1466, 1389, 891, 1466, 1458, 702, 702, 1362, 702, 2134, 1458, 1407,
    1466, 1466, 1010, 1219, 979, 1458, 1335, 1892, 1321, 1335, 1192, 1458, 748, 1458, 1716,
)
_BEYOND_ASCII = {
    "·": (651, 778), "–": (1024, 1024), "—": (2048, 2048), "−": (1716, 1716), "…": (2048, 2048),
    "×": (1716, 1716), "µ": (1303, 1507), "→": (1716, 1716), "←": (1716, 1716), "↔": (1716, 1716),
    "⋮": (2048, 2048), "≤": (1716, 1716), "≥": (1716, 1716), "≈": (1716, 1716), "’": (651, 778),
    "“": (1061, 1346), "”": (1061, 1346), "°": (1024, 1024), "\u2002": (1024, 1024),
}


@lru_cache(maxsize=4096)  # a layout weighs many divisions of the same words
def text_width(text: str, size: float, face: Face = "regular") -> float:
    """The width of a line of text in the unit of `size`.

    A character without an entry counts one em: too wide rather than too narrow.
    """
    return sum(_advance(character, face) for character in text) * size / _UNITS_PER_EM


def wrap(text: str, size: float, face: Face, width: float) -> tuple[str, ...]:
    """Break a text at its spaces into lines of at most `width`; a longer single word stays whole."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, size, face) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def broken(text: str, size: float, face: Face, width: float) -> tuple[str, ...]:
    """Lines of at most `width`: broken at spaces, a longer word after a sign or, failing that, anywhere.

    Signs that end a part of a field or a query come first, if that fills half a line.
    """
    words = [piece for word in text.split() for piece in _pieces(word, size, face, width)]
    return wrap(" ".join(words), size, face, width)


def _pieces(word: str, size: float, face: Face, width: float) -> Iterator[str]:
    """A word in pieces of at most `width`, each as long as its breaks allow; at least one character each."""
    while text_width(word, size, face) > width and len(word) > 1:
        end = _break(word, _fitting(word, size, face, width))
        yield word[:end]
        word = word[end:]
    yield word


def _break(word: str, fitting: int) -> int:
    """Where a word is broken of which so many characters fit."""
    parts = (end for end in range(fitting, fitting // 2, -1) if word[end - 1] in _AFTER_PARTS)
    signs = (end for end in range(fitting, 0, -1) if word[end - 1] in _AFTER)
    return next(chain(parts, signs), fitting)


def _fitting(word: str, size: float, face: Face, width: float) -> int:
    """How many characters of a word that is wider than `width` fit into it; at least one."""
    ends = range(len(word))
    return max(1, bisect_right(ends, width, key=lambda end: text_width(word[:end], size, face)) - 1)


def _advance(character: str, face: Face) -> int:
    index = ord(character) - ord(_FIRST)
    known = 0 <= index < len(_REGULAR) or character in _BEYOND_ASCII
    if not known:
        return _UNITS_PER_EM
    if face == "mono":
        return _MONO_ADVANCE
    if character in _BEYOND_ASCII:
        return _BEYOND_ASCII[character][face == "bold"]
    return (_BOLD if face == "bold" else _REGULAR)[index]
