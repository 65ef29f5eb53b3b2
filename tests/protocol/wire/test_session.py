"""Session words: bound to both peers, both nonces, the role and what they speak of; worth nothing anywhere else."""

from hashlib import sha256

import pytest

from meshproto.records.signatures import SigningKey
from meshproto.wire.breaches import Breach, Breached
from meshproto.wire.session import ANSWERER, DIALLER, is_hello, name_of, sign_hello, tag, transcript

KEY = SigningKey.from_seed(sha256(b"key").digest())
HERE = transcript("alice", "bob", b"1" * 32, b"2" * 32)
ELSEWHERE = (
    transcript("bob", "alice", b"1" * 32, b"2" * 32),
    transcript("alice", "carol", b"1" * 32, b"2" * 32),
    transcript("carol", "bob", b"1" * 32, b"2" * 32),
    transcript("alice", "bob", b"2" * 32, b"1" * 32),
    transcript("alice", "bob", b"1" * 32, b"3" * 32),
    transcript("ali", "cebob", b"1" * 32, b"2" * 32),
)


def test_a_proof_holds_in_its_own_session() -> None:
    assert is_hello(KEY.public, HERE, DIALLER, b"agent", sign_hello(KEY, HERE, DIALLER, b"agent"))


@pytest.mark.parametrize("session", ELSEWHERE)
def test_a_proof_is_worth_nothing_in_another_session(session: bytes) -> None:
    assert not is_hello(KEY.public, session, DIALLER, b"agent", sign_hello(KEY, HERE, DIALLER, b"agent"))


def test_a_proof_is_worth_nothing_for_the_other_role_agent_or_key() -> None:
    signature = sign_hello(KEY, HERE, DIALLER, b"agent")
    other = SigningKey.from_seed(sha256(b"other").digest())
    assert not is_hello(KEY.public, HERE, ANSWERER, b"agent", signature)
    assert not is_hello(KEY.public, HERE, DIALLER, b"Agent", signature)
    assert not is_hello(other.public, HERE, DIALLER, b"agent", signature)


@pytest.mark.parametrize("session", ELSEWHERE)
def test_tags_of_one_scope_differ_from_session_to_session(session: bytes) -> None:
    assert tag(b"s" * 32, session, DIALLER) != tag(b"s" * 32, HERE, DIALLER)
    assert name_of(b"s" * 32, session) != name_of(b"s" * 32, HERE)


def test_tags_differ_by_role_and_scope() -> None:
    tags = {tag(scope, HERE, role) for scope in (b"s" * 32, b"t" * 32) for role in (DIALLER, ANSWERER)}
    assert len(tags) == 4


def test_a_breach_says_what_and_where() -> None:
    assert str(Breached(Breach.SHAPE, "code 3")) == "W-SHAPE code 3"
    assert str(Breached(Breach.ORDER)) == "W-ORDER"


def test_only_real_breaches_blame() -> None:
    innocent = {breach for breach in Breach if not breach.blames}
    assert innocent == {Breach.VERSION, Breach.CLOSING, Breach.IDLE, Breach.TWICE, Breach.FULL, Breach.UNWANTED}
