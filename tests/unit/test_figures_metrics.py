"""Widths of text: those of the fonts that matplotlib carries."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsupport.figures.metrics import Face, broken, text_width, wrap

FILES: dict[Face, str] = {
    "regular": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf", "mono": "DejaVuSansMono.ttf",
}
ASCII = "".join(map(chr, range(32, 127)))
BEYOND = "·–—−…×µ→←↔≤≥≈’“”°\u2002"

texts = st.lists(st.text("abcW.-;&=", min_size=1, max_size=20), min_size=1, max_size=5).map(" ".join)


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


def test_a_word_longer_than_a_line_is_broken_after_a_sign_or_anywhere() -> None:
    assert broken("stale-while-revalidate", 8.7, "regular", 70) == ("stale-while-", "revalidate")
    assert "".join(broken("x" * 40, 8.7, "regular", 50)) == "x" * 40
    assert broken("漢字" * 3, 10, "regular", 25) == ("漢字",) * 3


def test_a_query_is_broken_between_its_parameters_where_that_fills_half_a_line() -> None:
    assert broken("code=K&code_verifier=V", 8.7, "mono", 90) == ("code=K&code_", "verifier=V")
    assert broken("client_id=book&code_verifier=V", 8.7, "mono", 115) == ("client_id=book&", "code_verifier=V")


@given(texts, st.floats(12, 200))
def test_broken_lines_fit_and_lose_nothing(text: str, width: float) -> None:
    lines = broken(text, 8.7, "regular", width)
    assert all(text_width(line, 8.7) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
