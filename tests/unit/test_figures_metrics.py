"""Widths of text: those of the fonts that matplotlib carries."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsupport.figures.metrics import Face, text_width, wrap

FILES: dict[Face, str] = {
    "regular": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf", "mono": "DejaVuSansMono.ttf",
}
ASCII = "".join(map(chr, range(32, 127)))
BEYOND = "·–—−…×µ→←↔≤≥≈’“”°\u2002"


def advance(face: Face, character: str) -> float:
    """The width of a character in em, read from the font itself."""
    import matplotlib
    from matplotlib.ft2font import FT2Font, LoadFlags

    font = FT2Font(str(Path(matplotlib.get_data_path(), "fonts", "ttf", FILES[face])))
    font.set_size(font.units_per_EM, 72)
    glyph = font.load_char(ord(character), flags=LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / 65536 / font.units_per_EM


@pytest.mark.parametrize("face", FILES)
@pytest.mark.parametrize("characters", [ASCII[:48], ASCII[48:], BEYOND], ids=["digits", "letters", "others"])
def test_every_width_is_that_of_the_font(face: Face, characters: str) -> None:
    wrong = {
        character: (text_width(character, 1, face), advance(face, character))
        for character in characters
        if text_width(character, 1, face) != pytest.approx(advance(face, character), abs=6e-4)
    }
    assert wrong == {}


def test_width_grows_with_the_size() -> None:
    assert text_width("SYN·ACK", 17) == pytest.approx(2 * text_width("SYN·ACK", 8.5))


def test_bold_is_wider_and_mono_is_even() -> None:
    assert text_width("SYN seq=0", 10, "bold") > text_width("SYN seq=0", 10)
    assert text_width("iii", 10, "mono") == text_width("WWW", 10, "mono")


def test_nothing_is_zero_wide() -> None:
    assert text_width("", 10) == 0


def test_an_unknown_character_is_taken_as_one_em_rather_than_too_narrow() -> None:
    assert text_width("漢", 10) == 10
    assert text_width("漢", 10, "mono") == 10


def test_text_is_broken_at_spaces_into_lines_that_fit() -> None:
    lines = wrap("one POST on a real kernel", 10, "regular", 70)
    assert " ".join(lines) == "one POST on a real kernel"
    assert len(lines) > 1 and all(text_width(line, 10) <= 70 for line in lines)


def test_a_word_that_does_not_fit_stays_whole() -> None:
    assert wrap("a retransmission-timeout b", 10, "regular", 40) == ("a", "retransmission-timeout", "b")


def test_no_text_is_one_empty_line() -> None:
    assert wrap("  ", 10, "regular", 40) == ("",)
