"""The one mark for what differs from run to run."""

import configparser
import re

from labsupport import measured


def test_what_is_marked_does_not_count():
    one = f"<td>{measured.in_markup('41 ms')}</td> {measured.in_text(7)}"
    other = f"<td>{measured.in_markup('43 ms')}</td> {measured.in_text(12345)}"
    assert one != other
    assert measured.without_measured(one) == measured.without_measured(other)


def test_what_is_not_marked_counts_to_the_letter():
    assert measured.without_measured("SYN ⟦1⟧") != measured.without_measured("SYN  ⟦1⟧")
    assert measured.without_measured("plain") == "plain"


def test_a_mark_ends_where_it_ends():
    text = f"{measured.in_markup('a')} kept {measured.in_markup('b')}"
    assert " kept " in measured.without_measured(text)


def test_a_marked_drawing_may_have_many_lines():
    assert measured.without_measured(measured.in_markup("<g>\n</g>\n")) == "<!--measured-->"


def test_a_mark_that_vanished_is_a_difference():
    assert measured.without_measured(measured.in_text(5)) != measured.without_measured("5")


def test_nbvals_file_says_the_same():
    parser = configparser.RawConfigParser()
    parser.read_string(measured.nbval_sanitizer())
    output = f"a {measured.in_text('x')} b {measured.in_markup('<g>')} c"
    cleaned = output
    for section in parser.sections():
        cleaned = re.sub(parser.get(section, "regex"), parser.get(section, "replace"), cleaned)
    assert cleaned == measured.without_measured(output)
