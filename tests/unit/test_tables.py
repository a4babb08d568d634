"""Tables and terminals: what is shown, and what is compared."""

import xml.etree.ElementTree as ElementTree

import pytest

from labsupport import measured
from labsupport.measured import without_measured
from labsupport.network.packet import decode, encode
from labsupport.records import Conversation, Endpoint
from labsupport.tables import Measured, segment_table, table
from labsupport.terminal import Terminal

CLIENT, SERVER = Endpoint("192.0.2.1", 40_000), Endpoint("192.0.2.2", 80)


def handshake(start=0):
    syn = decode(encode(CLIENT, SERVER, {"SYN"}, seq=100), start, (start + 40_000_000,))
    answer = decode(encode(SERVER, CLIENT, {"SYN", "ACK"}, seq=900, ack=101), start + 41_000_000, ())
    return Conversation(CLIENT, SERVER, (syn, answer))


def test_text_stands_in_columns():
    assert repr(table(("step", "flags"), [(1, "SYN"), (2, "SYN·ACK")])) == "step  flags\n1     SYN\n2     SYN·ACK"


@pytest.mark.parametrize("heading", ["x", "octets"])
def test_a_measured_value_is_shown_and_not_compared(heading):
    one, other = (table((heading, "y"), [(Measured(value), "kept")]) for value in (7, 1234567))
    assert "⟦1234567⟧" in repr(other)
    assert measured.without_measured(repr(one)) == measured.without_measured(repr(other))
    assert measured.without_measured(one._repr_html_()) == measured.without_measured(other._repr_html_())
    assert one._repr_html_() != other._repr_html_()


def test_html_is_well_formed_and_escaped():
    html = table(("a<b",), [("<script>",), (Measured("&"),)])._repr_html_()
    root = ElementTree.fromstring(html)
    assert [cell.text for cell in root.iter("th")] == ["a<b"]
    assert "".join(next(root.iter("td")).itertext()) == "<script>"


def test_headings_have_a_scope_and_a_wide_table_can_be_reached_by_keyboard():
    root = ElementTree.fromstring(table(("a",), [(1,)])._repr_html_())
    assert next(root.iter("th")).get("scope") == "col"
    assert (root.get("tabindex"), root.get("role")) == ("0", "group")
    assert root.get("aria-label")


def test_a_row_of_the_wrong_length_is_named():
    with pytest.raises(ValueError, match=r"row 2 has 1 values for 2 headings: \(3,\)"):
        table(("a", "b"), [(1, 2), (3,)])


@pytest.mark.parametrize("empty", ["", " "])
def test_a_heading_that_says_nothing_is_refused(empty):
    with pytest.raises(ValueError, match="heading 2 is empty; say what stands in its column"):
        table(("x", empty), [(1, 2)])


def test_an_empty_table_shows_its_headings():
    assert repr(table(("a", "b"), [])) == "a  b"


def test_segments_are_listed_with_sender_numbers_and_fate():
    lines = repr(segment_table(handshake())).splitlines()
    assert lines[1].split() == ["client", "→", "server", "SYN", "0", "–", "0", "⟦0", "ms⟧"]
    assert lines[2].split() == ["server", "→", "client", "(lost)", "SYN·ACK", "0", "1", "0", "⟦41", "ms⟧"]


def test_the_table_of_segments_is_the_same_at_another_time():
    early, late = (measured.without_measured(repr(segment_table(handshake(start)))) for start in (0, 10**18))
    assert early == late


def test_a_terminal_shows_the_command_and_marks_the_output():
    shown = Terminal("ss -tan", "State  Recv-Q\nESTAB  0\n")
    assert repr(shown) == "$ ss -tan\n⟦State  Recv-Q\nESTAB  0⟧"
    assert measured.without_measured(shown._repr_html_()).count("ss -tan") == 1
    assert "ESTAB" not in measured.without_measured(shown._repr_html_())
    assert "&lt;b&gt;" in Terminal("echo", "<b>")._repr_html_()


@pytest.mark.parametrize("value", [3, 2.5, "7", "40.2 ms", "30,000", Measured("120 ms"), Measured(7)])
def test_numbers_stand_to_the_right(value):
    assert 'class="trial-number"' in table(("n",), [[value]])._repr_html_()


WORDS = (True, "SYN·ACK", "x + 1", "1 of 2 open", "192.0.2.1", "3.10.7.4", ",", Measured("ss -tan"), Measured("x = 7"))


@pytest.mark.parametrize("value", WORDS)
def test_words_stand_to_the_left(value):
    assert "trial-number" not in table(("word",), [[value]])._repr_html_()


def test_whether_a_measured_value_is_a_number_is_not_compared():
    one, other = (table(("cookie",), [[Measured(value)]])._repr_html_() for value in ("12345678", "83a38fa5"))
    assert one != other
    assert without_measured(one) == without_measured(other)
