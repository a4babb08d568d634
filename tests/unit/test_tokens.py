"""A token service: access tokens verified by key, refresh tokens used once, and both taken back."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from labsupport.errors import ReaderError
from labsupport.stores import MemoryStore, RedisServer, RedisStore, SQLiteStore, Store, Watched
from labsupport.tokens import AccessTokens, Pair, RefreshTokens, Refused, TokenService
from tests.jose_tokens import base64url
from tests.waiting import at_once

KEY = b"a demo key of thirty-two octets!"
OTHER_KEY = b"another demo key of 32 octets .."
ISSUER, AUDIENCE = "https://login.test", "https://api.test"
DAY = 86_400.0


@dataclass
class Clock:
    """Stands still until it is told."""

    seconds: float = 1_300_000_000

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Bench:
    """A service, its clock and its two stores."""

    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.store = MemoryStore(idle=30 * DAY, lifetime=90 * DAY, now=self.clock)
        self.denylist = MemoryStore(idle=300, lifetime=300, now=self.clock)
        self.service = TokenService(self.store, key=KEY, issuer=ISSUER, audience=AUDIENCE, denylist=self.denylist,
                                    now=self.clock)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def reason(action: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(Refused) as refused:
        action(*arguments)
    assert str(refused.value) == refused.value.reason
    return refused.value.reason


def forged(key: bytes = KEY, typ: str | None = "at+jwt", algorithm: str = "HS256", **claims: object) -> str:
    """A token made with the service's key, sound but for what is given; None leaves a claim out."""
    sound = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "jti": "1", "iat": 1_300_000_000, "exp": 1_300_000_300}
    payload = {name: value for name, value in {**sound, **claims}.items() if value is not None}
    return jwt.encode(payload, key, algorithm, headers={"typ": typ} if typ else {"typ": None})


# Access tokens

def test_an_access_token_says_who_may_do_what_until_when(bench: Bench) -> None:
    claims = bench.service.verify(bench.service.issue("ada", scope="notes").access)
    assert claims.pop("jti")
    assert claims == {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "scope": "notes",
                      "iat": 1_300_000_000, "exp": 1_300_000_300}


def test_it_is_a_jwt_that_any_library_verifies_with_the_key(bench: Bench) -> None:
    token = bench.service.issue("ada").access
    claims = jwt.decode(token, KEY, ["HS256"], audience=AUDIENCE, issuer=ISSUER, options={"verify_exp": False})
    assert claims["sub"] == "ada"
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "at+jwt"}


def test_it_is_good_to_the_second_of_its_expiry_and_not_after(bench: Bench) -> None:
    token = bench.service.issue("ada").access
    bench.clock.seconds += 299.9
    assert bench.service.verify(token)["sub"] == "ada"
    bench.clock.seconds += 0.1  # RFC 7519 §4.1.4: on or after which it must not be accepted
    assert reason(bench.service.verify, token) == "expired"


def test_each_access_token_has_a_jti_of_its_own(bench: Bench) -> None:
    claims = [bench.service.verify(bench.service.issue("ada").access) for _ in range(50)]
    assert len({each["jti"] for each in claims}) == 50


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        (forged(key=OTHER_KEY), "signature"),
        (forged(typ="JWT"), "type"),
        (forged(typ=None), "type"),
        (forged(typ="application/AT+JWT"), None),
        (forged(aud="https://other.test"), "audience"),
        (forged(aud=None), "claims"),
        (forged(aud=["https://other.test", AUDIENCE]), None),
        (forged(iss="https://evil.test"), "issuer"),
        (forged(iss=None), "claims"),
        (forged(exp=None), "claims"),
        (forged(exp="1300000300"), "claims"),
        (forged(jti=None), "claims"),
        (forged(sub=None), "claims"),
        (forged(sub=7), "malformed"),
        (forged(jti=7), "malformed"),
        (forged(algorithm="HS512", key=KEY + OTHER_KEY), "algorithm"),
        ("", "malformed"),
        ("a.b.c", "malformed"),
        ("ä.b.c", "malformed"),
        ("\ud800.b.c", "malformed"),
        ("." * 1_000, "malformed"),
    ],
)
def test_what_an_access_token_must_say(bench: Bench, token: str, expected: str | None) -> None:
    if expected is None:
        assert bench.service.verify(token)["sub"] == "ada"
    else:
        assert reason(bench.service.verify, token) == expected


def test_an_unsigned_token_is_refused(bench: Bench) -> None:
    header, payload, _ = bench.service.issue("ada").access.split(".")
    unsigned = base64url(b'{"alg":"none","typ":"at+jwt"}')
    assert reason(bench.service.verify, f"{unsigned}.{payload}.") == "algorithm"
    assert reason(bench.service.verify, f"{header}.{payload}.") == "signature"


@given(st.text(max_size=200) | st.tuples(*[st.binary(max_size=60)] * 3).map(
    lambda parts: ".".join(base64url(each) for each in parts)))
def test_no_text_is_an_access_token_or_raises_anything_else(text: str) -> None:
    assert reason(Bench().service.verify, text) in {"malformed", "signature", "algorithm", "claims"}


def test_every_changed_character_is_noticed(bench: Bench) -> None:
    token = bench.service.issue("ada").access
    for place, character in enumerate(token):
        changed = token[:place] + ("A" if character != "A" else "B") + token[place + 1 :]
        assert reason(bench.service.verify, changed)


# Refresh tokens

def test_a_refresh_token_fetches_the_next_pair_and_is_used_up(bench: Bench) -> None:
    first = bench.service.issue("ada", scope="notes")
    second = bench.service.refresh(first.refresh)
    third = bench.service.refresh(second.refresh)
    assert bench.service.verify(third.access)["scope"] == "notes"
    assert len({first.refresh, second.refresh, third.refresh}) == 3
    assert len(bench.store) == 1  # one record for the family, whatever number of tokens


def used_twice(bench: Bench) -> Pair:
    """A refresh token was stolen, and both holders have used it; what the first of them was given."""
    stolen = bench.service.issue("ada")
    newest = bench.service.refresh(stolen.refresh)
    assert reason(bench.service.refresh, stolen.refresh) == "reuse"
    return newest


def test_the_second_use_of_a_token_ends_the_family_whoever_comes_second(bench: Bench) -> None:
    newest = used_twice(bench)
    assert reason(bench.service.refresh, newest.refresh) == "ended"
    assert len(bench.store) == 0


def test_an_access_token_outlives_its_family(bench: Bench) -> None:
    newest = used_twice(bench)
    assert bench.service.verify(newest.access)["sub"] == "ada"
    bench.clock.seconds += 300
    assert reason(bench.service.verify, newest.access) == "expired"


def test_an_old_token_of_any_generation_ends_the_family(bench: Bench) -> None:
    tokens = [bench.service.issue("ada").refresh]
    for _ in range(5):
        tokens.append(bench.service.refresh(tokens[-1]).refresh)
    assert reason(bench.service.refresh, tokens[1]) == "reuse"
    assert {reason(bench.service.refresh, each) for each in tokens} == {"ended"}


def test_one_family_ends_and_the_others_go_on(bench: Bench) -> None:
    phone, laptop = bench.service.issue("ada"), bench.service.issue("ada")
    bench.service.refresh(phone.refresh)
    assert reason(bench.service.refresh, phone.refresh) == "reuse"
    assert bench.service.verify(bench.service.refresh(laptop.refresh).access)["sub"] == "ada"


def test_a_family_lasts_as_long_as_the_store_lets_it(bench: Bench) -> None:
    pair = bench.service.issue("ada")
    for _ in range(4):
        bench.clock.seconds += 20 * DAY
        pair = bench.service.refresh(pair.refresh)  # idle time begins anew
    bench.clock.seconds += 20 * DAY  # 100 days in all: beyond the lifetime
    assert reason(bench.service.refresh, pair.refresh) == "ended"


def test_an_idle_family_ends(bench: Bench) -> None:
    pair = bench.service.issue("ada")
    bench.clock.seconds += 30 * DAY
    assert reason(bench.service.refresh, pair.refresh) == "ended"


def test_within_the_grace_the_last_token_may_come_again(bench: Bench) -> None:
    tokens = RefreshTokens(bench.store, key=KEY, grace=10, now=bench.clock)
    first = tokens.begin({"sub": "ada"})
    second = tokens.rotate(first)
    bench.clock.seconds += 9.9
    assert tokens.rotate(first) == second  # the very same successor: a lost answer is repeated
    bench.clock.seconds += 0.1
    assert reason(tokens.rotate, first) == "reuse"
    assert reason(tokens.rotate, second.token) == "ended"


def test_the_grace_is_for_the_last_token_only(bench: Bench) -> None:
    tokens = RefreshTokens(bench.store, key=KEY, grace=10, now=bench.clock)
    first = tokens.begin({"sub": "ada"})
    tokens.rotate(tokens.rotate(first).token)
    assert reason(tokens.rotate, first) == "reuse"


def test_reading_a_token_does_not_use_it(bench: Bench) -> None:
    tokens = RefreshTokens(bench.store, key=KEY, now=bench.clock)
    first = tokens.begin({"sub": "ada"})
    assert tokens.read(first) == tokens.read(first) == {"sub": "ada"}
    second = tokens.rotate(first).token
    assert reason(tokens.read, first) == "reuse"
    assert tokens.read(second) == {"sub": "ada"}, "reading an old token ends nothing"
    assert tokens.end(second) and not tokens.end(second)
    assert reason(tokens.read, second) == "ended"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda token: "", "malformed"),
        (lambda token: "abc", "malformed"),
        (lambda token: token.replace(".", "", 1), "malformed"),
        (lambda token: token.replace(".0.", ".-1."), "malformed"),
        (lambda token: token.replace(".0.", ".٣."), "malformed"),
        (lambda token: token.replace(".0.", "." + "9" * 5_000 + "."), "malformed"),
        (lambda token: token.replace(".0.", ".1."), "signature"),
        (lambda token: token.replace(".0.", ".00."), "signature"),
        (lambda token: token[:-1], "signature"),
        (lambda token: token + "=", "signature"),
        (lambda token: "x" + token, "signature"),
        (lambda token: token + "é", "malformed"),
    ],
)
def test_what_the_service_did_not_write_is_never_looked_up(
    change: Callable[[str], str], expected: str, bench: Bench
) -> None:
    watched = Watched(bench.store)
    tokens = RefreshTokens(watched, key=KEY, now=bench.clock)
    token = tokens.begin({"sub": "ada"})
    before = len(watched.calls)
    for action in (tokens.rotate, tokens.read, tokens.end):
        assert reason(action, change(token)) == expected
    assert len(watched.calls) == before
    assert tokens.read(token) == {"sub": "ada"}


def test_a_token_of_another_key_is_refused(bench: Bench) -> None:
    token = RefreshTokens(bench.store, key=OTHER_KEY, now=bench.clock).begin({"sub": "ada"})
    assert reason(RefreshTokens(bench.store, key=KEY, now=bench.clock).rotate, token) == "signature"


def test_what_the_store_keeps_is_no_token(bench: Bench) -> None:
    pair = bench.service.issue("ada")
    (family,) = bench.store.ids()
    kept = json.dumps(bench.store.get(family))
    assert pair.refresh not in kept and pair.refresh.rpartition(".")[2] not in kept
    assert reason(bench.service.refresh, family) == "malformed"


# Many at once, on every store

@pytest.fixture(params=["memory", "sqlite", "redis"])
def any_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "redis":
        with RedisServer() as server:
            yield RedisStore(server.url, timeout=5)
    else:
        yield MemoryStore() if request.param == "memory" else SQLiteStore(str(tmp_path / "families.db"), timeout=5)


def test_one_token_used_by_twenty_at_once_is_accepted_once(any_store: Store) -> None:
    tokens = RefreshTokens(any_store, key=KEY)
    token = tokens.begin({"sub": "ada"})
    outcomes: list[str] = []

    def use() -> None:
        try:
            outcomes.append(tokens.rotate(token).token)
        except Refused as refused:
            outcomes.append(refused.reason)

    at_once([use] * 20)
    refused = [each for each in outcomes if each in {"reuse", "ended"}]
    (accepted,) = set(outcomes) - {"reuse", "ended"}
    assert len(refused) == 19
    assert reason(tokens.rotate, accepted) == "ended"


def test_within_the_grace_twenty_at_once_get_the_same_successor(any_store: Store) -> None:
    tokens = RefreshTokens(any_store, key=KEY, grace=60)
    token = tokens.begin({"sub": "ada"})
    successors: set[str] = set()
    at_once([lambda: successors.add(tokens.rotate(token).token)] * 20)
    assert len(successors) == 1
    assert tokens.rotate(successors.pop()).grant == {"sub": "ada"}


class Families(RuleBasedStateMachine):
    """Tokens used in any order, against the rule said in one line: only the newest is good, any older one ends all."""

    @initialize(grace=st.sampled_from([0, 10]))
    def begin(self, grace: int) -> None:
        self.clock, self.grace = Clock(), grace
        self.store = MemoryStore(idle=30 * DAY, lifetime=90 * DAY, now=self.clock)
        self.tokens = RefreshTokens(self.store, key=KEY, grace=grace, now=self.clock)
        self.issued = [self.tokens.begin({"sub": "ada"})]
        self.ended, self.used = False, self.clock()

    @rule(seconds=st.sampled_from([1, 10, 100]))
    def wait(self, seconds: int) -> None:
        self.clock.seconds += seconds

    @rule(back=st.integers(0, 3))
    def rotate(self, back: int) -> None:
        token = self.issued[max(0, len(self.issued) - 1 - back)]
        again = token in self.issued[-2:-1] and self.clock() - self.used < self.grace
        if self.ended:
            assert reason(self.tokens.rotate, token) == "ended"
        elif token == self.issued[-1]:
            self.issued.append(self.tokens.rotate(token).token)
            self.used = self.clock()
        elif again:
            assert self.tokens.rotate(token).token == self.issued[-1]
        else:
            assert reason(self.tokens.rotate, token) == "reuse"
            self.ended = True

    @rule()
    def log_out(self) -> None:
        assert self.tokens.end(self.issued[0]) is not self.ended
        self.ended = True

    @invariant()
    def the_store_has_one_record_while_the_family_lives(self) -> None:
        assert len(self.store) == (0 if self.ended else 1)


TestFamilies = Families.TestCase


# Taken back

def test_revoking_ends_the_family_and_not_the_access_token(bench: Bench) -> None:
    pair = bench.service.issue("ada")
    assert bench.service.revoke(pair.refresh) and not bench.service.revoke(pair.refresh)
    assert reason(bench.service.refresh, pair.refresh) == "ended"
    assert bench.service.verify(pair.access)["sub"] == "ada"


def test_a_denied_access_token_is_refused_at_once_and_the_others_are_not(bench: Bench) -> None:
    denied, other = bench.service.issue("ada").access, bench.service.issue("ada").access
    bench.service.deny(denied)
    assert reason(bench.service.verify, denied) == "denied"
    assert bench.service.verify(other)["sub"] == "ada"


def test_the_denylist_forgets_what_has_expired_anyway(bench: Bench) -> None:
    token = bench.service.issue("ada").access
    bench.service.deny(token)
    bench.clock.seconds += 299
    assert len(bench.denylist) == 1
    bench.clock.seconds += 1
    assert len(bench.denylist) == 0
    assert reason(bench.service.verify, token) == "expired"


def test_only_a_token_of_this_service_is_put_on_the_denylist(bench: Bench) -> None:
    assert reason(bench.service.deny, forged(key=OTHER_KEY)) == "signature"
    assert len(bench.denylist) == 0


def test_verifying_asks_no_store_unless_there_is_a_denylist() -> None:
    store, denylist = Watched(MemoryStore()), Watched(MemoryStore())
    free = TokenService(store, key=KEY, issuer=ISSUER, audience=AUDIENCE)
    listed = TokenService(store, key=KEY, issuer=ISSUER, audience=AUDIENCE, denylist=denylist)
    token = free.issue("ada").access
    before = len(store.calls)
    for _ in range(10):
        free.verify(token)
    assert len(store.calls) == before and not denylist.calls
    for _ in range(10):
        listed.verify(token)
    assert len(store.calls) == before and len(denylist.calls) == 10


# What a reader may give

@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"key": b"short"}, "5 octets"),
        ({"key": "a demo key of thirty-two octets!"}, "a str"),
        ({"access": -1}, "access=-1"),
        ({"access": float("inf")}, "access=inf"),
        ({"access": "300"}, "access='300'"),
        ({"issuer": None}, "issuer=None names nobody"),
        ({"issuer": ""}, "issuer='' names nobody"),
        ({"audience": ["https://api.test"]}, "audience=.* names nobody"),
        ({"grace": float("nan")}, "grace=nan"),
    ],
)
def test_arguments_that_make_no_sense_are_named(arguments: dict[str, object], named: str) -> None:
    sound: dict[str, object] = {"key": KEY, "issuer": ISSUER, "audience": AUDIENCE}
    with pytest.raises(ReaderError, match=named):
        TokenService(MemoryStore(), **{**sound, **arguments})  # type: ignore[arg-type]


def test_claims_that_are_not_the_caller_s_are_named(bench: Bench) -> None:
    with pytest.raises(ReaderError, match="exp="):
        bench.service.issue("ada", exp=1)
    with pytest.raises(ReaderError, match="sub= is the user"):
        bench.service.issue("ada", sub="mallory")
    with pytest.raises(ReaderError, match="subject"):
        bench.service.issue(7)  # type: ignore[arg-type]
    with pytest.raises(ReaderError, match="roles"):
        bench.service.issue("ada", roles={"admin"})
    assert len(bench.store) == 0, "nothing is begun for what cannot be issued"


def test_what_is_no_string_is_no_token(bench: Bench) -> None:
    with pytest.raises(ReaderError, match="bytes"):
        bench.service.verify(b"a.b.c")  # type: ignore[arg-type]
    with pytest.raises(ReaderError, match="NoneType"):
        bench.service.refresh(None)  # type: ignore[arg-type]


def test_denying_without_a_denylist_is_said() -> None:
    service = TokenService(MemoryStore(), key=KEY, issuer=ISSUER, audience=AUDIENCE)
    with pytest.raises(ReaderError, match="denylist="):
        service.deny(service.issue("ada").access)


def test_access_tokens_may_be_issued_by_themselves() -> None:
    tokens = AccessTokens(key=KEY, issuer=ISSUER, audience=AUDIENCE, lifetime=60)
    assert tokens.verify(tokens.issue({"sub": "ada"}))["sub"] == "ada"


def test_threads_share_a_service(bench: Bench) -> None:
    seen = threading.Barrier(8)

    def work() -> None:
        seen.wait(timeout=10)
        pair = bench.service.issue("ada")
        for _ in range(20):
            pair = bench.service.refresh(pair.refresh)
            assert bench.service.verify(pair.access)["sub"] == "ada"

    at_once([work] * 8)
    assert len(bench.store) == 8
