"""The playgrounds in a real Chromium: Python in the page answers, and what a reader types stays there.

No other host can be reached: the browser resolves no name, and the book is served on loopback.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from _ext.protocols_on_trial.playgrounds import KINDS
from labsupport.page.tcp import driven
from labsupport.page.token import dissected
from tests.book.browser import VIEWS, Reader, View
from tests.book.playing import NAMES, PATIENCE_S, Player, remembering

PHONE = View(390, "dark")
SECRET = "nobody-else-shall-read-this"

each = pytest.mark.parametrize("name", NAMES)
desk_and_phone = pytest.mark.parametrize("view", [VIEWS[0], PHONE], ids=str)


@pytest.fixture(scope="module", autouse=True)
def python(html: Path) -> None:
    """The files of Python, which a build without npm lacks."""
    if not (html / "_static" / "python").is_dir():
        pytest.skip("the book was built without Python for its pages (install npm)")


def opened(reader: Reader, name: str) -> Player:
    player = Player(reader, name)
    player.open()
    return player


@pytest.fixture(scope="class")
def token(reader: Reader) -> Player:
    """The page of tokens, loaded once: a test more is not a start of Python more."""
    return opened(reader, "token")


@pytest.fixture(scope="class")
def cookie(reader: Reader) -> Player:
    return opened(reader, "cookie")


@pytest.fixture(scope="class")
def tcp(reader: Reader) -> Player:
    return opened(reader, "tcp")


# All three ----------------------------------------------------------------------------------------------------------


@each
def test_the_example_in_the_page_is_what_python_makes_of_it(reader: Reader, name: str) -> None:
    player = opened(reader, name)
    kind = KINDS[name]
    assert player.differing(kind.answer(kind.examples[0])["parts"]) == []


@each
def test_nothing_of_python_is_fetched_before_the_reader_does_something(reader: Reader, name: str) -> None:
    visit = Player(reader, name).open()
    assert [url for url in visit.urls if "/_static/python/" in url] == []


@each
def test_python_in_the_page_answers_what_python_outside_answers(reader: Reader, name: str) -> None:
    player = opened(reader, name)
    for example in KINDS[name].examples:
        player.write(example=example.name)
        if name == "tcp":
            player.click('[data-go="last"]')
        if name != "token" or example.at:  # without a clock of its own, a token is seen at the time of the reader
            assert player.differing(KINDS[name].answer(example)["parts"]) == [], example.name


@each
def test_what_is_typed_is_in_no_request_and_the_page_goes_on_without_a_server(
    reader: Reader, html: Path, name: str
) -> None:
    typed: dict[str, dict[str, object]] = {
        "token": {"text": SECRET, "key": SECRET},
        "cookie": {"lines": f"{SECRET}=1", "url": f"https://{SECRET}.test/"},
        "tcp": {"rtt_ms": 1234},
    }
    with remembering(html) as served:
        player = Player(Reader(reader.driver, served.site), name)
        player.open()
        first = player.write(**typed[name])
        served.end()
        before = len(served.asked)
        second = player.write(example=KINDS[name].examples[1].name)
        player.link()
    assert before > 10
    assert first and second and first != second
    assert len(served.asked) == before
    assert [line for line in served.asked if SECRET in line or "1234" in line or "POST" in line] == []


@each
def test_a_link_restores_what_was_in_the_form(reader: Reader, name: str) -> None:
    changed: dict[str, dict[str, object]] = {
        "token": {"text": "a.b.c", "audience": "me"},
        "cookie": {"lines": "x=1; Path=/é", "ended": True},
        "tcp": {"handshake": "two-way", "rtt_ms": 100},
    }
    player = opened(reader, name)
    player.write(**changed[name])
    told, fragment = player.says, player.link()
    assert fragment.startswith("#state=")
    assert "The link" in player.says
    player.open(fragment=fragment)
    assert player.wait() == told


def test_a_link_to_a_token_leaves_the_key_out_and_says_so(reader: Reader) -> None:
    player = opened(reader, "token")
    player.write(key=SECRET)
    fragment = player.link()
    assert "the key does not" in player.says
    player.open(fragment=fragment)
    player.wait()
    assert player.field("key") == ""


@each
def test_a_link_says_with_which_example_it_began(reader: Reader, name: str) -> None:
    player, last = opened(reader, name), KINDS[name].examples[-1]
    player.write(example=last.name)
    player.open(fragment=player.link())
    player.wait()
    assert player.field("example") == last.name
    assert reader.run("return document.querySelector('[data-watch]').textContent") == last.watch


@each
def test_a_link_that_is_opened_on_its_own_page_is_followed(reader: Reader, name: str) -> None:
    player = opened(reader, name)
    player.write(example=KINDS[name].examples[1].name)
    there, fragment = player.says, player.link()
    player.click("[type=reset]")
    reader.run("location.hash = arguments[0]", fragment)
    assert player.wait() == there


@each
def test_a_link_that_is_damaged_does_no_harm(reader: Reader, name: str) -> None:
    player = Player(reader, name)
    for state in ("%%%", "bm8", "WzFd", "e30"):  # no base64, no JSON, no object, and an object without members
        visit = player.open(fragment=f"#state={state}")
        player.wait()
        assert visit.errors == ()
        assert ("damaged" in player.says) == (state != "e30")


@each
def test_reset_brings_the_first_example_back(reader: Reader, name: str) -> None:
    player = opened(reader, name)
    player.write(example=KINDS[name].examples[2].name)
    player.click("[type=reset]")
    assert player.field("example") == KINDS[name].examples[0].name
    if name == "tcp":
        player.click('[data-go="last"]')
    assert player.differing(KINDS[name].answer(KINDS[name].examples[0])["parts"]) == []


@each
@desk_and_phone
def test_nobody_is_shut_out_and_nothing_is_wider_than_the_window(
    reader: Reader, axe: str, name: str, view: View
) -> None:
    player = Player(reader, name)
    player.open(view)
    wrong: dict[str, dict[str, object]] = {"token": {"text": "Bearer x"}, "cookie": {"url": "x"}, "tcp": {"rtt_ms": 0}}
    for typed in ({"example": KINDS[name].examples[-1].name}, wrong[name]):
        player.write(**typed)
        reader.run("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        assert reader.run("return document.documentElement.scrollWidth") <= view.width
        reader.run(axe)
        report = reader.driver.execute_async_script("axe.run('article').then(arguments[arguments.length - 1])")
        assert [(found["id"], found["nodes"][0]["html"]) for found in report["violations"]] == []


# Tokens -------------------------------------------------------------------------------------------------------------


class TestToken:
    """Each control of the page of tokens, one after the other on one page."""

    @pytest.fixture(autouse=True)
    def first_example(self, token: Player) -> Iterator[None]:
        token.click("[type=reset]")
        yield

    @pytest.mark.parametrize("part", ["header", "payload", "signature"])
    def test_a_flipped_bit_is_noticed_by_whoever_looks_at_the_signature(self, token: Player, part: str) -> None:
        before = token.field("text")
        assert "Careful: refused." in token.click(f'[data-alter="{part}"]')
        assert sum(one != other for one, other in zip(before, token.field("text"), strict=True)) == 1

    def test_an_unsigned_token_fools_the_gullible(self, token: Player) -> None:
        assert "Careful: refused. Gullible: accepted. Blind: accepted." in token.click('[data-alter="none"]')

    def test_a_token_of_ones_own_is_signed_with_the_key_that_is_there(self, token: Player) -> None:
        token.write(key="a key of my own, thirty-two octets")
        token.write(form="text")
        token.write(header='{"alg":"HS256"}', payload='{"sub":"eve"}')
        said = token.click("[data-sign]")
        assert said.endswith("Careful: accepted. Gullible: accepted. Blind: accepted.")
        assert 'takes the bearer for "eve"' in token.part("verifiers")
        assert "Careful: refused." in token.write(key="another key")

    def test_claims_that_are_being_written_stay_when_the_key_is_changed(self, token: Player) -> None:
        token.write(payload='{"admin":true}')
        token.write(key="another key", form="text")
        assert token.field("payload") == '{"admin":true}'
        token.click('[data-alter="none"]')
        assert "joe" in token.field("payload")

    def test_the_clock_of_the_verifier_is_the_readers(self, token: Player) -> None:
        assert "Careful: accepted." in token.write(at="2011-03-22T18:42")
        assert "Careful: refused." in token.write(at="2011-03-22T18:43")
        assert "Careful: refused." in token.write(at="")

    def test_the_verifier_has_a_name(self, token: Player) -> None:
        assert "Careful: accepted." in token.write(example="access")
        assert "Careful: refused." in token.write(audience="https://photos.test")
        assert "Invalid" in token.part("verifiers")

    def test_a_key_can_be_written_in_another_form(self, token: Player) -> None:
        token.write(form="hex")
        assert "no hexadecimal" in token.part("verifiers")

    def test_what_is_typed_is_dissected_as_in_the_chapter(self, token: Player) -> None:
        text = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI8Yj4ifQ.x"
        token.write(text=text)
        wanted = dissected(text)["parts"]
        assert token.differing({"dissection": wanted["dissection"], "members": wanted["members"]}) == []

    def test_what_is_no_token_is_told(self, token: Player) -> None:
        assert token.write(text="hello").startswith("No token.")
        assert "is no JWS or JWE" in token.part("dissection")


# Cookies ------------------------------------------------------------------------------------------------------------


class TestCookie:
    """Each control of the page of cookies."""

    @pytest.fixture(autouse=True)
    def first_example(self, cookie: Player) -> Iterator[None]:
        cookie.click("[type=reset]")
        yield

    def test_lines_are_stored_and_sent_as_they_are_typed(self, cookie: Player) -> None:
        assert cookie.write(lines="a=1; Path=/\nb=2; Path=/").startswith("2 lines, 2 in the jar.")
        assert "a=1; b=2" in cookie.part("sent")
        assert "cookie-pair" in cookie.part("dissection")

    def test_the_url_decides_what_a_secure_cookie_may_do(self, cookie: Player) -> None:
        assert "0 in the jar" in cookie.write(lines="a=1; Secure", url="http://app.bank.example/")

    def test_time_passes_in_the_unit_that_is_chosen(self, cookie: Player) -> None:
        cookie.write(lines="a=1; Max-Age=3600")
        assert "1 in the jar" in cookie.write(forward="59", unit="60")
        assert "0 in the jar" in cookie.write(unit="3600")

    def test_a_browser_that_ends_drops_its_session(self, cookie: Player) -> None:
        assert "4 in the jar" in cookie.says
        assert "0 in the jar" in cookie.write(ended=True)

    def test_who_sets_it_matters(self, cookie: Player) -> None:
        assert "1 in the jar" in cookie.write(source="embedded")
        assert "4 in the jar" in cookie.write(source="script")

    def test_the_exception_of_chromium_can_be_switched_on(self, cookie: Player) -> None:
        assert "none=1; default=1" not in cookie.part("sent").partition("posts")[2].partition("image")[0]
        cookie.write(chromium=True)
        assert "none=1; default=1" in cookie.part("sent").partition("posts")[2].partition("image")[0]

    def test_suffixes_of_ones_own_are_public(self, cookie: Player) -> None:
        cookie.write(lines="a=1; Domain=bank.example")
        assert "0 in the jar" in cookie.write(suffixes="bank.example")

    def test_a_request_of_ones_own_is_answered_first(self, cookie: Player) -> None:
        cookie.write(own_url="https://app.bank.example/pay", own_initiator="https://evil.example/", own_method="POST",
                     own_asker="subresource")
        assert "Your own POST https://app.bank.example/pay" in cookie.part("sent").partition("The address is typed")[0]
        assert "13 requests" in cookie.says

    def test_what_is_wrong_is_told_and_the_last_answer_stays(self, cookie: Player) -> None:
        before = cookie.part("sent")
        assert "is no address that cookies belong to" in cookie.write(url="app.bank.example")
        assert cookie.part("sent") == before


# TCP ----------------------------------------------------------------------------------------------------------------


def test_the_first_step_begins_the_example_of_which_the_page_shows_the_end(reader: Reader) -> None:
    player = opened(reader, "tcp")
    assert player.click('[data-go="step"]').startswith("The client's program calls connect().")


def test_the_first_move_of_the_slider_is_followed(reader: Reader) -> None:
    player = opened(reader, "tcp")
    reader.driver.find_element(By.NAME, "moment").send_keys(Keys.ARROW_LEFT)
    player.wait()
    assert reader.run("return document.querySelector('[data-time]').textContent") == "680 ms"


class TestTcp:
    """Each control of the page of TCP."""

    @pytest.fixture(autouse=True)
    def first_preset(self, tcp: Player) -> Iterator[None]:
        tcp.click("[type=reset]")
        yield

    def time(self, tcp: Player) -> str:
        return str(tcp.reader.run("return document.querySelector('[data-time]').textContent"))

    def test_steps_lead_on_and_back(self, tcp: Player) -> None:
        assert self.time(tcp) == "0 ms"
        assert tcp.click('[data-go="step"]').startswith("#1 SYN arrives at the server.")
        assert self.time(tcp) == "40 ms"
        tcp.click('[data-go="last"]')
        assert self.time(tcp) == "60.64 s"
        tcp.click('[data-go="back"]')
        assert self.time(tcp) == "680 ms"
        tcp.click('[data-go="first"]')
        assert self.time(tcp) == "0 ms"

    def test_both_diagrams_are_drawn_anew(self, tcp: Player) -> None:
        tcp.click('[data-go="step"]')
        wanted = driven(KINDS["tcp"].examples[0].scenario, 40)["parts"]
        assert tcp.differing({"sequence": wanted["sequence"], "states": wanted["states"]}) == []

    @pytest.mark.parametrize("fate, said", [
        ("lost", "A timer runs out. The client sends #2 SYN again."), ("twice", "#1 SYN arrives at the server."),
        ("late", "A timer runs out. The client sends #2 SYN again."), ("in time", "#1 SYN arrives at the server."),
    ])
    def test_a_segment_gets_the_fate_that_is_pressed(self, tcp: Player, fate: str, said: str) -> None:
        tcp.click("[data-clear]")
        tcp.click('[data-act="client:connect"]')
        button = f'[data-segment="0"][data-fate="{fate}"]'
        tcp.click(button)
        assert tcp.reader.run("return document.querySelector(arguments[0]).ariaPressed", button) == "true"
        assert tcp.click('[data-go="step"]').startswith(said)

    def test_a_late_copy_takes_as_long_as_the_field_says(self, tcp: Player) -> None:
        tcp.write(late_s="5")
        tcp.click('[data-segment="0"][data-fate="late"]')
        assert "delay 5 s" in tcp.part("segments")

    def test_programs_act_at_the_moment_that_is_shown(self, tcp: Player) -> None:
        tcp.click("[data-clear]")
        assert tcp.click('[data-act="client:connect"]').startswith("The client's program calls connect().")
        tcp.click('[data-go="last"]')
        assert "calls send()" in tcp.click('[data-act="server:send"]')
        assert "120 ms server: send" in tcp.part("actions")
        assert "is now in FIN-WAIT-1" in tcp.click('[data-act="client:shutdown"]')
        assert "No program" not in tcp.click('[data-act="server:close"]')
        assert "gives up and aborts" in tcp.click('[data-act="client:abort"]')

    def test_time_can_pass_without_an_event(self, tcp: Player) -> None:
        tcp.click('[data-go="step"]')
        assert tcp.click('[data-act="client:pause"]') == "Time passes."
        assert self.time(tcp) == "540 ms"

    def test_a_program_that_cannot_is_told_why(self, tcp: Player) -> None:
        assert "accept() has not returned a connection" in tcp.click('[data-act="server:send"]')

    def test_undo_takes_the_last_decision_back(self, tcp: Player) -> None:
        before = tcp.part("actions")
        tcp.click('[data-act="client:abort"]')
        assert tcp.part("actions") != before
        tcp.click("[data-undo]")
        assert tcp.part("actions") == before

    def test_an_action_is_removed(self, tcp: Player) -> None:
        tcp.click('[data-remove="0"]')
        assert tcp.part("actions").startswith("200 ms client: send")

    def test_the_handshake_can_be_two_way(self, tcp: Player) -> None:
        tcp.write(handshake="two-way")
        assert "The server is now in ESTABLISHED" in tcp.click('[data-go="step"]')

    def test_the_wire_and_the_server_are_the_readers(self, tcp: Player) -> None:
        tcp.write(rtt_ms="200")
        tcp.click('[data-go="step"]')
        assert self.time(tcp) == "100 ms"
        assert "sends #2 RST·ACK" in tcp.write(server="absent")
        tcp.write(server="calls")
        tcp.click('[data-go="first"]')
        assert "The server is in SYN-SENT" in tcp.click('[data-act="server:connect"]')

    def test_time_wait_is_as_long_as_the_field_says(self, tcp: Player) -> None:
        tcp.write(time_wait_s="3")
        tcp.click('[data-go="last"]')
        assert self.time(tcp) == "3640 ms"

    def test_it_plays_to_the_end(self, tcp: Player) -> None:
        tcp.click("[data-clear]")
        tcp.click('[data-act="client:connect"]')
        tcp.click('[data-go="play"]')
        tcp.reader.wait_for("return document.querySelector('[data-time]').textContent === '120 ms'", PATIENCE_S)
        tcp.reader.wait_for("return document.querySelector('[data-go=play]').ariaPressed === 'false'", PATIENCE_S)

    def test_the_keyboard_alone_drives_it(self, tcp: Player) -> None:
        slider = tcp.reader.driver.find_element(By.NAME, "moment")
        for key, told in ((Keys.ARROW_RIGHT, "40 ms"), (Keys.END, "60.64 s"), (Keys.HOME, "0 ms")):
            slider.send_keys(key)
            tcp.wait()
            assert self.time(tcp) == told
        button = tcp.reader.driver.find_element(By.CSS_SELECTOR, '[data-segment="0"][data-fate="lost"]')
        button.send_keys(Keys.ENTER)
        tcp.wait()
        held = tcp.reader.run("return [document.activeElement.dataset.segment, document.activeElement.dataset.fate]")
        assert held == ["0", "lost"]

    def test_a_step_moves_nothing_that_stands_above_the_diagrams(self, tcp: Player) -> None:
        places = []
        for _ in range(6):
            tcp.click('[data-go="step"]')
            places.append(tcp.reader.run(PLACES))
        assert places == [places[0]] * len(places)


PLACES = """
return ['ends', 'sequence', 'states'].map(name =>
  Math.round(document.querySelector(`[data-part="${name}"]`).getBoundingClientRect().top + scrollY));
"""
