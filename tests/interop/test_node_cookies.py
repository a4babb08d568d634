"""The signed cookies of labsupport are those of the real middlewares, to the letter: 2,000 random ones, both ways.

One process of Node holds the middlewares. It gives each request of a batch to a middleware of its own, made with the
keys of that request, and tells the lines that the response would have, or what the app would find.
"""

import base64
import json
import random
import string
from urllib.parse import unquote

import pytest
import requests

from labsupport.errors import ReaderError
from labsupport.node import NodeSite
from labsupport.signed_cookies import (
    connect_sid_sign,
    connect_sid_unsign,
    cookie_session_decode,
    cookie_session_encode,
    keygrip_sign,
    keygrip_verify,
)

pytestmark = pytest.mark.needs("express")

MIDDLEWARES = """
const { IncomingMessage, ServerResponse } = require("node:http");
const { Socket } = require("node:net");
const cookieSession = require("cookie-session");
const expressSession = require("express-session");

const socket = new Socket();
const pass = (middleware, cookie, use) => new Promise((done, failed) => {
  const request = Object.assign(new IncomingMessage(socket), { url: "/", headers: { cookie } });
  const response = new ServerResponse(request);
  middleware(request, response, (error) => {
    if (error) return failed(error);
    const found = use(request);
    response.writeHead(200);
    done({ found, lines: [response.getHeader("Set-Cookie") ?? []].flat() });
  });
});
const batch = (path, one) => app.post(path, require("express").json({ limit: "50mb" }),
  async (request, response) => response.json(await Promise.all(request.body.map(one))));

batch("/cookie-session/write", ({ keys, session }) =>
  pass(cookieSession({ keys }), "", (request) => { request.session = session; }));
batch("/cookie-session/read", ({ keys, cookie }) =>
  pass(cookieSession({ keys }), cookie, (request) => JSON.stringify(request.session)));
batch("/express-session/write", ({ secret, id }) => pass(
  expressSession({ secret, genid: () => id, resave: false, saveUninitialized: true }),
  "", (request) => request.sessionID));
batch("/express-session/read", ({ secret, id, cookie }) => {
  const store = new expressSession.MemoryStore();
  store.sessions[id] = JSON.stringify({ cookie: {}, known: true });
  return pass(
    expressSession({ secret, store, resave: false, saveUninitialized: false }),
    cookie, (request) => (request.session.known ? request.sessionID : null));
});
batch("/stringify", (value) => JSON.stringify(value));
"""


class Peers:
    """The middlewares in their process."""

    def __init__(self, site):
        self.site = site

    def ask(self, path, batch):
        response = requests.post(f"{self.site.url}/{path}", json=batch, timeout=60)
        assert response.status_code == 200, self.site.printed
        return response.json()

    def session_read(self, cookie, keys):
        (answer,) = self.ask("cookie-session/read", [{"keys": keys, "cookie": cookie}])
        return json.loads(answer["found"]), answer["lines"]

    def id_read(self, value, secret, session_id):
        case = {"secret": secret, "id": session_id, "cookie": f"connect.sid={value}"}
        return self.ask("express-session/read", [case])[0]["found"]


@pytest.fixture(scope="module")
def peers():
    with NodeSite(MIDDLEWARES) as site:
        yield Peers(site)


class Dice:
    """Random values, the same on every run."""

    LETTERS = string.printable + "\x00\x01\x1f\x7f\x80\xa0éßжא中文\u2028\u2029\ufeff\uffff😀🏳️‍🌈\U0010ffff"

    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self, longest=12, shortest=0):
        return "".join(self.random.choices(self.LETTERS, k=self.random.randint(shortest, longest)))

    def number(self):
        return self.random.choice([
            self.random.randint(-9, 9), self.random.randint(-(2**53) + 1, 2**53 - 1), self.random.uniform(-1, 1),
            self.random.uniform(-10, 10) * 10.0 ** self.random.randint(-30, 30), float(self.random.randint(-99, 99)),
        ])  # fmt: skip

    def value(self, depth=3):
        kinds = [lambda: None, lambda: self.random.random() < 0.5, self.number, self.text]
        if depth:
            kinds += [lambda: [self.value(depth - 1) for _ in range(self.random.randrange(4))]]
            kinds += [lambda: self.session(depth - 1, 0)]
        return self.random.choice(kinds)()

    def name(self):
        return str(self.random.randrange(2**33)) if self.random.random() < 0.2 else self.text(shortest=1)

    def session(self, depth=3, fewest=1):
        return {self.name(): self.value(depth) for _ in range(self.random.randint(fewest, 4))}

    def keys(self):
        return [self.text(40, shortest=1) for _ in range(self.random.randint(1, 3))]


def lines_of(session, key, name="session"):
    """The lines that set the session's cookie and its signature."""
    value = cookie_session_encode(session)
    signature = keygrip_sign(f"{name}={value}", key)
    return [f"{name}={value}; path=/; httponly", f"{name}.sig={signature}; path=/; httponly"]


def cookies_of(session, key):
    return "; ".join(line.partition("; ")[0] for line in lines_of(session, key))


def test_2000_sessions_are_written_to_the_letter_as_cookie_session_writes_them(peers):
    dice = Dice(1)
    cases = [{"keys": dice.keys(), "session": dice.session()} for _ in range(2000)]
    answers = peers.ask("cookie-session/write", cases)
    for case, answer in zip(cases, answers, strict=True):
        assert answer["lines"] == lines_of(case["session"], case["keys"][0])
        value, signature = (line.partition("; ")[0].partition("=")[2] for line in answer["lines"])
        assert cookie_session_decode(value) == case["session"]
        assert keygrip_verify(f"session={value}", signature, case["keys"])


def test_2000_sessions_from_python_are_read_and_left_alone_by_cookie_session(peers):
    """It would sign anew what an older key has signed, and write anew what it spells in another way."""
    dice = Dice(2)
    sessions, keys = [dice.session() for _ in range(2000)], [dice.keys() for _ in range(2000)]
    pairs = list(zip(sessions, keys, strict=True))
    cases = [{"keys": several, "cookie": cookies_of(session, several[0])} for session, several in pairs]
    for session, answer in zip(sessions, peers.ask("cookie-session/read", cases), strict=True):
        value = base64.b64encode(answer["found"].encode()).decode()
        assert value == cookie_session_encode(session)
        assert cookie_session_decode(value) == session
        assert answer["lines"] == []


def test_2000_ids_are_signed_to_the_letter_as_express_session_signs_them(peers):
    dice = Dice(3)
    cases = [{"secret": dice.keys(), "id": dice.text(32, shortest=1)} for _ in range(2000)]
    answers = peers.ask("express-session/write", cases)
    for case, answer in zip(cases, answers, strict=True):
        value = connect_sid_sign(case["id"], case["secret"][0])
        assert answer["lines"] == [f"connect.sid={value}; Path=/; HttpOnly"]
        assert connect_sid_unsign(value, case["secret"]) == case["id"]


def test_2000_ids_signed_in_python_are_accepted_by_express_session(peers):
    dice = Dice(4)
    cases = []
    for _ in range(2000):
        session_id, secrets = dice.text(32, shortest=1), dice.keys()
        value = connect_sid_sign(session_id, dice.random.choice(secrets))
        cases.append({"secret": secrets, "id": session_id, "cookie": f"connect.sid={value}"})
    answers = peers.ask("express-session/read", cases)
    assert [answer["found"] for answer in answers] == [case["id"] for case in cases]


def test_the_cookies_of_the_notes(peers):
    (answer,) = peers.ask("cookie-session/write", [{"keys": ["key"], "session": {"test": "hey"}}])
    assert answer["lines"] == [
        "session=eyJ0ZXN0IjoiaGV5In0=; path=/; httponly",
        "session.sig=QBoXofGvnXbVoA8dDmfD-GMMM6E; path=/; httponly",
    ]
    assert answer["lines"] == lines_of({"test": "hey"}, "key")


@pytest.mark.parametrize(
    ("number", "in_python"),
    [(1.0, "1.0"), (-0.0, "-0.0"), (1e-7, "1e-07"), (1e16, "1e+16"), (1e20, "1e+20"), (0.1, "0.1"), (1e21, "1e+21")],
)
def test_numbers_that_python_spells_in_another_way_are_spelled_as_javascript_does(peers, number, in_python):
    """Python's json keeps a float apart from an int; JavaScript has one kind of number, and prints up to 21 digits."""
    assert json.dumps(number) == in_python
    (spelled,) = peers.ask("stringify", [{"n": number}])
    assert base64.b64decode(cookie_session_encode({"n": number})).decode() == spelled
    assert (spelled == f'{{"n":{in_python}}}') == (in_python in ("0.1", "1e+21"))


def test_names_that_are_whole_numbers_come_first_as_javascript_orders_them(peers):
    """Up to 2**32 - 2, the last index of an array."""
    session = {name: 0 for name in ("b", "4294967295", "4294967294", "10", "9", "0", "01", "-1", "1.0", "٣", "a")}
    (ordered,) = peers.ask("stringify", [session])
    assert base64.b64decode(cookie_session_encode(session)).decode() == ordered


def test_a_whole_number_that_cookie_session_would_change_is_refused(peers):
    (spelled,) = peers.ask("stringify", [2**53 + 1])
    assert int(spelled) == 2**53
    assert cookie_session_decode(base64.b64encode(b'{"n":9007199254740993}').decode()) == {"n": float(2**53)}
    with pytest.raises(ReaderError, match=r"beyond 2\*\*53 - 1"):
        cookie_session_encode({"n": 2**53 + 1})


OLD, NEW = "the key of last year", "the key of today"


def test_keys_rotate_as_keygrip_rotates_them(peers):
    session = {"usr": "ada"}
    with_old, with_new = cookies_of(session, OLD), cookies_of(session, NEW)
    assert peers.session_read(with_new, [NEW, OLD]) == (session, [])
    found, lines = peers.session_read(with_old, [NEW, OLD])
    assert found == session
    assert lines == [lines_of(session, NEW)[1]]
    found, _ = peers.session_read(with_old, [NEW])
    assert found == {}


def test_what_is_tampered_with_is_an_empty_session_and_its_signature_is_deleted(peers):
    session = {"usr": "ada"}
    value, forged = cookie_session_encode(session), cookie_session_encode({"usr": "root"})
    signature = keygrip_sign(f"session={value}", "key")
    for cookie in (f"session={forged}; session.sig={signature}", f"session={value}; session.sig={signature[::-1]}"):
        found, lines = peers.session_read(cookie, ["key"])
        assert found == {}
        assert [line.partition(";")[0] for line in lines] == ["session.sig="]
    assert peers.session_read(f"session={value}", ["key"]) == ({}, [])


def test_both_refuse_every_other_last_character_of_a_signature(peers):
    """Three of them decode to the same octets; what is compared is the text."""
    value = cookie_session_encode({"usr": "ada"})
    signature = keygrip_sign(f"session={value}", "key")
    others = [signature[:-1] + last for last in string.ascii_letters + string.digits + "-_" if last != signature[-1]]
    cases = [{"keys": ["key"], "cookie": f"session={value}; session.sig={other}"} for other in others]
    assert {answer["found"] for answer in peers.ask("cookie-session/read", cases)} == {"{}"}
    assert not any(keygrip_verify(f"session={value}", other, ["key"]) for other in others)


def test_both_refuse_every_other_last_character_of_a_signed_id(peers):
    value = connect_sid_sign("ada", "secret")
    for last in set(string.ascii_letters + string.digits) - {value[-1]}:
        other = value[:-1] + last
        assert peers.id_read(other, "secret", "ada") is None
        assert connect_sid_unsign(other, "secret") is None


@pytest.mark.parametrize(
    "change",
    [
        lambda value: value.replace("s%3A", "s:"),
        lambda value: value.replace("%3A", "%3a"),
        lambda value: value.replace("s%3A", ""),
        lambda value: value.replace("s%3A", "j%3A"),
        lambda value: value + "%ZZ",
        lambda value: value + "%FF",
        lambda value: value.replace(".", "%2E"),
        lambda value: value.replace(".", ".."),
        lambda value: value + "%3D",
        lambda value: f'"{value}"',
        lambda value: value.partition(".")[0],
        lambda value: "",
    ],
)
def test_both_read_a_value_that_is_spelled_in_another_way_alike(peers, change):
    """Quotes around a value belong to the field, not to the value: the caller of labsupport has taken them off."""
    value = change(connect_sid_sign("ada", "secret"))
    assert peers.id_read(value, "secret", "ada") == connect_sid_unsign(value.strip('"'), "secret")


@pytest.mark.parametrize("session_id", ["a%ZZ", "a%41%ZZ", "100%"])
def test_a_value_that_cannot_be_decoded_is_taken_as_it_is(peers, session_id):
    signature = unquote(connect_sid_sign(session_id, "secret")).rpartition(".")[2]
    value = f"s:{session_id}.{signature}"
    assert peers.id_read(value, "secret", session_id) == session_id
    assert connect_sid_unsign(value, "secret") == session_id
